import type { ProblemCode } from '#contract/problem.ts';
import type { Receipt } from '#contract/receipt.ts';
import { makeAbort } from '../clock/time-source.ts';
import type { TimeSource } from '../clock/time-source.ts';
import { backOffMs } from '../link/back-off-rules.ts';
import type { Log } from '../log.ts';
import type { ReceiptLog } from './receipt-log.ts';

export interface ReceiptSenderParts {
  receipts: ReceiptLog;
  /** Hands a batch to the link; false when it is down. */
  send: (receipts: Receipt[]) => Promise<boolean>;
  time: TimeSource;
  batchMax: number;
  answerMaxMs: number;
  backOff: { minMs: number; maxMs: number };
  log: Log;
}

/** One batch in flight, again and again until the server says that it is durable there. The link's own delivery counts for nothing. */
export class ReceiptSender {
  readonly #parts: ReceiptSenderParts;
  #wake = makeAbort();
  #isWoken = false;
  #isClosed = false;
  #loop: Promise<void> | undefined;
  #failures = 0;
  #isBackingOff = false;
  #isLinkNew = false;
  #refusal: { fromSequence: number; code: ProblemCode } | undefined;
  #oddities = new Set<string>();

  constructor(parts: ReceiptSenderParts) {
    this.#parts = parts;
  }

  open(): void {
    this.#loop = this.#run();
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#wakeUp();
    await this.#loop;
  }

  /** There is something new to send; that is no reason to try a dead link sooner. */
  noteWritten(): void {
    if (!this.#isBackingOff) this.#wakeUp();
  }

  /** What was on its way over the old connection may be lost. */
  noteLinkUp(): void {
    this.#isLinkNew = true;
    this.#wakeUp();
  }

  #wakeUp(): void {
    this.#isWoken = true;
    this.#wake.abort();
  }

  noteAcknowledged(upTo: number): void {
    const before = this.#parts.receipts.acknowledged;
    const finding = this.#parts.receipts.acknowledge(upTo);
    if (finding !== 'fits') this.#report(`${finding} ${upTo}`, { finding, upTo, last: this.#parts.receipts.lastSequence });
    if (this.#parts.receipts.acknowledged === before) return;
    this.#failures = 0;
    this.#refusal = undefined;
    this.#wakeUp();
  }

  /** The server will not have these: sent again with long pauses, for a person must look at it; the record itself stays. */
  noteRefused(fromSequence: number, code: ProblemCode, upTo: number): void {
    this.#refusal = { fromSequence, code };
    this.#report(`${code} ${fromSequence}`, { finding: 'refused', fromSequence, code });
    this.noteAcknowledged(upTo);
    this.#failures = Math.max(this.#failures, 4);
  }

  #report(key: string, fields: Record<string, unknown>): void {
    if (this.#oddities.size < 100 && !this.#oddities.has(key)) this.#parts.log('receipts-odd', fields);
    this.#oddities.add(key);
  }

  async #run(): Promise<void> {
    const { receipts, batchMax, send, answerMaxMs, backOff } = this.#parts;
    while (!this.#isClosed) {
      this.#isWoken = false;
      const from = receipts.acknowledged;
      const batch = receipts.list(from, batchMax);
      if (batch.length === 0) {
        await this.#wait(60_000);
        continue;
      }
      this.#isLinkNew = false;
      const isSent = await send(batch);
      if (isSent) await this.#waitForAnswer(batch.at(-1)?.head.sequence ?? 0, answerMaxMs);
      if (receipts.acknowledged > from || this.#isLinkNew || this.#isClosed) continue;
      this.#failures++;
      this.#isBackingOff = true;
      await this.#wait(backOffMs(this.#failures, backOff, Math.random()));
      this.#isBackingOff = false;
      this.#refusal = undefined;
    }
  }

  /** Woken by each new receipt too: only an answer, the time limit or another connection ends the wait. */
  async #waitForAnswer(lastSequence: number, maxMs: number): Promise<void> {
    const { receipts, time } = this.#parts;
    const untilMs = time.steadyMs() + maxMs;
    while (!this.#isClosed && !this.#refusal && !this.#isLinkNew && receipts.acknowledged < lastSequence) {
      const leftMs = untilMs - time.steadyMs();
      if (leftMs <= 0) return;
      await this.#wait(leftMs);
      this.#isWoken = false;
    }
  }

  async #wait(delayMs: number): Promise<void> {
    if (this.#isWoken || this.#isClosed) return;
    this.#wake = makeAbort();
    await this.#parts.time.sleep(delayMs, this.#wake.signal);
  }
}
