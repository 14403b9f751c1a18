import { jobNames, type JobName, type JobPayload } from './jobs.ts';

export interface JobRun {
  /** Aborted with a `JobStopped` when the job is cancelled, over its time limit, or the process is closing. */
  signal: AbortSignal;
  /** 1 for the first try. */
  attempt: number;
  reportProgress(percent: number): void;
}

/** Must be idempotent: after a crash of Redis or of this process the same job may run again from its beginning. */
export type JobHandler<N extends JobName> = (payload: JobPayload<N>, run: JobRun) => Promise<void>;
export type JobHandlers = { [N in JobName]: JobHandler<N> };

/** Proof at start-up that each job has exactly one handler; the types say it too, but not for a table put together at run time. */
export function assertHandlersComplete(handlers: Record<string, unknown>): asserts handlers is JobHandlers {
  const missing = jobNames.filter((name) => typeof handlers[name] !== 'function');
  const extra = Object.keys(handlers).filter((name) => !(jobNames as string[]).includes(name));
  if (missing.length > 0 || extra.length > 0) {
    throw new Error(`job handlers are not one for each job: missing [${missing.join(', ')}], not a job [${extra.join(', ')}]`);
  }
}

export type StopCause = 'cancelled' | 'over-time-limit' | 'closing';

/** The reason of an aborted run's signal. */
export class JobStopped extends Error {
  readonly stopCause: StopCause;

  constructor(stopCause: StopCause) {
    super(`the job was stopped: ${stopCause}`);
    this.name = 'JobStopped';
    this.stopCause = stopCause;
  }
}
