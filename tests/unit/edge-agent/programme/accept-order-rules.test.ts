import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { findOrderFault } from '../../../../edge-agent/programme/accept-order-rules.ts';
import type { OrderArrival } from '../../../../edge-agent/programme/accept-order-rules.ts';
import { instant, makeOrder, nightPolicy } from '../../../support/signed-fixtures.ts';

const NOW_MS = Date.parse('2026-11-22T05:00:00.000Z');
const receiverId = randomUUID();
const areaId = randomUUID();
const scope = { kind: 'receiver', id: receiverId } as const;
const normal = makeOrder(NOW_MS, { scope, epoch: 2, counter: 7 });
const emergency = makeOrder(NOW_MS, { class: 'emergency', scope: { kind: 'area', id: areaId }, epoch: 2, counter: 7 });

const arrival = (changes: Partial<OrderArrival> = {}): OrderArrival => ({
  order: normal,
  road: 'programme',
  signatureFault: undefined,
  receiverId,
  areaIds: [randomUUID(), areaId],
  policy: nightPolicy,
  newest: undefined,
  firstPushedAtMs: undefined,
  nowMs: NOW_MS,
  clockTrust: 'synchronised',
  replayToleranceMs: 60_000,
  codecs: ['opus', 'mp3'],
  ...changes,
});
const pushed = (changes: Partial<OrderArrival> = {}) => arrival({ order: emergency, road: 'push', ...changes });
const at315 = makeOrder(Date.parse('2026-11-22T20:15:00.000Z'), { scope });

test.each([
  ['an order for me', arrival(), undefined],
  ['an emergency for my area', pushed(), undefined],
  ['one that its player cannot play', arrival({ codecs: ['mp3'] }), 'player-failed'],
  ['an emergency that its player cannot play', pushed({ codecs: ['mp3'] }), 'player-failed'],
  ['one whose signature is wrong', arrival({ signatureFault: 'signature-wrong' }), 'signature-wrong'],
  ['an emergency under the programme key', arrival({ order: emergency }), 'key-purpose-wrong'],
  ['an airing under the emergency key', pushed({ order: normal }), 'order-invalid'],
  [
    'one that may begin only before it starts',
    arrival({ order: { ...normal, startBefore: instant(NOW_MS - 1) } }),
    'order-invalid',
  ],
  ['one for another receiver', arrival({ receiverId: randomUUID() }), 'order-for-another'],
  ['one for another area', pushed({ areaIds: [] }), 'order-for-another'],
  ['one with a lower counter', arrival({ newest: { epoch: 2, counter: 8 } }), 'order-stale'],
  ['one of an earlier epoch', arrival({ newest: { epoch: 3, counter: 1 } }), 'order-stale'],
  ['one of a later epoch', arrival({ newest: { epoch: 1, counter: 99 } }), undefined],
  ['the very same again', arrival({ newest: { epoch: 2, counter: 7 } }), undefined],
  ['a push that the link repeated', pushed({ firstPushedAtMs: NOW_MS - 60_000 }), undefined],
  ['a push that somebody replayed', pushed({ firstPushedAtMs: NOW_MS - 60_001 }), 'order-replayed'],
  ['a push without a clock to judge it by', pushed({ clockTrust: 'untrusted' }), 'clock-untrusted'],
  ['a push that may begin no more', pushed({ nowMs: NOW_MS + 600_001 }), 'order-stale'],
  ['a push that has expired', pushed({ nowMs: NOW_MS + 3_600_001 }), 'order-expired'],
  ['an order for 03:15', arrival({ order: at315 }), 'quiet-hours'],
  ['an emergency at 03:15', arrival({ order: { ...at315, class: 'emergency' }, road: 'emergency' }), undefined],
] as const)('%s', (_what, given, fault) => {
  expect(findOrderFault(given)).toBe(fault);
});
