import type { ProblemCode } from '#contract/problem.ts';
import type { DeliveryOutcome } from '#contract/receipt.ts';
import type { Ending, Playback, Player, Track } from '../audio/player.ts';
import type { AgentClock } from '../clock/agent-clock.ts';
import { wordsOf } from '../log.ts';
import type { Log } from '../log.ts';
import type { ReceiptWriter } from '../receipts/receipt-writer.ts';
import { DeliveryRecord } from './delivery-record.ts';
import { isOnPlayer } from './order-run.ts';
import type { OrderRun } from './order-run.ts';
import { cuesOf, passedAt } from './order-timeline-rules.ts';
import type { Cue, Place } from './order-timeline-rules.ts';
import { isEmergency, startsAtMs } from './precedence-rules.ts';

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
  readonly #record: DeliveryRecord;
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
    this.#record = new DeliveryRecord(parts.receipts, parts.player);
  }

  get current(): OrderRun | undefined {
    return this.#current;
  }

  /** How long the player has been held by what is on it now. */
  holding(run: OrderRun) {
    return { orderId: run.order.orderId, fromMs: this.#sinceMs, toMs: this.#parts.clock.now() };
  }

  async arm(run: OrderRun, place: Place, startAtMs: number, shiftMs: number): Promise<void> {
    this.#record.closeOthers(run, place);
    try {
      const loaded = await this.#load(run, place, (track) => this.#parts.player.arm(track));
      run.stage = 'armed';
      run.place = place;
      run.shiftMs = shiftMs;
      run.dueAtMs = Math.round(startAtMs);
      this.#take(run);
      this.#record.noteArmed(run);
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
    this.#record.closeOthers(run, place);
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
    this.#record.closeOthers(run, place);
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
    run.stage = 'ended';
    this.#record.noteEnd(run, outcome, code);
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
      const playback = isFirst ? await begin(track) : await this.#append(track);
      if (!playback) break;
      loaded.push({ cue, index, playback });
    }
    return loaded;
  }

  /** What can't be appended is loaded when the ones before it have ended. */
  async #append(track: Track): Promise<Playback | undefined> {
    try {
      return await this.#parts.player.append(track);
    } catch (error) {
      this.#parts.log('not-appended', { error: wordsOf(error) });
      return undefined;
    }
  }

  #follow(run: OrderRun, loaded: Loaded[]): void {
    this.#following = this.#followAll(run, loaded).catch((error: unknown) => {
      this.#parts.log('playback-lost', { orderId: run.order.orderId, error: wordsOf(error) });
    });
  }

  async #followAll(run: OrderRun, loaded: Loaded[]): Promise<void> {
    for (const { cue, index, playback } of loaded) {
      const started = await playback.started;
      if (started) {
        this.#record.noteStart(run, cue, index, playback.track, started);
        this.#parts.onChange();
      }
      const ending = await playback.ended;
      this.#record.noteEnding(run, cue, index, playback.track, ending);
      if (this.#isCutting) return;
      if (ending.reason !== 'end' && ending.reason !== 'failed') return this.#noteBreakdown(run, ending);
    }
    this.#noteBlockEnd(run, (loaded.at(-1)?.index ?? 0) + 1);
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
    run.retryAtMs = this.#parts.clock.now() + FIRST_RETRY_MS * 2 ** Math.min(run.failures - 1, 5);
  }

  async #fail(run: OrderRun, error: unknown): Promise<void> {
    this.#parts.log('player-failed', { orderId: run.order.orderId, error: wordsOf(error) });
    if (this.#current === run) this.#release();
    this.#setBack(run);
    // An emergency is tried for as long as it may begin: the player may be back in a minute.
    if (run.failures > this.#parts.retriesMax && !isEmergency(run.order))
      await this.end(run, run.hasBegun ? undefined : 'failed', 'player-failed');
  }

  /** Written once the other one sounds: an interruption is not held up by paper. */
  #suspend(run: OrderRun, by: OrderRun): void {
    if (this.#current === run) this.#release();
    run.dueAtMs = undefined;
    if (run.stage === 'ended') return;
    const cue = cuesOf(run.order)[run.place?.cue ?? 0];
    const hasSounded = run.hasBegun || run.open.length > 0;
    // Not begun: it keeps its turn. Sounded to its last sample: the next step ends it.
    run.stage = hasSounded && cue ? 'suspended' : 'waiting';
    if (hasSounded && cue) this.#record.noteInterrupted(run, cue, by, this.#parts.clock.now());
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
}
