import { expect, it } from 'vitest';
import { encodeWav } from '../../../server/media/wav-rules.ts';

it('a WAV says its own size and clips what is too loud', () => {
  const wav = encodeWav(Float32Array.of(0, 0.5, 2, -2), 8000);
  const view = new DataView(wav.buffer);
  expect(wav.length).toBe(44 + 8);
  expect([view.getUint32(4, true), view.getUint32(40, true)]).toEqual([44, 8]);
  expect([44, 46, 48, 50].map((at) => view.getInt16(at, true))).toEqual([0, 16_384, 32_767, -32_767]);
});
