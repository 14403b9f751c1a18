import { createHash, randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { Order, Programme } from '#contract/order.ts';
import { expectedMsOf, fillProgramme, makeOrder, type OrderSource, rankOf } from '../../../server/dispatch/order-rules.ts';

const nowMs = Date.parse('2026-11-22T05:00:00.000Z');
const after = (ms: number) => new Date(nowMs + ms).toISOString();
const media = (name: string) => ({
  sha256: createHash('sha256').update(name).digest('hex'),
  bytes: 10,
  durationMs: 4000,
  codec: 'opus' as const,
});
const issuer = { areaId: randomUUID(), areaName: 'Xã Duy Hải', rank: 2 };
const scope = { kind: 'receiver' as const, id: randomUUID() };

function airing(changes: Partial<OrderSource> = {}, items: string[] = [randomUUID()]): OrderSource {
  return {
    airingId: randomUUID(),
    class: 'normal',
    purpose: 'real',
    startsAt: after(3_600_000),
    startBefore: after(4_200_000),
    validUntil: after(5_000_000),
    repeats: 2,
    gapMs: 1000,
    chime: null,
    endTone: null,
    orderId: randomUUID(),
    epoch: 1,
    counter: 1,
    items: items.map((name) => ({ bulletinId: randomUUID(), revision: 1, title: 'Thông báo', media: media(name) })),
    ...changes,
  };
}
const orderOf = (one: OrderSource, rank = 2) => makeOrder(one, scope, { ...issuer, rank }, 600_000, nowMs);

describe('an order', () => {
  it('fits the wire and lasts as long as what is said', () => {
    const one = airing();
    expect(Order.parse(orderOf(one))).toEqual(orderOf(one));
    expect(expectedMsOf(one)).toBe(8000);
  });

  it('of an emergency may begin within its time after each signing, never past its validity', () => {
    const emergency = airing({ class: 'emergency', startsAt: after(-1_000_000), validUntil: after(900_000) });
    const at = (ms: number) => makeOrder(emergency, scope, issuer, 600_000, nowMs + ms).startBefore;
    expect(at(0)).toBe(after(600_000));
    expect(at(200_000)).toBe(after(800_000));
    expect(at(500_000)).toBe(after(900_000));
  });

  it('of any other class keeps its last start, however often it is signed', () => {
    expect(makeOrder(airing(), scope, issuer, 600_000, nowMs + 999_999).startBefore).toBe(after(4_200_000));
  });

  it('ranks areas from the province down', () => {
    expect((['province', 'district', 'commune', 'hamlet'] as const).map(rankOf)).toEqual([0, 1, 2, 3]);
  });
});

describe('a programme', () => {
  it('never holds more than the wire takes, and says what it left out', () => {
    const normal = Array.from({ length: 600 }, (_, index) => orderOf(airing({ startsAt: after(index * 1000) }, ['same'])));
    const urgent = Array.from({ length: 60 }, (_, index) =>
      orderOf(airing({ class: 'emergency', startsAt: after(-index) }), index % 4),
    );
    const filling = fillProgramme([...normal.toReversed(), ...urgent], 500);
    expect(filling.orders).toEqual(normal.slice(0, 500));
    expect(filling.leftOut).toEqual(normal[500]);
    expect(filling.emergencies).toHaveLength(50);
    expect(Math.max(...filling.emergencies.slice(0, 45).map((order) => order.issuer.rank))).toBe(2);
    expect(filling.media).toHaveLength(51);
    expect(Programme.shape.media.safeParse(filling.media).success).toBe(true);
  });

  it('stops before its media are too many, and prefers emergencies', () => {
    const names = (prefix: string) => Array.from({ length: 50 }, (_, index) => `${prefix}-${index}`);
    const normal = Array.from({ length: 40 }, (_, index) =>
      orderOf(airing({ startsAt: after(index * 1000) }, names(`n${index}`))),
    );
    const urgent = orderOf(airing({ class: 'emergency' }, names('e')));
    const filling = fillProgramme([...normal, urgent], 500);
    expect(filling.emergencies).toEqual([urgent]);
    expect(filling.orders).toEqual(normal.slice(0, 29));
    expect(filling.media).toHaveLength(1500);
  });

  it('names each file once, tones with the rest', () => {
    const chime = media('chime');
    const filling = fillProgramme([orderOf(airing({ chime, endTone: chime }, ['a', 'a', 'b']))], 500);
    expect(filling.media).toEqual([media('a'), media('b'), chime]);
    expect(filling.leftOut).toBeUndefined();
  });
});
