import type { Receipt } from '#contract/receipt.ts';
import { findReceiptFault, hashOfReceipt } from '#signing/receipt-chain.ts';
import { inTransaction } from '../database/open-database.ts';
import { applyReceipts, type Applied } from './apply-receipts.ts';
import type { DispatchDeps } from './dispatch-deps.ts';

/** How long an arrived receipt may wait for company before the disk is asked to keep it. */
const BATCH_WAIT_MS = 25;
const BATCH_RECEIPTS_MAX = 500;
/** Beyond this the newest are dropped unread: agents keep and resend what is not acknowledged. */
const BACKLOG_RECEIPTS_MAX = 20_000;

/**
 * Takes receipts from the link and makes them durable in micro-batches: one transaction, one fsync for all that arrived within
 * a moment.
 *
 * Invariants:
 * - an acknowledgement is sent after the commit that holds the receipt, never before;
 * - one receiver's trouble never keeps another's receipts waiting: a batch that fails is done again receiver by receiver.
 */
export class ReceiptIntake {
  readonly #deps: DispatchDeps;
  #waiting = new Map<string, Receipt[]>();
  #waitingCount = 0;
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> = Promise.resolve();

  constructor(deps: DispatchDeps) {
    this.#deps = deps;
  }

  submit(receiverId: string, receipts: readonly Receipt[]): void {
    if (this.#waitingCount + receipts.length > BACKLOG_RECEIPTS_MAX) return;
    this.#waiting.set(receiverId, [...(this.#waiting.get(receiverId) ?? []), ...receipts]);
    this.#waitingCount += receipts.length;
    if (this.#waitingCount >= BATCH_RECEIPTS_MAX) this.#flushSoon(0);
    else this.#flushSoon(BATCH_WAIT_MS);
  }

  /** Resolves when all that was submitted so far is durable or refused. */
  async settle(): Promise<void> {
    if (this.#timer) {
      clearTimeout(this.#timer);
      this.#flush();
    }
    await this.#running;
  }

  #flushSoon(waitMs: number): void {
    if (this.#timer && waitMs > 0) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#flush(), waitMs);
  }

  #flush(): void {
    this.#timer = undefined;
    const batch = this.#waiting;
    this.#waiting = new Map();
    this.#waitingCount = 0;
    this.#running = this.#running.then(() => this.#take(batch));
  }

  async #take(batch: ReadonlyMap<string, readonly Receipt[]>): Promise<void> {
    try {
      await this.#apply(batch);
    } catch (error) {
      this.#deps.logger.warn({ err: error as Error }, 'a batch of receipts failed; trying each receiver alone');
      for (const [receiverId, receipts] of batch) {
        try {
          await this.#apply(new Map([[receiverId, receipts]]));
        } catch (cause) {
          this.#deps.logger.error(
            { err: cause as Error, receiverId },
            'receipts not stored: the receiver keeps and resends them',
          );
        }
      }
    }
  }

  async #apply(batch: ReadonlyMap<string, readonly Receipt[]>): Promise<void> {
    const checked = new Map(
      [...batch].map(([receiverId, receipts]) => [
        receiverId,
        receipts.map((receipt) => ({ receipt, hash: hashOfReceipt(receipt) })),
      ]),
    );
    const applied = await inTransaction(this.#deps.db, (db) =>
      applyReceipts(db, checked, {
        nowMs: this.#deps.clock.now(),
        heldMax: this.#deps.limits.heldReceiptsMax,
        findFault: findReceiptFault,
      }),
    );
    for (const outcome of applied) await this.#answer(outcome);
  }

  async #answer(outcome: Applied): Promise<void> {
    const { receiverId, upTo } = outcome;
    const { link, publish, quarantine, logger } = this.#deps;
    for (const { delivery } of outcome.changed) {
      const { deliveryId, airingId, state, evidence, stateSince } = delivery;
      publish({ type: 'delivery-changed', deliveryId, airingId, receiverId, state, evidence, at: stateSince }, delivery.areaId);
    }
    for (const { receipt, code } of outcome.refused) {
      logger.warn({ receiverId, sequence: receipt.head.sequence, code }, 'receipt refused');
      await link.sendDown(receiverId, { type: 'receipts-refused', v: 1, fromSequence: receipt.head.sequence, code, upTo });
    }
    const fork = outcome.refused.find(({ code }) => code === 'receipt-forked' || code === 'receipt-chain-broken');
    if (fork) await quarantine(receiverId, fork.code);
    await link.sendDown(receiverId, { type: 'receipts-acknowledged', v: 1, upTo });
  }
}
