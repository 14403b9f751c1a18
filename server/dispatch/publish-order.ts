import type { OrderScope } from '#contract/order.ts';
import { instantOf } from '../lib/clock.ts';
import { listPlacementsAt } from '../receivers/placement-store.ts';
import { findAiring, savePublished, type StoredAiring } from '../scheduling/airing-store.ts';
import type { DispatchDeps } from './dispatch-deps.ts';
import { issuerOf } from './build-programme.ts';
import { makeOrder } from './order-rules.ts';

/**
 * Sends an emergency to whoever is connected, each order signed by the emergency key for its area or receiver. Whoever misses
 * it finds it in the programme. Safe to repeat: receivers know the order by its id.
 */
export async function publishEmergency(deps: DispatchDeps, airingId: string): Promise<void> {
  const airing = await findAiring(deps.db, airingId);
  if (!airing || airing.class !== 'emergency' || airing.state !== 'planned') return;
  const areaIds = airing.targets.filter((target) => target.kind === 'area').map((target) => target.id);
  const clusterIds = airing.targets.filter((target) => target.kind === 'cluster').map((target) => target.id);
  for (const areaId of areaIds) {
    await deps.link.sendEmergency([areaId], await emergencyFor(deps, airing, { kind: 'area', id: areaId }));
  }
  for (const { receiverId } of await listPlacementsAt(deps.db, clusterIds)) {
    await deps.link.sendDown(receiverId, await emergencyFor(deps, airing, { kind: 'receiver', id: receiverId }));
  }
  await savePublished(deps.db, airingId, instantOf(deps.clock.now()));
}

async function emergencyFor(deps: DispatchDeps, airing: StoredAiring, scope: OrderScope) {
  const order = makeOrder(airing, scope, await issuerOf(deps, airing), deps.limits.startWithinMs, deps.clock.now());
  return { type: 'emergency' as const, v: 1 as const, order: deps.keyRing.sign('emergency', order) };
}
