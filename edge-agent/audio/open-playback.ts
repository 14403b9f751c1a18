import { advanceProgress, beginProgress, endProgress, stallLastsMs } from './progress-rules.ts';
import type { Progress } from './progress-rules.ts';
import type { Cut, EndReason, Ending, Playback, Started, Track } from './player.ts';

/** Wall time for records, monotonic time for durations: a stepped clock must not change what was played. */
export interface PlayerClock {
  wallMs(): number;
  steadyMs(): number;
}

export const playerClock: PlayerClock = { wallMs: () => Date.now(), steadyMs: () => performance.now() };

/** The side of a playback that a player keeps: it takes readings and settles the two promises, each once. */
export class OpenPlayback implements Playback {
  readonly track: Track;
  readonly started: Promise<Started | undefined>;
  readonly ended: Promise<Ending>;
  /** The instant asked for, or the end of the track before; the wall clock. */
  dueAtMs: number | undefined;
  outputLevelDbfs: number | undefined;
  startedAs: Started | undefined;
  endedAs: Ending | undefined;
  #progress: Progress;
  readonly #clock: PlayerClock;
  #resolveStarted!: (started: Started | undefined) => void;
  #resolveEnded!: (ending: Ending) => void;

  constructor(track: Track, clock: PlayerClock) {
    this.track = track;
    this.#clock = clock;
    this.#progress = beginProgress(track.offsetMs ?? 0, clock.steadyMs());
    this.started = new Promise((resolve) => (this.#resolveStarted = resolve));
    this.ended = new Promise((resolve) => (this.#resolveEnded = resolve));
  }

  get progress(): Progress {
    return this.#progress;
  }

  get position(): Cut {
    return { positionMs: Math.round(this.#progress.positionMs), playedMs: Math.round(this.#progress.playedMs) };
  }

  get cut(): Cut | undefined {
    return this.startedAs && this.position;
  }

  get stallMs(): number {
    return stallLastsMs(this.#progress);
  }

  /** From here on it is watched: what stood armed for an hour has not stalled for an hour. */
  watch(dueAtMs: number): void {
    this.dueAtMs = dueAtMs;
    this.#progress = beginProgress(this.track.offsetMs ?? 0, this.#clock.steadyMs());
  }

  takePosition(positionMs: number | undefined, stallAfterMs: number): void {
    if (this.endedAs !== undefined) return;
    const atMs = this.#clock.steadyMs();
    this.#progress = advanceProgress(this.#progress, { positionMs, atMs }, stallAfterMs);
    if (this.startedAs !== undefined || this.#progress.startedAtMs === undefined) return;
    const startedAtMs = Math.round(this.#clock.wallMs() - (atMs - this.#progress.startedAtMs));
    this.startedAs = { startedAtMs, latencyMs: startedAtMs - Math.round(this.dueAtMs ?? startedAtMs) };
    this.#resolveStarted(this.startedAs);
  }

  /** `endedAtMs` (wall clock) where it is known better than "now". */
  finish(reason: EndReason, { problem, endedAtMs }: { problem?: string | undefined; endedAtMs?: number } = {}): void {
    if (this.endedAs !== undefined) return;
    const nowMs = this.#clock.wallMs();
    const agoMs = endedAtMs === undefined ? 0 : nowMs - endedAtMs;
    if (reason === 'end') this.#progress = endProgress(this.#progress, this.#clock.steadyMs() - agoMs, this.track.expectedMs);
    this.endedAs = {
      reason,
      ...this.position,
      stalledMs: Math.round(this.#progress.stalledMs),
      stallsCount: this.#progress.stallsCount,
      endedAtMs: Math.round(nowMs - agoMs),
      ...(this.startedAs && { startedAtMs: this.startedAs.startedAtMs }),
      ...(this.startedAs && this.outputLevelDbfs !== undefined && { outputLevelDbfs: this.outputLevelDbfs }),
      ...(problem !== undefined && { problem }),
    };
    this.#resolveStarted(undefined);
    this.#resolveEnded(this.endedAs);
  }
}
