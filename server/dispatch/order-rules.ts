import type { Class, MediaReference, Purpose } from '#contract/primitives.ts';
import type { Order, OrderItem, OrderScope } from '#contract/order.ts';

/** What an order says of its airing. */
export interface OrderSource {
  airingId: string;
  orderId: string;
  epoch: number;
  counter: number;
  class: Class;
  purpose: Purpose;
  startsAt: string;
  startBefore: string;
  validUntil: string;
  repeats: number;
  gapMs: number;
  chime: MediaReference | null;
  endTone: MediaReference | null;
  items: OrderItem[];
}

/** Rank of the issuing area: smaller is higher. Among emergencies the higher rank goes first. */
export function rankOf(level: 'province' | 'district' | 'commune' | 'hamlet'): number {
  return { province: 0, district: 1, commune: 2, hamlet: 3 }[level];
}

/**
 * The order that carries out an airing. An emergency may be acted on only within `startWithinMs` of its signing: whoever
 * gets it later needs a freshly signed programme that still names it.
 */
export function makeOrder(
  airing: OrderSource,
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
export function expectedMsOf(airing: Pick<OrderSource, 'items' | 'repeats'>): number {
  return airing.repeats * airing.items.reduce((sum, item) => sum + item.media.durationMs, 0);
}

/** What the wire lets a programme hold; beyond it a receiver would refuse the whole. */
const EMERGENCIES_MAX = 50;
const MEDIA_MAX = 1500;

export interface Filling {
  orders: Order[];
  emergencies: Order[];
  media: MediaReference[];
  /** The first that found no room: the programme must be renewed before it is due. */
  leftOut: Order | undefined;
}

/** Emergencies first, those of higher rank and newer before others; then what is to start next, until nothing more fits. */
export function fillProgramme(orders: readonly Order[], ordersMax: number): Filling {
  const filling: Filling = { orders: [], emergencies: [], media: [], leftOut: undefined };
  const media = new Map<string, MediaReference>();
  const takeMedia = (order: Order) => {
    const fresh = listMedia([order]).filter(({ sha256 }) => !media.has(sha256));
    const fits = media.size + fresh.length <= MEDIA_MAX;
    if (fits) for (const one of fresh) media.set(one.sha256, one);
    return fits;
  };
  for (const order of orders.filter(isEmergency).toSorted(byWeight)) {
    if (filling.emergencies.length < EMERGENCIES_MAX && takeMedia(order)) filling.emergencies.push(order);
  }
  for (const order of orders.filter((one) => !isEmergency(one)).toSorted(byStart)) {
    if (filling.orders.length < ordersMax && takeMedia(order)) filling.orders.push(order);
    else {
      filling.leftOut = order;
      break;
    }
  }
  return { ...filling, media: [...media.values()] };
}

function isEmergency(order: Order): boolean {
  return order.class === 'emergency';
}

function byWeight(one: Order, other: Order): number {
  return one.issuer.rank - other.issuer.rank || (one.startsAt > other.startsAt ? -1 : 1);
}

function byStart(one: Order, other: Order): number {
  return one.startsAt < other.startsAt || (one.startsAt === other.startsAt && one.orderId < other.orderId) ? -1 : 1;
}

/** All files that the orders need, each once. */
function listMedia(orders: readonly Order[]): MediaReference[] {
  const all = orders.flatMap((order) => [
    ...order.items.map((item) => item.media),
    ...[order.chime, order.endTone].filter((tone) => tone !== null),
  ]);
  return [...new Map(all.map((media) => [media.sha256, media])).values()];
}
