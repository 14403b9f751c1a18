import { z } from 'zod';
import { Order } from '#contract/order.ts';
import { PlayedSpan } from '#contract/receipt.ts';
import type { OrderHistory } from '../receipts/order-history-rules.ts';
import type { OrderFacts, Stage } from './next-step-rules.ts';

/** A sounding that has begun and whose end was not reported yet; interruptions and crashes add spans, not soundings. */
export const OpenSounding = z.object({
  repeat: z.int(),
  item: z.int(),
  spans: z.array(PlayedSpan),
  playedMs: z.number(),
  stalledMs: z.number(),
  expectedMs: z.number(),
  outputLevelDbfs: z.number().nullable(),
  /** Of the longest span, which gives the level. */
  levelSpanMs: z.number(),
  hasFailed: z.boolean(),
});
export type OpenSounding = z.infer<typeof OpenSounding>;

/** What a crash must not take: saved every few seconds while an order sounds or waits to be resumed. */
export const SavedRun = z.object({
  order: Order,
  stage: z.enum(['waiting', 'armed', 'sounding', 'between', 'suspended', 'ended']),
  place: z.object({ cue: z.int().min(0), positionMs: z.number().min(0) }).optional(),
  shiftMs: z.number(),
  open: z.array(OpenSounding).max(50),
  chimePlayedMs: z.number(),
  endTonePlayedMs: z.number(),
});
export type SavedRun = z.infer<typeof SavedRun>;

/** An order on its way, as this process knows it. Changed by the performer and the order book alone. */
export interface OrderRun extends Omit<OrderFacts, 'refusedCodes' | 'isReadyReported'> {
  history: OrderHistory;
  open: OpenSounding[];
  chimePlayedMs: number;
  endTonePlayedMs: number;
  /** When the player last fell silent about it. */
  cutAtMs: number | undefined;
}

export function newRun(order: Order, history: OrderHistory): OrderRun {
  return {
    order,
    history,
    stage: history.outcome === null ? 'waiting' : 'ended',
    isReady: false,
    hasBegun: Object.keys(history.soundings).length > 0,
    place: undefined,
    shiftMs: 0,
    dueAtMs: undefined,
    retryAtMs: undefined,
    isWithdrawn: false,
    open: [],
    chimePlayedMs: 0,
    endTonePlayedMs: 0,
    failures: 0,
    cutAtMs: undefined,
  };
}

/** After a crash: what was checkpointed, and soundings of which only the beginning is on record. */
export function restoreRun(run: OrderRun, saved: SavedRun | undefined): void {
  if (run.stage === 'ended') return;
  if (saved) {
    run.hasBegun = true;
    run.place = saved.place;
    run.shiftMs = saved.shiftMs;
    run.chimePlayedMs = saved.chimePlayedMs;
    run.endTonePlayedMs = saved.endTonePlayedMs;
    run.stage = saved.stage === 'suspended' ? 'suspended' : 'waiting';
  }
  const keyOf = (sounding: { repeat: number; item: number }) => `${sounding.repeat}:${sounding.item}`;
  run.open = (saved?.open ?? []).filter((sounding) => !run.history.soundings[keyOf(sounding)]?.isEnded);
  for (const [key, sounding] of Object.entries(run.history.soundings)) {
    if (sounding.isEnded || run.open.some((one) => keyOf(one) === key)) continue;
    const [repeat = 0, item = 0] = key.split(':').map(Number);
    run.open.push(openSounding(run.order, repeat, item));
  }
}

export function openSounding(order: Order, repeat: number, item: number): OpenSounding {
  return {
    repeat,
    item,
    spans: [],
    playedMs: 0,
    stalledMs: 0,
    expectedMs: order.items[item]?.media.durationMs ?? 0,
    outputLevelDbfs: null,
    levelSpanMs: 0,
    hasFailed: false,
  };
}

export function factsOf(run: OrderRun): OrderFacts {
  return { ...run, refusedCodes: run.history.refusedCodes, isReadyReported: run.history.isReady };
}

export function isOnPlayer(stage: Stage): boolean {
  return stage === 'armed' || stage === 'sounding' || stage === 'between';
}
