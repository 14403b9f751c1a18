import type { JobHandlers } from '../queue/job-handlers.ts';
import type { OwedQuestion } from '../queue/settle-owed-jobs.ts';
import { listUnplanned, type StoredAiring } from '../scheduling/airing-store.ts';
import { closeAiring, findUnclosedAirings } from './close-airing.ts';
import type { DispatchDeps } from './dispatch-deps.ts';
import { planDeliveries } from './plan-deliveries.ts';
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
      findOwed: async (_now, limit) => listJobs((await listUnplanned(deps.db, limit)).map((airing) => airing.airingId)),
    },
    { job: 'close-airing', findOwed: async (now, limit) => listJobs(await findUnclosedAirings(deps, now, limit)) },
  ];
}

/**
 * The whole way of an emergency from commit to the air, in the request itself: no queue, no Redis. A cancelled one takes it
 * too, so that it stops as fast as it started.
 */
export async function sendEmergency(deps: DispatchDeps, airing: Pick<StoredAiring, 'airingId'>): Promise<void> {
  await planDeliveries(deps, airing.airingId);
  await publishEmergency(deps, airing.airingId);
}

/** Emergencies that were committed but not sent, because the process died in between. */
export async function sendOwedEmergencies(deps: DispatchDeps): Promise<void> {
  const unplanned = await listUnplanned(deps.db, 500);
  for (const airing of unplanned.filter((candidate) => candidate.class === 'emergency')) await sendEmergency(deps, airing);
}
