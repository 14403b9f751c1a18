import { expect, it } from 'vitest';
import { TONE_RATE, synthesiseEndTone, synthesiseOpeningChime } from '../../../server/media/signal-tone-rules.ts';

it.each([
  ['opening chime', synthesiseOpeningChime, 3.2],
  ['end tone', synthesiseEndTone, 1.2],
])('the %s begins and ends in silence, never clips, and is always the same', (_, synthesise, seconds) => {
  const samples = synthesise();
  expect(samples.length).toBe(seconds * TONE_RATE);
  expect(Math.abs(samples[0] ?? 1)).toBeLessThan(0.001);
  expect(Math.abs(samples.at(-1) ?? 1)).toBeLessThan(0.001);
  const highest = samples.reduce((high, sample) => Math.max(high, Math.abs(sample)), 0);
  expect(highest).toBeGreaterThan(0.2);
  expect(highest).toBeLessThan(1);
  expect(synthesise()).toEqual(samples);
});
