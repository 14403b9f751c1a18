import type { Order, SignedProgramme } from '#contract/order.ts';
import { getArea, listAncestry } from '../areas/area-store.ts';
import { findClusterArea } from '../areas/cluster-store.ts';
import { instantOf } from '../lib/clock.ts';
import { Problem } from '../lib/problem.ts';
import {
  findPlacement,
  listShortOfProgramme,
  raiseProgrammeRevisions,
  saveProgrammeBuilt,
} from '../receivers/placement-store.ts';
import { listByIds, type StoredAiring } from '../scheduling/airing-store.ts';
import { readEpoch } from '../scheduling/order-number-store.ts';
import { listUnsettledAirings } from './delivery-store.ts';
import type { DispatchDeps } from './dispatch-deps.ts';
import { listMedia, makeOrder, rankOf } from './order-rules.ts';

const DAY_MS = 86_400_000;
/** Under this many days left a receiver is given a fresh programme, so that it never runs dry while reachable. */
const REFRESH_DAYS = 10;

/**
 * Builds and signs what a receiver shall work from now on. `etagHeld`: what it says it holds; undefined is answered when that
 * is still right. A programme with an emergency is never answered so: its order must be signed afresh to be acted on.
 */
export async function buildProgramme(
  deps: DispatchDeps,
  receiverId: string,
  etagHeld: string | undefined,
): Promise<{ etag: string; programme: SignedProgramme } | { etag: string; programme: undefined }> {
  const placement = await findPlacement(deps.db, receiverId);
  if (!placement) throw new Problem('receiver-unknown', { receiverId });
  const nowMs = deps.clock.now();
  const now = instantOf(nowMs);
  const epoch = await readEpoch(deps.db);
  const etag = `"${epoch}-${placement.programmeRevision}"`;
  const orders = await collectOrders(deps, placement, nowMs);
  const emergencies = orders.filter((order) => order.class === 'emergency');
  const isFresh = placement.programmeValidUntil !== null && Date.parse(placement.programmeValidUntil) > nowMs + DAY_MS;
  if (etagHeld === etag && emergencies.length === 0 && isFresh) return { etag, programme: undefined };
  const areaId = await findClusterArea(deps.db, placement.clusterId, now);
  const areaIds = areaId === undefined ? [] : await listAncestry(deps.db, areaId, now);
  const validUntil = instantOf(nowMs + deps.limits.programmeDays * DAY_MS);
  const programme = deps.keyRing.sign('programme', {
    type: 'programme' as const,
    v: 1 as const,
    receiverId,
    clusterId: placement.clusterId,
    epoch,
    revision: placement.programmeRevision,
    issuedAt: now,
    validUntil,
    areaIds,
    policy: deps.policy,
    orders: orders.filter((order) => order.class !== 'emergency'),
    emergencies: emergencies.map((order) => deps.keyRing.sign('emergency', order)),
    media: listMedia(orders),
  });
  await saveProgrammeBuilt(deps.db, receiverId, now, validUntil);
  return { etag, programme };
}

/**
 * Lets programmes that run short be rebuilt, a bounded number a call, so that a fleet's renewals spread over time.
 * @returns how many were told.
 */
export async function renewProgrammes(deps: DispatchDeps): Promise<number> {
  const endsBefore = instantOf(deps.clock.now() + REFRESH_DAYS * DAY_MS);
  const receiverIds = await listShortOfProgramme(deps.db, endsBefore, 100);
  await raiseProgrammeRevisions(deps.db, receiverIds);
  await deps.lookNow(receiverIds);
  return receiverIds.length;
}

async function collectOrders(
  deps: DispatchDeps,
  placement: { receiverId: string; state: string },
  nowMs: number,
): Promise<Order[]> {
  const airings = await listByIds(deps.db, await listUnsettledAirings(deps.db, placement.receiverId));
  const horizonMs = nowMs + deps.limits.programmeDays * DAY_MS;
  const due = airings.filter((airing) => isDue(airing, nowMs, horizonMs));
  const allowed = placement.state === 'quarantined' ? due.filter((airing) => airing.class === 'emergency') : due;
  // The nearest first: what does not fit comes with a later programme, long before its time.
  const kept = allowed.slice(0, deps.limits.programmeOrdersMax);
  const scope = { kind: 'receiver' as const, id: placement.receiverId };
  return Promise.all(
    kept.map(async (airing) => makeOrder(airing, scope, await issuerOf(deps, airing), deps.limits.startWithinMs, nowMs)),
  );
}

function isDue(airing: StoredAiring, nowMs: number, horizonMs: number): boolean {
  return airing.state === 'planned' && Date.parse(airing.validUntil) > nowMs && Date.parse(airing.startsAt) < horizonMs;
}

export async function issuerOf(deps: Pick<DispatchDeps, 'db'>, airing: StoredAiring): Promise<Order['issuer']> {
  const area = await getArea(deps.db, airing.areaId);
  return { areaId: area.areaId, areaName: area.name, rank: rankOf(area.level) };
}
