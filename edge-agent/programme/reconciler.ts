import type { Player } from '../audio/player.ts';
import type { AgentClock } from '../clock/agent-clock.ts';
import { makeAbort } from '../clock/time-source.ts';
import type { TimeSource } from '../clock/time-source.ts';
import { wordsOf } from '../log.ts';
import type { Log } from '../log.ts';
import type { ReceiptWriter } from '../receipts/receipt-writer.ts';
import type { Checkpoint } from './checkpoint.ts';
import type { MediaShelf } from './media-shelf.ts';
import { nextStep } from './next-step-rules.ts';
import type { Step } from './next-step-rules.ts';
import type { OrderBook } from './order-book.ts';
import { factsOf } from './order-run.ts';
import type { OrderRun } from './order-run.ts';
import { mediaOf } from './order-timeline-rules.ts';
import type { Performer } from './performer.ts';

export interface ReconcilerParts {
  book: OrderBook;
  performer: Performer;
  player: Player;
  shelf: MediaShelf;
  clock: AgentClock;
  time: TimeSource;
  receipts: ReceiptWriter;
  checkpoint: Checkpoint;
  armAheadMs: number;
  checkpointEveryMs: number;
  log: Log;
}

/** A fault that repeats at once must not take the processor away from the player. */
const AFTER_FAULT_MS = 1_000;
/** The clock may have been set anew, a fact may have slipped by: asked again at least this often. */
const LOOK_AGAIN_MS = 1_000;

/**
 * Facts → next step → do it → again.
 *
 * Invariants:
 * - one step at a time: only this loop gives orders to the player;
 * - a step never waits for the network, for a receipt to be durable, or for the end of what sounds;
 * - it goes round at least every second, and says so (`lastTurnAtMs`): the watchdog believes nothing else.
 */
export class Reconciler {
  readonly #parts: ReconcilerParts;
  #wake = makeAbort();
  #isWoken = false;
  #isClosing = false;
  #loop: Promise<void> | undefined;
  #savedAtMs = 0;
  #savedStages = '';
  #saving: Promise<void> = Promise.resolve();
  #lastTurnAtMs: number;

  constructor(parts: ReconcilerParts) {
    this.#parts = parts;
    this.#lastTurnAtMs = parts.time.steadyMs();
  }

  /** By the steady clock. */
  get lastTurnAtMs(): number {
    return this.#lastTurnAtMs;
  }

  open(): void {
    this.#loop = this.#run();
  }

  /** A fact has changed. */
  wake(): void {
    this.#isWoken = true;
    this.#wake.abort();
  }

  async close(): Promise<void> {
    this.#isClosing = true;
    this.wake();
    await this.#loop;
    // What sounds is cut here; its checkpoint lets the next life of this agent tell of it.
    await this.#parts.checkpoint.save(this.#parts.book.runs, this.#parts.player.state);
    await this.#parts.performer.close();
    await this.#saving;
    await this.#parts.checkpoint.save(this.#parts.book.runs, this.#parts.player.state);
  }

  async #run(): Promise<void> {
    const { time, clock, log } = this.#parts;
    while (!this.#isClosing) {
      this.#lastTurnAtMs = time.steadyMs();
      this.#isWoken = false;
      try {
        const step = this.#decide();
        if (step.kind !== 'wait') await this.#carryOut(step);
        this.#saveIfDue();
        if (step.kind === 'wait') await this.#wait(Math.min(step.untilMs - clock.now(), LOOK_AGAIN_MS));
      } catch (error) {
        log('step-failed', { error: wordsOf(error), stack: error instanceof Error ? error.stack : undefined });
        await this.#wait(AFTER_FAULT_MS);
      }
    }
  }

  async #wait(delayMs: number): Promise<void> {
    if (this.#isWoken) return;
    this.#wake = makeAbort();
    await this.#parts.time.sleep(Math.max(delayMs, 1), this.#wake.signal);
  }

  #decide(): Step {
    const { book, clock, shelf, performer, armAheadMs } = this.#parts;
    for (const run of book.runs)
      run.isReady = run.stage === 'ended' || mediaOf(run.order).every(({ sha256 }) => shelf.has(sha256));
    const { current } = performer;
    const occupied = current ? [...performer.occupied, performer.holding(current)] : performer.occupied;
    return nextStep({
      nowMs: clock.now(),
      clockTrust: clock.trust,
      policy: book.policy,
      orders: book.runs.map(factsOf),
      occupied,
      armAheadMs,
    });
  }

  async #carryOut(step: Exclude<Step, { kind: 'wait' }>): Promise<void> {
    const { book, performer, receipts, log } = this.#parts;
    const run = book.find(step.orderId) as OrderRun;
    log('step', { ...step });
    switch (step.kind) {
      case 'report-ready': {
        const { orderId, airingId } = run.order;
        receipts.write({ ...receipts.common(), kind: 'order-ready', orderId, airingId });
        return;
      }
      case 'refuse':
        return receipts.refuse(run.order, step.code);
      case 'arm':
        return await performer.arm(run, step.place, step.startAtMs, step.shiftMs);
      case 'start':
        return performer.start(run, step.atMs);
      case 'interrupt':
        return await performer.interrupt(run, step.place);
      case 'resume':
        return await performer.resume(run, step.place);
      case 'disarm':
        return await performer.disarm(run);
      case 'end':
        return await performer.end(run, step.outcome, step.code);
    }
  }

  /** Every few seconds while something sounds, and whenever an order changed its stage. Beside the loop: a slow disk delays no start. */
  #saveIfDue(): void {
    const { book, player, checkpoint, time, checkpointEveryMs } = this.#parts;
    const begun = book.runs.filter((run) => run.hasBegun && run.stage !== 'ended');
    const stages = begun.map((run) => `${run.order.orderId} ${run.stage} ${run.place?.cue}`).join();
    const isDue = begun.length > 0 && time.steadyMs() - this.#savedAtMs >= checkpointEveryMs;
    if (!isDue && stages === this.#savedStages) return;
    this.#savedAtMs = time.steadyMs();
    this.#savedStages = stages;
    this.#saving = this.#saving.then(() => checkpoint.save(book.runs, player.state));
  }
}
