import type { OrderScope } from '#contract/order.ts';
import { instantOf } from '../lib/clock.ts';
import { listPlacementsAt } from '../receivers/placement-store.ts';
import { findAiring, savePublished } from '../scheduling/airing-store.ts';
import type { DispatchDeps } from './dispatch-deps.ts';
import { issuerOf } from './build-programme.ts';
import { makeOrder } from './order-rules.ts';

/**
 * Sends an emergency to whoever is connected, each order signed by the emergency key for its area or receiver. Whoever misses
 * it finds it in the programme. Safe to repeat: receivers know the order by its id.
 * @throws when one or more could not be sent; the others were, and it counts as not published.
 */
export async function publishEmergency(deps: DispatchDeps, airingId: string): Promise<void> {
  const airing = await findAiring(deps.db, airingId);
  if (!airing || airing.class !== 'emergency' || airing.state !== 'planned') return;
  const issuer = await issuerOf(deps, airing);
  const emergencyFor = (scope: OrderScope) => {
    const order = makeOrder(airing, scope, issuer, deps.limits.startWithinMs, deps.clock.now());
    return { type: 'emergency' as const, v: 1 as const, order: deps.keyRing.sign('emergency', order) };
  };
  const idsOf = (kind: 'area' | 'cluster') => airing.targets.filter((target) => target.kind === kind).map((target) => target.id);
  const sent = idsOf('area').map(async (id) => deps.link.sendEmergency([id], emergencyFor({ kind: 'area', id })));
  for (const { receiverId } of await listPlacementsAt(deps.db, idsOf('cluster'))) {
    sent.push(deps.link.sendDown(receiverId, emergencyFor({ kind: 'receiver', id: receiverId })));
  }
  const failed = (await Promise.allSettled(sent)).filter((one) => one.status === 'rejected');
  if (failed.length > 0) {
    throw new AggregateError(
      failed.map((one) => one.reason as unknown),
      'an emergency could not be sent to all',
    );
  }
  await savePublished(deps.db, airingId, instantOf(deps.clock.now()));
}
