import { randomBytes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { AgentBench, itemOf } from '../../support/agent-bench.ts';
import { SmallDisk } from '../../support/small-disk.ts';
import { makeOrder } from '../../support/signed-fixtures.ts';

describe('media', () => {
  test('are resumed where a cut left them, also after a restart', async () => {
    await using bench = await AgentBench.create();
    const media = bench.addMedia(1_000, 400_000);
    bench.server.orders(makeOrder(bench.time.trueMs() + 600_000, { items: [itemOf(media)] }));
    bench.server.cutMediaAfter = { bytes: 150_000, times: 2 };
    await bench.boot();
    await bench.until(
      'the first cut',
      () => bench.server.mediaRequests.length === 1 && bench.log.some(({ event }) => event === 'media-not-fetched'),
    );
    await bench.shutDown();
    await bench.boot();
    await bench.until('it is whole', () => bench.recordedOf('order-ready').length === 1);
    expect(bench.server.mediaRequests.map(({ fromByte }) => fromByte)).toEqual([0, 150_000, 300_000]);
  });

  test('that were altered are refused, reported once and asked for again until they are right', async () => {
    await using bench = await AgentBench.create();
    const media = bench.addMedia(1_000);
    const right = bench.server.media.get(media.sha256);
    bench.server.media.set(media.sha256, randomBytes(media.bytes));
    bench.server.orders(makeOrder(bench.time.trueMs() + 600_000, { items: [itemOf(media)] }));
    await bench.boot();
    await bench.until('it was tried twice', () => bench.server.mediaRequests.length === 2);
    expect(bench.refusals('media-altered')).toHaveLength(1);
    if (right) bench.server.media.set(media.sha256, right);
    await bench.until('the right one is here', () => bench.recordedOf('order-ready').length === 1);
    expect(bench.refusals('media-altered')).toHaveLength(1);
  });

  test('of an emergency overtake downloads that are under way, which go on afterwards', async () => {
    await using bench = await AgentBench.create();
    const { server, time } = bench;
    const slow = bench.addMedia(1_000, 50_000);
    let release = () => {};
    server.mediaGates.set(slow.sha256, new Promise<void>((resolve) => (release = resolve)));
    server.orders(makeOrder(time.trueMs() + 600_000, { items: [itemOf(slow)] }));
    await bench.boot();
    await bench.until(
      'the slow one is under way',
      () => server.mediaRequests.length === 1 && server.ups.some((up) => up.type === 'presence'),
    );
    await bench.until('the clock is right', () => bench.agent?.clock.trust === 'synchronised');
    const alarm = bench.addMedia(1_000);
    const scope = { kind: 'receiver', id: server.receiverId } as const;
    const emergency = makeOrder(time.trueMs(), { class: 'emergency', scope, items: [itemOf(alarm)] });
    await server.push({ type: 'emergency', v: 1, order: server.signers.emergencyOf(emergency) });
    await bench.until('the emergency has sounded', () => bench.recordedOf('delivery-ended').length === 1);
    expect(bench.sounded).toEqual([alarm.sha256]);
    expect(bench.recordedOf('order-ready')).toHaveLength(1);
    server.mediaGates.clear();
    release();
    await bench.until('the slow one is here, too', () => bench.recordedOf('order-ready').length === 2);
    expect(server.mediaRequests.map(({ sha256 }) => sha256).slice(0, 3)).toEqual([slow.sha256, alarm.sha256, slow.sha256]);
  });

  test('give way to receipts on a full disk: the last needed goes, nothing of the next day does, and no receipt is lost', async () => {
    await using disk = await SmallDisk.create(1_024);
    await using bench = await AgentBench.create({ dataFolder: disk.path });
    const { server, time } = bench;
    const soon = bench.addMedia(1_000, 200_000);
    const later = bench.addMedia(1_000, 200_000);
    const latest = bench.addMedia(1_000, 600_000);
    const day = 86_400_000;
    server.orders(
      makeOrder(time.trueMs() + 30_000, { items: [itemOf(soon)], repeats: 8, gapMs: 0 }),
      makeOrder(time.trueMs() + 3 * day, { items: [itemOf(later)] }),
      makeOrder(time.trueMs() + 6 * day, { items: [itemOf(latest)] }),
    );
    bench.config.limits.spaceReserveBytes = 65_536;
    bench.config.limits.diskFreeMinBytes = 0;
    await bench.boot();
    await bench.until('what fits is here', () => bench.recordedOf('order-ready').length >= 2);
    await fillUp(disk.path);
    await bench.until('it has played all the same', () => bench.recordedOf('delivery-ended').length === 1);
    expect(bench.recordedOf('delivery-ended')[0]).toMatchObject({ outcome: 'played' });
    expect(new Set(bench.sounded)).toEqual(new Set([soon.sha256]));
    expect(bench.log.filter(({ event }) => event === 'media-evicted').length).toBeLessThanOrEqual(2);
    expect(bench.log.map(({ event }) => event)).toContain('receipts-not-written');
    await bench.until('all receipts have arrived', () => bench.agent?.receipts.waitingCount === 0);
    const sequences = [...server.receipts.keys()].sort((one, other) => one - other);
    expect(sequences).toEqual(sequences.map((_, index) => index + 1));
    const lastSequence = bench.agent?.receipts.lastSequence;
    await bench.shutDown();
    await bench.boot();
    expect(bench.agent?.receipts.lastSequence).toBeGreaterThanOrEqual(lastSequence ?? Number.NaN);
    expect(bench.recordedOf('delivery-ended')).toHaveLength(1);
  });
});

/** Somebody else's file takes all that is left. */
async function fillUp(folder: string): Promise<void> {
  const { open } = await import('node:fs/promises');
  await using file = await open(`${folder}/somebody-elses`, 'w');
  for (let size = 65_536; size >= 512;) {
    try {
      await file.write(Buffer.alloc(size));
    } catch {
      size /= 2; // full for this size: what is left is filled in smaller pieces
    }
  }
}
