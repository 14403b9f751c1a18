import * as fc from 'fast-check';
import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { ReceiptBody } from '#contract/receipt.ts';
import { GENESIS_HASH } from '#contract/receipt.ts';
import { generateSigningKey } from '#signing/keys.ts';
import { findReceiptFault, hashOfReceipt } from '#signing/receipt-chain.ts';
import { AgentClock } from '../../../edge-agent/clock/agent-clock.ts';
import { DurableFiles } from '../../../edge-agent/files/durable-files.ts';
import { silentLog } from '../../../edge-agent/log.ts';
import { HeldKeySet, saveKeySet } from '../../../edge-agent/programme/held-key-set.ts';
import { MediaShelf } from '../../../edge-agent/programme/media-shelf.ts';
import { OrderBook } from '../../../edge-agent/programme/order-book.ts';
import { ReceiptLog } from '../../../edge-agent/receipts/receipt-log.ts';
import { ReceiptWriter } from '../../../edge-agent/receipts/receipt-writer.ts';
import { machineTime } from '../../../edge-agent/clock/time-source.ts';
import { PowerCut, PowerLossFiles } from '../../support/power-loss-files.ts';
import { Signers, makeOrder, makeProgramme, mediaOfBytes } from '../../support/signed-fixtures.ts';

const key = generateSigningKey();
const receiverId = randomUUID();
/** Time that does not wait: retries come at once. */
const hastyTime = { ...machineTime, sleep: () => new Promise<void>((resolve) => setImmediate(resolve)) };

function numbers(seed: number): () => number {
  let state = seed || 1;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

const booted = (number: number): ReceiptBody => ({
  v: 1,
  recordedAt: new Date(number).toISOString(),
  bootId: 'boot',
  clockTrust: 'synchronised',
  kind: 'booted',
  agentVersion: `life ${number}`,
  previousEnd: 'abrupt',
});

async function openLog(files: DurableFiles, keptMax = 4): Promise<ReceiptLog> {
  const makeRoom = () => Promise.resolve();
  return await ReceiptLog.open({ files, key, receiverId, time: hastyTime, waitingMax: 1_000, keptMax, makeRoom, log: silentLog });
}

function expectWholeChain(log: ReceiptLog): void {
  const receipts = log.list(0, 10_000);
  receipts.forEach((receipt, index) => {
    const previous = receipts[index - 1];
    if (previous) {
      expect(receipt.head.sequence).toBe(previous.head.sequence + 1);
      expect(receipt.head.previousHash).toBe(hashOfReceipt(previous));
    } else if (receipt.head.sequence === 1) expect(receipt.head.previousHash).toBe(GENESIS_HASH);
    expect(findReceiptFault(receipt, key.keyId)).toBeUndefined();
  });
}

describe('when the power goes at any moment', () => {
  test('no receipt that was reported as written is lost, and the chain stays whole', async () => {
    const scenario = fc.record({
      seed: fc.integer({ min: 1, max: 1e9 }),
      lives: fc.array(fc.integer({ min: 0, max: 60 }), { minLength: 1, maxLength: 4 }),
    });
    await fc.assert(
      fc.asyncProperty(scenario, async ({ seed, lives }) => {
        const raw = new PowerLossFiles(numbers(seed));
        const written = new Map<number, string>();
        let number = 0;
        for (const cutAfter of [...lives, Number.POSITIVE_INFINITY]) {
          const files = new DurableFiles(raw);
          await files.open([]);
          const log = await openLog(files);
          expectWholeChain(log);
          for (const [sequence, hash] of written) {
            const receipt = log.list(sequence - 1, 1)[0];
            if (receipt?.head.sequence === sequence) expect(hashOfReceipt(receipt)).toBe(hash);
            else expect(sequence).toBeLessThanOrEqual(log.acknowledged); // dropped, since the server has it
          }
          expect(log.lastSequence).toBeGreaterThanOrEqual(Math.max(0, ...written.keys()));
          raw.cutAfter(cutAfter);
          for (let turn = 0; turn < 25; turn++) {
            const batch = [booted(++number), booted(++number)].map((body) => log.record(body));
            const sequences = await Promise.race([Promise.all(batch), turns(200).then(() => undefined)]);
            if (!sequences) break; // the power is gone
            for (const sequence of sequences) {
              const receipt = log.list((sequence ?? 0) - 1, 1)[0];
              if (sequence && receipt) written.set(sequence, hashOfReceipt(receipt));
            }
            if (turn % 5 === 4) {
              log.acknowledge(log.lastSequence - 1);
              await log.compact(log.lastSequence);
            }
          }
          await log.close(0);
          raw.reboot();
        }
      }),
      { numRuns: 60 },
    );
  });

  test('the programme is the old one or the new one, never a broken one', async () => {
    const signers = new Signers();
    const clockParts = { time: machineTime, bootId: 'boot', hasBatteryClock: false, log: silentLog };
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 1e9 }), fc.integer({ min: 0, max: 12 }), async (seed, cutAfter) => {
        const raw = new PowerLossFiles(numbers(seed));
        const files = new DurableFiles(raw);
        await files.open([]);
        await saveKeySet(files, signers.keySet());
        const open = async () => {
          const receipts = await openLog(files);
          const clock = await AgentClock.open({ ...clockParts, files });
          const writer = await ReceiptWriter.open({ receipts, files, clock, bootId: 'boot', historiesMax: 100, log: silentLog });
          const keySet = await HeldKeySet.open(files, signers.root.keyId);
          return await OrderBook.open(
            { files, clock, keySet, receipts: writer, receiverId, replayToleranceMs: 0, codecs: ['opus'], log: silentLog },
            [],
          );
        };
        const nowMs = Date.now();
        const programme = (revision: number) => {
          const orders = [makeOrder(nowMs + 600_000, { scope: { kind: 'receiver', id: receiverId } })];
          return signers.programmeOf(makeProgramme(receiverId, nowMs, { revision, orders }));
        };
        const book = await open();
        expect(await book.takeProgramme(programme(1), undefined)).toBeUndefined();
        raw.cutAfter(cutAfter);
        // It is obeyed whatever the disk does; its ETag is remembered only once it is durable.
        expect(await book.takeProgramme(programme(2), '"1-2"')).toBeUndefined();
        const isKept = book.etag === '"1-2"';
        raw.reboot();
        await files.open([]);
        const after = await open();
        expect(isKept ? [2] : [1, 2]).toContain(after.programme?.revision);
        expect(after.runs).toHaveLength(1);
      }),
      { numRuns: 60 },
    );
  });

  test('a media file under its name is whole, and an unfinished one is never taken for it', async () => {
    const bytes = Buffer.alloc(4_000, 'nội dung');
    const media = mediaOfBytes(bytes, 1_000);
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 1e9 }), fc.integer({ min: 0, max: 14 }), async (seed, cutAfter) => {
        const raw = new PowerLossFiles(numbers(seed));
        const files = new DurableFiles(raw);
        await files.open(MediaShelf.folders);
        raw.cutAfter(cutAfter);
        let isKept = false;
        try {
          const shelf = await MediaShelf.open(files, silentLog);
          for (let from = 0; from < bytes.length; from += 500)
            await shelf.appendPart(media.sha256, bytes.subarray(from, from + 500));
          isKept = await shelf.acceptPart(media.sha256);
        } catch (error) {
          expect(error).toBeInstanceOf(PowerCut);
        }
        raw.reboot();
        const shelf = await MediaShelf.open(files, silentLog);
        const isThere = await shelf.check(media);
        if (isKept) expect(isThere).toBe(true);
        if (shelf.held.length > 0) expect(isThere).toBe(true);
      }),
      { numRuns: 60 },
    );
  });
});

async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn++) await new Promise((resolve) => setImmediate(resolve));
}
