import { randomUUID } from 'node:crypto';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ReceiptBody } from '#contract/receipt.ts';
import {
  advanceDelivery,
  type DeliveryStanding,
  EARLIER_ORDER,
  mayStartOver,
  NO_RECEIPTS,
  WITHDRAWN,
} from '../../../server/dispatch/delivery-rules.ts';
import { armed, booted, ended, over, playedWhole, ready, refused, started } from '../../support/talking-receiver.ts';

const told = { orderId: randomUUID(), airingId: randomUUID() };
const old = { ...told, orderId: randomUUID() };
const planned: DeliveryStanding = {
  orderId: told.orderId,
  state: 'planned',
  reason: null,
  evidence: null,
  startedAt: null,
  interruptedAt: null,
  resumedAt: null,
  endedAt: null,
  playedMs: 0,
  expectedMs: 10_000,
  soundings: [],
};
const after = (bodies: readonly ReceiptBody[], standing = planned) => bodies.reduce(advanceDelivery, standing);
const half = (item: number, playedMs = 5000) => ended(told, { item, playedMs, expectedMs: 5000 });

describe('a delivery', () => {
  it('goes from planned to ready, playing and played, with the evidence that was reached', () => {
    const [isReady, isArmed, hasStarted, hasEnded, isOver] = playedWhole(told, 10_000) as [
      ReceiptBody,
      ReceiptBody,
      ReceiptBody,
      ReceiptBody,
      ReceiptBody,
    ];
    expect(after([isReady])).toMatchObject({ state: 'ready', evidence: 'received' });
    expect(after([isReady, isArmed])).toMatchObject({ state: 'ready', evidence: 'armed' });
    expect(after([isReady, isArmed, hasStarted])).toMatchObject({ state: 'playing', evidence: 'started' });
    expect(after([isReady, isArmed, hasStarted, hasEnded])).toMatchObject({ state: 'playing', playedMs: 10_000 });
    expect(after([isReady, isArmed, hasStarted, hasEnded, isOver])).toMatchObject({ state: 'played', evidence: 'rendered' });
  });

  it.each([
    ['says played and shows nothing', [over(told)], 'partial'],
    [
      'claims to have played, but no span of the audio bears it out',
      [ended(told, { playedMs: 10_000, expectedMs: 10_000, spans: [] }), over(told)],
      'partial',
    ],
    [
      'claims one second of audio ten times',
      [
        ended(told, {
          playedMs: 10_000,
          expectedMs: 10_000,
          spans: Array.from({ length: 10 }, () => [0, 1000] as [number, number]),
        }),
        over(told),
      ],
      'partial',
    ],
    ['played one item twice and the other never', [half(0), half(0), over(told)], 'partial'],
    ['played 97.9 %', [ended(told, { playedMs: 9790, expectedMs: 10_000 }), over(told)], 'partial'],
    ['played 98 %', [ended(told, { playedMs: 9800, expectedMs: 10_000 }), over(told)], 'played'],
    ['played all and calls it partial', [half(0), half(1), over(told, 'partial')], 'played'],
    [
      'was cut by power and went on',
      [half(0, 2000), ended(told, { item: 0, playedMs: 3000, expectedMs: 5000, spans: [[2000, 5000]] }), half(1), over(told)],
      'played',
    ],
    ['missed it', [over(told, 'missed')], 'missed'],
    ['was displaced', [ready(told), over(told, 'displaced')], 'displaced'],
  ] as const)('whose receiver %s', (_what, bodies, state) => {
    expect(after([...bodies])).toMatchObject({ state });
  });

  it('says when it was interrupted and resumed', () => {
    const place = {
      v: 1,
      bootId: 'b',
      clockTrust: 'synchronised',
      recordedAt: '2026-11-22T06:00:00.000Z',
      ...told,
      repeat: 0,
      item: 0,
      positionMs: 500,
    } as const;
    const cut = {
      ...place,
      kind: 'delivery-interrupted',
      interruptedAt: '2026-11-22T06:00:01.000Z',
      byOrderId: randomUUID(),
    } as const;
    const resumed = { ...place, kind: 'delivery-resumed', resumedAt: '2026-11-22T06:00:09.000Z' } as const;
    expect(after([started(told), cut, resumed])).toMatchObject({
      state: 'playing',
      interruptedAt: cut.interruptedAt,
      resumedAt: resumed.resumedAt,
    });
    expect(after([started(told), cut, resumed, cut]).resumedAt).toBeNull();
  });

  it('that was refused once may still be taken and played', () => {
    const late = after([refused(told, 'clock-untrusted')]);
    expect(late).toMatchObject({ state: 'refused', reason: 'clock-untrusted' });
    expect(after([ready(told)], late)).toMatchObject({ state: 'ready', reason: null, endedAt: null });
    expect(after(playedWhole(told, 10_000), late)).toMatchObject({ state: 'played', reason: null });
  });

  it('is not refused by a second push of an order that was taken, nor while it sounds', () => {
    expect(after([ready(told), refused(told, 'order-replayed')]).state).toBe('ready');
    expect(after([started(told), refused(told)]).state).toBe('playing');
    expect(after([...playedWhole(told, 10_000), refused(told)]).state).toBe('played');
  });

  it('believes the receiver over what the server had assumed', () => {
    const unknown = { ...planned, state: 'unknown' as const, reason: NO_RECEIPTS };
    const withdrawn = { ...planned, state: 'cancelled' as const, reason: WITHDRAWN };
    for (const standing of [unknown, withdrawn]) {
      expect(after(playedWhole(told, 10_000), standing)).toMatchObject({ state: 'played', reason: null });
    }
    expect(after([ready(told)], withdrawn).state).toBe('cancelled');
    expect(after([started(told), over(told, 'cancelled')], withdrawn).state).toBe('cancelled');
  });

  it('keeps what sounded under an earlier order on record and apart', () => {
    const moved = after(playedWhole(old, 10_000));
    expect(moved).toMatchObject({ state: 'planned', evidence: null, playedMs: 0, reason: EARLIER_ORDER });
    expect(moved.soundings).toMatchObject([{ orderId: old.orderId, state: 'rendered', playedMs: 10_000 }]);
    expect(after([over(told, 'missed')], moved)).toMatchObject({ state: 'missed', reason: EARLIER_ORDER });
    expect(after(playedWhole(told, 10_000), moved)).toMatchObject({ state: 'played', reason: null, playedMs: 10_000 });
    expect(after(playedWhole(old, 10_000), after(playedWhole(told, 10_000)))).toMatchObject({
      state: 'played',
      playedMs: 10_000,
    });
  });

  it('is not touched by what speaks of no order', () => {
    expect(advanceDelivery(planned, booted())).toBe(planned);
  });

  it('is never played with less than 98 % of the audio, whatever is said in whatever order', () => {
    const ms = fc.nat(6000);
    const anyBody: fc.Arbitrary<ReceiptBody> = fc.oneof(
      fc.constantFrom(ready(told), armed(told), refused(told), over(told), over(told, 'missed'), over(old), booted()),
      fc.nat(2).map((item) => started(told, 0, item)),
      fc.tuple(fc.boolean(), fc.nat(1), fc.nat(1), ms, ms, ms).map(([isOld, repeat, item, playedMs, fromMs, toMs]) =>
        ended(isOld ? old : told, {
          repeat,
          item,
          playedMs,
          expectedMs: 2500,
          spans: [[Math.min(fromMs, toMs), Math.max(fromMs, toMs)]],
        }),
      ),
    );
    fc.assert(
      fc.property(fc.array(anyBody, { maxLength: 20 }), (bodies) => {
        let standing = planned;
        for (const body of bodies) {
          standing = advanceDelivery(standing, body);
          const own = standing.soundings.filter((sounding) => sounding.orderId === told.orderId);
          expect(own.every((sounding) => sounding.playedMs <= sounding.expectedMs || sounding.expectedMs === 0)).toBe(true);
          if (standing.state !== 'played') continue;
          expect(standing.playedMs).toBeGreaterThanOrEqual(9800);
          expect(standing.evidence).toBe('rendered');
        }
      }),
      { numRuns: 500 },
    );
  });
});

describe('starting over', () => {
  it.each([
    ['withdrawn and back in the targets', { orderId: 'o1', state: 'cancelled', reason: WITHDRAWN }, true],
    ['cancelled by the receiver', { orderId: 'o1', state: 'cancelled', reason: null }, false],
    ['planned under the order in force', { orderId: 'o1', state: 'planned', reason: null }, false],
    ['planned under an earlier order', { orderId: 'o0', state: 'planned', reason: null }, true],
    ['playing under an earlier order', { orderId: 'o0', state: 'playing', reason: null }, false],
    ['played under an earlier order', { orderId: 'o0', state: 'played', reason: null }, false],
  ] as const)('%s', (_what, head, may) => {
    expect(mayStartOver(head, 'o1')).toBe(may);
  });
});
