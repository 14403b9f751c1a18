import { randomBytes } from 'node:crypto';
import type { DownLink, UpLink } from '#contract/agent-link.ts';
import type { SignedOrder } from '#contract/order.ts';
import { findFault } from '#signing/documents.ts';
import type { Player } from '../audio/player.ts';
import type { AgentClock } from '../clock/agent-clock.ts';
import type { TimeExchange } from '../clock/clock-trust-rules.ts';
import { makeAbort } from '../clock/time-source.ts';
import type { TimeSource } from '../clock/time-source.ts';
import type { AgentConfig } from '../config.ts';
import type { DurableFiles } from '../files/durable-files.ts';
import { wordsOf } from '../log.ts';
import type { Log } from '../log.ts';
import type { HeldKeySet } from '../programme/held-key-set.ts';
import type { MediaStock } from '../programme/media-stock.ts';
import type { OrderBook } from '../programme/order-book.ts';
import type { ReceiptLog } from '../receipts/receipt-log.ts';
import type { ReceiptWriter } from '../receipts/receipt-writer.ts';
import { measureVitals } from '../vitals/measure-vitals.ts';
import { backOffMs } from './back-off-rules.ts';
import type { ServerSession } from './server-session.ts';

export interface ServerContactParts {
  config: AgentConfig;
  session: ServerSession;
  keySet: HeldKeySet;
  clock: AgentClock;
  time: TimeSource;
  book: OrderBook;
  player: Player;
  writer: ReceiptWriter;
  receipts: ReceiptLog;
  files: DurableFiles;
  stock: MediaStock;
  log: Log;
  publish: (up: UpLink) => Promise<boolean>;
  /** A programme or an emergency was taken over. */
  onTaken: () => void;
}

/** The clock jumped by more than this: that is worth a receipt. */
const CLOCK_MOVED_MS = 250;

/** Pull is truth: looks for the programme again and again, with or without a push. Sends heartbeats, keeps clock and keys fresh. */
export class ServerContact {
  readonly #parts: ServerContactParts;
  readonly #abort = makeAbort();
  #look = makeAbort();
  #lookAtMs = 0;
  #beat = 0;
  #beatSentAtMs = 0;
  #roundTripMs: number | null = null;
  #loops: Promise<void>[] = [];
  #heart = makeAbort();
  readonly #underWay = new Map<string, Promise<void>>();
  #emergencies: Promise<void> = Promise.resolve();
  #trust: string;

  constructor(parts: ServerContactParts) {
    this.#parts = parts;
    this.#trust = parts.clock.trust;
  }

  open(): void {
    this.#loops = [this.#pollProgramme(), this.#sendHeartbeats(), this.#keepTime()];
  }

  async close(): Promise<void> {
    this.#abort.abort();
    this.#look.abort();
    this.#heart.abort();
    await Promise.all(this.#loops);
    await this.#emergencies;
  }

  noteConnected(): void {
    this.#heart.abort();
    this.lookNow(0);
  }

  /** Soon, and not all receivers in the same instant. */
  lookNow(jitterMs = this.#parts.config.limits.lookNowJitterMs): void {
    this.#lookAtMs = Math.min(this.#lookAtMs, this.#parts.time.steadyMs() + Math.random() * jitterMs);
    this.#look.abort();
  }

  noteRevision(epoch: number, revision: number): void {
    const held = this.#parts.book.programme;
    if (!held || epoch !== held.epoch || revision > held.revision) this.lookNow();
  }

  noteAnswer(answer: Extract<DownLink, { type: 'heartbeat-answer' }>): void {
    if (answer.beat === this.#beat) this.#roundTripMs = Math.round(this.#parts.time.steadyMs() - this.#beatSentAtMs);
    if (answer.keySetVersion > this.#parts.keySet.current.version) void this.#guard('key-set', () => this.#refreshKeySet());
    this.noteRevision(answer.epoch, answer.revision);
  }

  /** One after the other, in the order of arrival. */
  takeEmergency(signed: SignedOrder): void {
    this.#emergencies = this.#takeAfter(this.#emergencies, signed);
  }

  applyVolume(): void {
    const { book, player, log } = this.#parts;
    if (!book.policy || player.state.volumePercent === book.policy.volumePercentMax) return;
    void player
      .setVolume(book.policy.volumePercentMax)
      .catch((error: unknown) => log('volume-not-set', { error: wordsOf(error) }));
  }

  async #takeAfter(before: Promise<void>, signed: SignedOrder): Promise<void> {
    await before;
    await this.#guard('emergency', () => this.#takeEmergency(signed));
  }

  async #takeEmergency(signed: SignedOrder): Promise<void> {
    const { clock, keySet, book, log, onTaken } = this.#parts;
    // Without a clock nobody can tell a fresh emergency from a replayed one: the server is asked, by a nonce of ours.
    if (clock.trust === 'untrusted') await this.#guard('time', () => this.#exchangeTime());
    const isKeyKnown = () => keySet.current.keys.some(({ keyId }) => keyId === signed.keyId);
    // Twice: the first may be a request that was under way before the server had the key.
    for (let turn = 0; turn < 2 && !isKeyKnown(); turn++) await this.#guard('key-set', () => this.#refreshKeySet());
    // Without a programme nobody knows in which areas this receiver stands.
    if (!book.programme) await this.#guard('programme', () => this.#fetchProgramme());
    const fault = await book.takePushed(signed);
    log('emergency-arrived', { orderId: signed.payload.orderId, fault });
    if (!fault) onTaken();
  }

  async #pollProgramme(): Promise<void> {
    const { time, config } = this.#parts;
    const { programmePollEveryMs, backOffMinMs, backOffMaxMs } = config.limits;
    for (let failures = 0; !this.#abort.signal.aborted;) {
      const isFetched = await this.#guard('programme', () => this.#fetchProgramme());
      failures = isFetched ? 0 : failures + 1;
      const pauseMs = isFetched
        ? programmePollEveryMs * (0.75 + Math.random() / 2)
        : Math.min(programmePollEveryMs, backOffMs(failures, { minMs: backOffMinMs, maxMs: backOffMaxMs }, Math.random()));
      this.#lookAtMs = time.steadyMs() + pauseMs;
      await this.#sleepUntilLook();
    }
  }

  /** A look asked for meanwhile only brings the instant forward. */
  async #sleepUntilLook(): Promise<void> {
    const { time } = this.#parts;
    while (!this.#abort.signal.aborted) {
      const leftMs = this.#lookAtMs - time.steadyMs();
      if (leftMs <= 0) return;
      this.#look = makeAbort();
      await time.sleep(leftMs, this.#look.signal);
    }
  }

  async #fetchProgramme(): Promise<void> {
    await this.#share('programme', () => this.#fetchProgrammeOnce());
  }

  async #fetchProgrammeOnce(): Promise<void> {
    const { session, book, keySet, log, onTaken } = this.#parts;
    const reply = await session.readProgramme(book.etag, this.#abort.signal);
    if (reply === 'unchanged') return;
    const knows = (keyId: string) => keySet.current.keys.some((key) => key.keyId === keyId);
    const keyIds = [reply.signed.keyId, ...reply.signed.payload.emergencies.map(({ keyId }) => keyId)];
    if (!keyIds.every(knows)) await this.#refreshKeySet();
    const fault = await book.takeProgramme(reply.signed, reply.etag);
    const { epoch, revision, orders } = reply.signed.payload;
    log('programme-arrived', { epoch, revision, orders: orders.length, fault });
    if (!fault) onTaken();
  }

  async #refreshKeySet(): Promise<void> {
    await this.#share('key-set', () => this.#refreshKeySetOnce());
  }

  async #refreshKeySetOnce(): Promise<void> {
    const { session, keySet, writer, log } = this.#parts;
    const signed = await session.readKeySet(this.#abort.signal);
    const fault = await keySet.takeOver(signed);
    if (fault) writer.refuseDocument(`key set ${signed.payload.version}`, fault);
    log('key-set-arrived', { version: signed.payload.version, fault });
  }

  async #keepTime(): Promise<void> {
    const { time, config } = this.#parts;
    const { timeExchangeEveryMs, backOffMinMs, backOffMaxMs } = config.limits;
    for (let failures = 0; !this.#abort.signal.aborted;) {
      const isDone = await this.#guard('time', () => this.#exchangeTime());
      failures = isDone ? 0 : failures + 1;
      const pauseMs = isDone
        ? timeExchangeEveryMs
        : backOffMs(failures, { minMs: backOffMinMs, maxMs: backOffMaxMs }, Math.random());
      this.#noteTrust(0);
      await time.sleep(pauseMs, this.#abort.signal);
    }
  }

  async #exchangeTime(): Promise<void> {
    await this.#share('time', () => this.#exchangeTimeOnce());
  }

  async #exchangeTimeOnce(): Promise<void> {
    const { session, keySet, time, clock, config, log } = this.#parts;
    const exchanges: TimeExchange[] = [];
    for (let turn = 0; turn < config.limits.timeExchangesAtOnce; turn++) {
      const nonce = randomBytes(24).toString('base64url');
      const askedSteadyMs = time.steadyMs();
      const signed = await session.readServerTime(nonce, this.#abort.signal);
      const answeredSteadyMs = time.steadyMs();
      const serverTimeMs = Date.parse(signed.payload.serverTimeAt);
      const fault =
        signed.payload.nonce === nonce ? findFault(signed, 'record', keySet.current, serverTimeMs) : 'signature-wrong';
      if (fault === 'key-unknown' && turn === 0) {
        await this.#refreshKeySet();
        continue;
      }
      if (fault) throw new Error(`the server's time is not to be believed: ${fault}`);
      exchanges.push({ askedSteadyMs, answeredSteadyMs, serverTimeMs });
      if (turn === 0 && clock.trust === 'untrusted') this.#noteTrust(await clock.adopt(exchanges)); // any time is better than none
    }
    const movedMs = await clock.adopt(exchanges);
    log('time-exchanged', { movedMs, errorMs: clock.errorMs });
    this.#noteTrust(movedMs);
  }

  #noteTrust(movedMs: number | undefined): void {
    const { clock, writer, onTaken } = this.#parts;
    if (clock.trust === this.#trust && Math.abs(movedMs ?? 0) < CLOCK_MOVED_MS) return;
    this.#trust = clock.trust;
    const errorMs = clock.errorMs === null ? null : Math.round(clock.errorMs);
    void writer.write({ ...writer.common(), kind: 'clock-changed', offsetMs: clock.systemOffsetMs, errorMs });
    onTaken();
  }

  async #sendHeartbeats(): Promise<void> {
    const { time, config } = this.#parts;
    while (!this.#abort.signal.aborted) {
      this.#heart = makeAbort();
      if (!this.#abort.signal.aborted) await this.#guard('heartbeat', () => this.#sendHeartbeat());
      await time.sleep(config.limits.heartbeatEveryMs, this.#heart.signal);
    }
  }

  async #sendHeartbeat(): Promise<void> {
    const { config, book, files, clock, player, stock, receipts, keySet, publish, time } = this.#parts;
    const { agentVersion, bootId, hardwareId } = config;
    const orders = book.runs.filter((run) => run.stage !== 'ended').map((run) => run.order);
    const vitals = await measureVitals({
      files, clock, player: player.state, agentVersion, bootId, hardwareId,
      stockHours: stock.hours(orders, book.programme), linkRoundTripMs: this.#roundTripMs, receiptsWaiting: receipts.waitingCount,
    }); // prettier-ignore
    const { epoch = 0, revision = 0 } = book.programme ?? {};
    this.#roundTripMs = null;
    this.#beat++;
    this.#beatSentAtMs = time.steadyMs();
    await publish({ type: 'heartbeat', v: 1, beat: this.#beat, epoch, revision, keySetVersion: keySet.current.version, vitals });
  }

  /** Two callers share one request: the answer to the later one could otherwise be overtaken by that to the earlier one. */
  async #share(what: string, request: () => Promise<void>): Promise<void> {
    const underWay = this.#underWay.get(what) ?? request().finally(() => this.#underWay.delete(what));
    this.#underWay.set(what, underWay);
    await underWay;
  }

  /** What fails here is tried again later by whoever asked; the journal keeps why. */
  async #guard(what: string, attempt: () => Promise<void>): Promise<boolean> {
    try {
      await attempt();
      return true;
    } catch (error) {
      if (!this.#abort.signal.aborted) this.#parts.log('contact-failed', { what, error: wordsOf(error) });
      return false;
    }
  }
}
