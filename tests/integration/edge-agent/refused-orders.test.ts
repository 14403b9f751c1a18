import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { Order, SignedOrder } from '#contract/order.ts';
import { AgentBench, itemOf } from '../../support/agent-bench.ts';
import { instant, makeOrder, makeProgramme, nightPolicy } from '../../support/signed-fixtures.ts';

/** An emergency for the whole area, of two seconds. */
function makeEmergency(bench: AgentBench, changes: Partial<Order> = {}): Order {
  const { time, server } = bench;
  const scope = { kind: 'area', id: server.areaId } as const;
  return makeOrder(time.trueMs(), { class: 'emergency', scope, items: [itemOf(bench.addMedia(2_000))], ...changes });
}

async function pushAndExpectRefusal(bench: AgentBench, signed: SignedOrder, code: string): Promise<void> {
  const before = bench.refusals(code).length;
  await bench.server.push({ type: 'emergency', v: 1, order: signed });
  await bench.until(`it is refused as ${code}`, () => bench.refusals(code).length === before + 1);
  await bench.server.push({ type: 'emergency', v: 1, order: signed });
  await bench.time.pass(1_000);
  expect(bench.refusals(code)).toHaveLength(before + 1);
}

describe('an agent refuses and reports once', () => {
  test('emergencies that are altered, foreign, forged by another key, expired, too late or replayed', async () => {
    await using bench = await AgentBench.create();
    const { time, server } = bench;
    const { signers } = server;
    await bench.boot();
    await bench.until('it is up', () => bench.agent?.book.programme !== undefined && bench.agent.clock.trust === 'synchronised');
    await bench.until('it is connected', () => server.ups.some((up) => up.type === 'presence'));

    makeEmergency(bench); // so that a lower counter is left for the stale one
    const genuine = signers.emergencyOf(makeEmergency(bench));
    await pushAndExpectRefusal(bench, { ...genuine, payload: { ...genuine.payload, repeats: 9 } }, 'signature-wrong');
    await pushAndExpectRefusal(
      bench,
      signers.emergencyOf(makeEmergency(bench, { scope: { kind: 'area', id: randomUUID() } })),
      'order-for-another',
    );
    const byProgrammeKey = {
      ...signers,
      emergencyOf: signers.programmeOf.bind(signers) as unknown as (order: Order) => SignedOrder,
    };
    await pushAndExpectRefusal(bench, byProgrammeKey.emergencyOf(makeEmergency(bench)), 'key-purpose-wrong');
    const pastMs = time.trueMs() - 7_200_000;
    const expired = makeEmergency(bench, {
      startsAt: instant(pastMs),
      issuedAt: instant(pastMs),
      startBefore: instant(pastMs + 1),
      validUntil: instant(pastMs + 2),
    });
    await pushAndExpectRefusal(bench, signers.emergencyOf(expired), 'order-expired');
    const late = makeEmergency(bench, {
      startsAt: instant(pastMs),
      startBefore: instant(pastMs + 600_000),
      validUntil: instant(time.trueMs() + 3_600_000),
    });
    await pushAndExpectRefusal(bench, signers.emergencyOf(late), 'order-stale');
    await pushAndExpectRefusal(bench, signers.emergencyOf(makeEmergency(bench, { class: 'normal' })), 'order-invalid');
    expect(bench.sounded).toEqual([]);

    await server.push({ type: 'emergency', v: 1, order: genuine });
    await bench.until('the genuine one has sounded', () => bench.recordedOf('delivery-ended').length === 1);
    expect(bench.sounded).toEqual([genuine.payload.items[0]?.media.sha256]);
    await time.pass(70_000, 500);
    await pushAndExpectRefusal(bench, genuine, 'order-replayed');
    const older = { ...makeEmergency(bench), airingId: genuine.payload.airingId, counter: genuine.payload.counter - 1 };
    await pushAndExpectRefusal(bench, signers.emergencyOf(older), 'order-stale');
    expect(bench.sounded).toHaveLength(1);
  });

  test('programmes that are altered, for another, older or expired, and keeps the one it has', async () => {
    await using bench = await AgentBench.create();
    const { time, server } = bench;
    const { signers } = server;
    server.change({});
    server.change({});
    const held = server.programme;
    const fresh = (changes: object) => signers.programmeOf({ ...held.payload, revision: 9, ...changes });
    await bench.boot();
    await bench.until('it has its programme', () => bench.agent?.book.programme?.revision === 3);
    await bench.until('its clock is right', () => bench.agent?.clock.trust === 'synchronised');
    const refused = async (code: string, programme: typeof held) => {
      server.programme = programme;
      for (let times = 0; times < 2; times++) {
        const seen = bench.log.filter(({ event }) => event === 'programme-arrived').length;
        bench.agent?.lookNow();
        await bench.until('it has looked', () => bench.log.filter(({ event }) => event === 'programme-arrived').length > seen);
      }
      await bench.until('it is on record', () => bench.refusals(code).length > 0);
      await time.pass(500);
      expect(bench.refusals(code)).toHaveLength(1);
      expect(bench.agent?.book.programme?.revision).toBe(3);
    };
    await refused('signature-wrong', {
      ...fresh({}),
      payload: { ...held.payload, revision: 9, validUntil: instant(time.trueMs() + 1e9) },
    });
    await refused('order-for-another', signers.programmeOf(makeProgramme(randomUUID(), time.trueMs(), { revision: 9 })));
    await refused('order-expired', fresh({ validUntil: instant(time.trueMs() - 1) }));
    await refused('order-invalid', fresh({ policy: { ...held.payload.policy, timeZone: 'Asia/Nowhere' } }));
    await refused('programme-older', fresh({ revision: 2 }));
  });

  test('what would sound in the quiet hours, though the server signed it for 03:15', async () => {
    await using bench = await AgentBench.create({ startAt: '2026-11-21T20:14:50.000Z' }); // 03:14:50 in Việt Nam
    const { time, server } = bench;
    const normal = makeOrder(time.trueMs() + 10_000, { items: [itemOf(bench.addMedia(1_000))] });
    const priority = makeOrder(time.trueMs() + 12_000, { class: 'priority', items: [itemOf(bench.addMedia(1_000))] });
    server.change({ policy: nightPolicy, orders: [server.forMe(normal), server.forMe(priority)] });
    await bench.boot();
    await bench.until('both are refused', () => bench.refusals('quiet-hours').length === 2);
    const emergency = makeEmergency(bench);
    server.change({ emergencies: [server.signers.emergencyOf(emergency)] });
    bench.agent?.lookNow();
    await bench.until('the emergency has sounded', () => bench.recordedOf('delivery-ended').length === 1);
    await time.pass(20_000, 100);
    expect(bench.sounded).toEqual([emergency.items[0]?.media.sha256]);
    expect(bench.refusals('quiet-hours')).toHaveLength(2);
  });

  test('what its player cannot play, when the order comes and not when it should sound', async () => {
    await using bench = await AgentBench.create();
    const inAnHour = makeOrder(bench.time.trueMs() + 3_600_000, { items: [itemOf(bench.addMedia(1_000))] });
    bench.server.orders(inAnHour);
    await bench.boot({ player: 'mpg123' });
    expect(bench.log.map(({ event }) => event)).toContain('player-plays-no-opus');
    await bench.until('it is refused', () => bench.refusals('player-failed').length === 1);
    expect(bench.server.mediaRequests).toEqual([]);
  });

  test('nothing a second time after a restart', async () => {
    await using bench = await AgentBench.create({ startAt: '2026-11-21T20:14:50.000Z' });
    const order = makeOrder(bench.time.trueMs() + 10_000, { items: [itemOf(bench.addMedia(1_000))] });
    bench.server.change({ policy: nightPolicy, orders: [bench.server.forMe(order)] });
    await bench.boot();
    await bench.until('it is refused', () => bench.refusals('quiet-hours').length === 1);
    await bench.shutDown();
    await bench.boot();
    await bench.time.pass(2_000);
    expect(bench.refusals('quiet-hours')).toHaveLength(1);
    expect(bench.recordedOf('booted').map(({ previousEnd }) => previousEnd)).toEqual(['first', 'clean']);
  });
});
