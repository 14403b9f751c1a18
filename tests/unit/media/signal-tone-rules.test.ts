import { expect, it } from 'vitest';
import { TONE_RATE, synthesiseEndTone, synthesiseOpeningChime } from '../../../server/media/signal-tone-rules.ts';
import { encodeWav } from '../../../server/media/wav-rules.ts';

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

it('a WAV says its own size and clips what is too loud', () => {
  const wav = encodeWav(Float32Array.of(0, 0.5, 2, -2), 8000);
  const view = new DataView(wav.buffer);
  expect(wav.length).toBe(44 + 8);
  expect([view.getUint32(4, true), view.getUint32(40, true)]).toEqual([44, 8]);
  expect([44, 46, 48, 50].map((at) => view.getInt16(at, true))).toEqual([0, 16_384, 32_767, -32_767]);
});
