import { describe, expect, it } from 'vitest';
import { advanceProgress, beginProgress, endProgress, stallLastsMs } from '../../../../edge-agent/audio/progress-rules.ts';
import type { Progress } from '../../../../edge-agent/audio/progress-rules.ts';

/** Readings every 100 ms from `fromMs`, with the position that `positionAt` gives. */
function play(progress: Progress, fromMs: number, toMs: number, positionAt: (atMs: number) => number | undefined): Progress {
  for (let atMs = fromMs; atMs <= toMs; atMs += 100)
    progress = advanceProgress(progress, { positionMs: positionAt(atMs), atMs }, 2_000);
  return progress;
}

describe('what a track has really played', () => {
  it('is the way its position has gone, from its offset', () => {
    const progress = play(beginProgress(5_000, 0), 0, 3_000, (atMs) => 5_000 + Math.max(0, atMs - 40));
    expect(progress).toMatchObject({ positionMs: 7_960, playedMs: 2_960, startedAtMs: 40, stallsCount: 0 });
  });

  it('does not begin at a position before the offset: the track before still sounds', () => {
    const progress = play(beginProgress(0, 0), 0, 500, (atMs) => atMs - 1_000);
    expect(progress.playedMs).toBe(0);
    expect(progress.startedAtMs).toBeUndefined();
  });

  it('does not count what was skipped', () => {
    let progress = play(beginProgress(0, 0), 0, 1_000, (atMs) => atMs);
    progress = play(progress, 1_100, 2_000, (atMs) => atMs + 30_000);
    expect(progress.positionMs).toBe(32_000);
    expect(progress.playedMs).toBeLessThanOrEqual(2_100);
  });

  it('stalls when its position stands still or only creeps, and goes on counting when it moves again', () => {
    let progress = play(beginProgress(0, 0), 0, 1_000, (atMs) => atMs);
    progress = play(progress, 1_100, 4_000, (atMs) => 1_000 + (atMs - 1_000) / 100);
    expect(progress).toMatchObject({ isStalled: true, stallsCount: 1, stalledMs: 3_000 });
    expect(stallLastsMs(progress)).toBe(3_000);
    progress = play(progress, 4_100, 5_000, (atMs) => atMs - 2_970);
    expect(progress).toMatchObject({ isStalled: false, stallsCount: 1, positionMs: 2_030 });
    expect(stallLastsMs(progress)).toBe(0);
  });

  it('stalls when the player gives no position at all', () => {
    expect(play(beginProgress(0, 0), 0, 2_500, () => undefined)).toMatchObject({ isStalled: true, playedMs: 0 });
  });

  it('at the end adds the time since the last reading, never more than the file holds or a player buffers', () => {
    const progress = play(beginProgress(0, 0), 0, 1_800, (atMs) => atMs);
    expect(endProgress(progress, 1_950, 10_000).playedMs).toBe(1_950);
    expect(endProgress(progress, 2_050, 2_000).playedMs).toBe(2_000);
    expect(endProgress(progress, 9_000, 10_000).playedMs).toBe(2_400);
  });

  it('adds nothing at the end of what has stalled or never begun', () => {
    const stalled = play(beginProgress(0, 0), 0, 3_000, (atMs) => Math.min(atMs, 500));
    expect(endProgress(stalled, 3_100, 10_000).playedMs).toBe(500);
    expect(endProgress(beginProgress(0, 0), 300, 10_000).playedMs).toBe(0);
  });
});
