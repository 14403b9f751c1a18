import type { Receipt } from '#contract/receipt.ts';
import { findReceiptFault, hashOfReceipt } from '#signing/receipt-chain.ts';
import { inTransaction } from '../database/open-database.ts';
import { applyReceipts, type Applied } from './apply-receipts.ts';
import type { DispatchDeps } from './dispatch-deps.ts';
import type { CheckedReceipt } from './receipt-intake-rules.ts';

/** How long an arrived receipt may wait for company before the disk is asked to keep it. */
const BATCH_WAIT_MS = 25;
const BATCH_RECEIPTS_MAX = 500;
/** Beyond these the newest are dropped unread: agents keep and resend what is not acknowledged. */
const BACKLOG_RECEIPTS_MAX = 20_000;
const BACKLOG_OF_ONE_MAX = 1_000;

type Batch = ReadonlyMap<string, readonly Receipt[]>;

/**
 * Takes receipts from the link and makes them durable in micro-batches: one transaction, one fsync for all that arrived within
 * a moment.
 *
 * Invariants:
 * - an acknowledgement is sent after the commit that holds the receipt, never before;
 * - one batch at a time, and what waits meanwhile is bounded, in all and for each receiver;
 * - one receiver's trouble never keeps another's receipts waiting: a batch that fails is done again receiver by receiver.
 */
export class ReceiptIntake {
  readonly #deps: DispatchDeps;
  readonly #waiting = new Map<string, Receipt[]>();
  #waitingCount = 0;
  #hasDropped = false;
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> | undefined;

  constructor(deps: DispatchDeps) {
    this.#deps = deps;
  }

  submit(receiverId: string, receipts: readonly Receipt[]): void {
    const own = this.#waiting.get(receiverId) ?? [];
    const isOverfull = own.length + receipts.length > BACKLOG_OF_ONE_MAX;
    if (isOverfull || this.#waitingCount + receipts.length > BACKLOG_RECEIPTS_MAX) return this.#noteDropped(receiverId);
    own.push(...receipts);
    this.#waiting.set(receiverId, own);
    this.#waitingCount += receipts.length;
    if (!this.#running) this.#timer ??= setTimeout(() => this.#start(), BATCH_WAIT_MS);
  }

  /** Resolves when all that was submitted so far is durable or refused, and answered. */
  async settle(): Promise<void> {
    while (this.#running || this.#waitingCount > 0) await (this.#running ?? this.#start());
  }

  #start(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#running ??= this.#takeAll().finally(() => (this.#running = undefined));
    return this.#running;
  }

  async #takeAll(): Promise<void> {
    while (this.#waitingCount > 0) await this.#take(this.#nextBatch());
    this.#hasDropped = false;
  }

  /** Whole submissions of those that wait longest, so that nobody with much to say stands before the rest. */
  #nextBatch(): Batch {
    const batch = new Map<string, readonly Receipt[]>();
    let count = 0;
    for (const [receiverId, receipts] of this.#waiting) {
      if (count > 0 && count + receipts.length > BATCH_RECEIPTS_MAX) break;
      batch.set(receiverId, receipts);
      count += receipts.length;
    }
    for (const receiverId of batch.keys()) this.#waiting.delete(receiverId);
    this.#waitingCount -= count;
    return batch;
  }

  #noteDropped(receiverId: string): void {
    // Once for a jam: the jam itself is the news, not each receipt in it.
    if (!this.#hasDropped) {
      this.#deps.logger.warn(
        { receiverId, waiting: this.#waitingCount },
        'more receipts than can be taken now: agents resend them',
      );
    }
    this.#hasDropped = true;
  }

  async #take(batch: Batch): Promise<void> {
    try {
      await this.#answerAll(await this.#apply(batch));
    } catch (error) {
      this.#deps.logger.warn({ err: error as Error }, 'a batch of receipts failed; trying each receiver alone');
      for (const [receiverId, receipts] of batch) await this.#takeAlone(receiverId, receipts);
    }
  }

  async #takeAlone(receiverId: string, receipts: readonly Receipt[]): Promise<void> {
    try {
      await this.#answerAll(await this.#apply(new Map([[receiverId, receipts]])));
    } catch (error) {
      this.#deps.logger.error({ err: error as Error, receiverId }, 'receipts not stored: the receiver keeps and resends them');
    }
  }

  #apply(batch: Batch): Promise<Applied[]> {
    const checked = new Map<string, CheckedReceipt[]>();
    for (const [receiverId, receipts] of batch) {
      checked.set(
        receiverId,
        receipts.map((receipt) => ({ receipt, hash: hashOfReceipt(receipt) })),
      );
    }
    return inTransaction(this.#deps.db, (db) =>
      applyReceipts(db, checked, {
        nowMs: this.#deps.clock.now(),
        heldMax: this.#deps.limits.heldReceiptsMax,
        findFault: findReceiptFault,
      }),
    );
  }

  /** What is committed stays so; an answer that can't be given is asked for again by the receiver's resending. */
  async #answerAll(applied: readonly Applied[]): Promise<void> {
    for (const outcome of applied) {
      try {
        await this.#answer(outcome);
      } catch (error) {
        this.#deps.logger.error({ err: error as Error, receiverId: outcome.receiverId }, 'receipts stored but not answered');
      }
    }
  }

  async #answer({ receiverId, upTo, changed, refused }: Applied): Promise<void> {
    const { link, publish, quarantine, logger } = this.#deps;
    for (const { deliveryId, airingId, areaId, state, evidence, stateSince } of changed) {
      publish({ type: 'delivery-changed', deliveryId, airingId, receiverId, state, evidence, at: stateSince }, areaId);
    }
    const [first] = refused.toSorted((one, other) => one.receipt.head.sequence - other.receipt.head.sequence);
    if (first) {
      const { code } = first;
      const fromSequence = first.receipt.head.sequence;
      logger.warn({ receiverId, fromSequence, code, count: refused.length }, 'receipts refused');
      await link.sendDown(receiverId, { type: 'receipts-refused', v: 1, fromSequence, code, upTo });
    }
    await link.sendDown(receiverId, { type: 'receipts-acknowledged', v: 1, upTo });
    const fork = refused.find(({ code }) => code === 'receipt-forked' || code === 'receipt-chain-broken');
    if (fork) await quarantine(receiverId, fork.code);
  }
}
