import type { Order, Policy } from '#contract/order.ts';
import type { ClockTrust } from '#contract/primitives.ts';
import type { ProblemCode } from '#contract/problem.ts';
import type { DeliveryOutcome } from '#contract/receipt.ts';
import {
  compareEmergencies,
  compareOrdinary,
  isEmergency,
  limitMs,
  overlap,
  plannedEndMs,
  startsAtMs,
} from './precedence-rules.ts';
import { beginning, cuesOf, lengthMs, passedAt, placeAfter } from './order-timeline-rules.ts';
import type { Place } from './order-timeline-rules.ts';
import { isQuietAt } from '#contract/quiet-hours.ts';

/**
 * What the agent does next, decided from facts alone.
 *
 *   waiting → armed → sounding ⇄ between (the silence between two repeats) → ended
 *                │        └──→ suspended (cut by an emergency) → sounding
 *                └──→ waiting (taken off the player before it sounded)
 *
 * At most one order is current (armed, sounding or between).
 */
export type Stage = 'waiting' | 'armed' | 'sounding' | 'between' | 'suspended' | 'ended';

export interface OrderFacts {
  order: Order;
  stage: Stage;
  /** All its media lie on disk with the right hash. */
  isReady: boolean;
  isReadyReported: boolean;
  /** Something of it has sounded, perhaps before a crash. */
  hasBegun: boolean;
  /** Where it goes on; set when it was cut, or between repeats. */
  place: Place | undefined;
  /** How much later it runs than planned, by what held it up. */
  shiftMs: number;
  /** When what is armed, or the next repeat, shall sound. */
  dueAtMs: number | undefined;
  /** After a failure of the player: not before this. */
  retryAtMs: number | undefined;
  /** Of the player, over this order. */
  failures: number;
  /** No longer in the programme. */
  isWithdrawn: boolean;
  refusedCodes: readonly string[];
}

export interface StepFacts {
  nowMs: number;
  clockTrust: ClockTrust;
  policy: Policy | undefined;
  orders: readonly OrderFacts[];
  /** Spans in which the player was held by some order; the last few. */
  occupied: readonly { orderId: string; fromMs: number; toMs: number }[];
  armAheadMs: number;
}

export type Step =
  | { kind: 'report-ready'; orderId: string }
  | { kind: 'refuse'; orderId: string; code: ProblemCode }
  | { kind: 'arm'; orderId: string; place: Place; startAtMs: number; shiftMs: number }
  | { kind: 'start'; orderId: string; atMs: number }
  | { kind: 'interrupt'; orderId: string; place: Place; shiftMs: number }
  | { kind: 'resume'; orderId: string; place: Place }
  | { kind: 'disarm'; orderId: string }
  /** `outcome` undefined: by what has sounded. */
  | { kind: 'end'; orderId: string; outcome: DeliveryOutcome | undefined; code: ProblemCode | null }
  | { kind: 'wait'; untilMs: number };

/** Handed to the player this long before it is due: enough for a late timer, short enough to change one's mind. */
export const START_LEAD_MS = 400;
/** What is joined late is loaded first; it sounds this long after the decision. */
export const JOIN_LEAD_MS = 800;
/** What ends by then is let end: the later order waits for it instead of being displaced. */
const SLACK_MS = 10_000;
/** Something held up by another order begins from its beginning, if it can right after it. */
const HELD_UP_MAX_MS = 5_000;
const WAIT_MAX_MS = 60_000;
const CUTTING_FAILURES_MAX = 5;

export function nextStep(facts: StepFacts): Step {
  const live = facts.orders.filter(({ stage }) => stage !== 'ended');
  if (facts.clockTrust === 'untrusted') return stepWithoutClock(facts, live);
  for (const one of live.filter((candidate) => !isFar(candidate, facts.nowMs))) {
    const step = settle(one, facts);
    if (step) return step;
  }
  const unreported = live.find((one) => one.isReady && !one.isReadyReported);
  if (unreported) return { kind: 'report-ready', orderId: unreported.order.orderId };
  const current = live.find(({ stage }) => stage === 'armed' || stage === 'sounding' || stage === 'between');
  return (
    stepForEmergency(facts, live, current) ??
    (current ? stepWithCurrent(facts, live, current) : stepWithIdlePlayer(facts, live)) ?? {
      kind: 'wait',
      untilMs: nextInstantMs(facts, live),
    }
  );
}

/** Nobody knows when anything is due: nothing scheduled sounds, and that is said. An emergency brings the time along when it arrives. */
function stepWithoutClock(facts: StepFacts, live: OrderFacts[]): Step {
  for (const { order, stage, refusedCodes } of live) {
    const { orderId } = order;
    if (stage === 'armed') return { kind: 'disarm', orderId };
    const seemsDue = facts.nowMs >= startsAtMs(order) - facts.armAheadMs;
    if (stage === 'waiting' && seemsDue && !refusedCodes.includes('clock-untrusted')) {
      return { kind: 'refuse', orderId, code: 'clock-untrusted' };
    }
  }
  return { kind: 'wait', untilMs: nextInstantMs(facts, live) };
}

/** What has to end, whatever else happens. */
function settle(one: OrderFacts, facts: StepFacts): Step | undefined {
  const { order, stage, hasBegun } = one;
  const { orderId } = order;
  const isCurrent = stage === 'armed' || stage === 'sounding' || stage === 'between';
  const end = (outcome: DeliveryOutcome | undefined, code: ProblemCode | null = null): Step => ({
    kind: 'end',
    orderId,
    outcome,
    code,
  });
  if (one.isWithdrawn) return end('cancelled');
  if (!isCurrent && facts.orders.some((other) => isSuccessor(other, orderId))) return end('displaced');
  if (hasBegun && stage !== 'sounding' && one.place && one.place.cue >= cuesOf(order).length) return end(undefined);
  const limit = limitMs(order, facts.policy, facts.nowMs);
  if (facts.nowMs >= limit) {
    const code = facts.nowMs >= Date.parse(order.validUntil) ? 'order-expired' : 'quiet-hours';
    if (hasBegun) return end(stage === 'suspended' ? 'interrupted' : undefined, code);
    if (code === 'quiet-hours') return end('refused', code);
    return hasPlayerFailed(one) ? end('failed', 'player-failed') : end('missed', code);
  }
  if (stage === 'waiting' && !hasBegun && facts.nowMs > Date.parse(order.startBefore)) return end(...missedBy(one, facts));
  return undefined;
}

/** Until the newer emergency is here in full, the older one is all there is. */
function isSuccessor({ order, isReady, stage }: OrderFacts, orderId: string): boolean {
  return order.supersedes.includes(orderId) && isEmergency(order) && (isReady || stage === 'ended');
}

/** Nothing can be due about it within the hour, so most of a programme costs nothing. */
function isFar(one: OrderFacts, nowMs: number): boolean {
  return one.stage === 'waiting' && !one.isWithdrawn && startsAtMs(one.order) - nowMs > 3_600_000;
}

function missedBy(one: OrderFacts, facts: StepFacts): [DeliveryOutcome, ProblemCode | null] {
  const fromMs = startsAtMs(one.order);
  const holder = facts.occupied.find((span) => span.fromMs <= fromMs && span.toMs >= fromMs + SLACK_MS);
  if (holder && holder.orderId !== one.order.orderId) return ['displaced', null];
  if (!one.isReady) return ['missed', 'media-missing'];
  if (hasPlayerFailed(one)) return ['failed', 'player-failed'];
  return ['missed', one.refusedCodes.includes('clock-untrusted') ? 'clock-untrusted' : 'order-stale'];
}

/** It was here in time and would have sounded: whoever reads the record must look at the player, not at the network. */
function hasPlayerFailed({ failures }: OrderFacts): boolean {
  return failures > 0;
}

function stepForEmergency(facts: StepFacts, live: OrderFacts[], current: OrderFacts | undefined): Step | undefined {
  const { nowMs } = facts;
  const able = live
    .filter((one) => isEmergency(one.order) && one.isReady && (one.retryAtMs ?? 0) <= nowMs && one !== current)
    .sort((one, other) => compareEmergencies(one.order, other.order));
  // What has failed again and again waits until nothing sounds: it must not keep cutting what the player can play.
  const due = able.find((one) => startsAtMs(one.order) <= nowMs && (!current || one.failures <= CUTTING_FAILURES_MAX));
  const isIdle =
    !current || !isEmergency(current.order) || (current.stage === 'armed' && (current.dueAtMs ?? 0) > nowMs + JOIN_LEAD_MS);
  const yields = (to: OrderFacts) => isIdle || !current || compareEmergencies(to.order, current.order) < 0;
  if (due && yields(due)) {
    const { order, place } = due;
    if (due.stage === 'suspended' && !current) return { kind: 'resume', orderId: order.orderId, place: place ?? beginning };
    return { kind: 'interrupt', orderId: order.orderId, place: place ?? beginning, shiftMs: nowMs - startsAtMs(order) };
  }
  const soon = able.find((one) => startsAtMs(one.order) - nowMs <= facts.armAheadMs && startsAtMs(one.order) > nowMs);
  if (!soon || current || due) return undefined;
  const { orderId } = soon.order;
  return { kind: 'arm', orderId, place: beginning, startAtMs: startsAtMs(soon.order), shiftMs: 0 };
}

function stepWithCurrent(facts: StepFacts, live: OrderFacts[], current: OrderFacts): Step | undefined {
  const { nowMs } = facts;
  const { order, stage, dueAtMs = nowMs, place = beginning, shiftMs } = current;
  const { orderId } = order;
  if (stage === 'armed') {
    if (!current.hasBegun && dueAtMs > Date.parse(order.startBefore)) return { kind: 'disarm', orderId };
    // The fact it was armed upon may have changed since: another order of the same instant has come.
    const earlier = live.find(
      (one) =>
        one.stage === 'waiting' &&
        one.isReady &&
        dueAtMs - nowMs > JOIN_LEAD_MS &&
        startsAtMs(one.order) < dueAtMs &&
        !isEmergency(one.order) &&
        startsAtMs(one.order) >= nowMs,
    );
    if (earlier && !isEmergency(order)) return { kind: 'disarm', orderId };
    if (dueAtMs - nowMs <= START_LEAD_MS) return { kind: 'start', orderId, atMs: dueAtMs };
  }
  if (stage === 'between' && (current.retryAtMs ?? 0) <= nowMs)
    return { kind: 'arm', orderId, place, startAtMs: dueAtMs, shiftMs };
  if (isEmergency(order) || stage === 'armed') return undefined;
  const endsMs = plannedEndMs(order) + shiftMs;
  const late = live.find(
    (one) =>
      one.stage === 'waiting' &&
      !isEmergency(one.order) &&
      startsAtMs(one.order) <= nowMs &&
      endsMs > startsAtMs(one.order) + SLACK_MS,
  );
  return late && { kind: 'end', orderId: late.order.orderId, outcome: 'displaced', code: null };
}

function stepWithIdlePlayer(facts: StepFacts, live: OrderFacts[]): Step | undefined {
  const { nowMs, policy } = facts;
  const ordinary = live
    .filter((one) => !isEmergency(one.order) && (one.retryAtMs ?? 0) <= nowMs)
    .sort((one, other) => compareOrdinary(one.order, other.order));
  const cut = ordinary.find(({ stage, isReady }) => stage === 'suspended' && isReady);
  if (cut) return { kind: 'resume', orderId: cut.order.orderId, place: cut.place ?? beginning };

  const next = ordinary.find(
    ({ stage, isReady, order }) => stage === 'waiting' && isReady && startsAtMs(order) - nowMs <= facts.armAheadMs,
  );
  if (!next) return undefined;
  const { order, hasBegun } = next;
  const { orderId } = order;
  const rival = ordinary.find(
    (one) =>
      one.order.class === 'priority' &&
      order.class === 'normal' &&
      one.isReady &&
      one.stage === 'waiting' &&
      overlap(one.order, order),
  );
  if (rival && !hasBegun) return { kind: 'end', orderId, outcome: 'displaced', code: null };
  const begin = placeToBegin(next, facts);
  if (!begin) {
    const [outcome, code] = hasBegun ? [undefined, null] : missedBy(next, facts);
    return { kind: 'end', orderId, outcome, code };
  }
  if (!hasBegun && begin.startAtMs > Date.parse(order.startBefore)) return undefined;
  if (policy && isQuietAt(policy, begin.startAtMs))
    return { kind: 'end', orderId, outcome: hasBegun ? undefined : 'refused', code: 'quiet-hours' };
  return { kind: 'arm', orderId, ...begin };
}

/** On time from the beginning; held up by another order, from the beginning as well; else where it would be by now. */
function placeToBegin(one: OrderFacts, facts: StepFacts): { place: Place; startAtMs: number; shiftMs: number } | undefined {
  const { order, shiftMs, hasBegun } = one;
  const { nowMs } = facts;
  const plannedMs = startsAtMs(order) + shiftMs;
  if (!hasBegun && nowMs <= plannedMs) return { place: beginning, startAtMs: plannedMs, shiftMs };
  if (!hasBegun && wasHeldUp(one, facts)) {
    const startAtMs = nowMs + JOIN_LEAD_MS;
    return { place: beginning, startAtMs, shiftMs: startAtMs - startsAtMs(order) };
  }
  const place = placeAfter(order, nowMs + JOIN_LEAD_MS - plannedMs);
  return place && { place, startAtMs: plannedMs + passedAt(order, place), shiftMs };
}

function wasHeldUp({ order }: OrderFacts, { occupied, nowMs }: StepFacts): boolean {
  const fromMs = startsAtMs(order);
  return occupied.some(
    (span) =>
      span.orderId !== order.orderId && span.fromMs <= fromMs && span.toMs >= fromMs && nowMs - span.toMs <= HELD_UP_MAX_MS,
  );
}

/** The next instant at which another step may follow, if no fact changes before. */
function nextInstantMs(facts: StepFacts, live: OrderFacts[]): number {
  const { nowMs } = facts;
  const instants = live.flatMap((one) => {
    const startMs = startsAtMs(one.order);
    if (isFar(one, nowMs)) return [startMs - 3_600_000];
    return [
      startMs,
      startMs - facts.armAheadMs,
      Date.parse(one.order.startBefore) + 1,
      limitMs(one.order, facts.policy, nowMs),
      (one.dueAtMs ?? 0) - START_LEAD_MS,
      one.retryAtMs ?? 0,
      startMs + one.shiftMs + lengthMs(one.order),
    ];
  });
  return Math.min(nowMs + WAIT_MAX_MS, ...instants.filter((atMs) => atMs > nowMs));
}
