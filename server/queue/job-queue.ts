/**
 * Owns the queues and workers of this process. Redis is a to-do list: everything here may be lost and is found again by
 * the sweep, so no caller ever waits long for it and no caller fails because of it.
 */
import { Queue, UnrecoverableError, WaitingError, Worker, type Job } from 'bullmq';
import { setTimeout as pause } from 'node:timers/promises';
import { isProblem } from '../lib/problem.ts';
import { boundedWait } from './bounded-wait.ts';
import { closeWorker } from './close-worker.ts';
import { assertHandlersComplete, type JobHandler, type JobHandlers } from './job-handlers.ts';
import { jobIdOf, jobNames, jobs, parseJobPayload, type JobName, type JobPayload, type JobPolicy } from './jobs.ts';
import type { QueueLog } from './queue-log.ts';
import { RedisConnection, type RedisAddress } from './redis-connection.ts';
import { RunningJobs } from './running-jobs.ts';

const enqueueWaitMaxMs = 250;
/** Orders sent but not answered, as when Redis is stopped in mid-air; further ones are owed at once instead of piling up here. */
const unansweredMax = 1_000;
const pingWaitMaxMs = 1_000;
const cancelWaitMaxMs = 5_000;
const closeWaitMaxMs = 15_000;
/** How often a job may be found abandoned by a dead process before it is taken for what kills the process. */
const abandonedMax = 3;

export interface JobQueueOptions {
  redis: RedisAddress;
  /** Before every key, so that one Redis can serve several systems. No ':' . */
  prefix: string;
  log: QueueLog;
  /** Each percentage that a running job reports, in this process. */
  onProgress?: <N extends JobName>(name: N, payload: JobPayload<N>, percent: number) => void;
  /** Other patience than the catalogue's, for tests. */
  policies?: Partial<Record<JobName, Partial<JobPolicy>>>;
  /** A job whose process died is taken up again after this time at the earliest. */
  lockMs?: number;
}

/** The last word on a job that won't be tried again: writes the reason on its row. */
export type OnExhausted = <N extends JobName>(name: N, payload: JobPayload<N>, error: Error) => Promise<void>;

/** `owed`: Redis didn't take it in time; the row stands and the sweep queues it. */
export type EnqueueResult = 'queued' | 'owed';

/** `elsewhere`: another process runs it. `unreachable`: Redis gave no answer; what runs in this process is stopped nevertheless. */
export type CancelResult = 'stopped' | 'removed' | 'absent' | 'elsewhere' | 'unreachable';

export class JobQueue implements AsyncDisposable {
  readonly #options: JobQueueOptions;
  readonly #log: QueueLog;
  readonly #connection: RedisConnection;
  readonly #queues = new Map<JobName, Queue>();
  readonly #workers: Worker[] = [];
  readonly #running: RunningJobs;
  readonly #afterwards = new Set<Promise<void>>();
  #onExhausted: OnExhausted | undefined;
  #unanswered = 0;
  /** Grows with each order and each claim: two equal readings around empty counts prove that nothing moved between them. */
  #activity = 0;
  #isClosing = false;

  private constructor(options: JobQueueOptions) {
    this.#options = options;
    this.#log = options.log;
    this.#running = new RunningJobs(options.log);
    this.#connection = new RedisConnection(options.redis, options.log);
    // A dozen queues and workers listen on the one client.
    this.#connection.client.setMaxListeners(100);
    for (const name of jobNames) {
      const queue = new Queue(name, { connection: this.#connection.client, prefix: options.prefix });
      queue.on('error', (error) => this.#connection.noteError(error, name));
      this.#queues.set(name, queue);
    }
  }

  /** Waits a moment for Redis, but opens without it too: then everything is owed until it answers. */
  static async open(options: JobQueueOptions): Promise<JobQueue> {
    const queue = new JobQueue(options);
    await boundedWait(Promise.all([...queue.#queues.values()].map((each) => each.waitUntilReady())), 2_000, undefined);
    return queue;
  }

  /** Begins to work the queues; refuses a table that hasn't exactly one handler for each job. */
  work(handlers: JobHandlers, onExhausted: OnExhausted): void {
    if (this.#workers.length > 0) throw new Error('the job queue is already worked');
    assertHandlersComplete(handlers);
    this.#onExhausted = onExhausted;
    for (const name of jobNames) this.#workers.push(this.#openWorker(name, handlers[name] as JobHandler<typeof name>));
  }

  /**
   * Puts the job in its queue unless it stands there already. An order that comes while the same job is running is folded
   * into that run: what came too late for it is still owed in the tables, and found by the sweep.
   */
  async enqueue<N extends JobName>(name: N, payload: JobPayload<N>, { delayMs = 0 } = {}): Promise<EnqueueResult> {
    const parsed = parseJobPayload(name, payload);
    if (this.#isClosing || !this.#connection.isReady() || this.#unanswered >= unansweredMax) return 'owed';
    this.#unanswered += 1;
    this.#activity += 1;
    const placed = this.#place(name, parsed, delayMs)
      .then(
        (): EnqueueResult => 'queued',
        (error: Error): EnqueueResult => {
          this.#connection.noteError(error, `enqueue ${name}`);
          return 'owed';
        },
      )
      .finally(() => (this.#unanswered -= 1));
    return boundedWait(placed, enqueueWaitMaxMs, 'owed');
  }

  /**
   * Stops the job here or takes it out of the queue, and waits until it has left, so that the same job can be ordered anew.
   * No `onExhausted` follows: who cancels writes the row.
   */
  async cancel<N extends JobName>(name: N, payload: JobPayload<N>): Promise<CancelResult> {
    const id = jobIdOf(name, parseJobPayload(name, payload));
    const wasRunning = this.#running.stop(id, 'cancelled');
    const left = await boundedWait(this.#takeOut(name, id, wasRunning), cancelWaitMaxMs, undefined).catch((error: Error) => {
      this.#connection.noteError(error, `cancel ${name}`);
      return undefined;
    });
    if (left !== undefined) return left;
    return wasRunning ? 'stopped' : 'unreachable';
  }

  /** Undefined when it doesn't run in this process. */
  progressOf<N extends JobName>(name: N, payload: JobPayload<N>): number | undefined {
    return this.#running.progressOf(jobIdOf(name, payload));
  }

  async isReachable(): Promise<boolean> {
    return !this.#isClosing && this.#connection.answersPing(pingWaitMaxMs);
  }

  /** Resolves when nothing waits or runs; what waits for its hour, or for its next try, doesn't count. */
  async idle(waitMaxMs = 30_000): Promise<void> {
    const until = Date.now() + waitMaxMs;
    for (;;) {
      const before = this.#activity;
      const open = await boundedWait(this.#countOpen(), until - Date.now(), undefined);
      if (open === 0 && before === this.#activity) return;
      if (Date.now() >= until)
        throw new Error(`the job queue was not idle after ${waitMaxMs} ms: ${open ?? 'unknown'} jobs open`);
      await pause(15);
    }
  }

  /** Stops what runs (it goes back to the queue untried) and lets go of Redis. */
  async close(): Promise<void> {
    if (this.#isClosing) return;
    this.#isClosing = true;
    for (const worker of this.#workers) await worker.pause(true);
    this.#running.stopAll('closing');
    const closed = Promise.all(this.#workers.map((worker) => closeWorker(worker, this.#connection)));
    const inTime = await boundedWait(
      closed.then(() => this.#running.allEnded()).then(() => Promise.all(this.#afterwards)),
      closeWaitMaxMs,
      undefined,
    );
    if (inTime === undefined)
      this.#log.warn({ running: this.#running.size }, 'jobs did not end in time; they run again at the next start');
    await boundedWait(Promise.all([...this.#queues.values()].map((queue) => queue.close())), 1_000, undefined);
    await this.#connection.close(1_000);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #policyOf(name: JobName): JobPolicy {
    return { ...jobs[name].policy, ...this.#options.policies?.[name] };
  }

  #queueOf(name: JobName): Queue {
    const queue = this.#queues.get(name);
    if (!queue) throw new Error(`no queue for ${name}`);
    return queue;
  }

  async #place<N extends JobName>(name: N, payload: JobPayload<N>, delayMs: number): Promise<void> {
    const queue = this.#queueOf(name);
    const policy = this.#policyOf(name);
    const placed = await queue.add(name, payload, {
      jobId: jobIdOf(name, payload),
      delay: delayMs,
      attempts: policy.tries,
      backoff: { type: 'exponential', delay: policy.backoffMs, jitter: 0.5 },
      // A finished job that is kept would silently swallow the same order given again.
      removeOnComplete: true,
      removeOnFail: true,
      stackTraceLimit: 3,
    });
    const standing = placed.id === undefined ? undefined : await queue.getJob(placed.id);
    if (standing !== undefined && standing.timestamp !== placed.timestamp) await this.#reschedule(standing, delayMs);
  }

  /** It stood there before: the latest word says when, but the wait between two tries is left alone. */
  async #reschedule(standing: Job, delayMs: number): Promise<void> {
    if (standing.attemptsMade > 0 || !(await standing.isDelayed())) return;
    try {
      if (delayMs > 0) await standing.changeDelay(delayMs);
      else await standing.promote();
    } catch (error) {
      // Its hour came between the question and the change: then it waits or runs already, which is what counts.
      this.#log.debug({ err: error, job: standing.id }, 'a delayed job was claimed while it was rescheduled');
    }
  }

  async #takeOut(name: JobName, id: string, wasRunning: boolean): Promise<CancelResult | undefined> {
    const queue = this.#queueOf(name);
    const until = Date.now() + cancelWaitMaxMs;
    let isStopped = wasRunning;
    while (Date.now() < until) {
      if (!this.#connection.isReady()) return undefined;
      if ((await queue.getJobState(id)) === 'unknown') return isStopped ? 'stopped' : 'absent';
      // It may have been claimed since, or be on its way out with its lock still held.
      if (this.#running.stop(id, 'cancelled')) isStopped = true;
      else if ((await queue.remove(id)) === 1) return isStopped ? 'stopped' : 'removed';
      await pause(15);
    }
    return isStopped ? 'stopped' : 'elsewhere';
  }

  #openWorker<N extends JobName>(name: N, handler: JobHandler<N>): Worker {
    const lockMs = this.#options.lockMs ?? 20_000;
    const worker = new Worker(name, (job, token) => this.#process(name, handler, job, token), {
      connection: this.#connection.client,
      prefix: this.#options.prefix,
      concurrency: this.#policyOf(name).concurrency,
      lockDuration: lockMs,
      stalledInterval: lockMs / 4,
      maxStalledCount: abandonedMax,
      runRetryDelay: 1_000,
    });
    worker.on('error', (error) => this.#connection.noteError(error, name));
    worker.on('failed', (job) => {
      // Given up by BullMQ itself, because it was abandoned too often: the handler never came to say why.
      if (job?.deferredFailure) this.#afterward(this.#giveUp(name, job.data, new Error(job.deferredFailure)));
    });
    return worker;
  }

  async #process<N extends JobName>(name: N, handler: JobHandler<N>, job: Job, token: string | undefined): Promise<void> {
    this.#activity += 1;
    if (this.#isClosing) return putBack(job, token);
    const id = String(job.id);
    const policy = this.#policyOf(name);
    let payload: JobPayload<N>;
    try {
      payload = parseJobPayload(name, job.data);
    } catch (error) {
      this.#log.error({ err: error, job: id }, 'a job with an invalid payload is dropped');
      throw new UnrecoverableError('payload invalid');
    }
    const attempt = job.attemptsMade + 1;
    const end = await this.#running.run(id, policy.timeLimitMs, (signal, setProgress) => {
      const reportProgress = (percent: number): void => {
        setProgress(percent);
        this.#options.onProgress?.(name, payload, percent);
      };
      return handler(payload, { signal, attempt, reportProgress });
    });
    if (end.how === 'done') return;
    if (end.how === 'closing') return putBack(job, token);
    if (end.how === 'cancelled') throw new UnrecoverableError('cancelled');
    const isRefusal = isProblem(end.error);
    this.#log[isRefusal ? 'info' : 'warn']({ err: end.error, job: id, attempt, tries: policy.tries }, 'a job failed');
    if (!isRefusal && attempt < policy.tries) throw end.error;
    await this.#giveUp(name, payload, end.error);
    throw new UnrecoverableError(end.error.message);
  }

  async #giveUp<N extends JobName>(name: N, payload: unknown, error: Error): Promise<void> {
    try {
      await this.#onExhausted?.(name, parseJobPayload(name, payload), error);
    } catch (writeError) {
      // Its row still says that it is owed, so the sweep brings it back.
      this.#log.error({ err: writeError, job: name, because: error }, 'the end of a job could not be written');
    }
  }

  #afterward(work: Promise<void>): void {
    this.#afterwards.add(work);
    void work.finally(() => this.#afterwards.delete(work));
  }

  async #countOpen(): Promise<number> {
    const counts = await Promise.all(
      [...this.#queues.values()].map((queue) => queue.getJobCountByTypes('wait', 'active', 'prioritized')),
    );
    return counts.reduce((sum, count) => sum + count, this.#running.size + this.#afterwards.size + this.#unanswered);
  }
}

/** Back to the queue as if never begun, for the next start of the server. */
async function putBack(job: Job, token: string | undefined): Promise<never> {
  await job.moveToWait(token);
  throw new WaitingError();
}
