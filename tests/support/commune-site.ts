import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { AgentProcess } from './agent-process.ts';
import { ApiClient } from './api-client.ts';
import { CuttableLink } from './cuttable-link.ts';
import { ServerProcess } from './server-process.ts';
import { SoundCard } from './sound-card.ts';
import { waitFor } from './wait-for.ts';

/** Of the site's people, for those who sign in by the console. */
export const PASSWORD = 'mat-khau-long-thoi';

export interface SiteReceiver {
  name: string;
  clusterId: string;
  receiverId: string;
  agent: AgentProcess;
  link: CuttableLink;
}

/** A commune of three hamlets with a cluster each, two accounts besides the administrator, and a real agent at each cluster. */
export interface CommuneSite extends AsyncDisposable {
  server: ServerProcess;
  /** Where the agents sound, one sink each; absent when they were asked to sound nowhere. */
  card: SoundCard | undefined;
  admin: ApiClient;
  communeId: string;
  author: ApiClient;
  approver: ApiClient;
  receivers: SiteReceiver[];
}

export interface CommuneSiteOptions {
  folder: string;
  /** `recorded`: null sinks of a private sound card; `nowhere`: the player's own null output, which keeps real time. */
  sound: 'recorded' | 'nowhere';
  receivers?: 0 | 1 | 2 | 3;
  port?: number;
  /** Settings of the server, as in server/config.ts. */
  environment?: Record<string, string>;
  /** Is told what is going on. */
  say?: (text: string) => void;
}

export async function openCommuneSite(options: CommuneSiteOptions): Promise<CommuneSite> {
  const { folder, sound, receivers: count = 3, port = 0, environment = {}, say = () => undefined } = options;
  const closers: AsyncDisposable[] = [];
  const close = async () => {
    for (const part of closers.splice(0).toReversed()) await part[Symbol.asyncDispose]();
  };
  try {
    say('starting the server');
    const card = sound === 'recorded' ? await SoundCard.create({ sinks: count }) : undefined;
    if (card) closers.push(card);
    const server = await ServerProcess.start(join(folder, 'server'), environment, port);
    closers.push(server);
    const admin = await ApiClient.signIn(server.url, 'admin', server.password ?? '');
    const commune = await makeCommune(admin);
    const author = await ApiClient.signIn(server.url, 'can-bo-van-hoa', PASSWORD);
    const approver = await ApiClient.signIn(server.url, 'pho-chu-tich', PASSWORD);
    const receivers: SiteReceiver[] = [];
    for (const [index, hamlet] of commune.hamlets.slice(0, count).entries()) {
      say(`enrolling the receiver of ${hamlet.name}`);
      const output = card ? { ...card.environment(index), TT_AGENT_AUDIO_OUTPUT: 'pulse' } : { TT_AGENT_AUDIO_OUTPUT: 'null' };
      const receiver = await installReceiver(admin, server, join(folder, `receiver-${index + 1}`), hamlet, output);
      closers.push(receiver.link, receiver.agent);
      receivers.push(receiver);
    }
    const { communeId } = commune;
    await waitFor('all receivers online', async () => {
      const { entries } = await admin.call('listReceivers', { query: { areaId: communeId } });
      return entries.filter((entry) => entry.presence === 'online').length === count;
    });
    return { server, card, admin, communeId, author, approver, receivers, [Symbol.asyncDispose]: close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Signs the site's people in again, at a server that was started anew on the same data folder and port. */
export async function signInAgain(site: CommuneSite, server: ServerProcess): Promise<CommuneSite> {
  const author = await ApiClient.signIn(server.url, 'can-bo-van-hoa', PASSWORD);
  const approver = await ApiClient.signIn(server.url, 'pho-chu-tich', PASSWORD);
  return { ...site, server, author, approver };
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
  dataFolder: string,
  hamlet: { areaId: string; name: string },
  output: NodeJS.ProcessEnv,
): Promise<SiteReceiver> {
  const { clusterId } = await admin.call('createCluster', { body: { areaId: hamlet.areaId, name: `Cụm loa ${hamlet.name}` } });
  const link = await CuttableLink.open(server.port);
  const { enrolmentString } = await admin.call('createEnrolment', { params: { clusterId }, body: { address: link.url } });
  await mkdir(dataFolder, { recursive: true });
  const agent = new AgentProcess(dataFolder, {
    ...output,
    TT_AGENT_HARDWARE_ID: `board-${clusterId}`,
    TT_AGENT_HEARTBEAT_EVERY_MS: '2000',
    TT_AGENT_PROGRAMME_POLL_EVERY_MS: '5000',
    TT_AGENT_LOOK_NOW_JITTER_MS: '100',
    TT_AGENT_BACK_OFF_MAX_MS: '2000',
  });
  await agent.enrol(enrolmentString);
  const { entries } = await admin.call('listReceivers', { query: { areaId: hamlet.areaId } });
  const receiverId = entries[0]?.receiverId;
  if (receiverId === undefined) throw new Error(`nobody is enrolled at ${hamlet.name}`);
  agent.run();
  return { name: hamlet.name, clusterId, receiverId, agent, link };
}
