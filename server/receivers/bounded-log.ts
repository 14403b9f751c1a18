import type { Logger } from 'pino';
import type { Clock } from '../lib/clock.ts';

const EVERY_MS = 10_000;

/** Warnings that outsiders can cause at will: one of a kind every ten seconds, with the number of those left out. */
export class BoundedLog {
  readonly #logger: Logger;
  readonly #clock: Clock;
  readonly #kinds = new Map<string, { writtenMs: number; leftOut: number }>();

  constructor(logger: Logger, clock: Clock) {
    this.#logger = logger;
    this.#clock = clock;
  }

  /** `kind`: one of our own few words, never text from outside. */
  warn(kind: string, detail: Record<string, unknown>): void {
    const nowMs = this.#clock.now();
    const last = this.#kinds.get(kind);
    if (last && Math.abs(nowMs - last.writtenMs) < EVERY_MS) {
      last.leftOut += 1;
      return;
    }
    this.#logger.warn({ ...detail, leftOut: last?.leftOut ?? 0 }, kind);
    this.#kinds.set(kind, { writtenMs: nowMs, leftOut: 0 });
  }
}
