import { describe, expect, it } from 'vitest';
import { envelopeCorrelation, findStartLag, rmsDbfs, SILENT_DBFS } from '../../../../edge-agent/audio/envelope-rules.ts';

const RATE = 16_000;

/** Noise in bursts of irregular length and loudness: like speech, and another seed is another text. */
function bursts(seed: number, durationMs = 8_000): Float32Array {
  let state = seed * 0x9e3779b9;
  const random = () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
  const samples = new Float32Array((durationMs * RATE) / 1_000);
  for (let index = 0; index < samples.length;) {
    const gain = random() < 0.3 ? 0 : 0.05 + 0.4 * random();
    for (const until = index + Math.round((0.05 + 0.2 * random()) * RATE); index < until && index < samples.length; index++)
      samples[index] = gain * (random() * 2 - 1);
  }
  return samples;
}

function later(samples: Float32Array, lagMs: number): Float32Array {
  const shift = Math.round((lagMs * RATE) / 1_000);
  return Float32Array.from({ length: samples.length + Math.max(0, shift) }, (_, index) => samples[index - shift] ?? 0);
}

describe('the correlation of envelopes', () => {
  it('is near 1 for the same sound at any gain, late or early, and names the lag', () => {
    for (const lagMs of [0, 133, -257]) {
      const heard = later(bursts(1), lagMs).map((sample) => sample / 4);
      const match = envelopeCorrelation(bursts(1), heard, RATE);
      // What came before the recording began is missing from it.
      expect(match.correlation).toBeGreaterThan(lagMs < 0 ? 0.9 : 0.98);
      expect(Math.abs(match.lagMs - lagMs)).toBeLessThanOrEqual(5);
    }
  });

  it('is low for another sound, for silence, for noise and for half of it', () => {
    const half = bursts(1).fill(0, (4_000 * RATE) / 1_000);
    const hum = bursts(1).map((_, index) => 0.1 * Math.sin(index / 10));
    for (const heard of [bursts(2), half, hum, new Float32Array(8 * RATE), new Float32Array(0)])
      expect(envelopeCorrelation(bursts(1), heard, RATE).correlation).toBeLessThan(0.75);
  });

  it('is 0 where both are silent: silence proves nothing', () => {
    expect(envelopeCorrelation(new Float32Array(RATE), new Float32Array(RATE), RATE).correlation).toBe(0);
  });

  it('does not look beyond the lag allowed', () => {
    expect(envelopeCorrelation(bursts(1), later(bursts(1), 900), RATE).correlation).toBeLessThan(0.5);
  });
});

describe('the lag of a start', () => {
  it.each([0, 1, 57.5, 400, -120])('is found to the millisecond: %d ms', (lagMs) => {
    const lag = findStartLag(bursts(3), later(bursts(3), lagMs), RATE);
    expect(lag).toBeDefined();
    expect(Math.abs((lag as number) - lagMs)).toBeLessThan(1);
  });

  it('counts from the instant asked for, where the recording began earlier', () => {
    expect(findStartLag(bursts(3), later(bursts(3), 300), RATE, { recordingBeginsMs: -250 })).toBeCloseTo(50, 0);
  });

  it('is absent where nothing resembles the sound', () => {
    expect(findStartLag(bursts(3), bursts(4), RATE)).toBeUndefined();
    expect(findStartLag(bursts(3), new Float32Array(3 * RATE), RATE)).toBeUndefined();
  });
});

it('a level is the root mean square below full scale', () => {
  expect(rmsDbfs(Float32Array.from({ length: 4_800 }, (_, index) => Math.sin((index * Math.PI) / 24)))).toBeCloseTo(-3.01, 2);
  expect(rmsDbfs(new Float32Array(100))).toBe(SILENT_DBFS);
});
