import { connect as connectTcp } from 'node:net';
import { connectAsync } from 'mqtt';
import { describe, expect, test } from 'vitest';
import { type DownLink, topics } from '#contract/agent-link.ts';
import type { Receipt, ReceiptBody } from '#contract/receipt.ts';
import { canonicalBytes } from '#signing/canonical-json.ts';
import { generateSigningKey } from '#signing/keys.ts';
import { StandInAgent } from '../../support/stand-in-agent.ts';
import { waitFor } from '../../support/wait-for.ts';
import { ReceiverBench } from './receiver-bench.ts';

const BOOTED: ReceiptBody = {
  v: 1,
  kind: 'booted',
  recordedAt: '2026-11-22T05:00:00.000Z',
  bootId: 'boot-1',
  clockTrust: 'synchronised',
  agentVersion: '1',
  previousEnd: 'first',
};

function lookNow(revision: number): DownLink {
  return { type: 'look-now', v: 1, epoch: 1, revision };
}

/** Stands for an emergency where only the way matters. */
async function sendMark(bench: ReceiverBench, areaIds: string[], revision: number): Promise<void> {
  await bench.deps.link.sendEmergency(areaIds, lookNow(revision));
}

async function connectRefusal(work: Promise<unknown>): Promise<string> {
  return work.then(
    () => 'connected',
    (error: Error) => error.message,
  );
}

describe('who is let in', () => {
  test('a receiver with its own signature over a fresh nonce, by WebSocket and by plain TCP', async () => {
    await using bench = await ReceiverBench.open();
    await using agent = await bench.enrol();
    expect((await agent.connect()).connected).toBe(true);
    await agent.client?.endAsync();
    expect((await agent.connect({ mqttUrl: `mqtt://127.0.0.1:${bench.mqttPort}` })).connected).toBe(true);
    expect((await agent.beat()).type).toBe('heartbeat-answer');
  });

  test('nobody without a password, with a wrong one, with a foreign key or under a foreign name', async () => {
    await using bench = await ReceiverBench.open();
    await using agent = await bench.enrol();
    await using other = await bench.enrol(bench.otherClusterId);
    const tryWith = (options: object) => connectRefusal(agent.connect({ options }));
    const impostor = new StandInAgent({ ...agent, key: generateSigningKey(), url: bench.url });
    expect(await tryWith({ username: undefined, password: undefined, will: undefined })).toMatch(/Bad username|Not authorized/i);
    expect(await tryWith({ password: 'not even JSON' })).toMatch(/bad user ?name or password/i);
    expect(await connectRefusal(impostor.connect())).toMatch(/bad user ?name or password/i);
    const login = canonicalBytes(await agent.makeLogin()).toString('utf8');
    const will = { topic: topics.up(other.receiverId), payload: Buffer.from('x') };
    expect(await tryWith({ username: other.receiverId, password: login, will })).toMatch(/bad user ?name or password/i);
  });

  test('nobody with a nonce that was used, has expired or was given to another', async () => {
    await using bench = await ReceiverBench.open();
    await using agent = await bench.enrol();
    await using other = await bench.enrol(bench.otherClusterId);
    const login = await agent.makeLogin();
    const withLogin = (request: object) =>
      connectRefusal(agent.connect({ options: { password: canonicalBytes(request).toString('utf8') } }));
    expect(await withLogin(login)).toBe('connected');
    expect(await withLogin(login)).toMatch(/bad user ?name or password/i);
    const foreign = await other.makeLogin();
    expect(await withLogin(agent.signLogin(foreign.nonce))).toMatch(/bad user ?name or password/i);
    const old = await agent.makeLogin();
    bench.floor.clock.advance(60_001);
    expect(await withLogin(old)).toMatch(/bad user ?name or password/i);
  });

  test('no MQTT 5, whose features the rest does not speak', async () => {
    await using bench = await ReceiverBench.open();
    await using agent = await bench.enrol();
    expect(await connectRefusal(agent.connect({ options: { protocolVersion: 5 } }))).not.toBe('connected');
  });

  test('a will that is not its own, or that would be retained, is no way in', async () => {
    await using bench = await ReceiverBench.open();
    await using agent = await bench.enrol();
    const payload = Buffer.from('{}');
    const foreign = { topic: topics.down(agent.receiverId), payload };
    expect(await connectRefusal(agent.connect({ options: { will: foreign } }))).not.toBe('connected');
    const retained = { topic: topics.up(agent.receiverId), payload, retain: true };
    expect(await connectRefusal(agent.connect({ options: { will: retained } }))).not.toBe('connected');
  });

  test('upgrades that are not ours are told so, whatever they ask for', async () => {
    await using bench = await ReceiverBench.open();
    for (const path of ['/elsewhere', '//', '/mqttx']) {
      const socket = connectTcp(Number(new URL(bench.url).port), '127.0.0.1');
      const { promise, resolve } = later<string>();
      socket.on('data', (bytes) => resolve(bytes.toString()));
      socket.write(`GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n`);
      expect(await promise).toMatch(/^HTTP\/1.1 404/);
      socket.destroy();
    }
  });
});

describe('what a receiver may say and hear', () => {
  test('publishing on a topic of another cuts it off, and nobody hears it', async () => {
    await using bench = await ReceiverBench.open();
    await using other = await bench.enrol(bench.otherClusterId);
    await other.connect({ areaIds: [bench.otherCommuneId] });
    const heard: string[] = [];
    bench.handlers.onHeartbeat = async (receiverId) => void heard.push(receiverId);
    await using agent = await bench.enrol();
    const own = topics.down(agent.receiverId);
    const foreign = [topics.up(other.receiverId), topics.down(other.receiverId), topics.areaEmergency(bench.otherCommuneId), own];
    for (const topic of [...foreign, '$SYS/anything', 'anything']) {
      const client = await agent.connect();
      await agent.publish(JSON.stringify(lookNow(7)), topic);
      await waitFor(`to be cut off for ${topic}`, () => !client.connected);
    }
    await bench.deps.link.sendDown(other.receiverId, lookNow(8));
    await other.waitForDown('look-now', ({ revision }) => revision === 8);
    expect(other.received).toHaveLength(1);
    expect(heard).toEqual([]);
  });

  test('subscriptions to others, to areas elsewhere and with wildcards are refused', async () => {
    await using bench = await ReceiverBench.open();
    await using other = await bench.enrol(bench.otherClusterId);
    await using agent = await bench.enrol();
    const client = await agent.connect();
    const refused = [
      topics.down(other.receiverId),
      topics.up(agent.receiverId),
      topics.areaEmergency(bench.otherCommuneId),
      'tt/v1/area/+/emergency',
      'tt/v1/receiver/+/down',
      'tt/v1/#',
      '#',
      '+/+/+/+/+',
      '$SYS/#',
    ];
    for (const topic of refused) {
      const failure = await client.subscribeAsync(topic).then(
        () => 'granted',
        (error: Error) => error.message,
      );
      expect(failure, topic).toMatch(/subscribe error|unspecified/i);
    }
    const granted = await client.subscribeAsync([bench.communeId, bench.floor.rootAreaId].map(topics.areaEmergency));
    expect(granted.map(({ qos }) => qos)).not.toContain(128);
  });

  test('an emergency reaches those in the area and below, each once, and nobody else', async () => {
    await using bench = await ReceiverBench.open();
    await using near = await bench.enrol();
    await using far = await bench.enrol(bench.otherClusterId);
    await near.connect({ areaIds: [bench.communeId, bench.floor.rootAreaId] });
    await far.connect({ areaIds: [bench.otherCommuneId, bench.floor.rootAreaId] });
    await sendMark(bench, [bench.communeId], 1);
    await sendMark(bench, [bench.floor.rootAreaId, bench.communeId, bench.otherCommuneId], 2);
    for (const agent of [near, far]) {
      await bench.deps.link.sendDown(agent.receiverId, lookNow(3));
      await agent.waitForDown('look-now', ({ revision }) => revision === 3);
    }
    expect(near.received.map((down) => 'revision' in down && down.revision)).toEqual([1, 2, 3]);
    expect(far.received.map((down) => 'revision' in down && down.revision)).toEqual([2, 3]);
  });

  test('nothing is kept for who is away, and nothing can be retained', async () => {
    await using bench = await ReceiverBench.open();
    await using agent = await bench.enrol();
    await bench.deps.link.sendDown(agent.receiverId, lookNow(1));
    await sendMark(bench, [bench.communeId], 2);
    const first = await agent.connect({ areaIds: [bench.communeId], options: { clean: false, clientId: 'kept' } });
    await first.publishAsync(topics.up(agent.receiverId), '{}', { retain: true });
    await waitFor('to be cut off for retaining', () => !first.connected);
    await sendMark(bench, [bench.communeId], 3);
    await agent.connect({ areaIds: [bench.communeId], options: { clean: false, clientId: 'kept' } });
    await bench.deps.link.sendDown(agent.receiverId, lookNow(4));
    await agent.waitForDown('look-now', ({ revision }) => revision === 4);
    expect(agent.received).toHaveLength(1);
  });
});

describe('one receiver and its link', () => {
  test('is cut off at once when revoked, and does not come back', async () => {
    await using bench = await ReceiverBench.open();
    await using agent = await bench.enrol();
    const token = await agent.logIn();
    const client = await agent.connect();
    await agent.beat();
    const kept = await agent.makeLogin();
    await bench.request('POST', `/api/receivers/${agent.receiverId}/revocation`, { reason: 'bị mất' });
    await waitFor('to be cut off', () => !client.connected);
    expect(bench.deps.link.isConnected(agent.receiverId)).toBe(false);
    const password = canonicalBytes(kept).toString('utf8');
    expect(await connectRefusal(agent.connect({ options: { password } }))).toMatch(/Not authorized/i);
    const headers = { authorization: `Bearer ${token}` };
    expect((await fetch(`${bench.url}/api/agent/media/${'0'.repeat(64)}`, { headers })).status).toBe(401);
    const { body } = await bench.request('GET', `/api/receivers/${agent.receiverId}`);
    expect(body['receiver']).toMatchObject({ presence: 'offline', presenceReason: 'receiver-revoked' });
  });

  test('the second connection replaces the first, whose last will does not count any more', async () => {
    await using bench = await ReceiverBench.open();
    await using agent = await bench.enrol();
    const first = await agent.connect();
    await agent.say('online', 'started');
    await agent.beat();
    const second = await agent.connect();
    await waitFor('the first to be cut off', () => !first.connected);
    await agent.beat();
    expect(second.connected).toBe(true);
    expect(bench.told.presence.map(({ presence }) => presence)).toEqual(['online']);
  });

  test('another receiver cannot push it out by taking its client id', async () => {
    await using bench = await ReceiverBench.open();
    await using agent = await bench.enrol();
    await using other = await bench.enrol(bench.otherClusterId);
    const options = { clientId: 'the-same-id' };
    const first = await agent.connect({ options });
    await other.connect({ options });
    await other.beat();
    await agent.beat();
    expect(first.connected).toBe(true);
  });

  test('its packets are handled in order, and one whose handling takes long keeps no other waiting', async () => {
    await using bench = await ReceiverBench.open();
    await using slow = await bench.enrol();
    await using quick = await bench.enrol(bench.otherClusterId);
    const gate = later<void>();
    const order: number[] = [];
    bench.handlers.onReceipts = async (_receiverId, receipts) => {
      if (order.length === 0) await gate.promise;
      order.push(...receipts.map(({ head }) => head.sequence));
      return { type: 'receipts-acknowledged', v: 1, upTo: order.at(-1) ?? 0 };
    };
    await slow.connect();
    await quick.connect();
    for (let index = 0; index < 20; index += 1) {
      const qos = index % 2 === 0 ? 0 : 1; // the two take different ways through the broker
      const text = JSON.stringify({ type: 'receipts', v: 1, receipts: slow.makeReceipts([BOOTED]) });
      slow.client?.publish(topics.up(slow.receiverId), text, { qos });
    }
    await quick.beat();
    expect(order).toEqual([]);
    gate.resolve();
    await slow.waitForDown('receipts-acknowledged', ({ upTo }) => upTo === 20);
    expect(order).toEqual(Array.from({ length: 20 }, (_, index) => index + 1));
  });

  test('a handler that fails costs its packet only', async () => {
    await using bench = await ReceiverBench.open();
    await using agent = await bench.enrol();
    bench.handlers.onReceipts = () => Promise.reject(new Error('disk full'));
    await agent.connect();
    await agent.sendReceipts(agent.makeReceipts([BOOTED]));
    expect((await agent.beat()).receiptsUpTo).toBe(0);
  });
});

describe('bad packets', () => {
  test('malformed ones and unknown types are ignored, and what follows is heard', async () => {
    await using bench = await ReceiverBench.open();
    await using agent = await bench.enrol();
    await agent.connect();
    for (const text of ['', '{', 'null', '{"type":"presence","v":1,"state":"asleep","reason":""}', '{"type":"meter-reading"}']) {
      await agent.publish(text);
    }
    await agent.client?.publishAsync(topics.up(agent.receiverId), Buffer.from([0xff, 0xfe, 0x00, 0x80]));
    expect((await agent.beat()).beat).toBe(1);
  });

  test('a receipt that is none is set apart, those beside it are taken', async () => {
    await using bench = await ReceiverBench.open();
    await using agent = await bench.enrol();
    const taken: Receipt[] = [];
    const setApart: unknown[] = [];
    bench.handlers.onReceipts = async (_receiverId, receipts) => void taken.push(...receipts);
    bench.handlers.onInvalidReceipt = async (_receiverId, document) => void setApart.push(document);
    await agent.connect();
    const [one, two] = agent.makeReceipts([BOOTED, BOOTED]);
    await agent.publish(JSON.stringify({ type: 'receipts', v: 1, receipts: [one, { head: 7 }, two] }));
    await agent.beat();
    expect(taken).toEqual([one, two]);
    expect(setApart).toEqual([{ head: 7 }]);
  });

  test('one that is too long cuts its sender off, and no one else', async () => {
    await using bench = await ReceiverBench.open();
    await using agent = await bench.enrol();
    await using other = await bench.enrol(bench.otherClusterId);
    await other.connect();
    for (const mqttUrl of [undefined, `mqtt://127.0.0.1:${bench.mqttPort}`]) {
      const client = await agent.connect(mqttUrl === undefined ? {} : { mqttUrl });
      client.publish(topics.up(agent.receiverId), Buffer.alloc(256 * 1024 + 1, 0x20));
      await waitFor('to be cut off', () => !client.connected);
    }
    await other.beat();
    await agent.connect();
    await agent.publish(`{"type":"meter-reading","values":"${'1'.repeat(250 * 1024)}"}`);
    expect((await agent.beat()).beat).toBe(1);
  });

  test('a stranger who announces megabytes or says nothing in MQTT is cut off', async () => {
    await using bench = await ReceiverBench.open();
    const huge = Buffer.from([0x10, 0xff, 0xff, 0xff, 0x7f]); // CONNECT of 256 MB
    const http = Buffer.from('GET / HTTP/1.1\r\n\r\n');
    const early = Buffer.from([0x30, 0x03, 0x00, 0x01, 0x61]); // PUBLISH before any CONNECT
    for (const bytes of [huge, http, early]) {
      const socket = connectTcp(bench.mqttPort, '127.0.0.1');
      const { promise, resolve } = later<void>();
      socket.on('close', () => resolve()).on('error', () => undefined);
      socket.resume().write(bytes);
      await promise;
    }
    await using agent = await bench.enrol();
    await agent.connect();
    expect((await agent.beat()).beat).toBe(1);
  });

  test('a receiver that floods is cut off, and may come back', async () => {
    await using bench = await ReceiverBench.open();
    await using agent = await bench.enrol();
    const client = await agent.connect();
    for (let index = 0; index < 700; index += 1) client.publish(topics.up(agent.receiverId), '{"type":"meter-reading"}');
    await waitFor('to be cut off', () => !client.connected);
    await agent.connect();
    expect((await agent.beat()).beat).toBe(1);
  });
});

test('the link closes with connections open, and lets the server go', async () => {
  const bench = await ReceiverBench.open();
  const agent = await bench.enrol();
  const client = await agent.connect();
  await bench[Symbol.asyncDispose]();
  await waitFor('the connection to end', () => !client.connected);
  await expect(connectAsync(`mqtt://127.0.0.1:${bench.mqttPort}`, { reconnectPeriod: 0 })).rejects.toThrow();
  await agent[Symbol.asyncDispose]();
});

function later<T>(): { promise: Promise<T>; resolve: (value: T) => void } {
  let resolve!: (value: T) => void;
  const promise = new Promise<T>((settle) => (resolve = settle));
  return { promise, resolve };
}
