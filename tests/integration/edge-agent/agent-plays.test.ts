import { describe, expect, test } from 'vitest';
import { AgentBench, itemOf } from '../../support/agent-bench.ts';
import { instant, makeOrder } from '../../support/signed-fixtures.ts';

describe('an agent', () => {
  test('fetches its programme and media, plays on time and sends receipts for all of it', async () => {
    await using bench = await AgentBench.create();
    const { time, server } = bench;
    const startMs = time.trueMs() + 8_000;
    const [chime, one, two, endTone] = [500, 2_000, 1_500, 400].map((durationMs) => bench.addMedia(durationMs));
    if (!chime || !one || !two || !endTone) throw new Error('four media');
    server.orders(makeOrder(startMs, { chime, endTone, items: [itemOf(one), itemOf(two)], repeats: 2, gapMs: 1_000 }));
    await bench.boot();
    await bench.until('the order is armed', () => bench.recordedOf('order-armed').length === 1);
    expect(bench.sounded).toEqual([]);
    const [ended] = await bench.until(
      'the delivery has ended',
      () => bench.recordedOf('delivery-ended').length > 0 && bench.recordedOf('delivery-ended'),
    );
    expect(ended).toMatchObject({
      outcome: 'played',
      playedMs: 7_000,
      expectedMs: 7_000,
      chimePlayedMs: 500,
      endTonePlayedMs: 400,
      code: null,
    });
    expect(bench.sounded).toEqual([chime, one, two, one, two, endTone].map(({ sha256 }) => sha256));
    const started = bench.recordedOf('sounding-started');
    expect(started.map(({ repeat, item }) => [repeat, item])).toEqual([[0, 0], [0, 1], [1, 0], [1, 1]]); // prettier-ignore
    expect(Math.abs(Date.parse(started[0]?.startedAt ?? '') - startMs - 500)).toBeLessThanOrEqual(60);
    expect(bench.recordedOf('sounding-ended').map(({ outcome, playedMs }) => [outcome, playedMs])).toEqual([
      ['rendered', 2_000],
      ['rendered', 1_500],
      ['rendered', 2_000],
      ['rendered', 1_500],
    ]);
    await bench.until(
      'the server has them all',
      () => server.receipts.size === bench.recorded.length && bench.agent?.receipts.waitingCount === 0,
    );
    expect(server.bodies.map(({ kind }) => kind)).toEqual(bench.recorded.map(({ kind }) => kind));
    expect(instant(startMs)).toBe(server.programme.payload.orders[0]?.startsAt);
  });

  test('lets an emergency break in at once and goes on afterwards where it was cut', async () => {
    await using bench = await AgentBench.create();
    const { time, server } = bench;
    const long = bench.addMedia(12_000);
    const alarm = bench.addMedia(3_000);
    const order = makeOrder(time.trueMs() + 6_000, { items: [itemOf(long)] });
    server.orders(order);
    await bench.boot();
    await bench.until('it sounds', () => bench.recordedOf('sounding-started').length === 1);
    await time.pass(3_000);
    const emergency = makeOrder(time.trueMs(), {
      class: 'emergency',
      scope: { kind: 'area', id: server.areaId },
      items: [itemOf(alarm)],
    });
    await server.push(
      { type: 'emergency', v: 1, order: server.signers.emergencyOf(emergency) },
      `tt/v1/area/${server.areaId}/emergency`,
    );
    await bench.until('both have ended', () => bench.recordedOf('delivery-ended').length === 2);
    expect(bench.sounded).toEqual([long, alarm, long].map(({ sha256 }) => sha256));
    const [interrupted] = bench.recordedOf('delivery-interrupted');
    const [resumed] = bench.recordedOf('delivery-resumed');
    expect(interrupted).toMatchObject({ orderId: order.orderId, byOrderId: emergency.orderId });
    expect(resumed?.positionMs).toBe(interrupted?.positionMs);
    const ofLong = bench.recordedOf('sounding-ended').filter(({ orderId }) => orderId === order.orderId);
    expect(ofLong).toHaveLength(1);
    expect(ofLong[0]).toMatchObject({ outcome: 'rendered', playedMs: 12_000 });
    expect(ofLong[0]?.spans).toHaveLength(2);
    expect(bench.recordedOf('delivery-ended').map(({ outcome }) => outcome)).toEqual(['played', 'played']);
  });
});
