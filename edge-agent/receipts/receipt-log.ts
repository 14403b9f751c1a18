import { GENESIS_HASH } from '#contract/receipt.ts';
import type { Receipt, ReceiptBody } from '#contract/receipt.ts';
import type { SigningKey } from '#signing/keys.ts';
import { findReceiptFault, hashOfReceipt, makeReceipt } from '#signing/receipt-chain.ts';
import type { TimeSource } from '../clock/time-source.ts';
import type { DurableFiles } from '../files/durable-files.ts';
import { wordsOf } from '../log.ts';
import type { Log } from '../log.ts';
import { formatReceiptLine, readReceiptLines } from './receipt-file-rules.ts';
import type { Base } from './receipt-file-rules.ts';

const PATH = 'receipts.jsonl';
const RETRY_MS = 2_000;
/** Facts that only tell of progress: at the bound they are left out first, never what sounded or was refused. */
const PROGRESS_KINDS: ReceiptBody['kind'][] = ['order-ready', 'order-armed', 'clock-changed', 'sounding-started'];

export interface ReceiptLogParts {
  files: DurableFiles;
  key: SigningKey;
  receiverId: string;
  time: TimeSource;
  waitingMax: number;
  keptMax: number;
  /** Called when the disk is full: whoever can gives up space. */
  makeRoom: () => Promise<void>;
  log: Log;
}

interface Waiting {
  body: ReceiptBody;
  resolve: (sequence: number | undefined) => void;
}

/**
 * Invariants:
 * - a receipt counts from the moment it is synced to disk: before that nobody is told of it, nothing is sent;
 * - one writer at a time; what is written once is never written differently under the same sequence;
 * - nothing unacknowledged is ever dropped. At the bound, progress is no longer recorded, and at twice the bound nothing is:
 *   the oldest facts are never given up for newer ones.
 */
export class ReceiptLog {
  readonly #parts: ReceiptLogParts;
  #base: Base;
  #receipts: Receipt[];
  #bytes: number;
  #acknowledged: number;
  #queue: Waiting[] = [];
  #writing: Promise<void> | undefined;
  #refusedAtBound = 0;
  #isClosing = false;
  onWritten: () => void = () => undefined;

  private constructor(parts: ReceiptLogParts, base: Base, receipts: Receipt[], bytes: number) {
    this.#parts = parts;
    this.#base = base;
    this.#receipts = receipts;
    this.#bytes = bytes;
    this.#acknowledged = base.sequence;
  }

  static async open(parts: ReceiptLogParts): Promise<ReceiptLog> {
    const { files, key, log } = parts;
    const text = (await files.readText(PATH)) ?? '';
    const found = readReceiptLines(text);
    const whole = Buffer.byteLength(text, 'utf8');
    if (found.soundBytes < whole) {
      log('receipts-tail-torn', { bytes: whole - found.soundBytes });
      await files.cutTo(PATH, found.soundBytes);
    }
    if (found.damagedLines.length > 0) log('receipts-damaged', { lines: found.damagedLines });
    const base = found.base ?? { sequence: 0, hash: GENESIS_HASH };
    const fault = findChainFault(base, found.receipts, key);
    if (fault) log('receipts-chain-faulty', { fault });
    return new ReceiptLog(parts, base, found.receipts, found.soundBytes);
  }

  get lastSequence(): number {
    return this.#receipts.at(-1)?.head.sequence ?? this.#base.sequence;
  }

  /** Everything up to this is durable at the server, as far as we know. */
  get acknowledged(): number {
    return this.#acknowledged;
  }

  get waitingCount(): number {
    return this.lastSequence - this.#acknowledged;
  }

  get isAtBound(): boolean {
    return this.waitingCount >= this.#parts.waitingMax;
  }

  /** Oldest first. */
  list(afterSequence: number, max: number): Receipt[] {
    const first = this.#receipts.findIndex((receipt) => receipt.head.sequence > afterSequence);
    return first < 0 ? [] : this.#receipts.slice(first, first + max);
  }

  /** Resolves with its sequence once it is durable; undefined when it was left out at the bound or the agent was closed first. */
  record(body: ReceiptBody): Promise<number | undefined> {
    const waiting = this.waitingCount + this.#queue.length;
    const bound = this.#parts.waitingMax * (PROGRESS_KINDS.includes(body.kind) ? 1 : 2);
    if (waiting >= bound || this.#isClosing) {
      this.#refusedAtBound++;
      this.#parts.log('receipt-left-out', { kind: body.kind, waiting, leftOut: this.#refusedAtBound });
      return Promise.resolve(undefined);
    }
    return new Promise((resolve) => {
      this.#queue.push({ body, resolve });
      this.#writing ??= this.#writeAll();
    });
  }

  /** `upTo` as the server says. Returns whether it fits what we have. */
  acknowledge(upTo: number): 'fits' | 'lower-than-dropped' | 'higher-than-ours' {
    if (upTo > this.lastSequence) return 'higher-than-ours';
    if (upTo < this.#base.sequence) return 'lower-than-dropped';
    this.#acknowledged = upTo;
    return 'fits';
  }

  /** Drops what is acknowledged, once that is worth writing the file anew. What lies above `keepAbove` is still needed by others. */
  async compact(keepAbove: number): Promise<void> {
    const droppable = Math.min(this.#acknowledged, keepAbove) - this.#base.sequence;
    if (droppable < this.#parts.keptMax || this.#writing) return;
    this.#writing = this.#rewrite(Math.min(this.#acknowledged, keepAbove)).then(() => this.#writeAll());
    await this.#writing;
  }

  /** What is under way is written; what the disk does not take within the time is given up. */
  async close(maxMs = 5_000): Promise<void> {
    this.#isClosing = true;
    await Promise.race([this.#writing, this.#parts.time.sleep(maxMs)]);
    for (const { resolve } of this.#queue.splice(0)) resolve(undefined);
  }

  async #writeAll(): Promise<void> {
    while (this.#queue.length > 0) {
      const batch = this.#queue.slice(0, 200);
      const receipts = this.#chain(batch.map(({ body }) => body));
      const lines = receipts.map(formatReceiptLine).join('');
      if (!(await this.#appendUntilTaken(lines))) break;
      this.#queue.splice(0, batch.length);
      this.#receipts.push(...receipts);
      this.#bytes += Buffer.byteLength(lines, 'utf8');
      batch.forEach(({ resolve }, index) => resolve(receipts[index]?.head.sequence));
      this.onWritten();
    }
    this.#writing = undefined; // in the same turn as the question above, so that no receipt is left in between
  }

  #chain(bodies: ReceiptBody[]): Receipt[] {
    const { key, receiverId } = this.#parts;
    let sequence = this.lastSequence;
    const last = this.#receipts.at(-1);
    let previousHash = last ? hashOfReceipt(last) : this.#base.hash;
    return bodies.map((body) => {
      const receipt = makeReceipt(key, { receiverId, sequence: ++sequence, previousHash }, body);
      previousHash = hashOfReceipt(receipt);
      return receipt;
    });
  }

  /** The same bytes again and again: a receipt that may have reached the disk must not come back with another content. */
  async #appendUntilTaken(lines: string): Promise<boolean> {
    const { files, makeRoom, time, log } = this.#parts;
    for (let failures = 0; ; failures++) {
      try {
        if (failures > 0) await files.cutTo(PATH, this.#bytes);
        await files.append(PATH, lines);
        return true;
      } catch (error) {
        log('receipts-not-written', { error: wordsOf(error), failures: failures + 1 });
        if (this.#isClosing) return false;
        await makeRoom();
        if (failures > 0) await time.sleep(RETRY_MS);
      }
    }
  }

  async #rewrite(dropUpTo: number): Promise<void> {
    const kept = this.#receipts.filter((receipt) => receipt.head.sequence > dropUpTo);
    const last = this.#receipts.find((receipt) => receipt.head.sequence === dropUpTo);
    if (!last) return;
    const base = { sequence: dropUpTo, hash: hashOfReceipt(last) };
    const text = JSON.stringify({ base }) + '\n' + kept.map(formatReceiptLine).join('');
    try {
      await this.#parts.files.writeWhole(PATH, text);
      this.#base = base;
      this.#receipts = kept;
      this.#bytes = Buffer.byteLength(text, 'utf8');
    } catch (error) {
      this.#parts.log('receipts-not-compacted', { error: wordsOf(error) }); // the long file goes on as it is
    }
  }
}

function findChainFault(base: Base, receipts: Receipt[], key: SigningKey): string | undefined {
  let previous = base;
  for (const receipt of receipts) {
    const { sequence, previousHash } = receipt.head;
    if (sequence !== previous.sequence + 1 || previousHash !== previous.hash)
      return `receipt ${sequence} does not follow the one before`;
    if (findReceiptFault(receipt, key.keyId)) return `receipt ${sequence} is not signed by this receiver`;
    previous = { sequence, hash: hashOfReceipt(receipt) };
  }
  return undefined;
}
