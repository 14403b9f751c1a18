import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { openDiskFiles } from '../../../edge-agent/files/raw-files.ts';
import { AgentBench, itemOf } from '../../support/agent-bench.ts';
import { instant, makeOrder } from '../../support/signed-fixtures.ts';

describe('an agent', () => {
  test('falls silent at once when the programme no longer names what sounds', async () => {
    await using bench = await AgentBench.create();
    const { time, server } = bench;
    server.orders(makeOrder(time.trueMs() + 6_000, { items: [itemOf(bench.addMedia(30_000))] }));
    await bench.boot();
    await bench.until('it sounds', () => bench.recordedOf('sounding-started').length === 1);
    await time.pass(2_000);
    server.orders();
    await server.lookNow();
    const [ended] = await bench.until(
      'it has ended',
      () => bench.recordedOf('delivery-ended').length > 0 && bench.recordedOf('delivery-ended'),
    );
    expect(ended?.outcome).toBe('cancelled');
    expect(bench.player?.state.status).toBe('idle');
    const playedMs = bench.player?.sounded[0]?.playedMs ?? Number.NaN;
    expect(bench.recordedOf('sounding-ended')).toMatchObject([{ outcome: 'partial', playedMs: Math.round(playedMs) }]);
  });

  test('obeys a programme that its full disk cannot take, and asks for it until it is kept', async () => {
    await using bench = await AgentBench.create();
    const { time, server } = bench;
    server.orders(makeOrder(time.trueMs() + 6_000, { items: [itemOf(bench.addMedia(30_000))] }));
    let isFull = false;
    const disk = openDiskFiles(bench.config.dataFolder);
    bench.brokenFiles = {
      write: async (path, bytes, mode) => {
        if (isFull && path.startsWith('programme.json')) throw Object.assign(new Error('no space left'), { code: 'ENOSPC' });
        await disk.write(path, bytes, mode);
      },
    };
    await bench.boot();
    await bench.until('it sounds', () => bench.recordedOf('sounding-started').length === 1);
    isFull = true;
    server.orders();
    await server.lookNow();
    await bench.until('it has ended', () => bench.recordedOf('delivery-ended').length === 1);
    expect(bench.recordedOf('delivery-ended')).toMatchObject([{ outcome: 'cancelled' }]);
    expect(String(await disk.read('programme.json'))).toContain('"orderId"');
    isFull = false;
    const kept = () => readFileSync(disk.absolutePath('programme.json'), 'utf8');
    await bench.until('it is kept', () => !kept().includes('"orderId"'), 2 * bench.config.limits.programmePollEveryMs);
  });

  test('plays a moved airing at its new time only', async () => {
    await using bench = await AgentBench.create();
    const { time, server } = bench;
    const order = makeOrder(time.trueMs() + 6_000, { items: [itemOf(bench.addMedia(1_000))] });
    server.orders(order);
    await bench.boot();
    await bench.until('it is armed', () => bench.recordedOf('order-armed').length === 1);
    const startMs = time.trueMs() + 12_000;
    const moved = makeOrder(startMs, { airingId: order.airingId, items: order.items });
    server.orders(moved);
    await server.lookNow();
    await bench.until(
      'it has ended',
      () => bench.recordedOf('delivery-ended').length > 0 && bench.player?.state.status === 'idle',
    );
    await bench.until('the moved one has ended', () =>
      bench.recordedOf('delivery-ended').some(({ orderId }) => orderId === moved.orderId),
    );
    expect(bench.player?.sounded).toHaveLength(1);
    expect(Math.abs((bench.player?.sounded[0]?.startedAtMs ?? 0) - startMs)).toBeLessThanOrEqual(60);
  });

  test('lets what sounds go on and reports the later one as displaced', async () => {
    await using bench = await AgentBench.create();
    const { time, server } = bench;
    const first = makeOrder(time.trueMs() + 6_000, { items: [itemOf(bench.addMedia(25_000))] });
    const second = makeOrder(time.trueMs() + 10_000, { items: [itemOf(bench.addMedia(1_000))] });
    server.orders(first, second);
    await bench.boot();
    await bench.until('both have ended', () => bench.recordedOf('delivery-ended').length === 2);
    expect(bench.recordedOf('delivery-ended')).toMatchObject([
      { orderId: second.orderId, outcome: 'displaced' },
      { orderId: first.orderId, outcome: 'played' },
    ]);
  });

  test('joins at the wall clock what it comes too late for, and misses what may begin no more', async () => {
    await using bench = await AgentBench.create();
    const { time, server } = bench;
    const startMs = time.trueMs() - 4_000;
    const late = makeOrder(startMs, { items: [itemOf(bench.addMedia(12_000))] });
    const gone = makeOrder(startMs - 60_000, { items: [itemOf(bench.addMedia(1_000))], startBefore: instant(startMs - 30_000) });
    server.orders(late, gone);
    await bench.boot();
    await bench.until('both have ended', () => bench.recordedOf('delivery-ended').length === 2);
    expect(bench.recordedOf('delivery-ended').find(({ orderId }) => orderId === gone.orderId)).toMatchObject({
      outcome: 'missed',
      playedMs: 0,
    });
    expect(bench.recordedOf('delivery-ended').find(({ orderId }) => orderId === late.orderId)?.outcome).toBe('partial');
    const [span] = bench.recordedOf('sounding-ended')[0]?.spans ?? [];
    expect(Math.abs(Date.parse(span?.startedAt ?? '') - startMs - (span?.fromMs ?? 0))).toBeLessThanOrEqual(100);
    expect(span?.toMs).toBe(12_000);
  });

  test('tries again when its player breaks down, and tells what was lost', async () => {
    await using bench = await AgentBench.create();
    const { time, server } = bench;
    server.orders(makeOrder(time.trueMs() + 6_000, { items: [itemOf(bench.addMedia(10_000))] }));
    await bench.boot();
    await bench.until('it sounds', () => bench.recordedOf('sounding-started').length === 1);
    await time.pass(2_000);
    bench.player?.die();
    await bench.until('it has ended', () => bench.recordedOf('delivery-ended').length === 1);
    expect(bench.recordedOf('delivery-ended')[0]?.outcome).toBe('partial');
    const [sounding, ...more] = bench.recordedOf('sounding-ended');
    expect(more).toEqual([]);
    expect(sounding?.spans).toHaveLength(2);
    expect(sounding?.playedMs).toBe(Math.round((bench.player?.sounded ?? []).reduce((sum, { playedMs }) => sum + playedMs, 0)));
  });

  test('gives no emergency up as long as it may begin, however often the player fails', async () => {
    await using bench = await AgentBench.create();
    const { time, server } = bench;
    const scope = { kind: 'area', id: server.areaId } as const;
    await bench.boot();
    await bench.until('it is up', () => bench.agent?.book.programme && bench.agent.clock.trust === 'synchronised');
    const emergency = makeOrder(time.trueMs(), { class: 'emergency', scope, items: [itemOf(bench.addMedia(2_000))] });
    const failures = () => bench.log.filter(({ event }) => event === 'player-failed').length;
    bench.player?.failAlways('no sound card');
    server.change({ emergencies: [server.signers.emergencyOf(emergency)] });
    bench.agent?.lookNow();
    await bench.until('many tries', () => failures() >= 8, 300_000);
    bench.player?.failAlways(undefined);
    await bench.until('it has ended', () => bench.recordedOf('delivery-ended').length === 1, 120_000);
    expect(bench.recordedOf('delivery-ended')).toMatchObject([{ outcome: 'played' }]);
  });

  test('lets the higher emergency cut the lower one, which goes on afterwards', async () => {
    await using bench = await AgentBench.create();
    const { time, server } = bench;
    const { issuer } = makeOrder(0);
    const emergency = (rank: number, durationMs: number) => {
      const scope = { kind: 'area', id: server.areaId } as const;
      return makeOrder(time.trueMs(), {
        class: 'emergency',
        scope,
        issuer: { ...issuer, rank },
        items: [itemOf(bench.addMedia(durationMs))],
      });
    };
    await bench.boot();
    await bench.until(
      'it is connected',
      () => server.ups.some((up) => up.type === 'presence') && bench.agent?.clock.trust === 'synchronised',
    );
    const [commune, province] = [emergency(3, 8_000), emergency(1, 2_000)];
    await server.push({ type: 'emergency', v: 1, order: server.signers.emergencyOf(commune) });
    await bench.until('the lower one sounds', () => bench.recordedOf('sounding-started').length === 1);
    await time.pass(1_000);
    await server.push({ type: 'emergency', v: 1, order: server.signers.emergencyOf(province) });
    await bench.until('both have ended', () => bench.recordedOf('delivery-ended').length === 2);
    const [low, high] = [commune, province].map((order) => order.items[0]?.media.sha256);
    expect(bench.sounded).toEqual([low, high, low]);
    expect(bench.recordedOf('delivery-ended').map(({ outcome }) => outcome)).toEqual(['played', 'played']);
  });
});
