import type { JobHandlers } from '../queue/job-handlers.ts';
import type { OwedQuestion } from '../queue/settle-owed-jobs.ts';
import { instantOf } from '../lib/clock.ts';
import { listUnplanned, listUnpublished, type StoredAiring } from '../scheduling/airing-store.ts';
import { closeAiring, findUnclosedAirings } from './close-airing.ts';
import type { DispatchDeps } from './dispatch-deps.ts';
import { planDeliveries, storePlan } from './plan-deliveries.ts';
import { publishEmergency } from './publish-order.ts';

type DispatchJobs = 'plan-deliveries' | 'publish-order' | 'close-airing';

export function dispatchHandlers(deps: DispatchDeps): Pick<JobHandlers, DispatchJobs> {
  return {
    'plan-deliveries': async ({ airingId }) => void (await planDeliveries(deps, airingId)),
    'publish-order': async ({ airingId }) => publishEmergency(deps, airingId),
    'close-airing': async ({ airingId }) => closeAiring(deps, airingId),
  };
}

/** What the tables say dispatch still owes. Emergencies are not among them: `sendOwedEmergencies` asks no queue. */
export function dispatchOwed(deps: DispatchDeps): OwedQuestion[] {
  const listJobs = (airingIds: readonly string[]) => airingIds.map((airingId) => ({ airingId }));
  return [
    {
      job: 'plan-deliveries',
      findOwed: async (_now, limit) => listJobs(await listUnplanned(deps.db, 'scheduled', limit)),
    },
    { job: 'close-airing', findOwed: async (now, limit) => listJobs(await findUnclosedAirings(deps, now, limit)) },
  ];
}

/**
 * The whole way of an emergency from commit to the air, in the request itself: no queue, no Redis. A cancelled one takes it
 * too, so that it stops as fast as it started. The plan is stored before anything is sent: a receiver takes a later programme
 * without the emergency for its withdrawal. What fails here is logged and owed to the sweep: the emergency itself is
 * committed, and whoever issued it must not be made to issue it twice.
 */
export async function sendEmergency(deps: DispatchDeps, airing: Pick<StoredAiring, 'airingId'>): Promise<void> {
  const { airingId } = airing;
  const attempt = async <T>(what: string, work: () => Promise<T>): Promise<T | undefined> => {
    try {
      return await work();
    } catch (error) {
      deps.logger.error({ err: error as Error, airingId }, `an emergency could not be ${what}; the sweep tries again`);
      return undefined;
    }
  };
  const affected = await attempt('planned', () => storePlan(deps, airingId));
  await attempt('published', () => publishEmergency(deps, airingId));
  await attempt('announced', () => deps.lookNow(affected ?? []));
}

/** Emergencies that were committed but not planned or not sent, because something failed or the process died in between. */
export async function sendOwedEmergencies(deps: DispatchDeps): Promise<void> {
  const unsent = await listUnpublished(deps.db, instantOf(deps.clock.now()), 500);
  for (const airingId of unsent) await sendEmergency(deps, { airingId });
  for (const airingId of await listUnplanned(deps.db, 'emergency', 500)) await planDeliveries(deps, airingId);
}
