import type { Clock } from '../../server/lib/clock.ts';
import { instantOf } from '../../server/lib/clock.ts';

/** A clock that only tests move. */
export class DrivenClock implements Clock {
  #nowMs: number;

  constructor(startAt = '2026-11-22T05:00:00.000Z') {
    this.#nowMs = Date.parse(startAt);
  }

  now(): number {
    return this.#nowMs;
  }

  /** The same as an instant. */
  get at(): string {
    return instantOf(this.#nowMs);
  }

  advance(ms: number): void {
    this.#nowMs += ms;
  }
}
