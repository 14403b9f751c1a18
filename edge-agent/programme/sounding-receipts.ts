import type { Order } from '#contract/order.ts';
import type { ProblemCode } from '#contract/problem.ts';
import type { ReceiptBody } from '#contract/receipt.ts';
import type { Ending, PlayerState } from '../audio/player.ts';
import type { ReceiptCommon } from '../receipts/receipt-writer.ts';
import { soundingOutcome } from './outcome-rules.ts';
import type { OpenSounding } from './order-run.ts';

const SPANS_MAX = 50;

/** What the player measured of one stretch. The span was opened when it started. Changes `sounding`. */
export function addSpan(sounding: OpenSounding, fromMs: number, ending: Ending): void {
  sounding.hasFailed ||= ending.reason === 'failed';
  if (ending.startedAtMs === undefined) return;
  const span = sounding.spans.at(-1);
  if (span) span.toMs = Math.max(Math.round(fromMs), Math.round(ending.positionMs));
  sounding.playedMs += ending.playedMs;
  sounding.stalledMs += ending.stalledMs;
  if (ending.outputLevelDbfs !== undefined && ending.playedMs >= sounding.levelSpanMs) {
    sounding.outputLevelDbfs = Math.max(-120, Math.min(20, Math.round(ending.outputLevelDbfs)));
    sounding.levelSpanMs = ending.playedMs;
  }
}

/** `player` undefined: it ended in an earlier life of this agent, whose volume nobody read. */
export function closeSounding(
  order: Order,
  common: ReceiptCommon,
  sounding: OpenSounding,
  player: PlayerState | undefined,
  code: ProblemCode | null,
): ReceiptBody {
  const playedMs = Math.min(Math.round(sounding.playedMs), sounding.expectedMs);
  return {
    ...common,
    orderId: order.orderId,
    airingId: order.airingId,
    kind: 'sounding-ended',
    repeat: sounding.repeat,
    item: sounding.item,
    outcome: soundingOutcome(playedMs, sounding.expectedMs, sounding.hasFailed),
    spans: sounding.spans.slice(-SPANS_MAX),
    playedMs,
    expectedMs: sounding.expectedMs,
    stalledMs: Math.round(sounding.stalledMs),
    outputLevelDbfs: sounding.outputLevelDbfs,
    volumePercent: player?.volumePercent === undefined ? null : Math.round(player.volumePercent),
    isMuted: player?.isMuted ?? null,
    code,
  };
}
