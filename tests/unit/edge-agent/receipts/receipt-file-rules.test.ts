import * as fc from 'fast-check';
import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { GENESIS_HASH } from '#contract/receipt.ts';
import type { Receipt } from '#contract/receipt.ts';
import { generateSigningKey } from '#signing/keys.ts';
import { makeReceipt } from '#signing/receipt-chain.ts';
import { formatReceiptLine, readReceiptLines } from '../../../../edge-agent/receipts/receipt-file-rules.ts';

const key = generateSigningKey();
const receiverId = randomUUID();
const receipts: Receipt[] = [1, 2, 3].map((sequence) =>
  makeReceipt(key, { receiverId, sequence, previousHash: GENESIS_HASH }, {
    v: 1,
    recordedAt: '2026-11-22T05:00:00.000Z',
    bootId: 'khởi động',
    clockTrust: 'synchronised',
    kind: 'booted',
    agentVersion: '1',
    previousEnd: 'clean',
  }),
); // prettier-ignore
const text = receipts.map(formatReceiptLine).join('');

test('wherever the power cut the file off, every whole line counts and no torn one', () => {
  const bytes = Buffer.from(text);
  fc.assert(
    fc.property(fc.integer({ min: 0, max: bytes.length }), (length) => {
      const found = readReceiptLines(bytes.subarray(0, length).toString('utf8'));
      const whole = bytes.subarray(0, length).toString('latin1').split('\n').length - 1;
      expect(found.receipts).toEqual(receipts.slice(0, whole));
      expect(found.soundBytes).toBe(Buffer.byteLength(receipts.slice(0, whole).map(formatReceiptLine).join('')));
    }),
  );
});

test('zeros that a file system left at the end are not a receipt', () => {
  expect(readReceiptLines(text + '\0'.repeat(100)).receipts).toHaveLength(3);
  expect(readReceiptLines(text + '\0'.repeat(100)).soundBytes).toBe(Buffer.byteLength(text));
});

test('a damaged line in the middle is told from a torn end', () => {
  const lines = receipts.map(formatReceiptLine);
  const found = readReceiptLines([lines[0], 'damaged\n', lines[2]].join(''));
  expect(found.damagedLines).toEqual([2]);
  expect(found.receipts).toHaveLength(2);
});

test('a shortened file says what stood before its first receipt', () => {
  const base = { sequence: 41, hash: 'a'.repeat(64) };
  expect(readReceiptLines(JSON.stringify({ base }) + '\n' + text)).toMatchObject({ base, receipts });
});
