import { listDescendants } from '../areas/area-store.ts';
import { type Route, route } from '../http/bind-endpoint.ts';
import { instantOf } from '../lib/clock.ts';
import { airingOnWire, listAirings } from './airing-store.ts';
import { cancelAiring, moveAiring } from './change-airing.ts';
import { scheduleAiring, type SchedulingDeps } from './schedule-airing.ts';

export function schedulingRoutes(deps: SchedulingDeps): Route[] {
  return [
    route('scheduleAiring', async ({ caller, body }) => airingOnWire(await scheduleAiring(deps, caller, body))),
    route('moveAiring', async ({ caller, params, body }) =>
      airingOnWire(await moveAiring(deps, caller, params.airingId, body.startsAt)),
    ),
    route('cancelAiring', async ({ caller, params }) => airingOnWire(await cancelAiring(deps, caller, params.airingId))),
    route('listAirings', async ({ query }) => {
      const areaIds = await listDescendants(deps.db, query.areaId, instantOf(deps.clock.now()));
      const { from, to, after, limit } = query;
      const airings = await listAirings(deps.db, { areaIds, from, to, after, limit });
      const last = airings.length === limit ? airings.at(-1) : undefined;
      return { entries: airings.map(airingOnWire), next: last ? `${last.startsAt}~${last.airingId}` : null };
    }),
  ];
}
