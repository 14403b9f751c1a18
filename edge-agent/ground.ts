import { AgentClock } from './clock/agent-clock.ts';
import type { TimeSource } from './clock/time-source.ts';
import type { AgentConfig } from './config.ts';
import { DurableFiles } from './files/durable-files.ts';
import type { RawFiles } from './files/raw-files.ts';
import { SpaceReserve } from './files/space-reserve.ts';
import { readIdentity } from './identity.ts';
import { wordsOf } from './log.ts';
import type { Log } from './log.ts';
import { HeldKeySet } from './programme/held-key-set.ts';
import { MediaShelf } from './programme/media-shelf.ts';
import { MediaStock } from './programme/media-stock.ts';
import { ReceiptLog } from './receipts/receipt-log.ts';
import { ReceiptWriter } from './receipts/receipt-writer.ts';

const CLEAN_END = 'clean-end';

/** What an agent knows before it asks anybody: who it is, whom it believes, what time it is, what it has on disk and on record. */
export async function openGround(config: AgentConfig, parts: { files: RawFiles; time: TimeSource; log: Log }) {
  const { limits, bootId, hasBatteryClock } = config;
  const { time, log } = parts;
  const files = new DurableFiles(parts.files);
  await files.open(MediaShelf.folders);
  const identity = await readIdentity(files);
  if (!identity) {
    throw new Error('this receiver is not enrolled yet: run "truyen-thanh-agent enrol STRING" with the string from the console');
  }
  const { receiverId, key } = identity;
  const keySet = await HeldKeySet.open(files, identity.rootKey);
  const clock = await AgentClock.open({ time, files, bootId, hasBatteryClock, log });
  const reserve = new SpaceReserve(files, limits.spaceReserveBytes);
  const shelf = await MediaShelf.open(files, log);
  const stock = new MediaStock({ files, shelf, reserve, clock, diskFreeMinBytes: limits.diskFreeMinBytes, log });
  const { receiptsWaitingMax: waitingMax, receiptsKeptMax: keptMax, historiesMax } = limits;
  const makeRoom = () => stock.giveUpSpace();
  const receipts = await ReceiptLog.open({ files, key, receiverId, time, log, waitingMax, keptMax, makeRoom });
  const writer = await ReceiptWriter.open({ receipts, files, clock, bootId, historiesMax, log });
  await reportBoot(config, files, receipts, writer);
  await reserve.hold().catch((error: unknown) => log('space-reserve-not-held', { error: wordsOf(error) }));
  return { identity, files, keySet, clock, shelf, stock, receipts, writer };
}

export async function noteCleanEnd(files: DurableFiles, bootId: string, log: Log): Promise<void> {
  await files.writeWhole(CLEAN_END, bootId).catch((error: unknown) => log('clean-end-not-noted', { error: wordsOf(error) }));
}

/** How the life before ended: only a clean end leaves its mark. */
async function reportBoot(config: AgentConfig, files: DurableFiles, receipts: ReceiptLog, writer: ReceiptWriter): Promise<void> {
  const isClean = (await files.readText(CLEAN_END)) !== undefined;
  const previousEnd = receipts.lastSequence === 0 ? 'first' : isClean ? 'clean' : 'abrupt';
  if (isClean) await files.remove(CLEAN_END);
  void writer.write({ ...writer.common(), kind: 'booted', agentVersion: config.agentVersion, previousEnd });
}
