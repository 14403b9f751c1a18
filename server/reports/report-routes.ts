import { listReceiverDeliveries } from './list-receiver-deliveries.ts';
import { listNotices } from './notice-store.ts';
import { previewTargets } from './preview-targets.ts';
import { summariseDay } from './summarise-day.ts';
import { type Route, route } from '../http/bind-endpoint.ts';
import { instantOf } from '../lib/clock.ts';
import type { SchedulingDeps } from '../scheduling/schedule-airing.ts';

const DAY_MS = 86_400_000;
const NOTICES_OF_EACH_MAX = 50;

export function reportRoutes(deps: Pick<SchedulingDeps, 'db' | 'clock' | 'policy' | 'limits' | 'readTones'>): Route[] {
  const { db, clock } = deps;
  return [
    route('listNotices', async ({ query }) => {
      const nowMs = clock.now();
      const entries = await listNotices(db, {
        areaId: query.areaId,
        now: instantOf(nowMs),
        bulletinsSince: instantOf(nowMs - 30 * DAY_MS),
        airingsSince: instantOf(nowMs - 7 * DAY_MS),
        limitOfEach: NOTICES_OF_EACH_MAX,
      });
      return { entries };
    }),
    route('summariseDay', async ({ query }) => ({ airings: await summariseDay(deps, query) })),
    route('previewTargets', ({ caller, body }) => previewTargets(deps, caller, body)),
    route('listReceiverDeliveries', ({ params, query }) => listReceiverDeliveries(db, params.receiverId, query)),
  ];
}
