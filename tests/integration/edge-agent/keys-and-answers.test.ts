import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { SignedKeySet } from '#contract/key-set.ts';
import { generateSigningKey } from '#signing/keys.ts';
import { AgentBench, itemOf } from '../../support/agent-bench.ts';
import { makeOrder } from '../../support/signed-fixtures.ts';

const isUp = (bench: AgentBench) =>
  bench.until(
    'it is up and connected',
    () =>
      bench.agent?.book.programme !== undefined &&
      bench.agent.clock.trust === 'synchronised' &&
      bench.server.ups.some((up) => up.type === 'presence'),
  );

const emergencyOf = (bench: AgentBench) => {
  const scope = { kind: 'area', id: bench.server.areaId } as const;
  const order = makeOrder(bench.time.trueMs(), { class: 'emergency', scope, items: [itemOf(bench.addMedia(2_000))] });
  return bench.server.signers.emergencyOf(order);
};

const keySetsArrived = (bench: AgentBench) => bench.log.filter(({ event }) => event === 'key-set-arrived');

describe('a receiver whose server renews its keys', () => {
  test('fetches the new key set when an emergency comes under a key that it does not know, and plays it', async () => {
    await using bench = await AgentBench.create();
    await bench.boot();
    await isUp(bench);
    bench.server.signers.renew('emergency');
    bench.server.keySetVersion = 2;
    const emergency = emergencyOf(bench);
    await bench.server.push({ type: 'emergency', v: 1, order: emergency });
    await bench.until('it has sounded', () => bench.recordedOf('delivery-ended').length === 1);
    expect(bench.sounded).toEqual([emergency.payload.items[0]?.media.sha256]);
    expect(bench.recordedOf('order-refused')).toEqual([]);
  });

  test('is told of the new version by the answer to its heartbeat, keeps it, and still holds it after a restart', async () => {
    await using bench = await AgentBench.create();
    await bench.boot();
    await isUp(bench);
    bench.server.signers.renew('emergency');
    bench.server.signers.renew('programme');
    bench.server.keySetVersion = 2;
    await bench.until('the new set', () => keySetsArrived(bench).length > 0);
    await bench.shutDown();
    bench.server.broken.add('/api/agent/key-set');
    bench.server.change({});
    await bench.boot();
    await bench.until('a programme under the new key', () => bench.agent?.book.programme?.revision === 2);
    const emergency = emergencyOf(bench);
    await isUp(bench);
    await bench.server.push({ type: 'emergency', v: 1, order: emergency });
    await bench.until('an emergency under the new key', () => bench.recordedOf('delivery-ended').length === 1);
    expect(bench.recordedOf('order-refused')).toEqual([]);
  });

  test('believes neither an older set nor one of another root, and reports each once', async () => {
    await using bench = await AgentBench.create();
    const { server } = bench;
    server.keySetVersion = 3;
    await bench.boot();
    await isUp(bench);
    await bench.until('the third set', () => keySetsArrived(bench).length > 0);
    const stranger = generateSigningKey();
    const genuine = server.signers.keySet.bind(server.signers);
    const offer = async (set: () => SignedKeySet, code: string) => {
      server.signers.keySet = set;
      const before = keySetsArrived(bench).length;
      const forged = { ...emergencyOf(bench), keyId: stranger.keyId };
      await server.push({ type: 'emergency', v: 1, order: forged });
      await bench.until('it has asked for the keys', () => keySetsArrived(bench).length > before);
      await bench.until(`${code} is on record`, () => bench.refusals(code).length === 1);
    };
    await offer(() => genuine(2), 'key-set-older');
    await offer(() => {
      const set = genuine(9);
      return { ...set, payload: { ...set.payload, version: 10 } };
    }, 'signature-wrong');
    await bench.until('both emergencies were refused', () => bench.refusals('key-unknown').length === 2);
    expect(bench.sounded).toEqual([]);
  });
});

describe('receipts that the server will not have', () => {
  test('stay on record, are said once in the journal, are not sent in a rush, and go through when they are taken', async () => {
    await using bench = await AgentBench.create();
    const { server } = bench;
    server.isAcknowledging = false;
    await bench.boot();
    await isUp(bench);
    const sent = () => server.ups.filter((up) => up.type === 'receipts').length;
    await bench.until('the first receipts', () => sent() > 0);
    const refused = { type: 'receipts-refused', v: 1, fromSequence: 1, code: 'receipt-signature-wrong', upTo: 0 } as const;
    for (let again = 0; again < 3; again++) {
      const before = sent();
      await server.push(refused);
      await bench.until('they are sent once more', () => sent() > before, 120_000);
      expect(sent()).toBe(before + 1);
    }
    const odd = bench.log.filter(({ event, fields }) => event === 'receipts-odd' && fields['finding'] === 'refused');
    expect(odd).toHaveLength(1);
    expect(odd[0]?.fields).toMatchObject({ fromSequence: 1, code: 'receipt-signature-wrong' });
    expect(bench.agent?.receipts.acknowledged).toBe(0);
    expect(bench.recordedOf('booted')).toHaveLength(1);
    server.isAcknowledging = true;
    await bench.until('all are acknowledged', () => bench.agent?.receipts.waitingCount === 0, 120_000);
  });

  test('keep no emergency from sounding', async () => {
    await using bench = await AgentBench.create();
    bench.server.isAcknowledging = false;
    await bench.boot();
    await isUp(bench);
    await bench.server.push({ type: 'receipts-refused', v: 1, fromSequence: 1, code: 'receipt-forked', upTo: 0 });
    const emergency = emergencyOf(bench);
    await bench.server.push({ type: 'emergency', v: 1, order: emergency });
    await bench.until('it has sounded', () => bench.recordedOf('delivery-ended').length === 1);
    expect(bench.sounded).toEqual([emergency.payload.items[0]?.media.sha256]);
  });
});

describe('a receiver whose cluster is moved to another area', () => {
  test('listens to the emergencies of its new area, and no more to those of the old one', async () => {
    await using bench = await AgentBench.create();
    const { server } = bench;
    await bench.boot();
    await isUp(bench);
    const topicOf = (areaId: string) => `tt/v1/area/${areaId}/emergency`;
    await bench.until('it listens to its area', () => server.subscribed.has(topicOf(server.areaId)));
    const newAreaId = randomUUID();
    server.change({ areaIds: [newAreaId] });
    await server.lookNow();
    await bench.until('it listens elsewhere', () => server.subscribed.has(topicOf(newAreaId)));
    expect(server.subscribed).toEqual(new Set([`tt/v1/receiver/${server.receiverId}/down`, topicOf(newAreaId)]));
    const arrived = () => bench.log.filter(({ event }) => event === 'emergency-arrived').length;
    const to = (areaId: string) => {
      const scope = { kind: 'area', id: areaId } as const;
      return server.signers.emergencyOf(
        makeOrder(bench.time.trueMs(), { class: 'emergency', scope, items: [itemOf(bench.addMedia(1_000))] }),
      );
    };
    const own = to(newAreaId);
    await server.push({ type: 'emergency', v: 1, order: to(server.areaId) }, topicOf(server.areaId));
    await server.push({ type: 'emergency', v: 1, order: own }, topicOf(newAreaId));
    await bench.until('its own has sounded', () => bench.recordedOf('delivery-ended').length === 1);
    expect(arrived()).toBe(1);
    expect(bench.sounded).toEqual([own.payload.items[0]?.media.sha256]);
  });
});
