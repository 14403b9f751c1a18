import { describe, expect, test } from 'vitest';
import { AgentBench, itemOf } from '../../support/agent-bench.ts';
import { makeOrder } from '../../support/signed-fixtures.ts';

async function stocked(bench: AgentBench, startsInMs: number, durationMs = 2_000) {
  const media = bench.addMedia(durationMs);
  const order = makeOrder(bench.time.trueMs() + startsInMs, { items: [itemOf(media)] });
  bench.server.orders(order);
  await bench.boot();
  await bench.until('its media are here', () => bench.recordedOf('order-ready').length === 1);
  await bench.until('its clock is right', () => bench.agent?.clock.trust === 'synchronised');
  return { media, order };
}

function cutNetwork(bench: AgentBench): void {
  bench.server.broken.add('/');
}

describe('an agent without a network', () => {
  test('boots and plays what it holds, by its battery clock', async () => {
    await using bench = await AgentBench.create();
    const { media } = await stocked(bench, 60_000);
    await bench.shutDown();
    cutNetwork(bench);
    await bench.boot({ bootId: 'second-boot', hasBatteryClock: true });
    expect(bench.agent?.clock.trust).toBe('holdover');
    await bench.until('it has played', () => bench.recordedOf('delivery-ended').length === 1, 90_000);
    expect(bench.recordedOf('delivery-ended')[0]).toMatchObject({ outcome: 'played', clockTrust: 'holdover' });
    expect(bench.sounded).toEqual([media.sha256]);
    expect(bench.server.receipts.size).toBeLessThan(bench.recorded.length);
    bench.server.broken.clear();
    await bench.until('the receipts have arrived after all', () => bench.agent?.receipts.waitingCount === 0);
  });

  test('and without a clock to trust plays nothing scheduled and says so, but an emergency once the server has told the time', async () => {
    await using bench = await AgentBench.create();
    const { order } = await stocked(bench, 60_000);
    await bench.shutDown();
    bench.server.broken.add('/api/agent/time');
    await bench.boot({ bootId: 'second-boot' });
    expect(bench.agent?.clock.trust).toBe('untrusted');
    await bench.until('it says so', () => bench.refusals('clock-untrusted').length === 1, 120_000);
    await bench.time.pass(70_000, 250);
    expect(bench.sounded).toEqual([]);
    expect(bench.refusals('clock-untrusted')).toMatchObject([{ orderId: order.orderId }]);

    const { server, time } = bench;
    const media = bench.addMedia(2_000);
    const scope = { kind: 'area', id: server.areaId } as const;
    const emergency = makeOrder(time.trueMs(), { class: 'emergency', scope, items: [itemOf(media)] });
    await bench.until('it is connected', () => server.ups.filter((up) => up.type === 'presence').length > 0);
    server.broken.clear();
    await server.push({ type: 'emergency', v: 1, order: server.signers.emergencyOf(emergency) });
    await bench.until('the emergency has sounded', () =>
      bench.recordedOf('delivery-ended').some(({ orderId }) => orderId === emergency.orderId),
    );
    expect(bench.sounded[0]).toBe(media.sha256);
  });

  test('keeps its clock over a restart of the process alone', async () => {
    await using bench = await AgentBench.create();
    await stocked(bench, 60_000);
    await bench.shutDown();
    cutNetwork(bench);
    await bench.boot();
    expect(bench.agent?.clock.trust).toBe('synchronised');
  });
});

describe('a step of the system clock', () => {
  test.each([-3_600_000, 3_600_000])('by %i ms moves neither what sounds nor what comes next', async (stepMs) => {
    await using bench = await AgentBench.create();
    const { time, server } = bench;
    const first = makeOrder(time.trueMs() + 6_000, { items: [itemOf(bench.addMedia(6_000))] });
    const second = makeOrder(time.trueMs() + 20_000, { items: [itemOf(bench.addMedia(1_000))] });
    server.orders(first, second);
    await bench.boot();
    await bench.until('the first sounds', () => bench.recordedOf('sounding-started').length === 1);
    time.stepSystem(stepMs);
    await bench.until('both have ended', () => bench.recordedOf('delivery-ended').length === 2);
    expect(bench.recordedOf('delivery-ended').map(({ outcome }) => outcome)).toEqual(['played', 'played']);
    const lags = bench
      .recordedOf('sounding-started')
      .map(({ startedAt }, index) => Date.parse(startedAt) - Date.parse([first, second][index]?.startsAt ?? ''));
    for (const lagMs of lags) expect(Math.abs(lagMs)).toBeLessThanOrEqual(100);
  });
});
