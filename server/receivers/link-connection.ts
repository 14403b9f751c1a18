import type { Client } from 'aedes';
import type { DownLink, UpLink } from '#contract/agent-link.ts';
import type { Receipt } from '#contract/receipt.ts';
import type { BoundedLog } from './bounded-log.ts';
import { readUpLink } from './up-link-rules.ts';

type Answer = Promise<DownLink | undefined | void>;

/** What is done with what receivers say; wired in app.ts. An answer goes back to the same receiver. */
export interface UpLinkHandlers {
  onHeartbeat(receiverId: string, heartbeat: Extract<UpLink, { type: 'heartbeat' }>): Answer;
  onReceipts(receiverId: string, receipts: readonly Receipt[]): Answer;
  onPresence(receiverId: string, state: 'online' | 'offline', reason: string): Answer;
  /** A document among receipts that is none; absent: it is logged and dropped. */
  onInvalidReceipt?(receiverId: string, document: unknown): Answer;
}

/** So many packets may wait for the handlers; who sends more does not wait for acknowledgements. */
const WAITING_MAX = 200;

/** One connection of a receiver: what it may hear, and its packets in the order in which they came. */
export class LinkConnection {
  readonly address: string | undefined;
  readonly topics = new Set<string>();
  client: Client | undefined;
  /** Set once it has logged in. */
  receiverId: string | undefined;
  isCut = false;
  isWillRight = false;
  /** What it wants said for it when it is gone by itself. */
  will: string | undefined;
  readonly #handlers: UpLinkHandlers;
  readonly #log: BoundedLog;
  #waiting = 0;
  #tail: Promise<unknown> = Promise.resolve();

  constructor(address: string | undefined, handlers: UpLinkHandlers, log: BoundedLog) {
    this.address = address;
    this.#handlers = handlers;
    this.#log = log;
  }

  get isOpen(): boolean {
    return !this.isCut && this.client?.closed === false;
  }

  /** @throws when too many wait. What a handler throws is logged: the receiver repeats what was not acknowledged. */
  take(text: string): Promise<DownLink[]> {
    if (this.#waiting >= WAITING_MAX) return Promise.reject(new Error('too many packets wait'));
    return this.#inTurn(() => this.#handle(text));
  }

  /** No further word from it counts. */
  cut(): void {
    this.isCut = true;
    this.client?.close();
    this.client?.conn.destroy();
  }

  /** The connection is gone by itself. */
  end(): void {
    const { receiverId } = this;
    if (receiverId === undefined) return;
    const { will } = this;
    if (will !== undefined) void this.#inTurn(() => this.#handle(will));
    void this.#inTurn(async () => [await this.#handlers.onPresence(receiverId, 'offline', 'link-closed')]);
  }

  /** Resolves when what had arrived is handled. */
  async settle(): Promise<void> {
    await this.#tail;
  }

  #inTurn(work: () => Promise<(DownLink | undefined | void)[]>): Promise<DownLink[]> {
    this.#waiting += 1;
    const done = this.#tail.then(async () => {
      try {
        return (await work()).filter((down) => down !== undefined);
      } catch (error) {
        this.#log.warn('what a receiver sent could not be handled', { receiverId: this.receiverId, err: error });
        return [];
      } finally {
        this.#waiting -= 1;
      }
    });
    this.#tail = done;
    return done;
  }

  async #handle(text: string): Promise<(DownLink | undefined | void)[]> {
    const { receiverId } = this;
    if (receiverId === undefined || this.isCut) return [];
    const read = readUpLink(text);
    if (read.kind === 'unknown') this.#log.warn('unknown type from a receiver, ignored', { receiverId, type: read.type });
    if (read.kind === 'malformed') this.#log.warn('malformed packet from a receiver', { receiverId, fault: read.fault });
    if (read.kind !== 'known') return [];
    const { up } = read;
    if (up.type === 'heartbeat') return [await this.#handlers.onHeartbeat(receiverId, up)];
    if (up.type === 'presence') return [await this.#handlers.onPresence(receiverId, up.state, up.reason)];
    const answers = up.receipts.length > 0 ? [await this.#handlers.onReceipts(receiverId, up.receipts)] : [];
    for (const document of read.invalidReceipts) {
      this.#log.warn('a receipt that is none', { receiverId });
      answers.push(await this.#handlers.onInvalidReceipt?.(receiverId, document));
    }
    return answers;
  }
}
