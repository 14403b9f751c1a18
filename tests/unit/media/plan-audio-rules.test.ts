import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type Attempt,
  chooseAttempt,
  isOnTarget,
  levelFilters,
  planCorrection,
  planExtraCompression,
  planFirstLevel,
  planTrim,
  preparationFilters,
  targetLufs,
  trimFilters,
} from '../../../server/media/plan-audio-rules.ts';

const attempt = (gainDb: number, limitDb: number, loudnessLufs: number, truePeakDbtp: number): Attempt => ({
  level: { gainDb, limitDb },
  result: { loudnessLufs, truePeakDbtp },
});

describe('the target', () => {
  it('is two decibels higher for an emergency than for the others', () => {
    expect([targetLufs('normal'), targetLufs('priority'), targetLufs('emergency')]).toEqual([-16, -16, -14]);
  });

  it.each([
    [-15, -1, true],
    [-17, -1, true],
    [-14.9, -3, false],
    [-17.1, -3, false],
    [-16, -0.9, false],
  ])('%d LUFS with a peak of %d dBTP on target: %s', (loudnessLufs, truePeakDbtp, expected) => {
    expect(isOnTarget({ loudnessLufs, truePeakDbtp }, -16)).toBe(expected);
  });
});

describe('trimming', () => {
  it.each([
    { what: 'long silence at both ends is cut to 100 ms', lead: 3000, trail: 2000, startMs: 2900, endMs: 8100 },
    { what: 'short silence is left', lead: 80, trail: 60, startMs: 0, endMs: 10_000 },
    { what: 'sound up to both ends is left', lead: 0, trail: 0, startMs: 0, endMs: 10_000 },
    { what: 'what is silent throughout is left whole', lead: 10_000, trail: 10_000, startMs: 0, endMs: 10_000 },
  ])('$what', ({ lead, trail, startMs, endMs }) => {
    expect(planTrim({ durationMs: 10_000, leadingSilenceMs: lead, trailingSilenceMs: trail })).toEqual({ startMs, endMs });
  });

  it('never cuts sound, whatever was measured', () => {
    fc.assert(
      fc.property(fc.nat(100_000), fc.nat(100_000), fc.nat(100_000), (sound, lead, trail) => {
        const durationMs = lead + sound + trail;
        const { startMs, endMs } = planTrim({ durationMs, leadingSilenceMs: lead, trailingSilenceMs: trail });
        expect(startMs).toBeGreaterThanOrEqual(0);
        expect(startMs).toBeLessThanOrEqual(lead);
        expect(endMs).toBeGreaterThanOrEqual(lead + sound);
        expect(endMs).toBeLessThanOrEqual(durationMs);
      }),
    );
  });

  it('is told to ffmpeg in seconds', () => {
    expect(trimFilters({ startMs: 2900, endMs: 8100 })).toEqual(['atrim=start=2.900:end=8.100', 'asetpts=N/SR/TB']);
  });
});

describe('the level', () => {
  it('begins with the gain that is missing after the compressor', () => {
    expect(planFirstLevel(-28.7, -16).gainDb).toBeCloseTo(12.7);
    expect(levelFilters({ gainDb: 12.7, limitDb: -2 })).toEqual([
      'volume=12.70dB',
      'alimiter=limit=0.7943:attack=2:release=50:level=0',
    ]);
  });

  it('never asks for more gain than turns noise into a storm', () => {
    expect(planFirstLevel(-70, -14).gainDb).toBe(45);
    expect(preparationFilters(-70).at(-1)).toBe('volume=45.00dB');
  });

  it('brings every source to the same level before the compressor', () => {
    expect(preparationFilters(-36).at(-1)).toBe('volume=16.00dB');
    expect(preparationFilters(-7).at(-1)).toBe('volume=-13.00dB');
  });

  it('adds a second compressor only where the limiter would have too much to do', () => {
    expect(planExtraCompression({ loudnessLufs: -28.7, truePeakDbtp: -12.4 }, -14)).toEqual([]);
    expect(planExtraCompression({ loudnessLufs: -30.7, truePeakDbtp: -12.4 }, -14)).toHaveLength(1);
  });
});

describe('another try', () => {
  it('is not made when the last is good', () => {
    expect(planCorrection([attempt(10, -2, -16.3, -1.4)], -16, 'encoding')).toBeUndefined();
  });

  it('is not made after three encodings, and a rehearsal has five', () => {
    const off = attempt(10, -2, -20, 0);
    expect(planCorrection([off, off], -16, 'encoding')).toBeDefined();
    expect(planCorrection([off, off, off], -16, 'encoding')).toBeUndefined();
    expect(planCorrection([off, off, off], -16, 'rehearsal')).toBeDefined();
  });

  it('gives more gain to what is too soft, less to what is too loud', () => {
    expect(planCorrection([attempt(10, -2, -17, -1.5)], -16, 'encoding')?.gainDb).toBeGreaterThan(11);
    expect(planCorrection([attempt(10, -2, -15, -1.5)], -16, 'encoding')?.gainDb).toBeLessThan(9);
  });

  it('learns from two tries how much a decibel brings while the limiter works', () => {
    const next = planCorrection([attempt(10, -2, -18, -1.5), attempt(13, -2, -17, -1.5)], -16, 'encoding');
    expect(next?.gainDb).toBeCloseTo(16);
  });

  it('lowers the limit by what the peak stands too high', () => {
    const next = planCorrection([attempt(10, -2, -16, -0.4)], -16, 'encoding');
    expect(next?.limitDb).toBeCloseTo(-2.9);
    expect(next?.gainDb).toBeGreaterThan(10);
  });

  it('stays within bounds whatever was measured', () => {
    const value = fc.double({ min: -80, max: 20, noNaN: true });
    fc.assert(
      fc.property(fc.array(fc.tuple(value, value, value, value), { minLength: 1, maxLength: 2 }), (tries) => {
        const level = planCorrection(
          tries.map(([gain, limit, loudness, peak]) => attempt(gain, limit, loudness, peak)),
          -16,
          'encoding',
        );
        if (!level) return;
        expect(Math.abs(level.gainDb)).toBeLessThanOrEqual(45);
        expect(level.limitDb).toBeGreaterThanOrEqual(-8);
      }),
    );
  });
});

describe('of several tries', () => {
  it('a clean peak counts before nearness to the target', () => {
    const clipped = attempt(10, -2, -16, -0.2);
    const clean = attempt(9, -3, -17.5, -1.3);
    expect(chooseAttempt([clipped, clean], -16)).toBe(clean);
    expect(chooseAttempt([clean, attempt(9, -3, -16.9, -1.1)], -16)?.result.loudnessLufs).toBe(-16.9);
    expect(chooseAttempt([], -16)).toBeUndefined();
  });
});
