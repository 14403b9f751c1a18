/**
 * The one catalogue of jobs: what each carries and how patiently it is tried. A payload holds ids only: the row in the
 * database is the truth, so a job that runs late, twice or after its row has changed must look there first.
 */
import { z } from 'zod';

/** No '.' and no ':': the parts of a job id are joined by '.', and BullMQ keeps ':' for its own keys. */
const RowId = z.string().regex(/^[\w-]{1,64}$/);

export interface JobPolicy {
  tries: number;
  /** Wait before the second try; doubled for each further one, with jitter. */
  backoffMs: number;
  /** After this the run's signal is aborted and the try counts as failed. */
  timeLimitMs: number;
  /** Runs of this job at once in one process. */
  concurrency: number;
}

export const jobs = {
  'render-bulletin': {
    payload: z.strictObject({ bulletinId: RowId, revision: z.int().nonnegative() }),
    // One at a time: speech synthesis and encoding fill a core each, and the agents' requests need the other.
    policy: { tries: 3, backoffMs: 5_000, timeLimitMs: 20 * 60_000, concurrency: 1 },
  },
  'plan-deliveries': {
    payload: z.strictObject({ airingId: RowId }),
    policy: { tries: 8, backoffMs: 1_000, timeLimitMs: 5 * 60_000, concurrency: 2 },
  },
  'publish-order': {
    payload: z.strictObject({ airingId: RowId }),
    // Short and stubborn: it only repeats what the request has already published once.
    policy: { tries: 10, backoffMs: 500, timeLimitMs: 30_000, concurrency: 4 },
  },
  'close-airing': {
    payload: z.strictObject({ airingId: RowId }),
    policy: { tries: 8, backoffMs: 5_000, timeLimitMs: 5 * 60_000, concurrency: 2 },
  },
} as const satisfies Record<string, { payload: z.ZodType; policy: JobPolicy }>;

export type JobName = keyof typeof jobs;
export type JobPayload<N extends JobName> = z.infer<(typeof jobs)[N]['payload']>;

export const jobNames = Object.keys(jobs) as JobName[];

export function parseJobPayload<N extends JobName>(name: N, payload: unknown): JobPayload<N> {
  return jobs[name].payload.parse(payload) as JobPayload<N>;
}

/** The same payload always has the same id, so that the same order given twice stands once. It is never an integer, which BullMQ refuses. */
export function jobIdOf<N extends JobName>(name: N, payload: JobPayload<N>): string {
  const parts = Object.keys(jobs[name].payload.shape).map((key) => String((payload as Record<string, unknown>)[key]));
  return [name, ...parts].join('.');
}
