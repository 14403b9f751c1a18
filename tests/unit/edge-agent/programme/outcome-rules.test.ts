import { expect, test } from 'vitest';
import { deliveryOutcome, soundingOutcome } from '../../../../edge-agent/programme/outcome-rules.ts';

test.each([
  [9_800, false, 'rendered'],
  [9_799, false, 'partial'],
  [0, false, 'partial'],
  [0, true, 'failed'],
  [10, true, 'partial'],
] as const)('a sounding of ten seconds of which %i ms were played (failed: %s) is %s', (playedMs, hasFailed, outcome) => {
  expect(soundingOutcome(playedMs, 10_000, hasFailed)).toBe(outcome);
});

test('a delivery is played only when every sounding that was due is rendered', () => {
  const rendered = { outcome: 'rendered', playedMs: 10 } as const;
  expect(deliveryOutcome([rendered, rendered], 2)).toBe('played');
  expect(deliveryOutcome([rendered], 2)).toBe('partial');
  expect(deliveryOutcome([{ outcome: 'failed', playedMs: 0 }], 1)).toBe('failed');
  expect(deliveryOutcome([{ outcome: null, playedMs: 0 }], 1)).toBe('missed');
  expect(deliveryOutcome([], 1)).toBe('missed');
});
