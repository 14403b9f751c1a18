import type { Clock } from '../lib/clock.ts';
import { Problem } from '../lib/problem.ts';

const WINDOW_MS = 60_000;
const KEYS_MAX = 20_000;

/** So many a minute for each key (an address, an account), in memory: a restart forgives, the lock-outs in the database do not. */
export class AttemptLimiter {
  readonly #clock: Clock;
  readonly #perMinuteMax: number;
  readonly #windows = new Map<string, { startedMs: number; count: number }>();

  constructor(clock: Clock, perMinuteMax: number) {
    this.#clock = clock;
    this.#perMinuteMax = perMinuteMax;
  }

  /** @throws `too-many-requests` */
  take(key: string): void {
    const nowMs = this.#clock.now();
    const found = this.#windows.get(key);
    const window = found && Math.abs(nowMs - found.startedMs) < WINDOW_MS ? found : { startedMs: nowMs, count: 0 };
    if (window.count >= this.#perMinuteMax) {
      const retryAfterSeconds = Math.max(1, Math.ceil((window.startedMs + WINDOW_MS - nowMs) / 1000));
      throw new Problem('too-many-requests', { retryAfterSeconds });
    }
    window.count += 1;
    // To the end of the order, so that the first is the one that was touched longest ago.
    this.#windows.delete(key);
    this.#windows.set(key, window);
    const [oldest] = this.#windows.keys();
    if (this.#windows.size > KEYS_MAX && oldest !== undefined) this.#windows.delete(oldest);
  }
}
