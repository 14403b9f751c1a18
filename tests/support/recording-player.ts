import { PlayerFailure } from '../../edge-agent/audio/player.ts';
import type { Cut, EndReason, Ending, Playback, Player, PlayerState, Started, Track } from '../../edge-agent/audio/player.ts';

/** What would have sounded, in the order in which it ended. */
export interface SoundedTrack extends Ending {
  track: Track;
}

interface Standing extends Playback {
  begunAtMs?: number;
  begin(started: Started | undefined): void;
  end(ending: Ending): void;
}

const LOOK_EVERY_MS = 5;

/**
 * A loudspeaker that exists only as a list: it keeps the promises of `Player` on a clock that tests drive, plays every track in exactly its
 * expected duration, and starts exactly when told, however far the clock is advanced in one step. `failNext` makes it fail.
 */
export class RecordingPlayer implements Player {
  readonly sounded: SoundedTrack[] = [];
  readonly #now: () => number;
  #queue: Standing[] = [];
  #isOpen = false;
  #volumePercent = 100;
  #failsWith: string | undefined;
  #alwaysFailsWith: string | undefined;
  #restartsCount = 0;

  constructor({ now }: { now: () => number }) {
    this.#now = now;
  }

  get state(): PlayerState {
    this.settle();
    const first = this.#queue[0];
    const ready = first === undefined ? 'idle' : first.begunAtMs === undefined ? 'armed' : 'playing';
    return {
      status: this.#isOpen ? ready : 'closed',
      isStalled: false,
      volumePercent: this.#volumePercent,
      isMuted: false,
      restartsCount: this.#restartsCount,
      ...(first && { path: first.track.path, ...this.#position(first) }),
    };
  }

  async open(): Promise<void> {
    this.#isOpen = true;
  }

  async close(): Promise<void> {
    this.settle();
    this.#isOpen = false;
    this.#endAll('stopped');
  }

  /** The next arm, start or interrupt fails in these words. */
  failNext(words: string): void {
    this.#failsWith = words;
  }

  /** Each of them fails, until called with undefined. */
  failAlways(words: string | undefined): void {
    this.#alwaysFailsWith = words;
  }

  /** The player's process dies, as with SIGKILL. */
  die(): void {
    this.settle();
    this.#restartsCount++;
    this.#endAll('died', 'the player ended with SIGKILL');
  }

  async arm(track: Track): Promise<Playback> {
    this.#checkReady();
    if (this.#queue[0]?.begunAtMs !== undefined) throw new PlayerFailure('something sounds already');
    this.#endAll('stopped');
    return this.#add(track);
  }

  async append(track: Track): Promise<Playback> {
    this.#checkReady();
    if (this.#queue.length === 0) throw new PlayerFailure('there is nothing to follow');
    if ((track.offsetMs ?? 0) > 0) throw new PlayerFailure('only a whole track can be appended');
    return this.#add(track);
  }

  async start(at: number | 'now', signal?: AbortSignal): Promise<Started> {
    this.#checkReady();
    const standing = this.#queue[0];
    if (standing === undefined || standing.begunAtMs !== undefined) throw new PlayerFailure('nothing is armed');
    const armedAtMs = this.#now();
    const dueAtMs = at === 'now' ? armedAtMs : at;
    while (this.#now() < dueAtMs) {
      await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
      signal?.throwIfAborted();
      if (this.#queue[0] !== standing) throw new PlayerFailure('it ended before it sounded');
    }
    return this.#begin(standing, Math.max(dueAtMs, armedAtMs), dueAtMs);
  }

  async interrupt(track: Track): Promise<{ cut: Cut | undefined; playback: Playback; started: Started }> {
    this.#checkReady();
    const first = this.#queue[0];
    const cut = first?.begunAtMs === undefined ? undefined : this.#position(first);
    this.#endAll('interrupted');
    const playback = this.#add(track);
    const nowMs = this.#now();
    return { cut, playback, started: this.#begin(playback, nowMs, nowMs) };
  }

  async stop(): Promise<Cut | undefined> {
    this.settle();
    const first = this.#queue[0];
    const cut = first?.begunAtMs === undefined ? undefined : this.#position(first);
    this.#endAll('stopped');
    return cut;
  }

  async setVolume(volumePercent: number): Promise<PlayerState> {
    this.#volumePercent = volumePercent;
    return this.state;
  }

  /** Ends, at the instant when it was due, whatever the clock has passed. */
  settle(): void {
    for (let first = this.#queue[0]; first?.begunAtMs !== undefined; first = this.#queue[0]) {
      const endsAtMs = first.begunAtMs + first.track.expectedMs - (first.track.offsetMs ?? 0);
      if (this.#now() < endsAtMs) return;
      this.#queue.shift();
      this.#finish(first, 'end', endsAtMs);
      if (this.#queue[0] !== undefined) this.#begin(this.#queue[0], endsAtMs, endsAtMs);
    }
  }

  #checkReady(): void {
    if (!this.#isOpen) throw new PlayerFailure('the player is not open');
    this.settle();
    const words = this.#failsWith ?? this.#alwaysFailsWith;
    this.#failsWith = undefined;
    if (words !== undefined) throw new PlayerFailure(words);
  }

  #add(track: Track): Standing {
    let begin!: Standing['begin'];
    let end!: Standing['end'];
    const started = new Promise<Started | undefined>((resolve) => (begin = resolve));
    const ended = new Promise<Ending>((resolve) => (end = resolve));
    const standing: Standing = { track, started, ended, begin, end };
    this.#queue.push(standing);
    return standing;
  }

  #begin(standing: Standing, atMs: number, dueAtMs: number): Started {
    standing.begunAtMs = atMs;
    const started = { startedAtMs: atMs, latencyMs: atMs - dueAtMs };
    standing.begin(started);
    void this.#lookUntilEnded(standing);
    return started;
  }

  async #lookUntilEnded(standing: Standing): Promise<void> {
    while (this.#queue.includes(standing)) {
      await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
      this.settle();
    }
  }

  #position(standing: Standing, atMs = this.#now()): Cut {
    const offsetMs = standing.track.offsetMs ?? 0;
    const passedMs = standing.begunAtMs === undefined ? 0 : atMs - standing.begunAtMs;
    const playedMs = Math.max(0, Math.min(passedMs, standing.track.expectedMs - offsetMs));
    return { positionMs: offsetMs + playedMs, playedMs };
  }

  #finish(standing: Standing, reason: EndReason, endedAtMs: number, problem?: string): void {
    const ending: Ending = {
      reason,
      ...this.#position(standing, endedAtMs),
      endedAtMs,
      stalledMs: 0,
      stallsCount: 0,
      ...(standing.begunAtMs !== undefined && { startedAtMs: standing.begunAtMs }),
      ...(problem !== undefined && { problem }),
    };
    if (standing.begunAtMs !== undefined) this.sounded.push({ track: standing.track, ...ending });
    standing.begin(undefined);
    standing.end(ending);
  }

  #endAll(reason: EndReason, problem?: string): void {
    for (const standing of this.#queue.splice(0)) this.#finish(standing, reason, this.#now(), problem);
  }
}
