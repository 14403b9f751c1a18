import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Order } from '#contract/order.ts';
import { nextStep } from '../../../../edge-agent/programme/next-step-rules.ts';
import type { OrderFacts, Step, StepFacts } from '../../../../edge-agent/programme/next-step-rules.ts';
import { cuesOf, lengthMs, passedAt } from '../../../../edge-agent/programme/order-timeline-rules.ts';
import type { Place } from '../../../../edge-agent/programme/order-timeline-rules.ts';
import { isQuietAt } from '#contract/quiet-hours.ts';
import { anyMedia, instant, makeOrder, nightPolicy, openPolicy } from '../../../support/signed-fixtures.ts';
import { itemOf } from '../../../support/agent-bench.ts';

const NOW_MS = Date.parse('2026-11-22T05:00:00.000Z');
const fact = (order: Order, changes: Partial<OrderFacts> = {}): OrderFacts => ({
  order,
  stage: 'waiting',
  isReady: true,
  isReadyReported: true,
  hasBegun: false,
  place: undefined,
  shiftMs: 0,
  dueAtMs: undefined,
  retryAtMs: undefined,
  failures: 0,
  isWithdrawn: false,
  refusedCodes: [],
  ...changes,
});
const facts = (orders: OrderFacts[], changes: Partial<StepFacts> = {}): StepFacts => ({
  nowMs: NOW_MS,
  clockTrust: 'synchronised',
  policy: openPolicy,
  orders,
  occupied: [],
  armAheadMs: 15_000,
  ...changes,
});
const order = (inMs: number, changes: Partial<Order> = {}) => makeOrder(NOW_MS + inMs, changes);
const alarm = (inMs: number, changes: Partial<Order> = {}) => order(inMs, { class: 'emergency', ...changes });
const sounding = (one: Order, changes: Partial<OrderFacts> = {}) =>
  fact(one, { stage: 'sounding', hasBegun: true, place: { cue: 0, positionMs: 0 }, ...changes });

describe('the next step', () => {
  const soon = order(10_000);
  const later = order(20_000);
  const running = order(-5_000, { items: [itemOf(anyMedia('long', 60_000))] });
  const emergency = alarm(-100);
  const superseded = alarm(-5_000);
  const correction = alarm(-100, { supersedes: [superseded.orderId] });
  const normalThen = order(10_000);
  const priorityOver = order(15_000, { class: 'priority' });

  test.each<[string, StepFacts, Partial<Step>]>([
    [
      'says when all media of an order are here',
      facts([fact(later, { isReadyReported: false })]),
      { kind: 'report-ready', orderId: later.orderId },
    ],
    [
      'tries an emergency again that the player could not play',
      facts([fact(emergency, { failures: 7, retryAtMs: NOW_MS })]),
      { kind: 'interrupt', orderId: emergency.orderId },
    ],
    [
      'lets an emergency that fails again and again cut nothing that sounds',
      facts([sounding(running), fact(emergency, { failures: 6, retryAtMs: NOW_MS })]),
      { kind: 'wait' },
    ],
    [
      'says that the player failed, not that an order came too late, when it was here in time',
      facts([fact(order(-700_000), { failures: 3, retryAtMs: NOW_MS + 1 })]),
      { kind: 'end', outcome: 'failed', code: 'player-failed' },
    ],
    [
      'arms what is due soon',
      facts([fact(soon)]),
      { kind: 'arm', orderId: soon.orderId, startAtMs: NOW_MS + 10_000, shiftMs: 0 },
    ],
    ['waits until the next thing is to be armed', facts([fact(later)]), { kind: 'wait', untilMs: NOW_MS + 5_000 }],
    ['waits for media', facts([fact(soon, { isReady: false })]), { kind: 'wait' }],
    [
      'waits with what is armed',
      facts([fact(soon, { stage: 'armed', dueAtMs: NOW_MS + 10_000 })]),
      { kind: 'wait', untilMs: NOW_MS + 9_600 },
    ],
    [
      'starts what is due',
      facts([fact(soon, { stage: 'armed', dueAtMs: NOW_MS + 300 })]),
      { kind: 'start', orderId: soon.orderId, atMs: NOW_MS + 300 },
    ],
    [
      'cuts what sounds for an emergency',
      facts([sounding(running), fact(emergency)]),
      { kind: 'interrupt', orderId: emergency.orderId },
    ],
    [
      'starts an emergency at once on an idle player',
      facts([fact(emergency)]),
      { kind: 'interrupt', orderId: emergency.orderId },
    ],
    ['does not cut an emergency for an airing', facts([sounding(emergency), fact(order(0))]), { kind: 'wait' }],
    [
      'resumes what was cut',
      facts([fact(running, { stage: 'suspended', hasBegun: true, place: { cue: 0, positionMs: 4_000 } })]),
      { kind: 'resume', place: { cue: 0, positionMs: 4_000 } },
    ],
    [
      'ends as interrupted what may no longer resume',
      facts([fact(order(-5_000, { validUntil: instant(NOW_MS) }), { stage: 'suspended', hasBegun: true })]),
      { kind: 'end', outcome: 'interrupted', code: 'order-expired' },
    ],
    [
      'lets a ready correction replace the emergency before it',
      facts([fact(superseded, { stage: 'suspended', hasBegun: true }), sounding(correction)]),
      { kind: 'end', orderId: superseded.orderId, outcome: 'displaced' },
    ],
    [
      'keeps the old emergency as long as the correction is not here',
      facts([fact(superseded), fact(correction, { isReady: false })]),
      { kind: 'interrupt', orderId: superseded.orderId },
    ],
    ['silences what was cancelled', facts([sounding(running, { isWithdrawn: true })]), { kind: 'end', outcome: 'cancelled' }],
    [
      'displaces what comes while another one sounds on',
      facts([sounding(running), fact(order(0))]),
      { kind: 'end', outcome: 'displaced' },
    ],
    [
      'lets the end of the one before pass',
      facts([sounding(order(-55_000, { items: running.items })), fact(order(0))]),
      { kind: 'wait' },
    ],
    [
      'prefers a priority order to a normal one that has not begun',
      facts([fact(normalThen), fact(priorityOver)]),
      { kind: 'end', orderId: normalThen.orderId, outcome: 'displaced' },
    ],
    [
      'joins at the wall clock what it is late for',
      facts([fact(running)]),
      { kind: 'arm', place: { cue: 0, positionMs: 5_800 }, startAtMs: NOW_MS + 800 },
    ],
    [
      'begins from its beginning what was held up',
      facts([fact(order(-2_000))], { occupied: [{ orderId: emergency.orderId, fromMs: NOW_MS - 9_000, toMs: NOW_MS - 100 }] }),
      { kind: 'arm', place: { cue: 0, positionMs: 0 } },
    ],
    [
      'misses what may begin no more',
      facts([fact(order(-5_000, { startBefore: instant(NOW_MS - 1) }))]),
      { kind: 'end', outcome: 'missed', code: 'order-stale' },
    ],
    [
      'says that media were missing',
      facts([fact(order(-5_000, { startBefore: instant(NOW_MS - 1) }), { isReady: false })]),
      { kind: 'end', outcome: 'missed', code: 'media-missing' },
    ],
    [
      'ends what has sounded to its end',
      facts([fact(soon, { stage: 'between', hasBegun: true, place: { cue: 1, positionMs: 0 } })]),
      { kind: 'end', outcome: undefined },
    ],
    [
      'goes on after the silence between repeats',
      facts([
        fact(order(-12_000, { repeats: 2 }), {
          stage: 'between',
          hasBegun: true,
          place: { cue: 1, positionMs: 0 },
          dueAtMs: NOW_MS + 500,
        }),
      ]),
      { kind: 'arm', place: { cue: 1, positionMs: 0 }, startAtMs: NOW_MS + 500 },
    ],
    [
      'plays nothing scheduled by an untrusted clock, and says so',
      facts([fact(soon)], { clockTrust: 'untrusted' }),
      { kind: 'refuse', code: 'clock-untrusted' },
    ],
    ['says so once', facts([fact(soon, { refusedCodes: ['clock-untrusted'] })], { clockTrust: 'untrusted' }), { kind: 'wait' }],
  ])('%s', (_what, given, expected) => {
    expect(nextStep(given)).toMatchObject(expected);
  });
});

/** A player of the rules' own making: it obeys each step at once and notes what sounds when. */
function playOut(orders: Order[], policy: StepFacts['policy'], untilMs: number) {
  const states = new Map(orders.map((one) => [one.orderId, fact(one)]));
  const spans: { orderId: string; fromMs: number; toMs: number }[] = [];
  const begun: string[] = [];
  let current: { orderId: string; fromMs: number; place: Place } | undefined;
  let nowMs = NOW_MS;
  const silence = () => {
    if (current) spans.push({ orderId: current.orderId, fromMs: current.fromMs, toMs: Math.min(nowMs, blockEndMs(current)) });
    const state = current && states.get(current.orderId);
    if (current && state)
      state.place = { cue: current.place.cue, positionMs: current.place.positionMs + Math.max(0, nowMs - current.fromMs) };
    current = undefined;
  };
  const blockEndMs = ({ orderId, fromMs, place }: { orderId: string; fromMs: number; place: Place }) => {
    const one = states.get(orderId)?.order as Order;
    return fromMs + lengthMs({ ...one, repeats: 1 }) - passedAt(one, place);
  };
  const sound = (orderId: string, fromMs: number, place: Place) => {
    const state = states.get(orderId) as OrderFacts;
    if (!state.hasBegun) begun.push(orderId);
    Object.assign(state, { stage: 'sounding', hasBegun: true, place, dueAtMs: undefined });
    current = { orderId, fromMs, place };
  };
  for (let turns = 0; nowMs < untilMs; turns++) {
    if (turns > 5_000) throw new Error('the rules go round in circles');
    const step = nextStep(facts([...states.values()], { nowMs, policy, occupied: spans }));
    const state = 'orderId' in step ? (states.get(step.orderId) as OrderFacts) : undefined;
    if (step.kind === 'wait') {
      const endMs = current ? blockEndMs(current) : Number.POSITIVE_INFINITY;
      expect(step.untilMs).toBeGreaterThan(nowMs);
      nowMs = Math.min(step.untilMs, Math.max(endMs, nowMs));
      if (current && nowMs >= blockEndMs(current)) {
        const one = states.get(current.orderId) as OrderFacts;
        silence();
        Object.assign(one, { stage: 'between', place: { cue: cuesOf(one.order).length, positionMs: 0 } });
      }
    } else if (!state) throw new Error('a step of an unknown order');
    else if (step.kind === 'refuse') state.refusedCodes = [...state.refusedCodes, step.code];
    else if (step.kind === 'report-ready') state.isReadyReported = true;
    else if (step.kind === 'arm')
      Object.assign(state, { stage: 'armed', place: step.place, dueAtMs: step.startAtMs, shiftMs: step.shiftMs });
    else if (step.kind === 'disarm') Object.assign(state, { stage: 'waiting', dueAtMs: undefined });
    else if (step.kind === 'end') {
      if (current?.orderId === step.orderId) silence();
      state.stage = 'ended';
    } else if (step.kind === 'start') {
      nowMs = Math.max(nowMs, step.atMs);
      sound(step.orderId, nowMs, state.place as Place);
    } else {
      for (const other of states.values()) if (other.stage === 'armed') other.stage = other.hasBegun ? 'suspended' : 'waiting';
      const cut = current && states.get(current.orderId);
      silence();
      if (cut) cut.stage = 'suspended';
      sound(step.orderId, nowMs, step.place);
    }
  }
  silence();
  return { spans, begun, states };
}

describe('whatever is ordered', () => {
  const anyOrder = fc
    .record({
      inS: fc.integer({ min: -100, max: 600 }),
      lengthS: fc.integer({ min: 1, max: 120 }),
      class: fc.constantFrom('normal', 'priority', 'emergency'),
      startForS: fc.integer({ min: 0, max: 300 }),
      validForS: fc.integer({ min: 0, max: 600 }),
      rank: fc.integer({ min: 0, max: 3 }),
    })
    .map(({ inS, lengthS, class: kind, startForS, validForS, rank }) =>
      order(inS * 1_000, {
        class: kind as Order['class'],
        issuer: { ...makeOrder(0).issuer, rank },
        items: [itemOf(anyMedia(`${lengthS}`, lengthS * 1_000))],
        startBefore: instant(NOW_MS + (inS + startForS) * 1_000),
        validUntil: instant(NOW_MS + (inS + startForS + validForS) * 1_000),
      }),
    );
  // Quiet from 12:04 on in Việt Nam: four minutes after the beginning of each run.
  const policy = { ...nightPolicy, quietHours: [{ from: '12:04', until: '12:07' }] };

  test('nothing sounds before its start, after its end, twice, two at once, or in quiet hours but an emergency', () => {
    fc.assert(
      fc.property(fc.array(anyOrder, { minLength: 1, maxLength: 7 }), (orders) => {
        const { spans, begun, states } = playOut(orders, policy, NOW_MS + 3_600_000);
        expect(new Set(begun).size).toBe(begun.length);
        for (const { orderId, fromMs, toMs } of spans) {
          const one = states.get(orderId)?.order as Order;
          expect(fromMs).toBeGreaterThanOrEqual(Date.parse(one.startsAt));
          expect(toMs).toBeLessThanOrEqual(Date.parse(one.validUntil));
          if (one.class !== 'emergency') {
            for (let atMs = fromMs; atMs < toMs; atMs += 1_000) expect(isQuietAt(policy, atMs)).toBe(false);
          }
        }
        for (const orderId of begun) {
          const first = spans.find((span) => span.orderId === orderId);
          expect(first?.fromMs).toBeLessThanOrEqual(Date.parse(states.get(orderId)?.order.startBefore ?? ''));
        }
        const inOrder = [...spans].sort((one, other) => one.fromMs - other.fromMs);
        inOrder.forEach((span, index) => expect(span.fromMs).toBeGreaterThanOrEqual(inOrder[index - 1]?.toMs ?? 0));
        expect([...states.values()].filter(({ stage }) => stage !== 'ended')).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });

  test('a lone emergency that may still begin sounds whole', () => {
    fc.assert(
      fc.property(fc.array(anyOrder, { maxLength: 5 }), fc.integer({ min: 1, max: 400 }), (others, inS) => {
        const emergency = alarm(inS * 1_000);
        const { spans } = playOut([...others.filter((one) => one.class !== 'emergency'), emergency], policy, NOW_MS + 3_600_000);
        expect(spans.filter(({ orderId }) => orderId === emergency.orderId)).toEqual([
          { orderId: emergency.orderId, fromMs: NOW_MS + inS * 1_000, toMs: NOW_MS + inS * 1_000 + 10_000 },
        ]);
      }),
      { numRuns: 200 },
    );
  });
});
