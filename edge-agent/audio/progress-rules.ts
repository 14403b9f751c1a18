/** What a track has really played, from readings of its position. Times here are of a monotonic clock. */

export interface Progress {
  offsetMs: number;
  positionMs: number;
  playedMs: number;
  readAtMs: number;
  /** When a position was last read; later than that nothing is known of it. */
  positionAtMs: number;
  /** When its first sample sounded; absent until a position beyond the offset was read. */
  startedAtMs?: number;
  /** Where it stood when it last moved by a step worth the name, and since when. */
  markPositionMs: number;
  markAtMs: number;
  isStalled: boolean;
  stalledMs: number;
  stallsCount: number;
}

/** Less movement than this is not playing: an output that has stopped still lets interpolated positions creep. */
const STEP_MIN_MS = 100;
/** A position may run ahead of the clock by this (a device's buffer); what jumps further was skipped, not played. */
const LEAD_MAX_MS = 100;
/** Sound decoded but not yet read as a position when the player reports the end of a file: its buffer and the sound system's. */
const TAIL_MAX_MS = 600;

export function beginProgress(offsetMs: number, atMs: number): Progress {
  return {
    offsetMs,
    positionMs: offsetMs,
    playedMs: 0,
    readAtMs: atMs,
    positionAtMs: atMs,
    markPositionMs: Number.NEGATIVE_INFINITY,
    markAtMs: atMs,
    isStalled: false,
    stalledMs: 0,
    stallsCount: 0,
  };
}

/** A position of undefined is one that the player could not give: nothing moved. One before the offset means: not begun yet. */
export function advanceProgress(
  progress: Progress,
  reading: { positionMs: number | undefined; atMs: number },
  stallAfterMs: number,
): Progress {
  const { atMs } = reading;
  const positionMs = reading.positionMs ?? progress.positionMs;
  const next = { ...progress, readAtMs: atMs, positionAtMs: reading.positionMs === undefined ? progress.positionAtMs : atMs };
  if (positionMs > progress.offsetMs && positionMs > progress.positionMs) {
    if (next.startedAtMs === undefined) {
      // The first reading lies a little after the start; what it says was played tells how much. Never before the reading before it.
      next.startedAtMs = Math.max(atMs - (positionMs - progress.offsetMs), progress.readAtMs);
      next.playedMs = Math.min(positionMs - progress.offsetMs, atMs - next.startedAtMs + LEAD_MAX_MS);
    } else {
      next.playedMs += Math.min(positionMs - progress.positionMs, atMs - progress.positionAtMs + LEAD_MAX_MS);
    }
    next.positionMs = positionMs;
  }
  if (reading.positionMs !== undefined && positionMs >= progress.markPositionMs + STEP_MIN_MS) {
    next.markPositionMs = positionMs;
    next.markAtMs = atMs;
    next.isStalled = false;
  } else if (atMs - progress.markAtMs >= stallAfterMs) {
    next.stallsCount += progress.isStalled ? 0 : 1;
    next.stalledMs += progress.isStalled ? atMs - progress.readAtMs : atMs - progress.markAtMs;
    next.isStalled = true;
  }
  return next;
}

export function stallLastsMs(progress: Progress): number {
  return progress.isStalled ? progress.readAtMs - progress.markAtMs : 0;
}

/**
 * The player has let the last sample go at `atMs`: what sounded since the last reading is added. It cannot be more than the time passed,
 * what a player buffers, and what the file was said to hold.
 */
export function endProgress(progress: Progress, atMs: number, expectedMs: number): Progress {
  const passedMs = Math.max(0, atMs - progress.positionAtMs);
  const leftMs = Math.max(0, expectedMs - progress.positionMs);
  const tailMs = progress.isStalled || progress.startedAtMs === undefined ? 0 : Math.min(passedMs, leftMs, TAIL_MAX_MS);
  return { ...progress, readAtMs: atMs, positionMs: progress.positionMs + tailMs, playedMs: progress.playedMs + tailMs };
}
