import type { DownLink } from '#contract/agent-link.ts';
import { openPlayer } from './audio/open-player.ts';
import type { Player } from './audio/player.ts';
import type { AgentClock } from './clock/agent-clock.ts';
import type { TimeSource } from './clock/time-source.ts';
import { playableCodecs } from './choose-player.ts';
import type { AgentConfig } from './config.ts';
import type { RawFiles } from './files/raw-files.ts';
import { noteCleanEnd, openGround } from './ground.ts';
import { MqttLink } from './link/mqtt-link.ts';
import type { PushHandlers, PushLink } from './link/push-link.ts';
import { ServerContact } from './link/server-contact.ts';
import { ServerSession } from './link/server-session.ts';
import { wordsOf } from './log.ts';
import type { Log } from './log.ts';
import { Checkpoint } from './programme/checkpoint.ts';
import { MediaFetcher } from './programme/fetch-media.ts';
import { OrderBook } from './programme/order-book.ts';
import { Performer } from './programme/performer.ts';
import { Reconciler } from './programme/reconciler.ts';
import type { ReceiptLog } from './receipts/receipt-log.ts';
import { ReceiptSender } from './receipts/receipt-sender.ts';
import type { ReceiptWriter } from './receipts/receipt-writer.ts';

const TIDY_EVERY_MS = 30_000;

/** What an agent stands on. Tests and the fleet simulator put their own in. */
export interface AgentParts {
  files: RawFiles;
  time: TimeSource;
  /** `wallMs`: the agent's own clock, by which the player starts and dates what it plays. */
  makePlayer: (clock: { wallMs(): number; steadyMs(): number }) => Player;
  fetch: typeof fetch;
  openPushLink?: (parts: ConstructorParameters<typeof MqttLink>[0]) => PushLink;
  log: Log;
}

export interface Agent extends AsyncDisposable {
  readonly receiverId: string;
  readonly clock: AgentClock;
  readonly book: OrderBook;
  readonly receipts: ReceiptLog;
  readonly player: Player;
  /** By the steady clock; what the watchdog believes. */
  readonly lastTurnAtMs: number;
  /** Asks for the programme now, as a push would have it. */
  lookNow(): void;
  close(): Promise<void>;
}

/** Everything is put together here, in plain code, from the disk upwards. @throws when this receiver is not enrolled. */
export async function openAgent(config: AgentConfig, parts: AgentParts): Promise<Agent> {
  const { limits, bootId } = config;
  const { time, log } = parts;
  const backOff = { minMs: limits.backOffMinMs, maxMs: limits.backOffMaxMs };
  const ground = await openGround(config, parts);
  const { identity, files, keySet, clock, shelf, stock, receipts, writer } = ground;
  const { receiverId, key, address } = identity;

  const { checkpoint, runs } = await Checkpoint.open(files, log);
  const { replayToleranceMs } = limits;
  const codecs = playableCodecs(config, log);
  const book = await OrderBook.open({ files, clock, keySet, receipts: writer, receiverId, replayToleranceMs, codecs, log }, runs);
  const player = parts.makePlayer({ wallMs: () => clock.now(), steadyMs: () => time.steadyMs() });
  const performer = new Performer({
    player, clock, receipts: writer, pathOf: (sha256) => shelf.absolutePath(sha256),
    retriesMax: limits.playerRetriesMax, log, onChange: () => reconciler.wake(),
  }); // prettier-ignore
  const reconciler = new Reconciler({
    book, performer, player, shelf, clock, time, receipts: writer, checkpoint,
    armAheadMs: limits.armAheadMs, checkpointEveryMs: limits.checkpointEveryMs, log,
  }); // prettier-ignore

  const { hardwareId, mqttUrl } = config;
  const session = new ServerSession({ address, fetch: parts.fetch, receiverId, key, hardwareId, mqttUrl, ...limits });
  const fetcher = new MediaFetcher({
    shelf, time, log, backOff, openMedia: (...request) => session.openMedia(...request),
    atOnceMax: limits.downloadsAtOnceMax, alteredTriesMax: limits.alteredTriesMax, idleMaxMs: limits.downloadIdleMaxMs,
    mediaBytesMax: limits.mediaBytesMax, makeRoom: (...request) => stock.makeRoom(...request),
    onReady: () => reconciler.wake(), onAltered: (sha256) => reportAltered(book, writer, sha256),
  }); // prettier-ignore
  const sender = new ReceiptSender({
    receipts, time, log, backOff, batchMax: limits.receiptsBatchMax, answerMaxMs: limits.receiptsAnswerMaxMs,
    send: (batch) => link.publish({ type: 'receipts', v: 1, receipts: batch }),
  }); // prettier-ignore
  receipts.onWritten = () => sender.noteWritten();
  const contact: ServerContact = new ServerContact({
    config, session, keySet, clock, time, book, player, writer, receipts, files, stock, log,
    publish: (up) => link.publish(up),
    onTaken: () => takeOver(),
  }); // prettier-ignore
  const handlers: PushHandlers = {
    onConnected: () => {
      contact.noteConnected();
      sender.noteLinkUp();
      fetcher.retryNow();
    },
    onDown: (down) => takeDown(down, contact, sender),
  };
  const linkParts = {
    receiverId,
    handlers,
    time,
    backOff,
    log,
    requestMaxMs: limits.requestMaxMs,
    makeLogin: (signal: AbortSignal) => session.makeMqttLogin(signal),
  };
  const link: PushLink = parts.openPushLink?.(linkParts) ?? new MqttLink(linkParts);

  function takeOver(): void {
    const { programme } = book;
    const orders = book.runs.filter((run) => run.stage !== 'ended').map((run) => run.order);
    fetcher.want(stock.plan(orders, programme));
    link.setAreas(programme?.areaIds ?? []);
    contact.applyVolume();
    reconciler.wake();
  }

  const opening = await openPlayer({ player, time, log, onOpen: () => takeOver() });
  reconciler.open();
  takeOver();
  sender.open();
  contact.open();
  link.open();
  const noteUntidy = (error: unknown) => log('not-tidied', { error: wordsOf(error) });
  const tidying = setInterval(() => void tidy().catch(noteUntidy), TIDY_EVERY_MS);
  tidying.unref();

  async function tidy(isClosing = false): Promise<void> {
    await writer.tidy(new Set(book.runs.map((run) => run.order.orderId)), isClosing);
    await stock.tidy();
  }

  let closing: Promise<void> | undefined;
  const close = () =>
    (closing ??= (async () => {
      clearInterval(tidying);
      const opened = opening.stop();
      await reconciler.close();
      await Promise.all([contact.close(), fetcher.close(), sender.close()]);
      await link.close();
      await player.close();
      await opened;
      await receipts.close();
      await tidy(true);
      await noteCleanEnd(files, bootId, log);
    })());
  return {
    receiverId, clock, book, receipts, player, close,
    get lastTurnAtMs() {
      return reconciler.lastTurnAtMs;
    },
    lookNow: () => contact.lookNow(0),
    [Symbol.asyncDispose]: close,
  }; // prettier-ignore
}

function takeDown(down: DownLink, contact: ServerContact, sender: ReceiptSender): void {
  switch (down.type) {
    case 'look-now':
      return contact.noteRevision(down.epoch, down.revision);
    case 'heartbeat-answer':
      contact.noteAnswer(down);
      return sender.noteAcknowledged(down.receiptsUpTo);
    case 'receipts-acknowledged':
      return sender.noteAcknowledged(down.upTo);
    case 'receipts-refused':
      return sender.noteRefused(down.fromSequence, down.code, down.upTo);
    case 'emergency':
      return contact.takeEmergency(down.order);
  }
}

function reportAltered(book: OrderBook, writer: ReceiptWriter, sha256: string): void {
  for (const { order } of book.runs) {
    const hashes = [order.chime, order.endTone, ...order.items.map((item) => item.media)].map((media) => media?.sha256);
    if (hashes.includes(sha256)) writer.refuse(order, 'media-altered');
  }
}
