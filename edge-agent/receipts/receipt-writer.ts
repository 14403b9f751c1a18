import { z } from 'zod';
import { Id } from '#contract/primitives.ts';
import type { ClockTrust } from '#contract/primitives.ts';
import type { ProblemCode } from '#contract/problem.ts';
import { DeliveryOutcome } from '#contract/receipt.ts';
import type { ReceiptBody } from '#contract/receipt.ts';
import type { AgentClock } from '../clock/agent-clock.ts';
import type { DurableFiles } from '../files/durable-files.ts';
import { wordsOf } from '../log.ts';
import type { Log } from '../log.ts';
import { foldBody, foldReceipts, forgetOldHistories, newHistory, noHistories } from './order-history-rules.ts';
import type { Histories, OrderHistory } from './order-history-rules.ts';
import type { ReceiptLog } from './receipt-log.ts';

const PATH = 'seen-orders.json';
/** Longer than any programme or order lives. */
const FORGET_AFTER_MS = 40 * 86_400_000;
const SAVE_EVERY_RECEIPTS = 100;

const SavedHistory = z.object({
  orderId: Id,
  airingId: Id.nullable(),
  refusedCodes: z.array(z.string()),
  isReady: z.boolean(),
  isArmed: z.boolean(),
  soundings: z.record(
    z.string(),
    z.object({ isEnded: z.boolean(), outcome: z.enum(['rendered', 'partial', 'failed']).nullable(), playedMs: z.number() }),
  ),
  isSuspended: z.boolean(),
  outcome: DeliveryOutcome.nullable(),
  lastRecordedAt: z.string(),
});
const SavedHistories = z.object({ sequence: z.int().min(0), orders: z.record(z.string(), SavedHistory) });

export interface ReceiptCommon {
  v: 1;
  recordedAt: string;
  bootId: string;
  clockTrust: ClockTrust;
}

export interface ReceiptWriterParts {
  receipts: ReceiptLog;
  files: DurableFiles;
  clock: AgentClock;
  bootId: string;
  historiesMax: number;
  log: Log;
}

/**
 * Writes what happened and remembers it by order. The memory is a fold of the receipts: what is saved of it names the last receipt
 * that it holds, and at start the later ones are folded in again. So memory and record can't contradict each other.
 */
export class ReceiptWriter {
  readonly #parts: ReceiptWriterParts;
  readonly #histories: Histories;
  readonly #refusedDocuments = new Set<string>();
  #savedSequence: number;
  #pending = 0;

  private constructor(parts: ReceiptWriterParts, histories: Histories, savedSequence: number) {
    this.#parts = parts;
    this.#histories = histories;
    this.#savedSequence = savedSequence;
  }

  static async open(parts: ReceiptWriterParts): Promise<ReceiptWriter> {
    const saved = await readHistories(parts);
    const savedSequence = saved.sequence;
    foldReceipts(saved, parts.receipts.list(saved.sequence, Number.MAX_SAFE_INTEGER));
    return new ReceiptWriter(parts, saved, savedSequence);
  }

  common(): ReceiptCommon {
    const { clock, bootId } = this.#parts;
    return { v: 1, recordedAt: new Date(clock.now()).toISOString(), bootId, clockTrust: clock.trust };
  }

  /** Remembered at once, durable soon: sound does not wait for paper. The promise is for those who must. */
  write(body: ReceiptBody): Promise<number | undefined> {
    foldBody(this.#histories, body);
    this.#pending++;
    return this.#parts.receipts.record(body).finally(() => this.#pending--);
  }

  historyOf(orderId: string, airingId: string): OrderHistory {
    return (this.#histories.orders[orderId] ??= newHistory(orderId, airingId, this.common().recordedAt));
  }

  findHistory(orderId: string): OrderHistory | undefined {
    return this.#histories.orders[orderId];
  }

  /** Once for each order and code, whatever road it comes by and however often. */
  refuse(order: { orderId: string; airingId: string }, code: ProblemCode): void {
    if (this.historyOf(order.orderId, order.airingId).refusedCodes.includes(code)) return;
    this.write({ ...this.common(), kind: 'order-refused', orderId: order.orderId, airingId: order.airingId, code });
  }

  /** What can't be laid to one order: a whole programme, a key set. `document` tells one from the other. */
  refuseDocument(document: string, code: ProblemCode): void {
    const key = `${document} ${code}`;
    if (this.#refusedDocuments.has(key)) return;
    if (this.#refusedDocuments.size >= 200) this.#refusedDocuments.clear();
    this.#refusedDocuments.add(key);
    this.write({ ...this.common(), kind: 'order-refused', orderId: null, airingId: null, code });
  }

  /** Saves the memory now and then, and lets the record shorten itself by what both the server and the memory hold. */
  async tidy(needed: ReadonlySet<string>, isClosing = false): Promise<void> {
    const { receipts, files, clock, historiesMax, log } = this.#parts;
    const isDue = receipts.lastSequence - this.#savedSequence >= SAVE_EVERY_RECEIPTS;
    if (this.#pending === 0 && (isDue || (isClosing && receipts.lastSequence > this.#savedSequence))) {
      const before = new Date(clock.now() - FORGET_AFTER_MS).toISOString();
      // An untrusted clock may stand anywhere: then only the bound makes anything forgotten.
      forgetOldHistories(this.#histories, needed, clock.trust === 'untrusted' ? '' : before, historiesMax);
      const sequence = receipts.lastSequence;
      try {
        await files.writeWhole(PATH, JSON.stringify({ ...this.#histories, sequence }));
        this.#savedSequence = sequence;
      } catch (error) {
        log('seen-orders-not-saved', { error: wordsOf(error) }); // the receipts themselves hold it all
      }
    }
    await receipts.compact(this.#savedSequence);
  }
}

async function readHistories({ files, log }: ReceiptWriterParts): Promise<Histories> {
  const text = await files.readText(PATH);
  if (text === undefined) return structuredClone(noHistories);
  try {
    return SavedHistories.parse(JSON.parse(text));
  } catch (error) {
    log('seen-orders-unreadable', { error: wordsOf(error) });
    return structuredClone(noHistories);
  }
}
