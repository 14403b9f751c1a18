import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Delivery } from '#contract/airing.ts';
import type { Bulletin } from '#contract/bulletin.ts';
import type { Recording, SoundCard } from '../tests/support/sound-card.ts';
import { type BulletinContent, makeBulletin } from '../tests/support/make-bulletin.ts';
import { type Proof, proofFile, proveAiring } from '../tests/support/prove-airing.ts';
import { waitFor } from '../tests/support/wait-for.ts';
import { type SiteReceiver, type CommuneSite, openCommuneSite } from '../tests/support/commune-site.ts';
import { bringToLife, openLivingSite } from './demo/living-commune.ts';
import { summarise } from './demo/report.ts';
import { CDS_TEXT, EMERGENCY_TEXT, RECORDED_TEXT } from './demo/texts.ts';

/** How far ahead the airing is planned: media have to be fetched, loaded and armed, and one link is cut before it starts. */
const LEAD_MS = 20_000;

const options = readOptions(process.argv.slice(2));
const say = (text: string) => process.stderr.write(`${new Date().toISOString().slice(11, 19)} ${text}\n`);
await main();
// Ended while it came up, it would still wait for what it had set out to do.
if (!options.isOnce) process.exit();

async function main(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'truyen-thanh-demo-'));
  try {
    if (options.isOnce) await measure(folder);
    else await live(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function measure(folder: string): Promise<void> {
  await using site = await openCommuneSite({
    folder,
    sound: 'recorded',
    port: options.port,
    environment: { TT_CLOSE_AFTER_MS: '1000' },
    say,
  });
  const result = await runOnce(site, folder);
  if (options.isJson) process.stdout.write(`${JSON.stringify(result)}\n`);
  else process.stdout.write(`${JSON.stringify(result, null, 2)}\n`);
  process.exitCode = result.ok ? 0 : 1;
}

/** Ends by Ctrl-C at any time, also while it comes up, and leaves nothing running. */
async function live(folder: string): Promise<void> {
  const ended = new Promise<'ended'>((resolve) => {
    process.once('SIGINT', () => resolve('ended'));
    process.once('SIGTERM', () => resolve('ended'));
  });
  await using site = await openLivingSite(folder, options.port, say);
  const life = bringToLife(site, say);
  const people = await Promise.race([life, ended]);
  if (people === 'ended') {
    // What it was about to ask of the server that is closed now.
    life.catch((error: unknown) => say(`ended while it came up: ${String(error)}`));
    return;
  }
  const lines = people.map(({ username, password, role }) => `  ${username.padEnd(16)} ${password.padEnd(26)} ${role}`);
  process.stdout.write(`\nThe commune of Long Thới is up: ${site.server.url}\n\n${lines.join('\n')}\n\nCtrl-C ends it.\n`);
  await ended;
}

async function runOnce(site: CommuneSite, folder: string) {
  const recordings: Recording[] = [];
  for (const index of site.receivers.keys()) recordings.push(await (site.card as SoundCard).record(index));
  const news = await prepareBulletins(site, folder);
  const warning = await make(site, { title: 'Vỡ bờ bao', text: EMERGENCY_TEXT, class: 'emergency', field: 2 });
  const startsAt = new Date(Date.now() + LEAD_MS).toISOString();
  say(`scheduling the airing for ${startsAt}`);
  const airing = await site.approver.call('scheduleAiring', {
    body: {
      areaId: site.communeId,
      bulletinIds: news.map((bulletin) => bulletin.bulletinId),
      targets: [{ kind: 'area', id: site.communeId }],
      startsAt,
      repeats: 2,
      gapMs: 2_000,
    },
  });
  const offline = site.receivers[2] as SiteReceiver;
  const struck = site.receivers[1] as SiteReceiver;
  await waitForStates(site, airing.airingId, ['ready'], 'all receivers ready');
  say(`cutting the link of ${offline.name} before air time`);
  offline.link.cut();
  const emergencyAiringId = await breakIn(site, airing, struck, warning);
  await until(Date.parse(airing.endsAt) + 8_000, 'the airing goes on to its end');
  say(`restoring the link of ${offline.name}`);
  offline.link.restore();
  const deliveries = await waitForStates(
    site,
    airing.airingId,
    ['played', 'partial', 'interrupted', 'missed', 'failed'],
    'receipts of all receivers',
  );
  const [emergency] = await waitForStates(
    site,
    emergencyAiringId,
    ['played', 'partial', 'failed', 'refused'],
    'receipts of the emergency',
  );
  for (const recording of recordings) await recording.stop();
  const proof = await prove(site, airing.airingId);
  return summarise({ site, recordings, news, airing, deliveries, emergency, proof, offline, struck }, say);
}

async function prepareBulletins(site: CommuneSite, folder: string): Promise<Bulletin[]> {
  const recordingFile = join(folder, 'loi-nhac-truong-ap.mp3');
  const wav = join(folder, 'recording.wav');
  await promisify(execFile)('espeak-ng', ['-v', 'vi', '-s', '145', '-p', '35', '-w', wav, RECORDED_TEXT]);
  await promisify(execFile)('ffmpeg', ['-hide_banner', '-loglevel', 'error', '-i', wav, '-b:a', '96k', recordingFile]);
  const text = await make(site, { title: 'Chuyển đổi số tháng 11', text: CDS_TEXT, topics: ['CĐS'], field: 3 });
  say('uploading a recording');
  const uploadId = await site.author.upload(recordingFile, site.communeId);
  const recording = await make(site, { title: 'Lời nhắc của trưởng ấp', uploadId, field: 4 });
  return [text, recording];
}

function make(site: CommuneSite, content: BulletinContent): Promise<Bulletin> {
  say(`composing, submitting and approving “${content.title}”`);
  return makeBulletin(site, content);
}

/** During the repeat, an emergency of a few seconds at one receiver. */
async function breakIn(
  site: CommuneSite,
  airing: { airingId: string; startsAt: string; endsAt: string },
  struck: SiteReceiver,
  warning: Bulletin,
) {
  const startsAtMs = Date.parse(airing.startsAt);
  const lengthMs = Date.parse(airing.endsAt) - startsAtMs;
  await until(startsAtMs + lengthMs * 0.62, 'on air');
  say(`an emergency breaks in at ${struck.name}`);
  const { airingId } = await site.approver.call('scheduleAiring', {
    body: {
      areaId: site.communeId,
      class: 'emergency',
      bulletinIds: [warning.bulletinId],
      targets: [{ kind: 'cluster', id: struck.clusterId }],
      startsAt: null,
    },
  });
  return airingId;
}

async function waitForStates(site: CommuneSite, airingId: string, states: readonly string[], what: string): Promise<Delivery[]> {
  say(`waiting for: ${what}`);
  return waitFor(
    what,
    async () => {
      const { entries } = await site.approver.call('listDeliveries', { params: { airingId } });
      return entries.length > 0 && entries.every((delivery) => states.includes(delivery.state)) && entries;
    },
    90_000,
  );
}

/** The export stays where its path says, so that whoever watched can check it again. */
async function prove(site: CommuneSite, airingId: string): Promise<Proof & { trust: string }> {
  say('exporting the receipts and verifying them');
  const trust = await readRootKey(site);
  return { ...(await proveAiring(site.server.dataFolder, airingId, trust, proofFile(tmpdir(), airingId))), trust };
}

async function readRootKey(site: CommuneSite): Promise<string> {
  return (await site.author.call('readKeySet', {})).keyId;
}

async function until(atMs: number, what: string): Promise<void> {
  say(`${what}: until ${new Date(atMs).toISOString().slice(11, 19)}`);
  await new Promise((resolve) => setTimeout(resolve, Math.max(0, atMs - Date.now())));
}

function readOptions(flags: readonly string[]): { isOnce: boolean; isJson: boolean; port: number } {
  const known = new Set(['--once', '--json', '--port']);
  const portAt = flags.indexOf('--port');
  const port = portAt === -1 ? 0 : Number(flags[portAt + 1]);
  const unknown = flags.find((flag, index) => !known.has(flag) && flags[index - 1] !== '--port');
  if (unknown !== undefined || !Number.isInteger(port)) {
    process.stderr.write('usage: npm run demo -- [--once [--json]] [--port NUMBER]\n');
    process.exit(2);
  }
  return { isOnce: flags.includes('--once'), isJson: flags.includes('--json'), port };
}
