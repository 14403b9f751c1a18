/** Owns what runs in this process: one run of a job at a time, its signal, its time limit, its progress. Knows no queue. */
import { boundedWait } from './bounded-wait.ts';
import { JobStopped, type StopCause } from './job-handlers.ts';
import type { QueueLog } from './queue-log.ts';

/** A handler must end soon after its signal; one that doesn't is left behind, so that it can't block its queue for ever. */
const stopWaitMaxMs = 10_000;

export type RunEnd = { how: 'done' } | { how: 'cancelled' } | { how: 'closing' } | { how: 'failed'; error: Error };

interface Run {
  controller: AbortController;
  end: Promise<RunEnd>;
  progressPercent: number;
}

export type RunBody = (signal: AbortSignal, setProgress: (percent: number) => void) => Promise<void>;

export class RunningJobs {
  readonly #log: QueueLog;
  readonly #runs = new Map<string, Run>();

  constructor(log: QueueLog) {
    this.#log = log;
  }

  get size(): number {
    return this.#runs.size;
  }

  /**
   * Runs the body, or joins the run of the same job that is still under way: after an outage of Redis longer than its lock,
   * a job is handed out again while its first run goes on here.
   */
  run(id: string, timeLimitMs: number, body: RunBody): Promise<RunEnd> {
    const standing = this.#runs.get(id);
    if (standing) return standing.end;
    const controller = new AbortController();
    const run: Run = { controller, progressPercent: 0, end: Promise.resolve({ how: 'done' }) };
    this.#runs.set(id, run);
    const setProgress = (percent: number): void => {
      run.progressPercent = Math.min(100, Math.max(0, percent));
    };
    run.end = this.#runToEnd(id, controller, timeLimitMs, () => body(controller.signal, setProgress)).finally(() =>
      this.#runs.delete(id),
    );
    return run.end;
  }

  /** False when it doesn't run here. */
  stop(id: string, cause: StopCause): boolean {
    const run = this.#runs.get(id);
    run?.controller.abort(new JobStopped(cause));
    return run !== undefined;
  }

  stopAll(cause: StopCause): void {
    for (const id of this.#runs.keys()) this.stop(id, cause);
  }

  async allEnded(): Promise<void> {
    await Promise.all([...this.#runs.values()].map((run) => run.end));
  }

  progressOf(id: string): number | undefined {
    return this.#runs.get(id)?.progressPercent;
  }

  async #runToEnd(id: string, controller: AbortController, timeLimitMs: number, body: () => Promise<void>): Promise<RunEnd> {
    const { signal } = controller;
    const timer = setTimeout(() => controller.abort(new JobStopped('over-time-limit')), timeLimitMs);
    const aborted = new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
    const work = settle(body);
    try {
      const result = await Promise.race([work, aborted.then(() => boundedWait(work, stopWaitMaxMs, undefined))]);
      if (result === undefined) this.#log.error({ job: id }, 'a job goes on although its signal is aborted; it is left behind');
      // What the handler threw on being stopped is its own affair; why it was stopped is ours.
      if (result?.how !== 'done' && signal.aborted) return endOfStopped(signal.reason as JobStopped);
      return result ?? { how: 'done' };
    } finally {
      clearTimeout(timer);
    }
  }
}

function endOfStopped(stopped: JobStopped): RunEnd {
  return stopped.stopCause === 'over-time-limit' ? { how: 'failed', error: stopped } : { how: stopped.stopCause };
}

async function settle(body: () => Promise<void>): Promise<RunEnd> {
  try {
    await body();
    return { how: 'done' };
  } catch (error) {
    return { how: 'failed', error: error instanceof Error ? error : new Error(String(error), { cause: error }) };
  }
}
