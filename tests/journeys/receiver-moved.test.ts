import { randomUUID } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { connect, createServer, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { AgentProcess } from '../support/agent-process.ts';
import { type CommuneSite, openCommuneSite, type SiteReceiver } from '../support/commune-site.ts';
import { makeBulletin } from '../support/make-bulletin.ts';
import { TempFolder } from '../support/temp-folder.ts';
import { waitFor } from '../support/wait-for.ts';

test('a receiver whose cluster moves hears the emergencies of its new hamlet at once, and no more those of the old one', async () => {
  await using folder = await TempFolder.create();
  await using site = await openCommuneSite({ folder: folder.path, sound: 'nowhere', receivers: 1 });
  const [receiver] = site.receivers as [SiteReceiver];
  const hamlets = (await site.admin.call('listAreas', {})).entries.filter((area) => area.level === 'hamlet');
  const { entries: clusters } = await site.admin.call('listClusters', { query: { areaId: site.communeId } });
  const oldAreaId = clusters.find(({ clusterId }) => clusterId === receiver.clusterId)?.areaId ?? '';
  const newAreaId = hamlets.find(({ areaId }) => areaId !== oldAreaId)?.areaId ?? '';
  const warning = await makeBulletin(site, { title: 'Lũ về', field: 2, class: 'emergency', text: 'Nước lên nhanh.' });

  await site.admin.call('changeCluster', { params: { clusterId: receiver.clusterId }, body: { areaId: newAreaId } });
  const programmes = () => receiver.agent.log().split('"programme-arrived"').length;
  const before = programmes();
  await waitFor('the programme of the new place', () => programmes() > before);
  await waitFor('online again', async () => {
    const { entries } = await site.admin.call('listReceivers', { query: { areaId: newAreaId } });
    return entries[0]?.presence === 'online';
  });
  const there = await sendEmergency(site, warning.bulletinId, newAreaId);
  await waitFor('the emergency played', async () => (await stateOf(site, there)) === 'played');
  await waitFor('its push too', () => receiver.agent.log().includes('"emergency-arrived"'));
  const elsewhere = await sendEmergency(site, warning.bulletinId, oldAreaId);
  expect(await stateOf(site, elsewhere)).toBeUndefined();
  expect(receiver.agent.log().split('"emergency-arrived"')).toHaveLength(2);
}, 180_000);

test('an enrolment whose answer was lost on the way is asked for again and makes one receiver', async () => {
  await using folder = await TempFolder.create();
  await using site = await openCommuneSite({ folder: folder.path, sound: 'nowhere', receivers: 0 });
  const { clusterId } = await site.admin.call('createCluster', { body: { areaId: site.communeId, name: `Cụm ${randomUUID()}` } });
  const relay = await AnswerLosingRelay.open(site.server.port);
  try {
    const { enrolmentString } = await site.admin.call('createEnrolment', { params: { clusterId }, body: { address: relay.url } });
    await mkdir(join(folder.path, 'board'));
    const agent = new AgentProcess(join(folder.path, 'board'), { TT_AGENT_HARDWARE_ID: 'board' });
    await expect(agent.enrol(enrolmentString)).rejects.toThrow('no answer from');
    const receivers = async () => (await site.admin.call('listReceivers', { query: { areaId: site.communeId } })).entries;
    await waitFor('the receiver that the server made', async () => (await receivers()).length === 1);
    relay.isLosing = false;
    await agent.enrol(enrolmentString);
    expect(await receivers()).toHaveLength(1);
    const other = new AgentProcess(join(folder.path, 'other-board'), { TT_AGENT_HARDWARE_ID: 'other-board' });
    await expect(other.enrol(enrolmentString)).rejects.toThrow('enrolment-code-used');
  } finally {
    await relay.close();
  }
}, 120_000);

async function sendEmergency(site: CommuneSite, bulletinId: string, areaId: string): Promise<string> {
  const body = { areaId: site.communeId, class: 'emergency' as const, bulletinIds: [bulletinId], startsAt: null };
  return (await site.approver.call('scheduleAiring', { body: { ...body, targets: [{ kind: 'area', id: areaId }] } })).airingId;
}

async function stateOf(site: CommuneSite, airingId: string): Promise<string | undefined> {
  const { entries } = await site.approver.call('listDeliveries', { params: { airingId } });
  return entries[0]?.state;
}

/** Carries every request to the server and, while it is losing, no answer back. */
class AnswerLosingRelay {
  isLosing = true;
  readonly url: string;
  readonly close: () => Promise<void>;

  private constructor(url: string, close: () => Promise<void>) {
    this.url = url;
    this.close = close;
  }

  static async open(port: number): Promise<AnswerLosingRelay> {
    const sockets = new Set<Socket>();
    const holder: { relay?: AnswerLosingRelay } = {};
    const server = createServer((near) => {
      const far = connect(port, '127.0.0.1');
      for (const socket of [near, far]) {
        sockets.add(socket);
        socket.on('error', () => undefined);
        socket.on('close', () => [near, far].forEach((each) => each.destroy()));
      }
      near.pipe(far);
      far.on('data', (bytes) => (holder.relay?.isLosing ? near.destroy() : near.write(bytes)));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const relay = new AnswerLosingRelay(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    });
    holder.relay = relay;
    return relay;
  }
}
