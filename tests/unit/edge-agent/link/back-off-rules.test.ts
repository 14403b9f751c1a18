import { expect, test } from 'vitest';
import { backOffMs } from '../../../../edge-agent/link/back-off-rules.ts';

const bounds = { minMs: 1_000, maxMs: 300_000 };

test('pauses double from one second to five minutes', () => {
  expect([1, 2, 3, 4, 9, 10, 1_000].map((failures) => backOffMs(failures, bounds, 0))).toEqual([
    1_000, 2_000, 4_000, 8_000, 256_000, 300_000, 300_000,
  ]);
});

test('chance takes up to half of a pause off, so that a fleet does not come back in one instant', () => {
  expect(backOffMs(5, bounds, 0.5)).toBe(12_000);
  expect(backOffMs(5, bounds, 1)).toBe(8_000);
});
