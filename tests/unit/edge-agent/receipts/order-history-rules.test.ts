import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import type { ReceiptBody } from '#contract/receipt.ts';
import { foldReceipts, forgetOldHistories, noHistories } from '../../../../edge-agent/receipts/order-history-rules.ts';

const [orderId, airingId] = [randomUUID(), randomUUID()];
const common = {
  v: 1,
  recordedAt: '2026-11-22T05:00:00.000Z',
  bootId: 'boot',
  clockTrust: 'synchronised',
  orderId,
  airingId,
} as const;
const bodies: ReceiptBody[] = [
  { ...common, kind: 'order-ready' },
  { ...common, kind: 'order-refused', code: 'media-altered' },
  { ...common, kind: 'order-refused', code: 'media-altered' },
  { ...common, kind: 'sounding-started', repeat: 0, item: 1, startedAt: common.recordedAt, positionMs: 0 },
  {
    ...common,
    kind: 'delivery-interrupted',
    interruptedAt: common.recordedAt,
    byOrderId: orderId,
    repeat: 0,
    item: 1,
    positionMs: 5,
  },
];
const receiptsOf = (list: ReceiptBody[]) => list.map((body, index) => ({ head: { sequence: index + 1 } as never, body }));

test('a history is what the receipts say, and folding them twice changes nothing', () => {
  const histories = structuredClone(noHistories);
  foldReceipts(histories, receiptsOf(bodies));
  const once = structuredClone(histories);
  foldReceipts(histories, receiptsOf(bodies));
  expect(histories).toEqual(once);
  expect(histories.sequence).toBe(5);
  expect(histories.orders[orderId]).toMatchObject({
    isReady: true,
    refusedCodes: ['media-altered'],
    soundings: { '0:1': { isEnded: false, playedMs: 0 } },
    isSuspended: true,
    outcome: null,
  });
});

test('a sounding that began keeps its place when it is said again, and ends once', () => {
  const histories = structuredClone(noHistories);
  const ended: ReceiptBody = {
    ...common, kind: 'sounding-ended', repeat: 0, item: 1, outcome: 'partial', spans: [], playedMs: 70, expectedMs: 100,
    stalledMs: 0, outputLevelDbfs: null, volumePercent: null, isMuted: null, code: null,
  }; // prettier-ignore
  foldReceipts(histories, receiptsOf([...bodies, ended, bodies[3] as ReceiptBody]));
  expect(histories.orders[orderId]?.soundings['0:1']).toEqual({ isEnded: true, outcome: 'partial', playedMs: 70 });
});

test('old histories are forgotten, but never one that is still needed', () => {
  const histories = structuredClone(noHistories);
  const ids = [1, 2, 3].map(() => randomUUID());
  foldReceipts(
    histories,
    receiptsOf(
      ids.map((id, day) => ({ ...common, orderId: id, kind: 'order-ready', recordedAt: `2026-11-0${day + 1}T00:00:00.000Z` })),
    ),
  );
  forgetOldHistories(histories, new Set([ids[0] as string]), '2026-11-03T00:00:00.000Z', 100);
  expect(Object.keys(histories.orders)).toEqual([ids[0], ids[2]]);
  forgetOldHistories(histories, new Set([ids[0] as string]), '', 1);
  expect(Object.keys(histories.orders)).toEqual([ids[0]]);
});
