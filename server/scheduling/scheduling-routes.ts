import { listDescendants } from '../areas/area-store.ts';
import { type Route, route } from '../http/bind-endpoint.ts';
import { instantOf } from '../lib/clock.ts';
import { listAirings, type StoredAiring } from './airing-store.ts';
import { cancelAiring, moveAiring } from './change-airing.ts';
import { scheduleAiring, type SchedulingDeps } from './schedule-airing.ts';
import { showAiring, showAirings } from './show-airings.ts';

export function schedulingRoutes(deps: SchedulingDeps): Route[] {
  const shown = async (changed: Promise<StoredAiring>) => showAiring(deps.db, await changed);
  return [
    route('scheduleAiring', ({ caller, body }) => shown(scheduleAiring(deps, caller, body))),
    route('moveAiring', ({ caller, params, body }) => shown(moveAiring(deps, caller, params.airingId, body.startsAt))),
    route('cancelAiring', ({ caller, params }) => shown(cancelAiring(deps, caller, params.airingId))),
    route('listAirings', async ({ query }) => {
      const areaIds = await listDescendants(deps.db, query.areaId, instantOf(deps.clock.now()));
      const { from, to, after, limit } = query;
      const airings = await listAirings(deps.db, { areaIds, from, to, after, limit });
      const last = airings.length === limit ? airings.at(-1) : undefined;
      return { entries: await showAirings(deps.db, airings), next: last ? `${last.startsAt}~${last.airingId}` : null };
    }),
  ];
}
