import type { DeliveryState, EvidenceLevel } from '#contract/primitives.ts';
import { EvidenceLevel as EvidenceLevels } from '#contract/primitives.ts';
import type { ReceiptBody } from '#contract/receipt.ts';

/** `played` asks for this share of the duration to be rendered. */
const PLAYED_SHARE = 0.98;

/** Where a delivery stands; `soundings` are those of the order now in force. */
export interface DeliveryStanding {
  orderId: string;
  state: DeliveryState;
  reason: string | null;
  evidence: EvidenceLevel | null;
  startedAt: string | null;
  interruptedAt: string | null;
  resumedAt: string | null;
  endedAt: string | null;
  playedMs: number;
  expectedMs: number;
  soundings: SoundingStanding[];
}
export interface SoundingStanding {
  orderId: string;
  repeat: number;
  item: number;
  state: 'playing' | 'rendered' | 'partial' | 'failed';
  startedAt: string | null;
  playedMs: number;
  expectedMs: number;
}

/** Set by the server without the receiver's word: any receipt speaks louder. */
export const WITHDRAWN = 'withdrawn';
export const NO_RECEIPTS = 'no-receipts';
/** It sounded, but by an order that had been replaced: offline receivers keep to what they hold. */
export const EARLIER_ORDER = 'sounded-under-earlier-order';

/**
 * planned → ready → playing → played | partial | interrupted | missed | failed | refused | cancelled | displaced
 *    └────────┴────────┴──→ unknown (closed without receipts) ──→ whatever late receipts say
 * refused ──→ ready, playing: an order refused once (late by push, clock not yet trusted) may be taken from the programme later.
 *
 * Pure. Each receipt of a receiver is applied once and in the order of its chain: `decideIntake` sees to that. A receipt of an
 * order that is no longer in force leaves its soundings on record, but moves the delivery nowhere.
 */
export function advanceDelivery(standing: DeliveryStanding, body: ReceiptBody): DeliveryStanding {
  if (!('orderId' in body) || body.orderId === null) return standing;
  if (body.orderId !== standing.orderId) return noteEarlierOrder(standing, body);
  switch (body.kind) {
    case 'order-ready':
      return isOpen(standing) ? reach(madeReady(standing), 'received') : standing;
    case 'order-armed':
      return isOpen(standing) ? reach(madeReady(standing), 'armed') : standing;
    case 'order-refused':
      return mayRefuse(standing, body.code)
        ? { ...standing, state: 'refused', reason: body.code, endedAt: body.recordedAt }
        : standing;
    case 'sounding-started':
      return hasEnded(standing)
        ? recordSounding(standing, body)
        : reach(
            {
              ...recordSounding(standing, body),
              state: 'playing',
              reason: null,
              startedAt: standing.startedAt ?? body.startedAt,
              endedAt: null,
            },
            'started',
          );
    case 'delivery-interrupted':
      return { ...standing, interruptedAt: body.interruptedAt, resumedAt: null };
    case 'delivery-resumed':
      return { ...standing, resumedAt: body.resumedAt };
    case 'sounding-ended':
      return summed(recordSounding(standing, body));
    case 'delivery-ended':
      return end(standing, body);
  }
}

export function isPlayed(standing: { playedMs: number; expectedMs: number }): boolean {
  return standing.expectedMs > 0 && standing.playedMs >= PLAYED_SHARE * standing.expectedMs;
}

/** Neither the receiver nor the end of the airing has had the last word. */
export function isUnsettled(state: DeliveryState): boolean {
  return state === 'planned' || state === 'ready' || state === 'playing';
}

/**
 * Whether a receiver that stands in the targets begins anew: it was withdrawn and has come back, or the airing was moved and it
 * has not begun the old order.
 */
export function mayStartOver(head: { orderId: string; state: DeliveryState; reason: string | null }, orderId: string): boolean {
  if (head.state === 'cancelled') return head.reason === WITHDRAWN;
  return head.orderId !== orderId && ['planned', 'ready', 'refused', 'unknown'].includes(head.state);
}

function end(standing: DeliveryStanding, body: Extract<ReceiptBody, { kind: 'delivery-ended' }>): DeliveryStanding {
  const isWhole = isPlayed(standing);
  // The receiver's word is checked against its own soundings: "played" without them is only partial.
  const state = isWhole ? 'played' : body.outcome === 'played' ? 'partial' : body.outcome;
  const earlier = standing.reason === EARLIER_ORDER ? EARLIER_ORDER : null;
  const reason = isWhole ? null : (body.code ?? earlier);
  const ended: DeliveryStanding = { ...standing, state, reason, endedAt: body.recordedAt };
  return isWhole ? reach(ended, 'rendered') : ended;
}

function noteEarlierOrder(standing: DeliveryStanding, body: ReceiptBody): DeliveryStanding {
  const noted = recordSounding(standing, body);
  const hasSounded = body.kind === 'sounding-ended' && provenMs(body) > 0;
  return hasSounded && (isUnsettled(standing.state) || standing.state === 'unknown')
    ? { ...noted, reason: EARLIER_ORDER }
    : noted;
}

type SoundingEnded = Extract<ReceiptBody, { kind: 'sounding-ended' }>;

function recordSounding(standing: DeliveryStanding, body: ReceiptBody): DeliveryStanding {
  if (body.kind !== 'sounding-started' && body.kind !== 'sounding-ended') return standing;
  const isSame = (sounding: SoundingStanding) =>
    sounding.orderId === body.orderId && sounding.repeat === body.repeat && sounding.item === body.item;
  const before = standing.soundings.find(isSame);
  const after = body.kind === 'sounding-ended' ? endSounding(before, body) : (before ?? beginSounding(body));
  return { ...standing, soundings: [...standing.soundings.filter((sounding) => !isSame(sounding)), after] };
}

function beginSounding(body: Extract<ReceiptBody, { kind: 'sounding-started' }>): SoundingStanding {
  const { orderId, repeat, item, startedAt } = body;
  return { orderId, repeat, item, state: 'playing', startedAt, playedMs: 0, expectedMs: 0 };
}

/**
 * Two ends of one sounding add up: what sounded before a power cut and what sounded after it. Together never more than there is
 * of it: one item heard twice does not stand for another that was not.
 */
function endSounding(before: SoundingStanding | undefined, body: SoundingEnded): SoundingStanding {
  const { orderId, repeat, item, expectedMs } = body;
  const playedMs = Math.min((before?.playedMs ?? 0) + provenMs(body), expectedMs);
  const state = isPlayed({ playedMs, expectedMs }) ? 'rendered' : body.outcome === 'rendered' ? 'partial' : body.outcome;
  const startedAt = before?.startedAt ?? body.spans[0]?.startedAt ?? null;
  return { orderId, repeat, item, state, startedAt, playedMs, expectedMs };
}

/** What a receipt claims to have played, as far as its spans of the rendition bear it out. */
function provenMs(body: SoundingEnded): number {
  let coveredMs = 0;
  let reachedMs = 0;
  for (const { fromMs, toMs } of body.spans.toSorted((one, other) => one.fromMs - other.fromMs)) {
    coveredMs += Math.max(0, toMs - Math.max(fromMs, reachedMs));
    reachedMs = Math.max(reachedMs, toMs);
  }
  return Math.min(body.playedMs, coveredMs);
}

function summed(standing: DeliveryStanding): DeliveryStanding {
  const own = standing.soundings.filter((sounding) => sounding.orderId === standing.orderId);
  return { ...standing, playedMs: own.reduce((sum, sounding) => sum + sounding.playedMs, 0) };
}

/** What the receiver says next still moves it. */
function isOpen(standing: DeliveryStanding): boolean {
  return isUnsettled(standing.state) || standing.state === 'refused' || isServersWord(standing);
}

function hasEnded(standing: DeliveryStanding): boolean {
  return !isOpen(standing);
}

function isServersWord(standing: DeliveryStanding): boolean {
  return standing.state === 'unknown' || (standing.state === 'cancelled' && standing.reason === WITHDRAWN);
}

/** A push that came twice says nothing against the order that was taken the first time. */
function mayRefuse(standing: DeliveryStanding, code: string): boolean {
  return isOpen(standing) && standing.state !== 'playing' && code !== 'order-replayed';
}

/** Being made ready says nothing against what the server decided meanwhile. */
function madeReady(standing: DeliveryStanding): DeliveryStanding {
  if (standing.state === 'planned') return { ...standing, state: 'ready' };
  return standing.state === 'refused' ? { ...standing, state: 'ready', reason: null, endedAt: null } : standing;
}

function reach(standing: DeliveryStanding, level: EvidenceLevel): DeliveryStanding {
  const order = EvidenceLevels.options;
  const held = standing.evidence === null ? -1 : order.indexOf(standing.evidence);
  return order.indexOf(level) > held ? { ...standing, evidence: level } : standing;
}
