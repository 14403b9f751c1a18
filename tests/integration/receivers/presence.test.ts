import { expect, test } from 'vitest';
import { pino } from 'pino';
import { Presence } from '../../../server/receivers/presence.ts';
import { AgentRefusedError, post } from '../../support/stand-in-agent.ts';
import { waitFor } from '../../support/wait-for.ts';
import { ReceiverBench } from './receiver-bench.ts';

async function readReceiver(bench: ReceiverBench, receiverId: string): Promise<Record<string, unknown>> {
  const { body } = await bench.request('GET', `/api/receivers/${receiverId}`);
  return body['receiver'] as Record<string, unknown>;
}

function historyOf(bench: ReceiverBench, receiverId: string) {
  return bench.floor.db('presence_changes').where({ receiver_id: receiverId }).orderBy('at').select('presence', 'reason');
}

async function refusalOf(work: Promise<unknown>): Promise<string> {
  return work.then(
    () => 'nothing was refused',
    (error: unknown) => (error instanceof AgentRefusedError ? error.code : String(error)),
  );
}

test('a heartbeat says what the receiver measured, and its answer what it should hold', async () => {
  await using bench = await ReceiverBench.open();
  await using agent = await bench.enrol();
  await agent.connect();
  await bench.floor.db('receivers').update({ programme_revision: 7, last_sequence: 42 });
  const answer = await agent.beat({ temperatureMilliCelsius: 41_500, memoryFreeBytes: null }, 6);
  const { at } = bench.floor.clock;
  expect(answer).toMatchObject({ epoch: 1, revision: 7, keySetVersion: 1, serverTimeAt: at, receiptsUpTo: 42 });
  expect(await readReceiver(bench, agent.receiverId)).toMatchObject({
    presence: 'online',
    presenceSince: at,
    lastSeenAt: at,
    vitals: { temperatureMilliCelsius: 41_500, memoryFreeBytes: null },
    vitalsAt: at,
    programmeRevisionHeld: 6,
  });
});

test('heartbeats are written in batches, changes of presence at once', async () => {
  await using bench = await ReceiverBench.open();
  await using agent = await bench.enrol();
  await agent.connect();
  await agent.beat({ uptimeMs: 1 });
  const stored = () =>
    bench.floor.db('receivers').where({ receiver_id: agent.receiverId }).first('presence', 'vitals', 'last_seen_at');
  const { at } = bench.floor.clock;
  expect(await stored()).toMatchObject({ presence: 'online', vitals: null });
  bench.floor.clock.advance(15_000);
  await agent.beat({ uptimeMs: 15_001 });
  expect(await stored()).toMatchObject({ vitals: null, last_seen_at: at });
  await bench.deps.presence.flush();
  const row = (await stored()) as { vitals: string; last_seen_at: string };
  expect(JSON.parse(row.vitals)).toMatchObject({ uptimeMs: 15_001, playerRestarts: 0 });
  expect(row.last_seen_at).toBe(bench.floor.clock.at);
  expect(await historyOf(bench, agent.receiverId)).toEqual([{ presence: 'online', reason: 'heartbeat' }]);
});

test('the last will of a broken link makes it offline with the reason of the will', async () => {
  await using bench = await ReceiverBench.open();
  await using agent = await bench.enrol();
  await agent.connect();
  await agent.say('online', 'started');
  await agent.beat();
  agent.breakOff();
  const isOffline = async () => (await readReceiver(bench, agent.receiverId))['presence'] === 'offline';
  await waitFor('to be offline', isOffline);
  expect(await historyOf(bench, agent.receiverId)).toEqual([
    { presence: 'online', reason: 'started' },
    { presence: 'offline', reason: 'connection-lost' },
  ]);
  expect(bench.told.presence.map(({ presence, reason }) => [presence, reason])).toEqual([
    ['online', 'started'],
    ['offline', 'connection-lost'],
  ]);
  bench.floor.clock.advance(1000);
  await agent.connect();
  await agent.beat();
  expect(await readReceiver(bench, agent.receiverId)).toMatchObject({ presence: 'online', presenceSince: bench.floor.clock.at });
});

test('a farewell gives its own reason; a link that closes without a word gives that one', async () => {
  await using bench = await ReceiverBench.open();
  await using agent = await bench.enrol();
  const presenceIs = (presence: string) =>
    waitFor(presence, async () => (await readReceiver(bench, agent.receiverId))['presence'] === presence);
  await agent.connect();
  await agent.beat();
  await agent.say('offline', 'stopping');
  await agent.client?.endAsync();
  await presenceIs('offline');
  bench.floor.clock.advance(1000);
  await agent.connect({ options: { will: undefined } });
  await agent.beat();
  agent.breakOff();
  await presenceIs('offline');
  expect((await historyOf(bench, agent.receiverId)).map(({ reason }: { reason: string }) => reason)).toEqual([
    'heartbeat',
    'stopping',
    'heartbeat',
    'link-closed',
  ]);
});

test('who is silent for longer than allowed is swept offline, and back at its next word', async () => {
  await using bench = await ReceiverBench.open();
  await using agent = await bench.enrol();
  await using talker = await bench.enrol(bench.otherClusterId);
  await agent.connect();
  await talker.connect();
  await agent.beat();
  const { clock } = bench.floor;
  const { presence } = bench.deps;
  clock.advance(45_000);
  await talker.beat();
  await presence.sweep(clock.now());
  expect(await readReceiver(bench, agent.receiverId)).toMatchObject({ presence: 'online' });
  clock.advance(1);
  await presence.sweep(clock.now());
  expect(await readReceiver(bench, agent.receiverId)).toMatchObject({ presence: 'offline', presenceReason: 'silent' });
  expect(await readReceiver(bench, talker.receiverId)).toMatchObject({ presence: 'online' });
  await presence.sweep(clock.now() + 5);
  expect(await historyOf(bench, agent.receiverId)).toHaveLength(2);
  clock.advance(10);
  await agent.beat();
  expect(await readReceiver(bench, agent.receiverId)).toMatchObject({ presence: 'online' });
});

test('after a start everyone is unknown until heard, or until silent for long enough', async () => {
  await using bench = await ReceiverBench.open();
  await using agent = await bench.enrol();
  await using never = await bench.enrol(bench.otherClusterId);
  await agent.connect();
  await agent.beat();
  const { db, clock } = bench.floor;
  const logger = pino({ level: 'silent' });
  const restarted = await Presence.open({ db, clock, logger, config: { offlineAfterMs: 45_000 }, onChange: () => undefined });
  const stored = async (receiverId: string) =>
    (await db('receivers').where({ receiver_id: receiverId }).first('presence', 'presence_reason')) as unknown;
  expect(await stored(agent.receiverId)).toEqual({ presence: 'unknown', presence_reason: 'server-started' });
  await restarted.sweep(clock.now() + 45_000);
  expect(await stored(agent.receiverId)).toMatchObject({ presence: 'unknown' });
  await restarted.sweep(clock.now() + 45_001);
  expect(await stored(agent.receiverId)).toEqual({ presence: 'offline', presence_reason: 'silent' });
  expect(await stored(never.receiverId)).toMatchObject({ presence: 'unknown' });
  await restarted.close();
});

test('two boards that alternate under one identity are kept to emergencies and reported', async () => {
  await using bench = await ReceiverBench.open();
  await using agent = await bench.enrol();
  const first = agent.hardwareId;
  await agent.logIn();
  bench.floor.clock.advance(60_000);
  agent.hardwareId = 'copy';
  await agent.logIn();
  expect(await readReceiver(bench, agent.receiverId)).toMatchObject({ state: 'active', hardwareId: 'copy' });
  bench.floor.clock.advance(60_000);
  agent.hardwareId = first;
  const client = await agent.connect({ areaIds: [bench.communeId] });
  expect(await readReceiver(bench, agent.receiverId)).toMatchObject({
    state: 'quarantined',
    stateReason: 'hardware-ids-alternate',
    programmeRevision: 2,
  });
  expect(bench.told.lookNow).toEqual([agent.receiverId]);
  expect(await bench.floor.db('audit_entries').where('action', 'receiver-quarantined')).toHaveLength(1);
  // It still hears emergencies, fetches its programme and reports.
  expect(client.connected).toBe(true);
  await bench.deps.link.sendEmergency([bench.communeId], { type: 'look-now', v: 1, epoch: 1, revision: 9 });
  await agent.waitForDown('look-now');
  await agent.beat();
  expect((await agent.fetch(`/api/agent/media/${'0'.repeat(64)}`)).status).toBe(200);
});

test('a token is good for the hours it names and for its receiver alone', async () => {
  await using bench = await ReceiverBench.open();
  await using agent = await bench.enrol();
  const ask = async (token: string) => {
    const headers = { authorization: `Bearer ${token}` };
    const response = await fetch(`${bench.url}/api/agent/media/${'0'.repeat(64)}`, { headers });
    return response.status === 200 ? ((await response.json()) as unknown) : response.status;
  };
  const token = await agent.logIn();
  expect(await ask(token)).toEqual({ receiverId: agent.receiverId });
  expect(await ask(`${token.slice(0, -1)}${token.endsWith('A') ? 'B' : 'A'}`)).toBe(401);
  expect(JSON.stringify(await bench.floor.db('receiver_sessions'))).not.toContain(token);
  bench.floor.clock.advance(12 * 3_600_000);
  expect(await ask(token)).toBe(401);
});

test('a nonce is good once, for one receiver, for a minute; unknown receivers are told nothing', async () => {
  await using bench = await ReceiverBench.open();
  await using agent = await bench.enrol();
  const send = (body: unknown) => refusalOf(post(bench.url, '/api/agent/login', body));
  const login = await agent.makeLogin();
  expect(await send({ ...login, hardwareId: 'another board' })).toBe('receiver-signature-wrong');
  expect(await send(login)).toBe('nothing was refused');
  expect(await send(login)).toBe('nonce-unknown');
  const late = await agent.makeLogin();
  bench.floor.clock.advance(60_001);
  expect(await send(late)).toBe('nonce-unknown');
  expect(await send(agent.signLogin('A'.repeat(48)))).toBe('nonce-unknown');
  // An id that nobody has is treated like one whose signature is wrong.
  const receiverId = '0b8f6a4e-5f6c-4a39-9c0e-1f2d3c4b5a69';
  const { nonce } = (await post(bench.url, '/api/agent/nonce', { receiverId })) as { nonce: string };
  expect(await send({ ...agent.signLogin(nonce), receiverId })).toBe('receiver-signature-wrong');
  expect(await send(agent.signLogin(nonce))).toBe('nonce-unknown');
});

test('one login sent twice at the same time lets one in', async () => {
  await using bench = await ReceiverBench.open();
  await using agent = await bench.enrol();
  const login = await agent.makeLogin();
  const outcomes = await Promise.all([1, 2].map(() => refusalOf(post(bench.url, '/api/agent/login', login))));
  expect(outcomes.toSorted()).toEqual(['nonce-unknown', 'nothing was refused']);
});

test("the server's time and key set are signed for anyone who asks", async () => {
  await using bench = await ReceiverBench.open();
  const nonce = 'a-nonce-of-the-agent';
  const time = await post(bench.url, '/api/agent/time', { nonce });
  expect(time).toMatchObject({ payload: { type: 'server-time', nonce, serverTimeAt: bench.floor.clock.at } });
  const keySet = (await (await fetch(`${bench.url}/api/agent/key-set`)).json()) as unknown;
  expect(keySet).toEqual(bench.keyRing.keySet);
});
