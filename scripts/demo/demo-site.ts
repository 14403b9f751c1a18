import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { AgentProcess } from '../../tests/support/agent-process.ts';
import { ApiClient } from '../../tests/support/api-client.ts';
import { CuttableLink } from '../../tests/support/cuttable-link.ts';
import { ServerProcess } from '../../tests/support/server-process.ts';
import { SoundCard } from '../../tests/support/sound-card.ts';
import { waitFor } from '../../tests/support/wait-for.ts';

const PASSWORD = 'long-thoi-2026-demo';

export interface DemoReceiver {
  name: string;
  clusterId: string;
  receiverId: string;
  agent: AgentProcess;
  link: CuttableLink;
}

/** A commune of three hamlets with a cluster each, two accounts, and three real agents that sound on null sinks. */
export interface DemoSite extends AsyncDisposable {
  server: ServerProcess;
  card: SoundCard;
  communeId: string;
  author: ApiClient;
  approver: ApiClient;
  receivers: DemoReceiver[];
}

/** `say` is told what is going on. */
export async function openDemoSite(folder: string, port: number, say: (text: string) => void): Promise<DemoSite> {
  const closers: AsyncDisposable[] = [];
  const close = async () => {
    for (const part of closers.toReversed()) await part[Symbol.asyncDispose]();
  };
  try {
    say('starting the sound card (PulseAudio null sinks) and the server');
    const card = await SoundCard.create({ sinks: 3 });
    closers.push(card);
    const server = await ServerProcess.start(join(folder, 'server'), { TT_CLOSE_AFTER_MS: '1000' }, port);
    closers.push(server);
    const admin = await ApiClient.signIn(server.url, 'admin', server.password ?? '');
    const commune = await makeCommune(admin);
    const author = await ApiClient.signIn(server.url, 'can-bo-van-hoa', PASSWORD);
    const approver = await ApiClient.signIn(server.url, 'pho-chu-tich', PASSWORD);
    const receivers: DemoReceiver[] = [];
    for (const [index, hamlet] of commune.hamlets.entries()) {
      say(`enrolling the receiver of ${hamlet.name}`);
      const receiver = await installReceiver(admin, server, card, folder, index, hamlet);
      closers.push(receiver.link, receiver.agent);
      receivers.push(receiver);
    }
    await waitFor('all receivers online', async () => {
      const { entries } = await admin.call('listReceivers', { query: { areaId: commune.communeId } });
      return entries.filter((entry) => entry.presence === 'online').length === receivers.length;
    });
    return { server, card, communeId: commune.communeId, author, approver, receivers, [Symbol.asyncDispose]: close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function makeCommune(admin: ApiClient): Promise<{ communeId: string; hamlets: { areaId: string; name: string }[] }> {
  const { entries } = await admin.call('listAreas', {});
  const root = entries.find((area) => area.parentId === null);
  if (!root) throw new Error('the server has no root area');
  const commune = await admin.call('createArea', {
    body: { parentId: root.areaId, code: 'long-thoi', name: 'Xã Long Thới', level: 'commune' },
  });
  const hamlets: { areaId: string; name: string }[] = [];
  for (const [code, name] of [
    ['long-hiep', 'Ấp Long Hiệp'],
    ['long-vinh', 'Ấp Long Vinh'],
    ['long-quoi', 'Ấp Long Quới'],
  ] as const) {
    const hamlet = await admin.call('createArea', { body: { parentId: commune.areaId, code, name, level: 'hamlet' } });
    hamlets.push({ areaId: hamlet.areaId, name });
  }
  const { areaId } = commune;
  await admin.call('createAccount', {
    body: { username: 'can-bo-van-hoa', displayName: 'Cán bộ văn hoá', password: PASSWORD, grants: [{ role: 'author', areaId }] },
  });
  await admin.call('createAccount', {
    body: {
      username: 'pho-chu-tich',
      displayName: 'Phó chủ tịch',
      password: PASSWORD,
      grants: [
        { role: 'approver', areaId },
        { role: 'duty-officer', areaId },
      ],
    },
  });
  return { communeId: areaId, hamlets };
}

async function installReceiver(
  admin: ApiClient,
  server: ServerProcess,
  card: SoundCard,
  folder: string,
  index: number,
  hamlet: { areaId: string; name: string },
): Promise<DemoReceiver> {
  const cluster = await admin.call('createCluster', { body: { areaId: hamlet.areaId, name: `Cụm loa ${hamlet.name}` } });
  const link = await CuttableLink.open(server.port);
  const { clusterId } = cluster;
  const { enrolmentString } = await admin.call('createEnrolment', { params: { clusterId }, body: { address: link.url } });
  const dataFolder = join(folder, `receiver-${index + 1}`);
  await mkdir(dataFolder, { recursive: true });
  const agent = new AgentProcess(dataFolder, {
    ...card.environment(index),
    AUDIO_OUTPUT: 'pulse',
    HARDWARE_ID: `demo-${index + 1}`,
    HEARTBEAT_EVERY_MS: '2000',
    PROGRAMME_POLL_EVERY_MS: '5000',
    LOOK_NOW_JITTER_MS: '100',
    BACK_OFF_MAX_MS: '2000',
  });
  await agent.enrol(enrolmentString);
  agent.run();
  const receiverId = await waitFor('the receiver of the enrolment', async () => {
    const { entries } = await admin.call('listReceivers', { query: { areaId: hamlet.areaId } });
    return entries[0]?.receiverId;
  });
  return { name: `${hamlet.name}`, clusterId, receiverId, agent, link };
}
