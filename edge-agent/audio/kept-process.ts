import { PlayerFailure } from './player.ts';
import type { PlayerLimits } from './player.ts';
import { sleep } from './wait-until.ts';

export interface Mortal {
  /** Resolves with why, once the process has ended. */
  readonly gone: Promise<PlayerFailure>;
  kill(why: string): void;
}

export interface KeptProcessOptions<P extends Mortal> {
  limits: PlayerLimits;
  /** Starts one. */
  begin(): P;
  /** Resolves when it answers and is set up. */
  prepare(process: P): Promise<void>;
  /** It is gone, and another one follows unless the keeper is closed. */
  onGone(failure: PlayerFailure): void;
}

/** A process that has lived so long had not failed at its start: the next restart is quick again. */
const SOUND_LIFE_MS = 60_000;

/** Keeps one player process running: what dies is replaced, ever more slowly while it keeps dying, at once when somebody needs it. */
export class KeptProcess<P extends Mortal> {
  readonly #options: KeptProcessOptions<P>;
  #closing = new AbortController();
  #pause = new AbortController();
  #process: P | undefined;
  #ready: P | undefined;
  #waiting = new Set<() => void>();
  #running: Promise<void> | undefined;
  #restartsCount = 0;
  #lastFailure: PlayerFailure | undefined;

  constructor(options: KeptProcessOptions<P>) {
    this.#options = options;
  }

  /** Undefined while there is none that answers. */
  get ready(): P | undefined {
    return this.#ready;
  }

  get restartsCount(): number {
    return this.#restartsCount;
  }

  get lastFailure(): PlayerFailure | undefined {
    return this.#lastFailure;
  }

  /** Rejects, closed again, when it cannot be started at all. Then it may be opened once more. */
  async open(): Promise<void> {
    if (this.#closing.signal.aborted) {
      await this.#running;
      this.#closing = new AbortController();
      this.#running = this.#lastFailure = undefined;
    }
    this.#running ??= this.#run();
    try {
      await this.get(this.#options.limits.openMaxMs);
    } catch (error) {
      await this.close();
      throw error;
    }
  }

  async get(maxMs: number): Promise<P> {
    const deadlineMs = performance.now() + maxMs;
    // Somebody needs it now: a long pause before the next try would cost an emergency.
    this.#pause.abort();
    while (this.#ready === undefined) {
      if (this.#closing.signal.aborted) throw new PlayerFailure('the player is closed');
      if (this.#running === undefined) throw new PlayerFailure('the player is not open');
      if (this.#lastFailure?.isPermanent) throw this.#lastFailure;
      const leftMs = deadlineMs - performance.now();
      if (leftMs <= 0) throw this.#lastFailure ?? new PlayerFailure(`the player was not ready in ${maxMs} ms`);
      await this.#change(leftMs);
    }
    return this.#ready;
  }

  async close(): Promise<void> {
    this.#closing.abort();
    this.#pause.abort();
    this.#process?.kill('closed');
    await this.#running;
  }

  async #run(): Promise<void> {
    const { limits } = this.#options;
    let delayMs = limits.restartDelayMinMs;
    while (!this.#closing.signal.aborted) {
      const bornMs = performance.now();
      const failure = await this.#live(this.#options.begin());
      this.#process = this.#ready = undefined;
      this.#lastFailure = failure;
      this.#options.onGone(failure);
      this.#announce();
      if (this.#closing.signal.aborted) return;
      delayMs = performance.now() - bornMs > SOUND_LIFE_MS ? limits.restartDelayMinMs : delayMs;
      this.#pause = new AbortController();
      // Even in haste not at once: a process that dies at its start must not spin.
      await sleep(limits.restartDelayMinMs, this.#closing.signal);
      await sleep(delayMs - limits.restartDelayMinMs, this.#pause.signal);
      delayMs = Math.min(delayMs * 2, limits.restartDelayMaxMs);
      this.#restartsCount++;
    }
  }

  async #live(process: P): Promise<PlayerFailure> {
    this.#process = process;
    try {
      await this.#options.prepare(process);
      this.#ready = process;
      this.#lastFailure = undefined;
      this.#announce();
    } catch (error) {
      process.kill(error instanceof Error ? error.message : String(error));
    }
    return process.gone;
  }

  async #change(maxMs: number): Promise<void> {
    await new Promise<void>((resolve) => {
      const done = () => {
        clearTimeout(timer);
        this.#waiting.delete(done);
        resolve();
      };
      const timer = setTimeout(done, maxMs);
      this.#waiting.add(done);
    });
  }

  #announce(): void {
    for (const done of [...this.#waiting]) done();
  }
}
