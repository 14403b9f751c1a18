import type { MediaReference } from '#contract/primitives.ts';
import type { Order, OrderScope } from '#contract/order.ts';
import type { StoredAiring } from '../scheduling/airing-store.ts';

/** Rank of the issuing area: smaller is higher. Among emergencies the higher rank goes first. */
export function rankOf(level: 'province' | 'district' | 'commune' | 'hamlet'): number {
  return { province: 0, district: 1, commune: 2, hamlet: 3 }[level];
}

/**
 * The order that carries out an airing. An emergency may be acted on only within `startWithinMs` of its signing: whoever
 * gets it later needs a freshly signed programme that still names it.
 */
export function makeOrder(
  airing: StoredAiring,
  scope: OrderScope,
  issuer: Order['issuer'],
  startWithinMs: number,
  nowMs: number,
): Order {
  const isEmergency = airing.class === 'emergency';
  const startBeforeMs = isEmergency
    ? Math.min(nowMs + startWithinMs, Date.parse(airing.validUntil))
    : Date.parse(airing.startBefore);
  return {
    type: 'order',
    v: 1,
    orderId: airing.orderId,
    airingId: airing.airingId,
    epoch: airing.epoch,
    counter: airing.counter,
    scope,
    class: airing.class,
    purpose: airing.purpose,
    issuedAt: new Date(nowMs).toISOString(),
    startsAt: airing.startsAt,
    startBefore: new Date(startBeforeMs).toISOString(),
    validUntil: airing.validUntil,
    repeats: airing.repeats,
    gapMs: airing.gapMs,
    chime: airing.chime,
    endTone: airing.endTone,
    items: airing.items,
    issuer,
    supersedes: [],
    reason: isEmergency ? `emergency of ${issuer.areaName}` : `${airing.class} airing of ${issuer.areaName}`,
  };
}

/** How long what is said lasts: repeats of all bulletins, without chime, gaps and end tone. */
export function expectedMsOf(airing: Pick<StoredAiring, 'items' | 'repeats'>): number {
  return airing.repeats * airing.items.reduce((sum, item) => sum + item.media.durationMs, 0);
}

/** All files that the orders need, each once. */
export function listMedia(orders: readonly Order[]): MediaReference[] {
  const all = orders.flatMap((order) => [
    ...order.items.map((item) => item.media),
    ...[order.chime, order.endTone].filter((tone) => tone !== null),
  ]);
  return [...new Map(all.map((media) => [media.sha256, media])).values()];
}
