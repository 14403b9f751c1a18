import type { Clock } from '../lib/clock.ts';
import { Problem } from '../lib/problem.ts';
import { type Allowance, type Bucket, callerKeyOf, takeFrom } from './attempt-rules.ts';

const CALLERS_MAX = 20_000;

/** Attempts by address, in memory. With more callers than it can remember it forgets those it has not heard for longest. */
export class AttemptLimit {
  readonly #clock: Clock;
  readonly #allowance: Allowance;
  readonly #buckets = new Map<string, Bucket>();

  constructor(clock: Clock, allowance: Allowance) {
    this.#clock = clock;
    this.#allowance = allowance;
  }

  /** @throws `too-many-requests` */
  take(address: string | undefined): void {
    const key = callerKeyOf(address ?? '');
    const bucket = takeFrom(this.#buckets.get(key), 1, this.#allowance, this.#clock.now());
    if (!bucket) throw new Problem('too-many-requests', { retryAfterSeconds: Math.ceil(1 / this.#allowance.perSecond) });
    this.#buckets.delete(key);
    this.#buckets.set(key, bucket);
    const [oldest] = this.#buckets.keys();
    if (this.#buckets.size > CALLERS_MAX && oldest !== undefined) this.#buckets.delete(oldest);
  }
}
