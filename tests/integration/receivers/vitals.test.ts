import { pino } from 'pino';
import { expect, test } from 'vitest';
import { qrSvgOf } from '../../../server/lib/qr-svg.ts';
import { Presence } from '../../../server/receivers/presence.ts';
import type { StandInAgent } from '../../support/stand-in-agent.ts';
import { ReceiverBench } from './receiver-bench.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

async function samplesOf(bench: ReceiverBench, { receiverId }: StandInAgent, query = ''): Promise<Record<string, unknown>[]> {
  const { body } = await bench.request('GET', `/api/receivers/${receiverId}/vitals${query}`);
  return body['entries'] as Record<string, unknown>[];
}

async function beatAndWrite(bench: ReceiverBench, agent: StandInAgent, temperatureMilliCelsius: number | null): Promise<void> {
  await agent.beat({ temperatureMilliCelsius });
  await bench.deps.presence.flush();
}

test('heartbeats are sampled each ten minutes at most, and what was not measured stays absent', async () => {
  await using bench = await ReceiverBench.open();
  await using agent = await bench.enrol();
  await agent.connect();
  const began = bench.floor.clock.at;
  await beatAndWrite(bench, agent, 41_000);
  bench.floor.clock.advance(9 * MINUTE_MS);
  await beatAndWrite(bench, agent, 42_000);
  bench.floor.clock.advance(MINUTE_MS);
  await beatAndWrite(bench, agent, null);
  const samples = await samplesOf(bench, agent);
  expect(samples).toMatchObject([
    { at: began, temperatureMilliCelsius: 41_000, presence: 'online' },
    { at: bench.floor.clock.at, temperatureMilliCelsius: null, presence: 'online' },
  ]);
  expect(await samplesOf(bench, agent, `?from=${bench.floor.clock.at}`)).toHaveLength(1);
});

test('a restart of the server does not sample anew within the ten minutes', async () => {
  await using bench = await ReceiverBench.open();
  await using agent = await bench.enrol();
  await agent.connect();
  await beatAndWrite(bench, agent, 41_000);
  const { db, clock } = bench.floor;
  const logger = pino({ level: 'silent' });
  const restarted = await Presence.open({ db, clock, logger, config: { offlineAfterMs: 45_000 }, onChange: () => undefined });
  const row = (await db('receivers').where({ receiver_id: agent.receiverId }).first('vitals')) as { vitals: string };
  clock.advance(5 * MINUTE_MS);
  await restarted.noteHeartbeat(agent.receiverId, 1, JSON.parse(row.vitals));
  await restarted.flush();
  expect(await samplesOf(bench, agent)).toHaveLength(1);
  clock.advance(5 * MINUTE_MS);
  await restarted.noteHeartbeat(agent.receiverId, 1, JSON.parse(row.vitals));
  await restarted.close();
  expect(await samplesOf(bench, agent)).toHaveLength(2);
});

test('samples are kept for 35 days', async () => {
  await using bench = await ReceiverBench.open();
  await using agent = await bench.enrol();
  await agent.connect();
  await beatAndWrite(bench, agent, 41_000);
  bench.floor.clock.advance(35 * DAY_MS);
  await bench.deps.presence.forgetOld();
  expect(await bench.floor.db('vitals_samples')).toHaveLength(1);
  bench.floor.clock.advance(1);
  await bench.deps.presence.forgetOld();
  expect(await bench.floor.db('vitals_samples')).toEqual([]);
});

test('coming and going is listed newest first with its reason', async () => {
  await using bench = await ReceiverBench.open();
  await using agent = await bench.enrol();
  await agent.connect();
  await agent.beat();
  const began = bench.floor.clock.at;
  bench.floor.clock.advance(MINUTE_MS);
  await bench.deps.presence.sweep(bench.floor.clock.now());
  const { body } = await bench.request('GET', `/api/receivers/${agent.receiverId}/presence`);
  expect(body['entries']).toEqual([
    { at: bench.floor.clock.at, presence: 'offline', reason: 'silent' },
    { at: began, presence: 'online', reason: 'heartbeat' },
  ]);
});

test('an enrolment carries its string as a picture too', async () => {
  await using bench = await ReceiverBench.open();
  const { body } = await bench.request('POST', `/api/clusters/${bench.clusterId}/enrolments`, {});
  const enrolmentString = String(body['enrolmentString']);
  expect(body['qrSvg']).toMatch(/^<svg /);
  expect(body['qrSvg']).toBe(await qrSvgOf(enrolmentString));
  expect(body['qrSvg']).not.toBe(await qrSvgOf(`${enrolmentString}x`));
});
