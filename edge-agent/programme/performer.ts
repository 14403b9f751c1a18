import type { ProblemCode } from '#contract/problem.ts';
import type { DeliveryOutcome, ReceiptBody } from '#contract/receipt.ts';
import type { Ending, Playback, Player, Started, Track } from '../audio/player.ts';
import type { AgentClock } from '../clock/agent-clock.ts';
import { wordsOf } from '../log.ts';
import type { Log } from '../log.ts';
import { soundingKey } from '../receipts/order-history-rules.ts';
import type { ReceiptWriter } from '../receipts/receipt-writer.ts';
import { cuesOf, expectedMs, passedAt } from './order-timeline-rules.ts';
import type { Cue, Place } from './order-timeline-rules.ts';
import { deliveryOutcome } from './outcome-rules.ts';
import { isOnPlayer, openSounding } from './order-run.ts';
import type { OpenSounding, OrderRun } from './order-run.ts';
import { startsAtMs } from './precedence-rules.ts';
import { addSpan, closeSounding } from './sounding-receipts.ts';

/** Loaded behind one another in one go; a longer stretch goes on in a second one. */
const BLOCK_MAX = 30;
const FIRST_RETRY_MS = 500;

export interface PerformerParts {
  player: Player;
  clock: AgentClock;
  receipts: ReceiptWriter;
  pathOf: (sha256: string) => string;
  retriesMax: number;
  log: Log;
  /** Something has changed that the next step may depend on. */
  onChange: () => void;
}

interface Loaded {
  cue: Cue;
  index: number;
  playback: Playback;
}

/**
 * Carries out the steps that concern the player, one at a time (the reconciler's runner sees to that), and writes down what really
 * sounded. What the player does by itself in between is followed beside it.
 */
export class Performer {
  readonly #parts: PerformerParts;
  #current: OrderRun | undefined;
  #following: Promise<void> = Promise.resolve();
  #startAbort: AbortController | undefined;
  #starting: Promise<unknown> = Promise.resolve();
  /** Why what was sounding is being ended on purpose. */
  #isCutting = false;
  #sinceMs = 0;
  readonly occupied: { orderId: string; fromMs: number; toMs: number }[] = [];

  constructor(parts: PerformerParts) {
    this.#parts = parts;
  }

  get current(): OrderRun | undefined {
    return this.#current;
  }

  /** How long the player has been held by what is on it now. */
  holding(run: OrderRun) {
    return { orderId: run.order.orderId, fromMs: this.#sinceMs, toMs: this.#parts.clock.now() };
  }

  async arm(run: OrderRun, place: Place, startAtMs: number, shiftMs: number): Promise<void> {
    const wasBetween = run.stage === 'between';
    this.#closeOthers(run, place);
    try {
      const loaded = await this.#load(run, place, (track) => this.#parts.player.arm(track));
      run.stage = 'armed';
      run.place = place;
      run.shiftMs = shiftMs;
      run.dueAtMs = Math.round(startAtMs);
      this.#take(run);
      if (!wasBetween && !run.history.isArmed) this.#write({ ...this.#ofOrder(run), kind: 'order-armed' });
      this.#follow(run, loaded);
    } catch (error) {
      await this.#fail(run, error);
    }
  }

  /** Hands the armed order to the player, which waits out the last stretch. */
  start(run: OrderRun, atMs: number): void {
    run.stage = 'sounding';
    const abort = (this.#startAbort = new AbortController());
    this.#starting = this.#parts.player
      .start(atMs <= this.#parts.clock.now() ? 'now' : atMs, abort.signal)
      .catch((error: unknown) => {
        if (abort.signal.aborted) return undefined;
        this.#parts.log('start-failed', { orderId: run.order.orderId, error: wordsOf(error) });
        return this.#parts.player.stop().catch(() => undefined); // ends the playback, and with it this attempt
      });
  }

  /** An emergency sounds at once, in place of whatever is on the player. */
  async interrupt(run: OrderRun, place: Place): Promise<void> {
    const other = this.#current;
    this.#startAbort?.abort();
    this.#closeOthers(run, place);
    const followed = this.#following;
    this.#isCutting = true;
    try {
      await this.#starting;
      const loaded = await this.#load(run, place, async (track) => (await this.#parts.player.interrupt(track)).playback);
      await followed;
      if (other) this.#suspend(other, run);
      this.#enter(run, place, loaded);
    } catch (error) {
      await followed;
      if (other && other.stage !== 'ended') this.#suspend(other, run);
      await this.#fail(run, error);
    } finally {
      this.#isCutting = false;
    }
  }

  /** What was cut goes on where it was cut. */
  async resume(run: OrderRun, place: Place): Promise<void> {
    this.#closeOthers(run, place);
    try {
      const loaded = await this.#load(run, place, (track) => this.#parts.player.arm(track));
      this.#enter(run, place, loaded);
      this.start(run, this.#parts.clock.now());
    } catch (error) {
      await this.#fail(run, error);
    }
  }

  /** Off the player again, before anything of it has sounded. */
  async disarm(run: OrderRun): Promise<void> {
    await this.#silence();
    if (this.#current === run) this.#release();
    run.stage = run.hasBegun && run.history.isSuspended ? 'suspended' : 'waiting';
    run.dueAtMs = undefined;
  }

  async end(run: OrderRun, outcome: DeliveryOutcome | undefined, code: ProblemCode | null): Promise<void> {
    if (isOnPlayer(run.stage) && this.#current === run) {
      await this.#silence();
      this.#release();
    }
    for (const sounding of run.open.splice(0))
      this.#write(closeSounding(run.order, this.#common(), sounding, this.#parts.player.state, code));
    const soundings = Object.values(run.history.soundings);
    const due = run.order.repeats * run.order.items.length;
    run.stage = 'ended';
    this.#write({
      ...this.#ofOrder(run),
      kind: 'delivery-ended',
      outcome: outcome ?? deliveryOutcome(soundings, due),
      playedMs: Math.round(soundings.reduce((sum, { playedMs }) => sum + playedMs, 0)),
      expectedMs: expectedMs(run.order),
      chimePlayedMs: Math.round(run.chimePlayedMs),
      endTonePlayedMs: Math.round(run.endTonePlayedMs),
      code,
    });
  }

  async close(): Promise<void> {
    if (this.#current) await this.#silence();
  }

  async #silence(): Promise<void> {
    this.#isCutting = true;
    try {
      this.#startAbort?.abort();
      await this.#starting;
      await this.#parts.player.stop();
    } catch (error) {
      this.#parts.log('stop-failed', { error: wordsOf(error) }); // a player that can't be told is killed by its own watchdog
    }
    await this.#following;
    this.#isCutting = false;
  }

  #enter(run: OrderRun, place: Place, loaded: Loaded[]): void {
    run.stage = 'sounding';
    run.place = place;
    run.shiftMs = Math.round(this.#parts.clock.now() - startsAtMs(run.order) - passedAt(run.order, place));
    this.#take(run);
    this.#follow(run, loaded);
  }

  /** From `place` on, all that follows without a gap. The first one as the caller says, the others behind it. */
  async #load(run: OrderRun, place: Place, begin: (track: Track) => Promise<Playback>): Promise<Loaded[]> {
    const cues = cuesOf(run.order);
    const loaded: Loaded[] = [];
    for (let index = place.cue; index < cues.length && loaded.length < BLOCK_MAX; index++) {
      const cue = cues[index] as Cue;
      const isFirst = loaded.length === 0;
      if (!isFirst && !cue.isJoined) break;
      const track: Track = { path: this.#parts.pathOf(cue.media.sha256), expectedMs: cue.media.durationMs };
      if (isFirst && place.positionMs > 0) track.offsetMs = place.positionMs;
      loaded.push({ cue, index, playback: isFirst ? await begin(track) : await this.#parts.player.append(track) });
    }
    return loaded;
  }

  #follow(run: OrderRun, loaded: Loaded[]): void {
    this.#following = this.#followAll(run, loaded).catch((error: unknown) => {
      this.#parts.log('playback-lost', { orderId: run.order.orderId, error: wordsOf(error) });
    });
  }

  async #followAll(run: OrderRun, loaded: Loaded[]): Promise<void> {
    for (const { cue, index, playback } of loaded) {
      const started = await playback.started;
      if (started) this.#noteStart(run, cue, index, playback.track, started);
      const ending = await playback.ended;
      this.#noteEnding(run, cue, index, playback.track, ending);
      if (this.#isCutting) return;
      if (ending.reason !== 'end' && ending.reason !== 'failed') return this.#noteBreakdown(run, ending);
    }
    this.#noteBlockEnd(run, (loaded.at(-1)?.index ?? 0) + 1);
  }

  #noteStart(run: OrderRun, cue: Cue, index: number, track: Track, started: Started): void {
    const fromMs = track.offsetMs ?? 0;
    run.stage = 'sounding';
    run.hasBegun = true;
    run.failures = 0;
    run.place = { cue: index, positionMs: fromMs };
    if (run.history.isSuspended) {
      const { repeat, item } = cue;
      const positionMs = cue.kind === 'item' ? Math.round(fromMs) : 0;
      this.#write({
        ...this.#ofOrder(run),
        kind: 'delivery-resumed',
        resumedAt: instantOf(started.startedAtMs),
        repeat,
        item,
        positionMs,
      });
    }
    if (cue.kind === 'item') {
      const sounding = this.#soundingOf(run, cue);
      sounding.spans.push({ startedAt: instantOf(started.startedAtMs), fromMs: Math.round(fromMs), toMs: Math.round(fromMs) });
      if (!run.history.soundings[soundingKey(cue)]) {
        const { repeat, item } = cue;
        const startedAt = instantOf(started.startedAtMs);
        this.#write({ ...this.#ofOrder(run), kind: 'sounding-started', repeat, item, startedAt, positionMs: Math.round(fromMs) });
      }
    }
    this.#parts.onChange();
  }

  #noteEnding(run: OrderRun, cue: Cue, index: number, track: Track, ending: Ending): void {
    const isOver = ending.reason === 'end' || ending.reason === 'failed';
    run.cutAtMs = ending.endedAtMs;
    if (ending.startedAtMs !== undefined || isOver) {
      run.place = isOver ? { cue: index + 1, positionMs: 0 } : { cue: index, positionMs: ending.positionMs };
    }
    if (cue.kind === 'chime') run.chimePlayedMs += ending.playedMs;
    if (cue.kind === 'end-tone') run.endTonePlayedMs += ending.playedMs;
    if (cue.kind !== 'item') return;
    if (ending.startedAtMs === undefined && ending.reason !== 'failed') return;
    const sounding = this.#soundingOf(run, cue);
    addSpan(sounding, track.offsetMs ?? 0, ending);
    if (!isOver) return;
    run.open.splice(run.open.indexOf(sounding), 1);
    const code = ending.reason === 'failed' ? 'player-failed' : null;
    this.#write(closeSounding(run.order, this.#common(), sounding, this.#parts.player.state, code));
  }

  #noteBlockEnd(run: OrderRun, nextIndex: number): void {
    const cues = cuesOf(run.order);
    const next = cues[nextIndex];
    if (this.#current !== run || run.stage === 'ended') return;
    run.stage = 'between';
    run.place = { cue: nextIndex, positionMs: 0 };
    const gapMs = next && !next.isJoined ? run.order.gapMs : 0;
    run.dueAtMs = Math.round(this.#parts.clock.now() + gapMs);
    this.#parts.onChange();
  }

  /** The player broke down under an order: what it played counts, the rest is tried again. */
  #noteBreakdown(run: OrderRun, ending: Ending): void {
    this.#parts.log('player-broke-down', { orderId: run.order.orderId, reason: ending.reason, problem: ending.problem });
    if (this.#current === run) this.#release();
    this.#setBack(run);
    this.#parts.onChange();
  }

  #setBack(run: OrderRun): void {
    run.failures++;
    run.stage = run.history.isSuspended ? 'suspended' : 'waiting';
    run.dueAtMs = undefined;
    run.retryAtMs = this.#parts.clock.now() + FIRST_RETRY_MS * 2 ** Math.min(run.failures - 1, 6);
  }

  async #fail(run: OrderRun, error: unknown): Promise<void> {
    this.#parts.log('player-failed', { orderId: run.order.orderId, error: wordsOf(error) });
    if (this.#current === run) this.#release();
    this.#setBack(run);
    if (run.failures > this.#parts.retriesMax) await this.end(run, run.hasBegun ? undefined : 'failed', 'player-failed');
  }

  /** Written once the other one sounds: an interruption is not held up by paper. */
  #suspend(run: OrderRun, by: OrderRun): void {
    this.#noteOccupied(run);
    run.dueAtMs = undefined;
    if (run.stage === 'ended') return;
    const place = run.place ?? { cue: 0, positionMs: 0 };
    const cues = cuesOf(run.order);
    const cue = cues[place.cue];
    if (!run.hasBegun && run.open.length === 0) {
      run.stage = 'waiting';
      return;
    }
    if (!cue) {
      run.stage = 'waiting'; // its last sample had sounded: the next step ends it
      return;
    }
    run.stage = 'suspended';
    this.#write({
      ...this.#ofOrder(run),
      kind: 'delivery-interrupted',
      interruptedAt: instantOf(run.cutAtMs ?? this.#parts.clock.now()),
      byOrderId: by.order.orderId,
      repeat: cue.repeat,
      item: cue.item,
      positionMs: cue.kind === 'item' ? Math.round(place.positionMs) : 0,
    });
  }

  #soundingOf(run: OrderRun, cue: Cue): OpenSounding {
    let sounding = run.open.find((one) => soundingKey(one) === soundingKey(cue));
    if (!sounding) run.open.push((sounding = openSounding(run.order, cue.repeat, cue.item)));
    return sounding;
  }

  /** Soundings that a crash left open and that are not gone on with have ended as far as they are known. */
  #closeOthers(run: OrderRun, place: Place): void {
    const cue = cuesOf(run.order)[place.cue];
    const goesOn = (sounding: OpenSounding) => cue?.kind === 'item' && soundingKey(sounding) === soundingKey(cue);
    for (const sounding of run.open.filter((one) => !goesOn(one))) {
      this.#write(closeSounding(run.order, this.#common(), sounding, undefined, null));
    }
    run.open = run.open.filter(goesOn);
  }

  #take(run: OrderRun): void {
    if (this.#current !== run) this.#sinceMs = this.#parts.clock.now();
    this.#current = run;
  }

  #release(): void {
    if (this.#current) this.#noteOccupied(this.#current);
    this.#current = undefined;
  }

  #noteOccupied(run: OrderRun): void {
    this.occupied.push({ orderId: run.order.orderId, fromMs: this.#sinceMs, toMs: this.#parts.clock.now() });
    if (this.occupied.length > 20) this.occupied.shift();
  }

  #common() {
    return this.#parts.receipts.common();
  }

  #ofOrder(run: OrderRun) {
    return { ...this.#common(), orderId: run.order.orderId, airingId: run.order.airingId };
  }

  #write(body: ReceiptBody): void {
    this.#parts.receipts.write(body);
  }
}

function instantOf(epochMs: number): string {
  return new Date(Math.round(epochMs)).toISOString();
}
