import { type Db, inTransaction } from '../database/open-database.ts';
import { instantOf } from '../lib/clock.ts';
import { listPlacementsAt, type Placement, raiseProgrammeRevisions } from '../receivers/placement-store.ts';
import { findAiring, savePlanned, type StoredAiring } from '../scheduling/airing-store.ts';
import { resolveClusters } from '../scheduling/resolve-clusters.ts';
import { isUnsettled, mayStartOver, WITHDRAWN } from './delivery-rules.ts';
import { listDeliveryHeads, type NewDelivery, openDeliveries, reopenDeliveries, settleDeliveries } from './delivery-store.ts';
import type { DispatchDeps } from './dispatch-deps.ts';
import { expectedMsOf } from './order-rules.ts';

/**
 * Opens a delivery at every receiver that stands in the targets, reachable or not, and lets their programmes be rebuilt.
 * Safe to repeat: it also takes in receivers installed since, and withdraws where one no longer stands in the targets.
 * @returns the receivers whose programme changed; they have been told to look.
 */
export async function planDeliveries(deps: DispatchDeps, airingId: string): Promise<string[]> {
  const affected = await storePlan(deps, airingId);
  await deps.lookNow(affected);
  return affected;
}

/** The same without telling anyone: an emergency has something better to say first. */
export async function storePlan(deps: Pick<DispatchDeps, 'db' | 'clock'>, airingId: string): Promise<string[]> {
  return inTransaction(deps.db, async (db) => {
    const airing = await findAiring(db, airingId);
    if (!airing || airing.state === 'closed') return [];
    const now = instantOf(deps.clock.now());
    const receiverIds = airing.state === 'cancelled' ? await withdraw(db, airing, now) : await open(db, airing, now);
    await raiseProgrammeRevisions(db, receiverIds);
    await savePlanned(db, airingId, now);
    return receiverIds;
  });
}

/** @returns all that ever had it in their programme, for it must leave there. */
async function withdraw(db: Db, { airingId }: StoredAiring, now: string): Promise<string[]> {
  const heads = await listDeliveryHeads(db, airingId);
  await settleDeliveries(db, { airingId, from: ['planned', 'ready', 'unknown'] }, 'cancelled', WITHDRAWN, now);
  return heads.map((head) => head.receiverId);
}

async function open(db: Db, airing: StoredAiring, now: string): Promise<string[]> {
  const { airingId, orderId } = airing;
  const before = await listDeliveryHeads(db, airingId);
  const known = new Set(before.map((head) => head.receiverId));
  const placed = await resolveTargets(db, airing, now);
  const mayPlay = new Map(placed.map(({ placement }) => [placement.receiverId, !isBarred(airing, placement)]));
  const again = before.filter((head) => mayPlay.get(head.receiverId) && mayStartOver(head, orderId)).map(idOf);
  await reopenDeliveries(db, { airingId, receiverIds: again, orderId }, now);
  const gone = before.filter((head) => !mayPlay.has(head.receiverId) && isUnsettled(head.state)).map(idOf);
  const from = ['planned', 'ready'] as const;
  await settleDeliveries(db, { airingId, receiverIds: gone, from }, 'cancelled', WITHDRAWN, now);
  // Who comes when nothing may begin any more has no part in it; but the first plan, however late, owes everyone a record.
  const isJoinable = before.length === 0 || airing.class === 'emergency' || airing.startBefore > now;
  const added = isJoinable ? placed.filter(({ placement }) => !known.has(placement.receiverId)) : [];
  await openDeliveries(
    db,
    added.map(({ placement, areaId }) => deliveryOf(airing, placement, areaId)),
    now,
  );
  return [...again, ...gone, ...added.map(({ placement }) => placement.receiverId)];
}

/** Areas stand for all clusters in and below them; a receiver named twice counts once. */
async function resolveTargets(db: Db, airing: StoredAiring, now: string): Promise<{ placement: Placement; areaId: string }[]> {
  const areaOfCluster = await resolveClusters(db, airing.targets, now);
  const placements = await listPlacementsAt(db, [...areaOfCluster.keys()]);
  return placements.map((placement) => ({ placement, areaId: areaOfCluster.get(placement.clusterId) ?? airing.areaId }));
}

function deliveryOf(airing: StoredAiring, placement: Placement, areaId: string): NewDelivery {
  const barred = isBarred(airing, placement);
  return {
    airingId: airing.airingId,
    receiverId: placement.receiverId,
    clusterId: placement.clusterId,
    areaId,
    orderId: airing.orderId,
    expectedMs: expectedMsOf(airing),
    state: barred ? 'refused' : 'planned',
    reason: barred ? 'receiver-quarantined' : null,
  };
}

function isBarred(airing: StoredAiring, placement: Placement): boolean {
  return placement.state === 'quarantined' && airing.class !== 'emergency';
}

function idOf({ receiverId }: { receiverId: string }): string {
  return receiverId;
}
