import { expect, test } from 'vitest';
import { GENESIS_HASH, type ReceiptBody } from '#contract/receipt.ts';
import { generateSigningKey } from '#signing/keys.ts';
import { makeReceipt } from '#signing/receipt-chain.ts';
import { readUpLink } from '../../../server/receivers/up-link-rules.ts';

const booted: ReceiptBody = {
  v: 1,
  kind: 'booted',
  recordedAt: '2026-11-22T05:00:00.000Z',
  bootId: 'boot-1',
  clockTrust: 'untrusted',
  agentVersion: '1',
  previousEnd: 'first',
};
const place = { receiverId: '0b8f6a4e-5f6c-4a39-9c0e-1f2d3c4b5a69', sequence: 1, previousHash: GENESIS_HASH };
const receipt = makeReceipt(generateSigningKey(), place, booted);

test('what the contract names is known', () => {
  const up = { type: 'presence', v: 1, state: 'online', reason: 'started' };
  expect(readUpLink(JSON.stringify(up))).toEqual({ kind: 'known', up, invalidReceipts: [] });
});

test('a type that is not known yet is told apart from what is malformed', () => {
  expect(readUpLink('{"type":"meter-reading","kWh":3}')).toEqual({ kind: 'unknown', type: 'meter-reading' });
});

test.each(['', '{', 'null', '[]', '{}', '{"type":5}', '{"type":"presence","v":1}', '{"type":"receipts","v":1,"receipts":[]}'])(
  '%j is malformed',
  (text) => expect(readUpLink(text).kind).toBe('malformed'),
);

test('one receipt that is none does not keep the others from being taken', () => {
  const read = readUpLink(JSON.stringify({ type: 'receipts', v: 1, receipts: [receipt, { head: 'nonsense' }] }));
  expect(read).toEqual({
    kind: 'known',
    up: { type: 'receipts', v: 1, receipts: [receipt] },
    invalidReceipts: [{ head: 'nonsense' }],
  });
});

test('more receipts than a packet may hold are malformed', () => {
  const receipts = Array.from({ length: 201 }, () => receipt);
  expect(readUpLink(JSON.stringify({ type: 'receipts', v: 1, receipts })).kind).toBe('malformed');
});
