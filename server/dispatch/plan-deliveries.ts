import { listDescendants } from '../areas/area-store.ts';
import { listClustersIn } from '../areas/cluster-store.ts';
import { findClusterArea } from '../areas/cluster-store.ts';
import { type Db, inTransaction } from '../database/open-database.ts';
import { instantOf } from '../lib/clock.ts';
import { listPlacementsAt, type Placement, raiseProgrammeRevisions } from '../receivers/placement-store.ts';
import { findAiring, listOpen, savePlanned, type StoredAiring } from '../scheduling/airing-store.ts';
import { isUnsettled, WITHDRAWN } from './delivery-rules.ts';
import { listDeliveries, type NewDelivery, openDeliveries, reorderDeliveries, settleDeliveries } from './delivery-store.ts';
import type { DispatchDeps } from './dispatch-deps.ts';
import { expectedMsOf } from './order-rules.ts';

/**
 * Opens a delivery at every receiver that stands in the targets, reachable or not, and lets their programmes be rebuilt.
 * Safe to repeat: it also takes in receivers installed since, and withdraws where one no longer stands in the targets.
 * @returns the receivers whose programme changed.
 */
export async function planDeliveries(deps: DispatchDeps, airingId: string): Promise<string[]> {
  const affected = await inTransaction(deps.db, async (db) => {
    const airing = await findAiring(db, airingId);
    if (!airing) return [];
    const now = instantOf(deps.clock.now());
    const receiverIds = airing.state === 'cancelled' ? await withdraw(db, airing, now) : await open(db, airing, now);
    await raiseProgrammeRevisions(db, receiverIds);
    await savePlanned(db, airingId, now);
    return receiverIds;
  });
  await deps.lookNow(affected);
  return affected;
}

/** After a receiver was installed, moved or revoked: whatever is still to air is planned anew. */
export async function replanOpenAirings(deps: DispatchDeps): Promise<void> {
  const airingIds = await listOpen(deps.db, instantOf(deps.clock.now()), 10_000);
  for (const airingId of airingIds) await planDeliveries(deps, airingId);
}

async function withdraw(db: Db, airing: StoredAiring, now: string): Promise<string[]> {
  const deliveries = await listDeliveries(db, airing.airingId);
  await settleDeliveries(db, { airingId: airing.airingId, from: ['planned', 'ready', 'unknown'] }, 'cancelled', WITHDRAWN, now);
  return deliveries.filter((delivery) => isUnsettled(delivery.state)).map((delivery) => delivery.receiverId);
}

async function open(db: Db, airing: StoredAiring, now: string): Promise<string[]> {
  const before = await listDeliveries(db, airing.airingId);
  const placed = await resolveTargets(db, airing, now);
  const inTargets = new Set(placed.map(({ placement }) => placement.receiverId));
  await reorderDeliveries(db, airing.airingId, airing.orderId, now);
  const gone = before.filter((delivery) => !inTargets.has(delivery.receiverId) && isUnsettled(delivery.state));
  const goneIds = gone.map((delivery) => delivery.receiverId);
  const question = { airingId: airing.airingId, receiverIds: goneIds, from: ['planned', 'ready'] as const };
  if (goneIds.length > 0) await settleDeliveries(db, question, 'cancelled', WITHDRAWN, now);
  const known = new Set(before.map((delivery) => delivery.receiverId));
  const added = placed.filter(({ placement }) => !known.has(placement.receiverId));
  await openDeliveries(
    db,
    added.map(({ placement, areaId }) => deliveryOf(airing, placement, areaId)),
    now,
  );
  const isReordered = before.some((delivery) => delivery.orderId !== airing.orderId);
  const changed = isReordered ? placed : added;
  return [...new Set([...changed.map(({ placement }) => placement.receiverId), ...goneIds])];
}

/** Areas stand for all clusters in and below them; a receiver named twice counts once. */
async function resolveTargets(db: Db, airing: StoredAiring, now: string): Promise<{ placement: Placement; areaId: string }[]> {
  const areaOfCluster = new Map<string, string>();
  for (const target of airing.targets) {
    if (target.kind === 'area') {
      const areaIds = await listDescendants(db, target.id, now);
      for (const cluster of await listClustersIn(db, areaIds, now)) areaOfCluster.set(cluster.clusterId, cluster.areaId);
    } else {
      const areaId = await findClusterArea(db, target.id, now);
      if (areaId !== undefined) areaOfCluster.set(target.id, areaId);
    }
  }
  const placements = await listPlacementsAt(db, [...areaOfCluster.keys()]);
  return placements.map((placement) => ({ placement, areaId: areaOfCluster.get(placement.clusterId) ?? airing.areaId }));
}

function deliveryOf(airing: StoredAiring, placement: Placement, areaId: string): NewDelivery {
  const isBarred = placement.state === 'quarantined' && airing.class !== 'emergency';
  return {
    airingId: airing.airingId,
    receiverId: placement.receiverId,
    clusterId: placement.clusterId,
    areaId,
    orderId: airing.orderId,
    expectedMs: expectedMsOf(airing),
    state: isBarred ? 'refused' : 'planned',
    reason: isBarred ? 'receiver-quarantined' : null,
  };
}
