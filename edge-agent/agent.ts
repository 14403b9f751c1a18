import type { DownLink } from '#contract/agent-link.ts';
import type { Player } from './audio/player.ts';
import { AgentClock } from './clock/agent-clock.ts';
import type { TimeSource } from './clock/time-source.ts';
import type { AgentConfig } from './config.ts';
import { DurableFiles } from './files/durable-files.ts';
import type { RawFiles } from './files/raw-files.ts';
import { SpaceReserve } from './files/space-reserve.ts';
import { readIdentity } from './identity.ts';
import { MqttLink } from './link/mqtt-link.ts';
import type { PushHandlers, PushLink } from './link/push-link.ts';
import { ServerContact } from './link/server-contact.ts';
import { ServerSession } from './link/server-session.ts';
import { wordsOf } from './log.ts';
import type { Log } from './log.ts';
import { Checkpoint } from './programme/checkpoint.ts';
import { MediaFetcher } from './programme/fetch-media.ts';
import { HeldKeySet } from './programme/held-key-set.ts';
import { MediaShelf } from './programme/media-shelf.ts';
import { MediaStock } from './programme/media-stock.ts';
import { OrderBook } from './programme/order-book.ts';
import { Performer } from './programme/performer.ts';
import { Reconciler } from './programme/reconciler.ts';
import { ReceiptLog } from './receipts/receipt-log.ts';
import { ReceiptSender } from './receipts/receipt-sender.ts';
import { ReceiptWriter } from './receipts/receipt-writer.ts';

const CLEAN_END = 'clean-end';
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
  const files = new DurableFiles(parts.files);
  await files.open(MediaShelf.folders);
  const identity = await readIdentity(files);
  if (!identity)
    throw new Error('this receiver is not enrolled yet: run "truyen-thanh-agent enrol STRING" with the string from the console');
  const { receiverId, key } = identity;

  const keySet = await HeldKeySet.open(files, identity.rootKey);
  const clock = await AgentClock.open({ time, files, bootId, hasBatteryClock: config.hasBatteryClock, log });
  const reserve = new SpaceReserve(files, limits.spaceReserveBytes);
  const shelf = await MediaShelf.open(files, log);
  const stock = new MediaStock({ files, shelf, reserve, clock, diskFreeMinBytes: limits.diskFreeMinBytes, log });
  const receipts = await ReceiptLog.open({
    files, key, receiverId, time, log,
    waitingMax: limits.receiptsWaitingMax, keptMax: limits.receiptsKeptMax, makeRoom: () => stock.giveUpSpace(),
  }); // prettier-ignore
  const writer = await ReceiptWriter.open({ receipts, files, clock, bootId, historiesMax: limits.historiesMax, log });
  await reportBoot(config, files, receipts, writer);
  await reserve.hold().catch((error: unknown) => log('space-reserve-not-held', { error: wordsOf(error) }));

  const { checkpoint, runs } = await Checkpoint.open(files, log);
  const { replayToleranceMs } = limits;
  const book = await OrderBook.open({ files, clock, keySet, receipts: writer, receiverId, replayToleranceMs, log }, runs);
  const player = parts.makePlayer({ wallMs: () => clock.now(), steadyMs: () => time.steadyMs() });
  const performer = new Performer({
    player, clock, receipts: writer, pathOf: (sha256) => shelf.absolutePath(sha256),
    retriesMax: limits.playerRetriesMax, log, onChange: () => reconciler.wake(),
  }); // prettier-ignore
  const reconciler = new Reconciler({
    book, performer, player, shelf, clock, time, receipts: writer, checkpoint,
    armAheadMs: limits.armAheadMs, checkpointEveryMs: limits.checkpointEveryMs, log,
  }); // prettier-ignore

  const { address } = identity;
  const mqttUrl = config.mqttUrl;
  const session = new ServerSession({
    address,
    fetch: parts.fetch,
    receiverId,
    key,
    hardwareId: config.hardwareId,
    mqttUrl,
    ...limits,
  });
  const fetcher = new MediaFetcher({
    shelf, time, log, backOff, openMedia: (...request) => session.openMedia(...request),
    atOnceMax: limits.downloadsAtOnceMax, alteredTriesMax: limits.alteredTriesMax, idleMaxMs: limits.downloadIdleMaxMs,
    mediaBytesMax: limits.mediaBytesMax, makeRoom: (bytes) => stock.makeRoom(bytes),
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
      sender.wake();
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
    fetcher.want(
      stock.plan(
        book.runs.filter((run) => run.stage !== 'ended').map((run) => run.order),
        programme,
      ),
    );
    link.setAreas(programme?.areaIds ?? []);
    contact.applyVolume();
    reconciler.wake();
  }

  await player.open().catch((error: unknown) => log('player-not-open', { error: wordsOf(error) }));
  reconciler.open();
  takeOver();
  sender.open();
  contact.open();
  link.open();
  const tidying = setInterval(
    () => void tidy().catch((error: unknown) => log('not-tidied', { error: wordsOf(error) })),
    TIDY_EVERY_MS,
  );
  tidying.unref();

  async function tidy(isClosing = false): Promise<void> {
    await writer.tidy(new Set(book.runs.map((run) => run.order.orderId)), isClosing);
    await stock.tidy();
  }

  let closing: Promise<void> | undefined;
  const close = () =>
    (closing ??= (async () => {
      clearInterval(tidying);
      await reconciler.close();
      await Promise.all([contact.close(), fetcher.close(), sender.close()]);
      await link.close();
      await player.close();
      await receipts.close();
      await tidy(true);
      await files.writeWhole(CLEAN_END, bootId).catch((error: unknown) => log('clean-end-not-noted', { error: wordsOf(error) }));
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

/** How the life before ended: only a clean end leaves its mark. */
async function reportBoot(config: AgentConfig, files: DurableFiles, receipts: ReceiptLog, writer: ReceiptWriter): Promise<void> {
  const isClean = (await files.readText(CLEAN_END)) !== undefined;
  const previousEnd = receipts.lastSequence === 0 ? 'first' : isClean ? 'clean' : 'abrupt';
  if (isClean) await files.remove(CLEAN_END);
  void writer.write({ ...writer.common(), kind: 'booted', agentVersion: config.agentVersion, previousEnd });
}

function reportAltered(book: OrderBook, writer: ReceiptWriter, sha256: string): void {
  for (const { order } of book.runs) {
    const hashes = [order.chime, order.endTone, ...order.items.map((item) => item.media)].map((media) => media?.sha256);
    if (hashes.includes(sha256)) writer.refuse(order, 'media-altered');
  }
}
