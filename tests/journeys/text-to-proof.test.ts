import { expect, test } from 'vitest';
import { endpoints } from '#contract/endpoints.ts';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type CommuneSite, openCommuneSite, type SiteReceiver } from '../support/commune-site.ts';
import { decodeAudio, judgeSoundings } from '../support/judge-sound.ts';
import { makeBulletin, opusOf } from '../support/make-bulletin.ts';
import { proofFile, proveAiring, type SoundingEnded, soundingsOf } from '../support/prove-airing.ts';
import type { SoundCard } from '../support/sound-card.ts';
import { TempFolder } from '../support/temp-folder.ts';
import { waitFor } from '../support/wait-for.ts';

const TEXT = `UBND xã Long Thới thông báo: từ 7h30 ngày 25/11/2026, Tổ công nghệ số cộng đồng hướng dẫn bà con cài đặt VNeID \
tại nhà văn hóa ấp Long Hiệp. Đến nay 60% hồ sơ được nộp trực tuyến. Kính mời bà con đến dự đông đủ.`;
const ENDED = ['played', 'partial', 'interrupted', 'missed', 'failed', 'refused'];

test('a text approved by another person sounds on the poles and is proven; a receiver killed in its midst loses a few seconds, doubles nothing and hides nothing', async () => {
  await using folder = await TempFolder.create();
  await using site = await openCommuneSite({ folder: folder.path, sound: 'recorded', receivers: 2 });
  const card = site.card as SoundCard;
  const recordings = [await card.record(0), await card.record(1)];
  const [whole, killed] = site.receivers as [SiteReceiver, SiteReceiver];
  const bulletin = await makeBulletin(site, { title: 'Chuyển đổi số', field: 3, topics: ['CĐS'], text: TEXT });
  const airing = await site.author.call('scheduleAiring', {
    body: {
      areaId: site.communeId,
      bulletinIds: [bulletin.bulletinId],
      targets: [{ kind: 'area', id: site.communeId }],
      startsAt: new Date(Date.now() + 8_000).toISOString(),
    },
  });
  await waitForPlaying(site, airing.airingId, killed);
  const chimeMs = Date.parse(airing.endsAt) - Date.parse(airing.startsAt) - opusOf(bulletin).durationMs;
  await waitFor('some seconds of speech', () => Date.now() > Date.parse(airing.startsAt) + chimeMs + 6_000);
  await killed.agent.kill('SIGKILL');
  killed.agent.run();

  const deliveries = await waitFor(
    'all deliveries ended',
    async () => {
      const { entries } = await site.author.call('listDeliveries', { params: { airingId: airing.airingId } });
      return entries.length === 2 && entries.every((delivery) => ENDED.includes(delivery.state)) && entries;
    },
    60_000,
  );
  for (const recording of recordings) await recording.stop();
  const trust = (await site.author.call('readKeySet', {})).keyId;
  const proof = await proveAiring(site.server.dataFolder, airing.airingId, trust, proofFile(folder.path, airing.airingId));
  expect(proof.fault).toBeNull();
  expect(proof.verified).toBe(true);

  const sent = [await fetchRendition(site, folder.path, bulletin)];
  const whatSounded = (receiver: SiteReceiver) => soundingsOf(proof.receipts, receiver.receiverId);
  const state = (receiver: SiteReceiver) => deliveries.find((delivery) => delivery.receiverId === receiver.receiverId);

  expect(state(whole)).toMatchObject({ state: 'played', evidence: 'rendered' });
  const heard = judgeSoundings(recordings[0]!, whatSounded(whole), sent);
  expect(heard.recordedCorrelation).toBeGreaterThan(0.9);
  expect(heard.levelOffDb).toBeLessThan(3);

  const pieces = whatSounded(killed);
  expect(state(killed)?.playedMs).toBe(pieces.reduce((sum, piece) => sum + piece.playedMs, 0));
  expect(state(killed)?.playedMs).toBeLessThanOrEqual(opusOf(bulletin).durationMs);
  expect(findDoubled(pieces)).toEqual([]);
  expect(pieces.flatMap((piece) => piece.spans).length).toBeGreaterThanOrEqual(2);
  expect(judgeSoundings(recordings[1]!, pieces, sent).recordedCorrelation).toBeGreaterThan(0.85);
}, 150_000);

async function waitForPlaying(site: CommuneSite, airingId: string, receiver: SiteReceiver): Promise<void> {
  await waitFor(
    'the airing on air',
    async () => {
      const { entries } = await site.author.call('listDeliveries', { params: { airingId } });
      return entries.some((delivery) => delivery.receiverId === receiver.receiverId && delivery.state === 'playing');
    },
    40_000,
  );
}

/** Stretches of one rendition that two receipts both claim to have sounded in the same turn. */
function findDoubled(pieces: readonly SoundingEnded[]): unknown[] {
  const spans = pieces.flatMap((piece) => piece.spans.map((span) => ({ ...span, turn: `${piece.repeat}/${piece.item}` })));
  return spans.flatMap((one, index) =>
    spans.slice(index + 1).filter((other) => one.turn === other.turn && one.fromMs < other.toMs && other.fromMs < one.toMs),
  );
}

async function fetchRendition(
  site: CommuneSite,
  folder: string,
  bulletin: Parameters<typeof opusOf>[0] & { bulletinId: string },
) {
  const { sha256 } = opusOf(bulletin);
  const response = await site.approver.fetch(endpoints.readRendition, { params: { bulletinId: bulletin.bulletinId, sha256 } });
  const file = join(folder, `${sha256}.ogg`);
  await writeFile(file, Buffer.from(await response.arrayBuffer()));
  return decodeAudio(file);
}
