import type { Airing, Target } from '#contract/airing.ts';
import type { ProblemReply } from '#contract/problem.ts';
import type { PreviewTargets, TargetsPreview } from '#contract/report.ts';
import type { Db } from '../database/open-database.ts';
import type { Caller } from '../http/bind-endpoint.ts';
import { instantOf } from '../lib/clock.ts';
import { isProblem } from '../lib/problem.ts';
import { listPlacementsAt } from '../receivers/placement-store.ts';
import { type ApprovedBulletin, listPlanProblems } from '../scheduling/airing-rules.ts';
import { listOverlapping } from '../scheduling/airing-store.ts';
import { resolveClusters } from '../scheduling/resolve-clusters.ts';
import { checkIssuer, checkTargets, issuingRoles, readApproved, type SchedulingDeps } from '../scheduling/schedule-airing.ts';
import { showAirings } from '../scheduling/show-airings.ts';
import { countNotOnline, listHamletIds, listParents } from './report-store.ts';

/** What else sounds at one time is looked for among so many airings. */
const OVERLAPPING_MAX = 500;
const ALSO_THEN_MAX = 50;

type Deps = Pick<SchedulingDeps, 'db' | 'clock' | 'policy' | 'limits' | 'readTones'>;

/** Answers before anything is scheduled what it would reach and cost. Stores nothing; refusals come as a list, not as an error. */
export async function previewTargets(deps: Deps, caller: Caller, request: PreviewTargets): Promise<TargetsPreview> {
  const { db } = deps;
  const nowMs = deps.clock.now();
  const now = instantOf(nowMs);
  const refusals: ProblemReply[] = [];
  const roles = issuingRoles(request.class);
  await collect(refusals, () => checkIssuer(db, caller, roles, request.areaId, now));
  const bulletins: ApprovedBulletin[] = [];
  for (const bulletinId of request.bulletinIds) {
    const [approved] = (await collect(refusals, () => readApproved(db, [bulletinId], request.areaId, now))) ?? [];
    if (approved) bulletins.push(approved);
  }
  // Where the caller may not sound he is not told either what stands there.
  const targets: Target[] = [];
  for (const target of request.targets) {
    const before = refusals.length;
    await collect(refusals, () => checkTargets(db, caller, roles, [target], now));
    if (refusals.length === before) targets.push(target);
  }
  const { problems, lengthMs } = listPlanProblems(request, bulletins, deps.readTones(), deps.policy, deps.limits, nowMs);
  // That no bulletin can be used was said already, bulletin by bulletin.
  const isSaid = (code: string) => code === 'airing-without-bulletins' && request.bulletinIds.length > 0;
  refusals.push(...problems.filter(({ code }) => !isSaid(code)).map(({ code, params }) => ({ code, params })));
  const areaOfCluster = await resolveClusters(db, targets, now);
  const fromMs = request.startsAt === null ? nowMs : Date.parse(request.startsAt);
  const span = { from: instantOf(fromMs), to: instantOf(fromMs + Math.max(lengthMs, 1)) };
  const reach = await countReach(db, areaOfCluster);
  const bytesPerReceiver = weigh(bulletins);
  return {
    ...reach,
    lengthMs,
    bytesPerReceiver,
    bytesTotal: bytesPerReceiver * reach.receivers,
    alsoThen: await listAlsoThen(db, areaOfCluster, span),
    problems: refusals,
  };
}

/** Runs a check; an expected refusal joins the list. */
async function collect<T>(refusals: ProblemReply[], check: () => Promise<T>): Promise<T | undefined> {
  try {
    return await check();
  } catch (error) {
    if (!isProblem(error)) throw error;
    refusals.push({ code: error.code, params: error.params });
    return undefined;
  }
}

async function countReach(db: Db, areaOfCluster: ReadonlyMap<string, string>) {
  const clusterIds = [...areaOfCluster.keys()];
  const placements = await listPlacementsAt(db, clusterIds);
  const hamletIds = await listHamletIds(db);
  const occupied = new Set(placements.map((placement) => placement.clusterId));
  return {
    clusters: areaOfCluster.size,
    hamlets: new Set([...areaOfCluster.values()].filter((areaId) => hamletIds.has(areaId))).size,
    receivers: placements.length,
    gateways: placements.filter((placement) => placement.kind === 'gateway').length,
    offlineNow: await countNotOnline(
      db,
      placements.map((placement) => placement.receiverId),
    ),
    clustersWithoutReceiver: clusterIds.filter((clusterId) => !occupied.has(clusterId)).length,
  };
}

/** Chime and end tone are held by every receiver since its first airing. The same audio is fetched once. */
function weigh(bulletins: readonly ApprovedBulletin[]): number {
  const bytesOf = new Map(bulletins.map(({ media }) => [media.sha256, media.bytes]));
  return [...bytesOf.values()].reduce((sum, bytes) => sum + bytes, 0);
}

/** Also what an area above has planned: it sounds in these clusters all the same. */
async function listAlsoThen(
  db: Db,
  areaOfCluster: ReadonlyMap<string, string>,
  span: { from: string; to: string },
): Promise<Airing[]> {
  if (areaOfCluster.size === 0) return [];
  const parents = await listParents(db);
  const areaIds = new Set<string>();
  for (const areaId of areaOfCluster.values()) {
    for (let at: string | undefined = areaId; at !== undefined && !areaIds.has(at); at = parents.get(at)) areaIds.add(at);
  }
  const touches = ({ kind, id }: Target) => (kind === 'area' ? areaIds.has(id) : areaOfCluster.has(id));
  const overlapping = await listOverlapping(db, span, OVERLAPPING_MAX);
  const here = overlapping.filter((airing) => airing.targets.some(touches));
  return showAirings(db, here.slice(0, ALSO_THEN_MAX));
}
