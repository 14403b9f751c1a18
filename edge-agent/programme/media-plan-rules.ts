import type { Order, Programme } from '#contract/order.ts';
import type { MediaReference } from '#contract/primitives.ts';
import { mediaOf } from './order-timeline-rules.ts';
import { isEmergency, plannedEndMs, startsAtMs } from './precedence-rules.ts';

export interface WantedMedia {
  media: MediaReference;
  lane: 'emergency' | 'programme';
  /** When it is first needed; Infinity: kept in stock only. */
  neededAtMs: number;
}

/** Everything that shall lie on disk, in the order in which it shall come: emergencies, then by the next need. */
export function planMedia(orders: readonly Order[], programme: Programme | undefined, nowMs: number): WantedMedia[] {
  const wanted = new Map<string, WantedMedia>();
  const add = (media: MediaReference, lane: WantedMedia['lane'], neededAtMs: number) => {
    const known = wanted.get(media.sha256);
    if (!known) wanted.set(media.sha256, { media, lane, neededAtMs });
    else {
      known.neededAtMs = Math.min(known.neededAtMs, neededAtMs);
      if (lane === 'emergency') known.lane = lane;
    }
  };
  for (const order of orders) {
    const isPast = Date.parse(order.validUntil) < nowMs;
    if (isPast) continue;
    for (const media of mediaOf(order)) add(media, isEmergency(order) ? 'emergency' : 'programme', startsAtMs(order));
  }
  for (const media of programme?.media ?? []) add(media, 'programme', Number.POSITIVE_INFINITY);
  return [...wanted.values()].sort(compareWanted);
}

export function compareWanted(one: WantedMedia, other: WantedMedia): number {
  if (one.lane !== other.lane) return one.lane === 'emergency' ? -1 : 1;
  if (one.neededAtMs !== other.neededAtMs) return one.neededAtMs < other.neededAtMs ? -1 : 1;
  return one.media.sha256 < other.media.sha256 ? -1 : 1;
}

const PROTECTED_MS = 86_400_000;

/**
 * What may go when the disk is full, first to go first. Nothing of the next 24 hours, and nothing of an emergency. Where it makes room
 * for other media (`inFavourOf`), only what is needed after them: two files must not push each other out in turns.
 */
export function planEviction(
  held: readonly string[],
  wanted: readonly WantedMedia[],
  nowMs: number,
  inFavourOf?: Pick<WantedMedia, 'lane' | 'neededAtMs'>,
): string[] {
  const byHash = new Map(wanted.map((one) => [one.media.sha256, one]));
  const neededAfterMs = inFavourOf?.lane === 'programme' ? inFavourOf.neededAtMs : Number.NEGATIVE_INFINITY;
  return held
    .filter((sha256) => {
      const one = byHash.get(sha256);
      return !one || (one.lane !== 'emergency' && one.neededAtMs > nowMs + PROTECTED_MS && one.neededAtMs > neededAfterMs);
    })
    .sort((one, other) => neededAt(byHash, other) - neededAt(byHash, one) || 0);
}

/** Not wanted at all goes before what is only kept in stock. */
function neededAt(byHash: Map<string, WantedMedia>, sha256: string): number {
  const one = byHash.get(sha256);
  if (!one) return Number.MAX_VALUE;
  return Math.min(one.neededAtMs, Number.MAX_VALUE / 2);
}

/** Until when the receiver can do all it was told without a network, in whole hours; null without a programme. */
export function stockHours(
  programme: Programme | undefined,
  orders: readonly Order[],
  isOnDisk: (sha256: string) => boolean,
  nowMs: number,
): number | null {
  if (!programme) return null;
  const lacking = orders
    .filter((order) => plannedEndMs(order) > nowMs && !mediaOf(order).every(({ sha256 }) => isOnDisk(sha256)))
    .map((order) => startsAtMs(order));
  const untilMs = Math.min(Date.parse(programme.validUntil), ...lacking);
  return Math.max(0, Math.floor((untilMs - nowMs) / 3_600_000));
}
