import type { JobQueue } from './job-queue.ts';
import type { JobName, JobPayload } from './jobs.ts';

/** What the tables say is due by `now`, oldest first, at most `limit`. */
export type OwedQuestion = {
  [N in JobName]: { job: N; findOwed(now: number, limit: number): Promise<JobPayload<N>[]> };
}[JobName];

export interface OwedCount {
  job: JobName;
  found: number;
  queued: number;
}

/** A sweep asks for no more of one kind; what is left over is found by the next sweep. */
const owedPerSweepMax = 500;

/**
 * Queues again what the tables say is due: the way back from a lost Redis, a crash between commit and enqueue, or an
 * order that came while the same job was running. What stands in the queue already stays there once.
 */
export async function settleOwedJobs(deps: {
  queue: Pick<JobQueue, 'enqueue'>;
  questions: OwedQuestion[];
  now: number;
}): Promise<OwedCount[]> {
  const counts: OwedCount[] = [];
  const errors: unknown[] = [];
  for (const question of deps.questions) {
    try {
      counts.push(await settleQuestion(deps.queue, question, deps.now));
    } catch (error) {
      // One table that can't be asked must not keep the others from being settled.
      errors.push(error);
    }
  }
  if (errors.length > 0) throw new AggregateError(errors, 'some owed jobs could not be settled');
  return counts;
}

async function settleQuestion(queue: Pick<JobQueue, 'enqueue'>, question: OwedQuestion, now: number): Promise<OwedCount> {
  const payloads = (await question.findOwed(now, owedPerSweepMax)).slice(0, owedPerSweepMax);
  let queued = 0;
  for (const payload of payloads) {
    // Redis is out of reach: each further order would wait its time for nothing.
    if ((await queue.enqueue(question.job, payload as JobPayload<typeof question.job>)) === 'owed') break;
    queued += 1;
  }
  return { job: question.job, found: payloads.length, queued };
}
