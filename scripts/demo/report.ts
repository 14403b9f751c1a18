import { copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Delivery } from '#contract/airing.ts';
import type { Bulletin } from '#contract/bulletin.ts';
import { endpoints } from '#contract/endpoints.ts';
import type { ApiClient } from '../../tests/support/api-client.ts';
import { opusOf } from '../../tests/support/make-bulletin.ts';
import { type Proof, soundingsOf } from '../../tests/support/prove-airing.ts';
import type { Recording } from '../../tests/support/sound-card.ts';
import type { SiteReceiver, CommuneSite } from '../../tests/support/commune-site.ts';
import { decodeAudio, judgeSoundings, measureStartError, type SentAudio } from '../../tests/support/judge-sound.ts';

const START_ERROR_MAX_MS = 250;
const CORRELATION_MIN = 0.9;
const LEVEL_OFF_MAX_DB = 3;
const SPEECH_MIN_MS = 40_000;

export interface Outcome {
  site: CommuneSite;
  recordings: Recording[];
  news: Bulletin[];
  airing: { airingId: string; startsAt: string };
  deliveries: Delivery[];
  emergency: Delivery | undefined;
  proof: Proof & { trust: string };
  offline: SiteReceiver;
  struck: SiteReceiver;
}

/** The one object that the demonstration prints; `ok` only if everything holds. `say` is told each fault. */
export async function summarise(outcome: Outcome, say: (text: string) => void) {
  const sent = await Promise.all(outcome.news.map((bulletin) => fetchAudio(outcome.site.approver, bulletin)));
  const first = await readChime(outcome.struck);
  const deliveries = outcome.site.receivers.map((receiver, index) =>
    judge(outcome, receiver, outcome.recordings[index] as Recording, sent, first),
  );
  const struck = outcome.deliveries.find((delivery) => delivery.receiverId === outcome.struck.receiverId);
  const afterStart = (instant: string | null | undefined) =>
    instant ? Date.parse(instant) - Date.parse(outcome.airing.startsAt) : null;
  const emergency = {
    interruptedAtMs: afterStart(struck?.interruptedAt),
    resumedAtMs: afterStart(struck?.resumedAt),
    state: outcome.emergency?.state ?? null,
  };
  const bulletins = outcome.news.map((bulletin) => {
    const { durationMs, loudnessLufs, truePeakDbtp, engine } = opusOf(bulletin);
    return { kind: bulletin.kind, durationMs, loudnessLufs, truePeakDbtp, engine };
  });
  const { count, verified, trust } = outcome.proof;
  const faults = [
    ...bulletins.flatMap((bulletin) => judgeBulletin(bulletin)),
    ...deliveries.flatMap((delivery) => judgeDelivery(delivery)),
    ...(emergency.state === 'played' && emergency.interruptedAtMs !== null && emergency.resumedAtMs !== null
      ? []
      : ['emergency']),
    ...(verified && count > 0 ? [] : ['receipts not verified']),
    ...(deliveries.filter((delivery) => delivery.offline).length === 1 ? [] : ['nobody was offline']),
  ];
  for (const fault of faults) say(`FAULT ${fault}`);
  return {
    bulletins,
    deliveries,
    emergency,
    receipts: { count, verified, trust },
    export: outcome.proof.file,
    ok: faults.length === 0,
  };
}

function judge(outcome: Outcome, receiver: SiteReceiver, recording: Recording, sent: SentAudio[], first: SentAudio) {
  const delivery = outcome.deliveries.find((candidate) => candidate.receiverId === receiver.receiverId);
  const soundings = soundingsOf(outcome.proof.receipts, receiver.receiverId);
  const sound = judgeSoundings(recording, soundings, sent);
  const lagMs = measureStartError(recording, first, Date.parse(outcome.airing.startsAt));
  return {
    receiver: receiver.name,
    offline: receiver === outcome.offline,
    state: delivery?.state ?? null,
    evidence: delivery?.evidence ?? null,
    startErrorMs: lagMs === null ? null : Math.round(lagMs * 10) / 10,
    playedMs: sound.playedMs,
    expectedMs: 2 * sent.reduce((sum, audio) => sum + audio.durationMs, 0),
    recordedCorrelation: Math.round(sound.recordedCorrelation * 1000) / 1000,
    recordedLevelDb: Math.round(sound.recordedLevelDb * 10) / 10,
    levelOffDb: Math.round(sound.levelOffDb * 10) / 10,
  };
}

function judgeBulletin(bulletin: {
  kind: string;
  durationMs: number;
  loudnessLufs: number;
  truePeakDbtp: number;
  engine: string | null;
}) {
  const faults: string[] = [];
  if (Math.abs(bulletin.loudnessLufs + 16) > 1) faults.push(`${bulletin.kind}: loudness ${bulletin.loudnessLufs}`);
  if (bulletin.truePeakDbtp > -1) faults.push(`${bulletin.kind}: true peak ${bulletin.truePeakDbtp}`);
  if (bulletin.kind === 'text' && bulletin.durationMs < SPEECH_MIN_MS)
    faults.push(`text: only ${bulletin.durationMs} ms of speech`);
  if ((bulletin.engine === null) !== (bulletin.kind === 'recording')) faults.push(`${bulletin.kind}: engine ${bulletin.engine}`);
  return faults;
}

function judgeDelivery(delivery: ReturnType<typeof judge>): string[] {
  const { receiver } = delivery;
  const faults: string[] = [];
  if (delivery.state !== 'played' || delivery.evidence !== 'rendered')
    faults.push(`${receiver}: ${delivery.state} / ${delivery.evidence}`);
  if (delivery.startErrorMs === null || Math.abs(delivery.startErrorMs) > START_ERROR_MAX_MS)
    faults.push(`${receiver}: start error ${delivery.startErrorMs}`);
  if (delivery.playedMs < 0.98 * delivery.expectedMs)
    faults.push(`${receiver}: played ${delivery.playedMs} of ${delivery.expectedMs}`);
  if (delivery.recordedCorrelation < CORRELATION_MIN) faults.push(`${receiver}: correlation ${delivery.recordedCorrelation}`);
  if (delivery.levelOffDb > LEVEL_OFF_MAX_DB) faults.push(`${receiver}: level off by ${delivery.levelOffDb} dB`);
  return faults;
}

async function fetchAudio(client: ApiClient, bulletin: Bulletin): Promise<SentAudio> {
  const { sha256 } = opusOf(bulletin);
  const response = await client.fetch(endpoints.readRendition, { params: { bulletinId: bulletin.bulletinId, sha256 } });
  const folder = await mkdtemp(join(tmpdir(), 'truyen-thanh-audio-'));
  try {
    const file = join(folder, 'rendition.ogg');
    await writeFile(file, Buffer.from(await response.arrayBuffer()));
    return await decodeAudio(file);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The sent audio begins with the chime: taken from what a receiver was really given. */
async function readChime(receiver: SiteReceiver): Promise<SentAudio> {
  const programme = JSON.parse(await readFile(join(receiver.agent.dataFolder, 'programme.json'), 'utf8')) as unknown;
  const sha256 = /"chime":\{[^}]*"sha256":"([0-9a-f]{64})"/.exec(JSON.stringify(programme))?.[1];
  if (sha256 === undefined) throw new Error('the programme names no chime');
  const folder = await mkdtemp(join(tmpdir(), 'truyen-thanh-audio-'));
  try {
    const file = join(folder, 'chime.ogg');
    await copyFile(join(receiver.agent.dataFolder, 'media', sha256), file);
    return await decodeAudio(file);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
