import type { ProblemCode } from '#contract/problem.ts';
import type { DeliveryOutcome } from '#contract/receipt.ts';
import type { Ending, Player, Started, Track } from '../audio/player.ts';
import { soundingKey } from '../receipts/order-history-rules.ts';
import type { ReceiptWriter } from '../receipts/receipt-writer.ts';
import { openSounding } from './order-run.ts';
import type { OpenSounding, OrderRun } from './order-run.ts';
import { cuesOf, expectedMs } from './order-timeline-rules.ts';
import type { Cue, Place } from './order-timeline-rules.ts';
import { deliveryOutcome } from './outcome-rules.ts';
import { addSpan, closeSounding } from './sounding-receipts.ts';

/** Turns what the player did into receipts and into the state of an order's run: one start and one end for each sounding. */
export class DeliveryRecord {
  readonly #receipts: ReceiptWriter;
  readonly #player: Player;

  constructor(receipts: ReceiptWriter, player: Player) {
    this.#receipts = receipts;
    this.#player = player;
  }

  noteArmed(run: OrderRun): void {
    if (!run.history.isArmed) this.#receipts.write({ ...this.#ofOrder(run), kind: 'order-armed' });
  }

  noteStart(run: OrderRun, cue: Cue, index: number, track: Track, started: Started): void {
    const { repeat, item } = cue;
    const fromMs = Math.round(track.offsetMs ?? 0);
    const startedAt = instantOf(started.startedAtMs);
    run.stage = 'sounding';
    run.hasBegun = true;
    run.failures = 0;
    run.place = { cue: index, positionMs: fromMs };
    if (run.history.isSuspended) {
      const positionMs = cue.kind === 'item' ? fromMs : 0;
      this.#receipts.write({ ...this.#ofOrder(run), kind: 'delivery-resumed', resumedAt: startedAt, repeat, item, positionMs });
    }
    if (cue.kind !== 'item') return;
    soundingOf(run, cue).spans.push({ startedAt, fromMs, toMs: fromMs });
    if (run.history.soundings[soundingKey(cue)]) return;
    this.#receipts.write({ ...this.#ofOrder(run), kind: 'sounding-started', repeat, item, startedAt, positionMs: fromMs });
  }

  noteEnding(run: OrderRun, cue: Cue, index: number, track: Track, ending: Ending): void {
    const isOver = ending.reason === 'end' || ending.reason === 'failed';
    run.cutAtMs = ending.endedAtMs;
    if (ending.startedAtMs !== undefined || isOver) {
      run.place = isOver ? { cue: index + 1, positionMs: 0 } : { cue: index, positionMs: ending.positionMs };
    }
    if (cue.kind === 'chime') run.chimePlayedMs += ending.playedMs;
    if (cue.kind === 'end-tone') run.endTonePlayedMs += ending.playedMs;
    if (cue.kind !== 'item') return;
    if (ending.startedAtMs === undefined && ending.reason !== 'failed') return;
    const sounding = soundingOf(run, cue);
    addSpan(sounding, track.offsetMs ?? 0, ending);
    if (!isOver) return;
    run.open.splice(run.open.indexOf(sounding), 1);
    this.#close(run, sounding, ending.reason === 'failed' ? 'player-failed' : null);
  }

  /** Soundings that a crash left open and that are not gone on with have ended as far as they are known. */
  closeOthers(run: OrderRun, place: Place): void {
    const cue = cuesOf(run.order)[place.cue];
    const goesOn = (sounding: OpenSounding) => cue?.kind === 'item' && soundingKey(sounding) === soundingKey(cue);
    for (const sounding of run.open.filter((one) => !goesOn(one))) this.#close(run, sounding, null);
    run.open = run.open.filter(goesOn);
  }

  noteInterrupted(run: OrderRun, cue: Cue, by: OrderRun, nowMs: number): void {
    const { repeat, item } = cue;
    const positionMs = cue.kind === 'item' ? Math.round(run.place?.positionMs ?? 0) : 0;
    const interruptedAt = instantOf(run.cutAtMs ?? nowMs);
    const byOrderId = by.order.orderId;
    const body = { ...this.#ofOrder(run), interruptedAt, byOrderId, repeat, item, positionMs };
    this.#receipts.write({ ...body, kind: 'delivery-interrupted' });
  }

  /** `outcome` undefined: by what has sounded. */
  noteEnd(run: OrderRun, outcome: DeliveryOutcome | undefined, code: ProblemCode | null): void {
    for (const sounding of run.open.splice(0)) this.#close(run, sounding, code);
    const soundings = Object.values(run.history.soundings);
    const dueCount = run.order.repeats * run.order.items.length;
    this.#receipts.write({
      ...this.#ofOrder(run),
      kind: 'delivery-ended',
      outcome: outcome ?? deliveryOutcome(soundings, dueCount),
      playedMs: Math.round(soundings.reduce((sum, { playedMs }) => sum + playedMs, 0)),
      expectedMs: expectedMs(run.order),
      chimePlayedMs: Math.round(run.chimePlayedMs),
      endTonePlayedMs: Math.round(run.endTonePlayedMs),
      code,
    });
  }

  #close(run: OrderRun, sounding: OpenSounding, code: ProblemCode | null): void {
    this.#receipts.write(closeSounding(run.order, this.#receipts.common(), sounding, this.#player.state, code));
  }

  #ofOrder({ order }: OrderRun) {
    return { ...this.#receipts.common(), orderId: order.orderId, airingId: order.airingId };
  }
}

function soundingOf(run: OrderRun, cue: Cue): OpenSounding {
  let sounding = run.open.find((one) => soundingKey(one) === soundingKey(cue));
  if (!sounding) run.open.push((sounding = openSounding(run.order, cue.repeat, cue.item)));
  return sounding;
}

function instantOf(epochMs: number): string {
  return new Date(Math.round(epochMs)).toISOString();
}
