import type { TimeSource } from '../../edge-agent/clock/time-source.ts';

const TURN_MS = 4;

/** An agent's time as tests let it pass: in small steps, with a turn for everybody after each. */
export class DrivenTime implements TimeSource {
  #passedMs = 0;
  #systemMs: number;

  constructor(startAt = '2026-11-22T05:00:00.000Z') {
    this.#systemMs = Date.parse(startAt);
  }

  steadyMs = (): number => 1_000_000 + this.#passedMs;
  systemMs = (): number => this.#systemMs;
  /** The true time, which no step of the system's clock changes: the server's. */
  trueMs = (): number => this.#startMs() + this.#passedMs;
  #steppedMs = 0;

  async sleep(delayMs: number, signal?: AbortSignal): Promise<void> {
    const dueMs = this.steadyMs() + delayMs;
    for (;;) {
      if (this.steadyMs() >= dueMs || signal?.aborted) return;
      await turn();
    }
  }

  /** The system's clock is set by somebody; the steady one runs on. */
  stepSystem(byMs: number): void {
    this.#systemMs += byMs;
    this.#steppedMs += byMs;
  }

  async pass(ms: number, stepMs = 40): Promise<void> {
    for (let leftMs = ms; leftMs > 0; leftMs -= stepMs) {
      const byMs = Math.min(stepMs, leftMs);
      this.#passedMs += byMs;
      this.#systemMs += byMs;
      await turn();
    }
  }

  /** Lets time pass until the fact holds, or throws. */
  async passUntil<T>(what: string, question: () => T | undefined | false, withinMs: number, stepMs = 40): Promise<T> {
    for (let passedMs = 0; passedMs <= withinMs; passedMs += stepMs) {
      const answer = question();
      if (answer !== undefined && answer !== false) return answer;
      await this.pass(stepMs, stepMs);
    }
    throw new Error(`${withinMs} ms passed without: ${what}`);
  }

  #startMs(): number {
    return this.#systemMs - this.#steppedMs - this.#passedMs;
  }
}

function turn(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, TURN_MS));
}
