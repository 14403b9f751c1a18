import { describe, expect, test } from 'vitest';
import type { Enrolment } from '#contract/receiver.ts';
import { parseEnrolmentString } from '#signing/enrolment-string.ts';
import { generateSigningKey } from '#signing/keys.ts';
import { findKeySetFault } from '#signing/documents.ts';
import { quarantine } from '../../../server/receivers/quarantine-receiver.ts';
import { AgentRefusedError, makeEnrolRequest, post, StandInAgent } from '../../support/stand-in-agent.ts';
import { waitFor } from '../../support/wait-for.ts';
import { ReceiverBench } from './receiver-bench.ts';

const HOUR = 3_600_000;

function codeOf({ enrolmentString }: Enrolment): string {
  return parseEnrolmentString(enrolmentString)?.code ?? '';
}

/** The same code with another last letter: the right enrolment, the wrong secret. */
function misread(code: string): string {
  return code.slice(0, -1) + (code.endsWith('7') ? '8' : '7');
}

async function refusalOf(work: Promise<unknown>): Promise<string> {
  const error = await work.then(
    () => undefined,
    (caught: unknown) => caught,
  );
  if (error instanceof AgentRefusedError) return error.code;
  throw error ?? new Error('nothing was refused');
}

describe('enrolment', () => {
  test('makes a receiver at its cluster, and gives it all it must know', async () => {
    await using bench = await ReceiverBench.open();
    const reply = await bench.request('POST', `/api/clusters/${bench.clusterId}/enrolments`, { kind: 'gateway' });
    expect(reply.status).toBe(200);
    const enrolment = reply.body as unknown as Enrolment;
    expect(parseEnrolmentString(enrolment.enrolmentString)).toMatchObject({ address: bench.url, rootKey: bench.keyRing.rootKey });
    const agent = await StandInAgent.enrol(enrolment.enrolmentString, { hardwareId: 'board-1' });
    const { clusterId, kind, mqttUrl, rootKey, keySet } = agent.enrolled;
    expect({ clusterId, kind, mqttUrl, rootKey }).toEqual({
      clusterId: bench.clusterId,
      kind: 'gateway',
      mqttUrl: `${bench.url.replace('http', 'ws')}/mqtt`,
      rootKey: bench.keyRing.rootKey,
    });
    expect(findKeySetFault(keySet, rootKey, undefined)).toBeUndefined();
    expect(bench.told.installations).toEqual([{ receiverId: agent.receiverId, clusterId: bench.clusterId }]);

    const listed = await bench.request('GET', `/api/receivers?areaId=${bench.floor.rootAreaId}`);
    expect(listed.body['entries']).toMatchObject([
      {
        receiverId: agent.receiverId,
        state: 'active',
        areaId: bench.communeId,
        hardwareId: 'board-1',
        presence: 'unknown',
        lastSequence: 0,
      },
    ]);
    const elsewhere = await bench.request('GET', `/api/receivers?areaId=${bench.otherCommuneId}`);
    expect(elsewhere.body['entries']).toEqual([]);
    const audit = await bench.floor.db('audit_entries').where('subject_id', agent.receiverId).select('action', 'area_id');
    expect(audit).toEqual([{ action: 'receiver-enrolled', area_id: bench.communeId }]);
    const stored = JSON.stringify(await bench.floor.db('enrolments'));
    expect(stored).not.toContain(codeOf(enrolment).replaceAll('-', ''));
  });

  test('answers the same key the same when the first answer was lost, and refuses any other', async () => {
    await using bench = await ReceiverBench.open();
    const { enrolmentString } = await bench.invite();
    const key = generateSigningKey();
    const first = await StandInAgent.enrol(enrolmentString, { key, hardwareId: 'board-1' });
    bench.floor.clock.advance(25 * HOUR);
    const again = await StandInAgent.enrol(enrolmentString, { key, hardwareId: 'board-1' });
    expect(again.enrolled).toEqual(first.enrolled);
    expect(await bench.floor.db('receivers')).toHaveLength(1);
    expect(await refusalOf(StandInAgent.enrol(enrolmentString))).toBe('enrolment-code-used');
  });

  test('two that use one code at the same time: one gets it', async () => {
    await using bench = await ReceiverBench.open();
    const { enrolmentString } = await bench.invite();
    const outcomes = await Promise.allSettled([StandInAgent.enrol(enrolmentString), StandInAgent.enrol(enrolmentString)]);
    expect(outcomes.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
    expect(await bench.floor.db('receivers')).toHaveLength(1);
  });

  test('refuses a signature that is not by the key itself, and spends no try on it', async () => {
    await using bench = await ReceiverBench.open();
    const code = codeOf(await bench.invite());
    const right = makeEnrolRequest(code, generateSigningKey(), 'board-1');
    const stolen = { ...right, publicKey: generateSigningKey().keyId };
    expect(await refusalOf(post(bench.url, '/api/agent/enrol', stolen))).toBe('receiver-signature-wrong');
    expect(await refusalOf(post(bench.url, '/api/agent/enrol', { ...right, hardwareId: 'board-2' }))).toBe(
      'receiver-signature-wrong',
    );
    expect(await bench.floor.db('enrolments').first('tries_left')).toEqual({ tries_left: 5 });
  });

  test('five wrong secrets exhaust a code, also for who knows the right one; other codes are untouched', async () => {
    await using bench = await ReceiverBench.open();
    const code = codeOf(await bench.invite());
    const other = await bench.invite(bench.otherClusterId);
    const tryWith = (text: string) =>
      refusalOf(post(bench.url, '/api/agent/enrol', makeEnrolRequest(text, generateSigningKey(), 'b')));
    for (let index = 0; index < 5; index += 1) expect(await tryWith(misread(code))).toBe('enrolment-code-wrong');
    expect(await tryWith(misread(code))).toBe('enrolment-code-exhausted');
    expect(await tryWith(code)).toBe('enrolment-code-exhausted');
    expect(await bench.floor.db('audit_entries').where('action', 'enrolment-exhausted')).toHaveLength(1);
    await StandInAgent.enrol(other.enrolmentString);
  });

  test('a code that names nothing is wrong, and guessing names is slowed down by address', async () => {
    await using bench = await ReceiverBench.open();
    const guess = () => refusalOf(post(bench.url, '/api/agent/enrol', makeEnrolRequest('000000-0000-0000-0000', key, 'b')));
    const key = generateSigningKey();
    expect(await guess()).toBe('enrolment-code-wrong');
    const codes = [];
    for (let index = 0; index < 60; index += 1) codes.push(await guess());
    expect(codes.at(-1)).toBe('too-many-requests');
    bench.floor.clock.advance(2_000);
    expect(await guess()).toBe('enrolment-code-wrong');
  });

  test('a code ends after 24 hours, and when a newer one is made for the same cluster', async () => {
    await using bench = await ReceiverBench.open();
    const first = await bench.invite();
    const second = await bench.invite();
    expect(await refusalOf(StandInAgent.enrol(first.enrolmentString))).toBe('enrolment-code-expired');
    bench.floor.clock.advance(24 * HOUR);
    expect(await refusalOf(StandInAgent.enrol(second.enrolmentString))).toBe('enrolment-code-expired');
  });

  test('a technician of another commune cannot invite, nor a viewer', async () => {
    await using bench = await ReceiverBench.open();
    const path = `/api/clusters/${bench.clusterId}/enrolments`;
    const other = await bench.floor.addAccount('tho', ['technician', bench.otherCommuneId]);
    const viewer = await bench.floor.addAccount('nguoixem', ['viewer', bench.communeId]);
    expect((await bench.request('POST', path, {}, other)).body.code).toBe('outside-branch');
    expect((await bench.request('POST', path, {}, viewer)).body.code).toBe('role-missing');
  });
});

describe('the swap of a board', () => {
  test('an occupied cluster is refused unless the new one replaces it, also when it was occupied meanwhile', async () => {
    await using bench = await ReceiverBench.open();
    await using _agent = await bench.enrol();
    const path = `/api/clusters/${bench.clusterId}/enrolments`;
    const reply = await bench.request('POST', path, {});
    expect(reply).toMatchObject({ status: 409, body: { code: 'cluster-occupied' } });

    const open = await bench.invite(bench.otherClusterId);
    await bench.request('POST', `/api/receivers/${_agent.receiverId}/installation`, { clusterId: bench.otherClusterId });
    expect(await refusalOf(StandInAgent.enrol(open.enrolmentString))).toBe('cluster-occupied');
  });

  test('takes the old board out at once, keeps its history, and its key can never come back', async () => {
    await using bench = await ReceiverBench.open();
    await using old = await bench.enrol();
    const client = await old.connect();
    const token = await old.logIn();
    bench.floor.clock.advance(HOUR);
    const { enrolmentString } = await bench.invite(bench.clusterId, { replacesCurrent: true });
    expect(client.connected).toBe(true); // an invitation alone changes nothing
    const fresh = await StandInAgent.enrol(enrolmentString);
    await waitFor('the old board to be cut off', () => !client.connected);

    const reply = await bench.request('GET', `/api/receivers/${old.receiverId}`);
    expect(reply.body).toMatchObject({
      receiver: { state: 'revoked', stateReason: 'receiver-replaced', clusterId: null, presence: 'offline' },
      installations: [{ clusterId: bench.clusterId, removedAt: bench.floor.clock.at }],
    });
    const listed = await bench.request('GET', `/api/receivers?areaId=${bench.communeId}`);
    expect(listed.body['entries']).toMatchObject([{ receiverId: fresh.receiverId }]);
    expect(bench.told.installations.slice(1)).toEqual([
      { receiverId: old.receiverId, clusterId: null },
      { receiverId: fresh.receiverId, clusterId: bench.clusterId },
    ]);

    const headers = { authorization: `Bearer ${token}` };
    expect((await fetch(`${bench.url}/api/agent/media/${'0'.repeat(64)}`, { headers })).status).toBe(401);
    expect(await refusalOf(old.logIn())).toBe('receiver-revoked');
    const next = await bench.invite(bench.otherClusterId);
    expect(await refusalOf(StandInAgent.enrol(next.enrolmentString, { key: old.key }))).toBe('receiver-revoked');
  });
});

describe('moving a receiver', () => {
  test('is dated, marks its programme stale and cuts its link, so that it listens to its new areas', async () => {
    await using bench = await ReceiverBench.open();
    await using agent = await bench.enrol();
    const client = await agent.connect({ areaIds: [bench.communeId] });
    bench.floor.clock.advance(HOUR);
    const path = `/api/receivers/${agent.receiverId}/installation`;
    const reply = await bench.request('POST', path, { clusterId: bench.otherClusterId });
    expect(reply).toMatchObject({
      status: 200,
      body: { clusterId: bench.otherClusterId, areaId: bench.otherCommuneId, programmeRevision: 2 },
    });
    await waitFor('the link to be cut', () => !client.connected);
    const read = await bench.request('GET', `/api/receivers/${agent.receiverId}`);
    expect(read.body['installations']).toMatchObject([
      { clusterId: bench.otherClusterId, installedAt: bench.floor.clock.at, removedAt: null },
      { clusterId: bench.clusterId, removedAt: bench.floor.clock.at },
    ]);
  });

  test('is refused to an occupied cluster, out of the own branch, to nowhere, and when revoked', async () => {
    await using bench = await ReceiverBench.open();
    const one = await bench.enrol();
    await bench.enrol(bench.otherClusterId);
    const path = `/api/receivers/${one.receiverId}/installation`;
    const technician = await bench.floor.addAccount('tho', ['technician', bench.communeId]);
    const codeOfMove = async (clusterId: string, caller = bench.floor.admin) =>
      (await bench.request('POST', path, { clusterId }, caller)).body.code;
    expect(await codeOfMove(bench.otherClusterId)).toBe('cluster-occupied');
    expect(await codeOfMove(bench.otherClusterId, technician)).toBe('target-outside-branch');
    expect(await codeOfMove(bench.communeId)).toBe('not-found');
    expect(await codeOfMove(bench.clusterId)).toBeUndefined(); // where it stands already: nothing changes
    await bench.request('POST', `/api/receivers/${one.receiverId}/revocation`, { reason: 'bị mất' });
    expect(await codeOfMove(bench.clusterId)).toBe('receiver-revoked');
  });
});

test('a receiver that was revoked keeps its reason, and its cluster is free again', async () => {
  await using bench = await ReceiverBench.open();
  const agent = await bench.enrol();
  const path = `/api/receivers/${agent.receiverId}/revocation`;
  const reply = await bench.request('POST', path, { reason: 'Bị mất trộm' });
  expect(reply).toMatchObject({ status: 200, body: { state: 'revoked', stateReason: 'Bị mất trộm', clusterId: null } });
  expect((await bench.request('POST', path, { reason: 'lần nữa' })).body).toMatchObject({ stateReason: 'Bị mất trộm' });
  await bench.enrol();
});

test('a receiver in quarantine keeps its first reason, and is told to look', async () => {
  await using bench = await ReceiverBench.open();
  const agent = await bench.enrol();
  await quarantine(bench.deps, agent.receiverId, 'receipt-forked');
  await quarantine(bench.deps, agent.receiverId, 'receipt-chain-broken');
  const { body } = await bench.request('GET', `/api/receivers/${agent.receiverId}`);
  expect(body['receiver']).toMatchObject({ state: 'quarantined', stateReason: 'receipt-forked', programmeRevision: 2 });
  expect(bench.told.lookNow).toEqual([agent.receiverId]);
});
