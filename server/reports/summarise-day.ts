import type { DayAiring } from '#contract/report.ts';
import { listDescendants } from '../areas/area-store.ts';
import type { Db } from '../database/open-database.ts';
import { summariseCoverage } from '../dispatch/coverage-rules.ts';
import { type Clock, instantOf } from '../lib/clock.ts';
import { Problem } from '../lib/problem.ts';
import { listAirings, type StoredAiring } from '../scheduling/airing-store.ts';
import { resolveClusters } from '../scheduling/resolve-clusters.ts';
import { showAirings } from '../scheduling/show-airings.ts';
import { countStates, listHamletIds, listPlannedReach, type Reach } from './report-store.ts';

/** Two months on one page: what a calendar shows at most. */
const SPAN_DAYS_MAX = 62;
const AIRINGS_MAX = 500;
const DAY_MS = 86_400_000;

/**
 * Asked in short questions outside a transaction: an emergency must not wait for a calendar.
 * @throws `request-invalid` for a span that is empty or too long
 */
export async function summariseDay(
  deps: { db: Db; clock: Clock },
  question: { areaId: string; from: string; to: string },
): Promise<DayAiring[]> {
  const { from, to } = question;
  const spanMs = Date.parse(to) - Date.parse(from);
  if (spanMs <= 0 || spanMs > SPAN_DAYS_MAX * DAY_MS) {
    throw new Problem('request-invalid', { faults: [`query.to: up to ${SPAN_DAYS_MAX} days after from`] });
  }
  const { db } = deps;
  const now = instantOf(deps.clock.now());
  const areaIds = await listDescendants(db, question.areaId, now);
  const stored = await listAirings(db, { areaIds, from, to, limit: AIRINGS_MAX });
  const airingIds = stored.map((airing) => airing.airingId);
  const states = await countStates(db, airingIds);
  const reach = await listReach(db, stored, now);
  const shown = await showAirings(db, stored);
  return shown.map((airing) => ({
    airing,
    coverage: summariseCoverage(states.get(airing.airingId) ?? []),
    ...(reach.get(airing.airingId) ?? { hamlets: 0, clusters: 0 }),
  }));
}

/** By deliveries where they are planned, else by targets; many airings have the same targets, each is resolved once. */
async function listReach(db: Db, airings: readonly StoredAiring[], now: string): Promise<Map<string, Reach>> {
  const reach = await listPlannedReach(
    db,
    airings.map((airing) => airing.airingId),
  );
  const open = airings.filter((airing) => !reach.has(airing.airingId));
  if (open.length === 0) return reach;
  const hamletIds = await listHamletIds(db);
  const resolved = new Map<string, Map<string, string>>();
  for (const airing of open) {
    const areaOfCluster = new Map<string, string>();
    for (const target of airing.targets) {
      const key = `${target.kind} ${target.id}`;
      const clusters = resolved.get(key) ?? (await resolveClusters(db, [target], now));
      resolved.set(key, clusters);
      for (const [clusterId, areaId] of clusters) areaOfCluster.set(clusterId, areaId);
    }
    const hamlets = new Set([...areaOfCluster.values()].filter((areaId) => hamletIds.has(areaId)));
    reach.set(airing.airingId, { hamlets: hamlets.size, clusters: areaOfCluster.size });
  }
  return reach;
}
