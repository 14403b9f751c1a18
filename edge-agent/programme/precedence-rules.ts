import type { Order, Policy } from '#contract/order.ts';
import { lengthMs } from './order-timeline-rules.ts';
import { findQuietStart } from '#contract/quiet-hours.ts';

export function isEmergency(order: Order): boolean {
  return order.class === 'emergency';
}

export function startsAtMs(order: Order): number {
  return Date.parse(order.startsAt);
}

export function plannedEndMs(order: Order): number {
  return startsAtMs(order) + lengthMs(order);
}

export function overlap(one: Order, other: Order): boolean {
  return startsAtMs(one) < plannedEndMs(other) && startsAtMs(other) < plannedEndMs(one);
}

/** Nothing of an order may sound from this instant on: it expires, or the quiet hours begin. */
export function limitMs(order: Order, policy: Policy | undefined, nowMs: number): number {
  const validUntilMs = Date.parse(order.validUntil);
  if (isEmergency(order) || !policy) return validUntilMs;
  return findQuietStart(policy, Math.max(nowMs, startsAtMs(order)), validUntilMs) ?? validUntilMs;
}

/**
 * Negative: `one` goes first. What supersedes goes before what it supersedes; then the higher issuer (lower rank); then who spoke first,
 * so that two of equal rank never cut each other in turns.
 */
export function compareEmergencies(one: Order, other: Order): number {
  const supersedes = Number(other.supersedes.includes(one.orderId)) - Number(one.supersedes.includes(other.orderId));
  return (
    supersedes ||
    one.issuer.rank - other.issuer.rank ||
    compareText(one.issuedAt, other.issuedAt) ||
    compareText(one.orderId, other.orderId)
  );
}

/** Which of two non-emergencies is looked at first. */
export function compareOrdinary(one: Order, other: Order): number {
  return (
    compareText(one.startsAt, other.startsAt) ||
    Number(other.class === 'priority') - Number(one.class === 'priority') ||
    compareText(one.orderId, other.orderId)
  );
}

function compareText(one: string, other: string): number {
  return one === other ? 0 : one < other ? -1 : 1;
}
