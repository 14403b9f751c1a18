import type { Order, Policy, Programme, SignedOrder, SignedProgramme } from '#contract/order.ts';
import { SignedOrder as SignedOrderSchema, SignedProgramme as SignedProgrammeSchema } from '#contract/order.ts';
import type { MediaReference } from '#contract/primitives.ts';
import type { ProblemCode } from '#contract/problem.ts';
import { findFault } from '#signing/documents.ts';
import { z } from 'zod';
import type { AgentClock } from '../clock/agent-clock.ts';
import type { DurableFiles } from '../files/durable-files.ts';
import { wordsOf } from '../log.ts';
import type { Log } from '../log.ts';
import type { ReceiptWriter } from '../receipts/receipt-writer.ts';
import { comparePlaces, findOrderFault } from './accept-order-rules.ts';
import type { OrderPlace, OrderRoad } from './accept-order-rules.ts';
import { findProgrammeFault } from './accept-programme-rules.ts';
import type { HeldKeySet } from './held-key-set.ts';
import { newRun, restoreRun } from './order-run.ts';
import type { OrderRun, SavedRun } from './order-run.ts';

const PROGRAMME = 'programme.json';
const PUSHED = 'emergencies.json';
const PUSHED_MAX = 50;
const SavedPushed = z
  .array(z.object({ signed: SignedOrderSchema, firstPushedAtMs: z.number(), heldRevision: z.number() }))
  .max(PUSHED_MAX);
const SavedProgramme = z.object({ signed: SignedProgrammeSchema, etag: z.string().optional() });

export interface OrderBookParts {
  files: DurableFiles;
  clock: AgentClock;
  keySet: HeldKeySet;
  receipts: ReceiptWriter;
  receiverId: string;
  replayToleranceMs: number;
  /** What the player can play. */
  codecs: readonly MediaReference['codec'][];
  log: Log;
}

/** What this receiver believes it has to do: the held programme and the emergencies that came ahead of it, checked again at each load. */
export class OrderBook {
  readonly #parts: OrderBookParts;
  readonly #runs = new Map<string, OrderRun>();
  readonly #newest = new Map<string, OrderPlace>();
  #pushed: z.infer<typeof SavedPushed> = [];
  #programme: Programme | undefined;
  #etag: string | undefined;

  private constructor(parts: OrderBookParts) {
    this.#parts = parts;
  }

  static async open(parts: OrderBookParts, saved: SavedRun[]): Promise<OrderBook> {
    const book = new OrderBook(parts);
    const held = await readSaved(parts, PROGRAMME, SavedProgramme);
    book.#pushed = (await readSaved(parts, PUSHED, SavedPushed)) ?? [];
    if (held && !book.#findProgrammeFault(held.signed, true)) {
      book.#programme = held.signed.payload;
      book.#etag = held.etag;
    }
    book.#rebuild();
    book.#restore(saved);
    return book;
  }

  get programme(): Programme | undefined {
    return this.#programme;
  }

  get etag(): string | undefined {
    return this.#etag;
  }

  get policy(): Policy | undefined {
    return this.#programme?.policy;
  }

  get runs(): OrderRun[] {
    return [...this.#runs.values()];
  }

  find(orderId: string): OrderRun | undefined {
    return this.#runs.get(orderId);
  }

  /**
   * Refused or taken over. One that the disk can't take is obeyed all the same, since it may cancel what would sound or bring an
   * emergency; without an ETag it is asked for again until it is kept.
   */
  async takeProgramme(signed: SignedProgramme, etag: string | undefined): Promise<ProblemCode | undefined> {
    const fault = this.#findProgrammeFault(signed, false);
    if (fault) {
      const { epoch, revision } = signed.payload;
      this.#parts.receipts.refuseDocument(`programme ${epoch}-${revision}`, fault);
      return fault;
    }
    const isKept = await this.#keepProgramme(signed, etag);
    this.#programme = signed.payload;
    this.#etag = isKept ? etag : undefined;
    this.#rebuild();
    return undefined;
  }

  async #keepProgramme(signed: SignedProgramme, etag: string | undefined): Promise<boolean> {
    try {
      await this.#parts.files.writeWhole(PROGRAMME, JSON.stringify({ signed, etag }));
      return true;
    } catch (error) {
      this.#parts.log('programme-not-saved', { revision: signed.payload.revision, error: wordsOf(error) });
      return false;
    }
  }

  async takePushed(signed: SignedOrder): Promise<ProblemCode | undefined> {
    const order = signed.payload;
    const known = this.#pushed.find((one) => one.signed.payload.orderId === order.orderId);
    const fault = this.#findOrderFault(order, 'push', this.#signatureFault(signed), known?.firstPushedAtMs);
    if (fault) {
      this.#parts.receipts.refuse(order, fault);
      return fault;
    }
    if (known) return undefined;
    const nowMs = this.#parts.clock.now();
    this.#pushed = this.#pushed.filter((one) => Date.parse(one.signed.payload.validUntil) > nowMs).slice(1 - PUSHED_MAX);
    this.#pushed.push({ signed, firstPushedAtMs: nowMs, heldRevision: revisionOf(this.#programme) });
    this.#rebuild();
    // It sounds whether or not the disk takes it: the programme holds it as well.
    await this.#parts.files.writeWhole(PUSHED, JSON.stringify(this.#pushed)).catch((error: unknown) => {
      this.#parts.log('emergency-not-saved', { orderId: order.orderId, error: wordsOf(error) });
    });
    return undefined;
  }

  /** Ended ones stay as long as the programme names them: they are what keeps them from starting again. */
  #rebuild(): void {
    const named = new Map<string, Order>();
    const consider = (order: Order, road: OrderRoad, signatureFault: ProblemCode | undefined) => {
      const fault = this.#findOrderFault(order, road, signatureFault, undefined);
      if (fault) return this.#parts.receipts.refuse(order, fault);
      named.set(order.orderId, order);
      const newest = this.#newest.get(order.airingId);
      if (!newest || comparePlaces(order, newest) > 0)
        this.#newest.set(order.airingId, { epoch: order.epoch, counter: order.counter });
    };
    for (const order of this.#programme?.orders ?? []) consider(order, 'programme', undefined);
    for (const signed of this.#programme?.emergencies ?? []) consider(signed.payload, 'emergency', this.#signatureFault(signed));
    const listed = new Set(this.#programme?.emergencies.map(({ payload }) => payload.orderId));
    for (const { signed, heldRevision } of this.#pushed) {
      if (listed.has(signed.payload.orderId) || this.#isWithdrawnSince(signed.payload, heldRevision)) continue;
      consider(signed.payload, 'emergency', this.#signatureFault(signed));
    }
    for (const [orderId, run] of this.#runs) {
      const isNewest = (this.#newest.get(run.order.airingId)?.counter ?? 0) <= run.order.counter;
      run.isWithdrawn = !named.has(orderId) || !isNewest;
      const isUntouched = run.stage === 'ended' || (run.stage === 'waiting' && !run.hasBegun);
      if (run.isWithdrawn && isUntouched) this.#runs.delete(orderId);
    }
    for (const order of named.values()) {
      const newest = this.#newest.get(order.airingId);
      if (newest && comparePlaces(order, newest) < 0) continue;
      if (!this.#runs.has(order.orderId)) {
        this.#runs.set(order.orderId, newRun(order, this.#parts.receipts.historyOf(order.orderId, order.airingId)));
      }
    }
  }

  /** A programme that came and was issued after the emergency, and does not name it, has taken it back. */
  #isWithdrawnSince(order: Order, heldRevision: number): boolean {
    if (!this.#programme || revisionOf(this.#programme) <= heldRevision) return false;
    return Date.parse(this.#programme.issuedAt) > Date.parse(order.issuedAt);
  }

  #restore(saved: SavedRun[]): void {
    for (const one of saved) {
      const { orderId, airingId } = one.order;
      if (this.#runs.has(orderId)) continue;
      // It sounded when the power went, and the programme no longer names it: it only has to be ended.
      const run = newRun(one.order, this.#parts.receipts.historyOf(orderId, airingId));
      run.isWithdrawn = true;
      if (run.stage !== 'ended') this.#runs.set(orderId, run);
    }
    for (const run of this.#runs.values())
      restoreRun(
        run,
        saved.find((one) => one.order.orderId === run.order.orderId),
      );
  }

  #findProgrammeFault(signed: SignedProgramme, isOwnCopy: boolean): ProblemCode | undefined {
    const { clock, keySet, receiverId } = this.#parts;
    const { payload: programme } = signed;
    // What was believed when it came stays believed when its key has run out since; a new one needs a key that is valid today.
    const atMs = isOwnCopy || clock.trust === 'untrusted' ? Date.parse(programme.issuedAt) : clock.now();
    const fault = findProgrammeFault({
      programme,
      signatureFault: findFault(signed, 'programme', keySet.current, atMs),
      receiverId,
      held: this.#programme,
      nowMs: isOwnCopy ? 0 : clock.now(),
      clockTrust: clock.trust,
    });
    if (fault && isOwnCopy) {
      this.#parts.log('held-programme-refused', { fault });
      this.#parts.receipts.refuseDocument('held programme', fault);
    }
    return fault;
  }

  #findOrderFault(order: Order, road: OrderRoad, signatureFault: ProblemCode | undefined, firstPushedAtMs: number | undefined) {
    const { clock, receiverId, replayToleranceMs, codecs } = this.#parts;
    return findOrderFault({
      order,
      road,
      signatureFault,
      firstPushedAtMs,
      receiverId,
      areaIds: this.#programme?.areaIds ?? [],
      policy: this.policy,
      newest: this.#newest.get(order.airingId),
      nowMs: clock.now(),
      clockTrust: clock.trust,
      replayToleranceMs,
      codecs,
    });
  }

  #signatureFault(signed: SignedOrder): ProblemCode | undefined {
    const { clock, keySet } = this.#parts;
    const atMs = clock.trust === 'untrusted' ? Date.parse(signed.payload.issuedAt) : clock.now();
    return findFault(signed, 'emergency', keySet.current, atMs);
  }
}

/** One number that rises with (epoch, revision). */
function revisionOf(programme: Programme | undefined): number {
  return programme ? programme.epoch * 1_000_000_000 + programme.revision : 0;
}

async function readSaved<T extends z.ZodType>(
  { files, log }: OrderBookParts,
  path: string,
  schema: T,
): Promise<z.infer<T> | undefined> {
  const text = await files.readText(path);
  if (text === undefined) return undefined;
  try {
    return schema.parse(JSON.parse(text));
  } catch (error) {
    log('file-unreadable', { path, error: wordsOf(error) });
    return undefined;
  }
}
