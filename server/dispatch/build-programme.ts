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
import { readEpoch } from '../database/server-state-store.ts';
import { listProgrammeAirings } from './delivery-store.ts';
import type { DispatchDeps } from './dispatch-deps.ts';
import { fillProgramme, makeOrder, rankOf } from './order-rules.ts';

const DAY_MS = 86_400_000;
/** Under this many days left a receiver is given a fresh programme, so that it never runs dry while reachable. */
const REFRESH_DAYS = 10;
/** A rebuilt programme is noted only when it lasts so much longer: a fetch shall not cost the disk a write each time. */
const NOTED_STEP_MS = 6 * 3_600_000;

/**
 * Builds and signs what a receiver shall work from now on. `etagHeld`: what it says it holds; undefined is answered when that
 * is still right. A programme with an emergency, or one that runs short, is never answered so: it carries a tag of its own,
 * for the orders in it must be signed afresh to be acted on.
 */
export async function buildProgramme(
  deps: DispatchDeps,
  receiverId: string,
  etagHeld: string | undefined,
): Promise<{ etag: string; programme: SignedProgramme } | { etag: string; programme: undefined }> {
  // The revision is read before the orders: what changes in between is at worst newer than its label, never older.
  const placement = await findPlacement(deps.db, receiverId);
  if (!placement) throw new Problem('receiver-unknown', { receiverId });
  const nowMs = deps.clock.now();
  const now = instantOf(nowMs);
  const epoch = await readEpoch(deps.db);
  const { orders, emergencies, media, leftOut } = fillProgramme(
    await collectOrders(deps, placement, nowMs),
    deps.limits.programmeOrdersMax,
  );
  const endsMs = placement.programmeValidUntil === null ? 0 : Date.parse(placement.programmeValidUntil);
  const isLasting = emergencies.length === 0 && endsMs > nowMs + REFRESH_DAYS * DAY_MS;
  const plain = `"${epoch}-${placement.programmeRevision}"`;
  if (etagHeld === plain && isLasting) return { etag: plain, programme: undefined };
  const etag = emergencies.length > 0 || etagHeld === plain ? plain.replace(/"$/, `-${nowMs}"`) : plain;
  const areaId = await findClusterArea(deps.db, placement.clusterId, now);
  const validUntilMs = nowMs + deps.limits.programmeDays * DAY_MS;
  const programme = deps.keyRing.sign('programme', {
    type: 'programme' as const,
    v: 1 as const,
    receiverId,
    clusterId: placement.clusterId,
    epoch,
    revision: placement.programmeRevision,
    issuedAt: now,
    validUntil: instantOf(validUntilMs),
    areaIds: areaId === undefined ? [] : await listAncestry(deps.db, areaId, now),
    policy: deps.policy,
    orders,
    emergencies: emergencies.map((order) => deps.keyRing.sign('emergency', order)),
    media,
  });
  // Orders that found no room must come a day before they are due: the programme counts as shorter than it is.
  const leftOutMs = leftOut ? Date.parse(leftOut.startsAt) + (REFRESH_DAYS - 1) * DAY_MS : validUntilMs;
  const notedMs = Math.min(validUntilMs, leftOutMs);
  if (Math.abs(notedMs - endsMs) > NOTED_STEP_MS) await saveProgrammeBuilt(deps.db, receiverId, now, instantOf(notedMs));
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
  const span = { now: instantOf(nowMs), horizon: instantOf(nowMs + deps.limits.programmeDays * DAY_MS) };
  const limit = deps.limits.programmeOrdersMax + 1;
  const airings = await listByIds(deps.db, await listProgrammeAirings(deps.db, placement.receiverId, span, limit));
  const isQuarantined = placement.state === 'quarantined';
  const allowed = airings.filter((airing) => !isQuarantined || airing.class === 'emergency');
  const scope = { kind: 'receiver' as const, id: placement.receiverId };
  const issuers = new Map<string, Order['issuer']>();
  const orders: Order[] = [];
  for (const airing of allowed) {
    const issuer = issuers.get(airing.areaId) ?? (await issuerOf(deps, airing));
    issuers.set(airing.areaId, issuer);
    orders.push(makeOrder(airing, scope, issuer, deps.limits.startWithinMs, nowMs));
  }
  return orders;
}

export async function issuerOf(deps: Pick<DispatchDeps, 'db'>, airing: StoredAiring): Promise<Order['issuer']> {
  const area = await getArea(deps.db, airing.areaId);
  return { areaId: area.areaId, areaName: area.name, rank: rankOf(area.level) };
}
