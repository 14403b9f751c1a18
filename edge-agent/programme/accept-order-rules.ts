import type { Order, Policy } from '#contract/order.ts';
import type { ClockTrust, MediaReference } from '#contract/primitives.ts';
import type { ProblemCode } from '#contract/problem.ts';
import { lengthMs } from './order-timeline-rules.ts';
import { findQuietStart } from '#contract/quiet-hours.ts';

/** `programme`: under the programme's own signature; `emergency`: inside it under the emergency key's; `push`: came alone. */
export type OrderRoad = 'programme' | 'emergency' | 'push';

/** (epoch, counter) of the newest order accepted for an airing. */
export interface OrderPlace {
  epoch: number;
  counter: number;
}

export interface OrderArrival {
  order: Order;
  road: OrderRoad;
  /** What the signature's check found; undefined when it is right. */
  signatureFault: ProblemCode | undefined;
  receiverId: string;
  /** Areas that the receiver stands in, by its programme. */
  areaIds: readonly string[];
  policy: Policy | undefined;
  /** The newest order accepted before for the same airing. */
  newest: OrderPlace | undefined;
  /** When this very order first came by push; undefined if never. */
  firstPushedAtMs: number | undefined;
  nowMs: number;
  clockTrust: ClockTrust;
  replayToleranceMs: number;
  /** What the player of this receiver can play. */
  codecs: readonly MediaReference['codec'][];
}

/** Why an order is refused, or undefined. What is merely late or not due yet is decided later, by the next step. */
export function findOrderFault(arrival: OrderArrival): ProblemCode | undefined {
  const { order, road, signatureFault, newest, nowMs, clockTrust } = arrival;
  if (signatureFault) return signatureFault;
  // The programme key alone can never make an emergency, and the emergency key makes nothing else.
  if (road === 'programme' && order.class === 'emergency') return 'key-purpose-wrong';
  if (road !== 'programme' && order.class !== 'emergency') return 'order-invalid';
  if (!isConsistent(order)) return 'order-invalid';
  if (!isForMe(arrival)) return 'order-for-another';
  if (newest && comparePlaces(order, newest) < 0) return 'order-stale';
  if (road === 'push') {
    const first = arrival.firstPushedAtMs;
    if (first !== undefined && nowMs - first > arrival.replayToleranceMs) return 'order-replayed';
    if (clockTrust === 'untrusted') return 'clock-untrusted';
    if (nowMs > Date.parse(order.validUntil)) return 'order-expired';
    if (nowMs > Date.parse(order.startBefore)) return 'order-stale';
  }
  if (!isPlayable(arrival)) return 'player-failed';
  return isInQuietHours(arrival) ? 'quiet-hours' : undefined;
}

export function comparePlaces(one: OrderPlace, other: OrderPlace): number {
  return one.epoch - other.epoch || one.counter - other.counter;
}

function isConsistent(order: Order): boolean {
  return order.issuedAt <= order.validUntil && order.startsAt <= order.startBefore && order.startBefore <= order.validUntil;
}

function isForMe({ order, receiverId, areaIds }: OrderArrival): boolean {
  return order.scope.kind === 'receiver' ? order.scope.id === receiverId : areaIds.includes(order.scope.id);
}

/** Said when the order comes, not found out when it should sound. */
function isPlayable({ order, codecs }: OrderArrival): boolean {
  const media = [order.chime, order.endTone, ...order.items.map((item) => item.media)];
  return media.every((one) => one === null || codecs.includes(one.codec));
}

function isInQuietHours({ order, policy }: OrderArrival): boolean {
  if (order.class === 'emergency' || !policy) return false;
  const startsAtMs = Date.parse(order.startsAt);
  return findQuietStart(policy, startsAtMs, startsAtMs + lengthMs(order)) !== undefined;
}
