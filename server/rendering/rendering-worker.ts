import type { Db } from '../database/open-database.ts';
import { instantOf } from '../lib/clock.ts';
import type { JobHandler } from '../queue/job-handlers.ts';
import type { OwedQuestion } from '../queue/settle-owed-jobs.ts';
import { endRendering } from './render-bulletin.ts';
import type { RenderRuns } from './render-runs.ts';
import type { RenderDeps } from './rendering-deps.ts';
import { listOwedRenderings, listUnfinishedEmergencies, type RevisionKey } from './rendering-store.ts';

/** Asked for this long ago and not begun: the order may have been lost with Redis, or never have reached it. */
const QUEUED_SINCE_MS = 15_000;
/** Begun this long ago: perhaps its process is dead. Ordered again in vain is harmless, since the run under way is joined. */
const RUNNING_SINCE_MS = 60_000;

export interface RenderingWorker {
  render: JobHandler<'render-bulletin'>;
  /** For the queue's `onExhausted`. */
  endRendering(key: RevisionKey, error: Error): Promise<void>;
  /**
   * At start and with each sweep: emergencies that a killed process left behind go on here, without the queue. What runs
   * already is left alone.
   */
  resumeEmergencies(): Promise<void>;
  /** For the sweep. */
  question: Extract<OwedQuestion, { job: 'render-bulletin' }>;
}

export function renderingWorker(deps: RenderDeps, runs: Pick<RenderRuns, 'run' | 'runAtOnce'>): RenderingWorker {
  return {
    render: (key, run) => runs.run(key, run),
    endRendering: (key, error) => endRendering(deps, key, error),
    resumeEmergencies: async () => {
      for (const key of await listUnfinishedEmergencies(deps.db)) runs.runAtOnce(key);
    },
    question: { job: 'render-bulletin', findOwed: (now, limit) => findOwedRenderings(deps.db, now, limit) },
  };
}

function findOwedRenderings(db: Db, now: number, limit: number): Promise<RevisionKey[]> {
  const before = { requestedAt: instantOf(now - QUEUED_SINCE_MS), startedAt: instantOf(now - RUNNING_SINCE_MS) };
  return listOwedRenderings(db, before, limit);
}
