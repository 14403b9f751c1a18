import type { Order } from '#contract/order.ts';
import type { MediaReference } from '#contract/primitives.ts';

/** One file's turn within an order, `atMs` after its start when nothing goes wrong. */
export interface Cue {
  kind: 'chime' | 'item' | 'end-tone';
  repeat: number;
  item: number;
  media: MediaReference;
  atMs: number;
  /** Follows the one before without a gap. */
  isJoined: boolean;
}

/** Where an order stands: which cue, and where in its file. */
export interface Place {
  cue: number;
  positionMs: number;
}

export const beginning: Place = { cue: 0, positionMs: 0 };

/** [chime] + repeats × items, with silence between repeats + [end tone]. */
export function cuesOf(order: Order): Cue[] {
  const cues: Cue[] = [];
  let atMs = 0;
  const add = (kind: Cue['kind'], media: MediaReference, repeat: number, item: number, isJoined: boolean) => {
    cues.push({ kind, media, repeat, item, atMs, isJoined });
    atMs += media.durationMs;
  };
  if (order.chime) add('chime', order.chime, 0, 0, false);
  for (let repeat = 0; repeat < order.repeats; repeat++) {
    if (repeat > 0) atMs += order.gapMs;
    order.items.forEach(({ media }, item) => {
      const followsGap = repeat > 0 && item === 0 && order.gapMs > 0;
      add('item', media, repeat, item, cues.length > 0 && !followsGap);
    });
  }
  if (order.endTone) add('end-tone', order.endTone, order.repeats - 1, 0, true);
  return cues;
}

export function lengthMs(order: Order): number {
  const last = cuesOf(order).at(-1);
  return last ? last.atMs + last.media.durationMs : 0;
}

/** What the soundings of an order come to, chime and end tone not counted. */
export function expectedMs(order: Order): number {
  return order.repeats * order.items.reduce((sum, item) => sum + item.media.durationMs, 0);
}

export function mediaOf(order: Order): MediaReference[] {
  const all = [order.chime, ...order.items.map((item) => item.media), order.endTone].filter((media) => media !== null);
  return [...new Map(all.map((media) => [media.sha256, media])).values()];
}

/** Less than this at the end of a file is not worth beginning. */
const REST_MIN_MS = 200;

/** Where the order would be `passedMs` after its start; undefined when it would be over. In a gap: at the next cue's beginning. */
export function placeAfter(order: Order, passedMs: number): Place | undefined {
  const cues = cuesOf(order);
  const cue = cues.findIndex(({ atMs, media }) => passedMs < atMs + media.durationMs - REST_MIN_MS);
  const found = cues[cue];
  if (!found) return undefined;
  return { cue, positionMs: Math.max(0, Math.round(passedMs - found.atMs)) };
}

/** How long after the order's start a place is due. */
export function passedAt(order: Order, place: Place): number {
  const cue = cuesOf(order)[place.cue];
  return cue ? cue.atMs + place.positionMs : lengthMs(order);
}
