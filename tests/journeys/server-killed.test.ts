import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openCommuneSite, signInAgain } from '../support/commune-site.ts';
import { makeBulletin, opusOf } from '../support/make-bulletin.ts';
import { proofFile, proveAiring } from '../support/prove-airing.ts';
import { ServerProcess } from '../support/server-process.ts';
import { TempFolder } from '../support/temp-folder.ts';
import { waitFor } from '../support/wait-for.ts';

test('a server killed between the arrival of receipts and their acknowledgement loses nothing and counts nothing twice', async () => {
  await using folder = await TempFolder.create();
  await using first = await openCommuneSite({ folder: folder.path, sound: 'nowhere', receivers: 2 });
  const bulletin = await makeBulletin(first, {
    title: 'Nước sạch',
    field: 1,
    text: 'Ngày mai cúp nước từ tám giờ đến mười giờ.',
  });
  const { airingId } = await first.author.call('scheduleAiring', {
    body: {
      areaId: first.communeId,
      bulletinIds: [bulletin.bulletinId],
      targets: [{ kind: 'area', id: first.communeId }],
      startsAt: new Date(Date.now() + 6_000).toISOString(),
      repeats: 3,
      gapMs: 500,
    },
  });
  await waitFor(
    'the airing on air',
    async () => {
      const { entries } = await first.author.call('listDeliveries', { params: { airingId } });
      return entries.length === 2 && entries.every((delivery) => delivery.state === 'playing');
    },
    40_000,
  );
  // From here on receipts arrive and become durable, but no acknowledgement goes back.
  for (const receiver of first.receivers) receiver.link.holdDown();
  await waitFor(
    'receipts of a whole sounding stored and unacknowledged',
    async () => {
      const { entries } = await first.author.call('listDeliveries', { params: { airingId } });
      return entries.some((delivery) => delivery.soundings.some((sounding) => sounding.state === 'rendered'));
    },
    40_000,
  );
  await first.server.kill('SIGKILL');
  for (const receiver of first.receivers) receiver.link.restore();
  await using server = await ServerProcess.start(join(folder.path, 'server'), {}, first.server.port);
  const site = await signInAgain(first, server);
  const deliveries = await waitFor(
    'all receipts at the server that was started anew',
    async () => {
      const { entries } = await site.author.call('listDeliveries', { params: { airingId } });
      return entries.every((delivery) => delivery.state === 'played') && entries;
    },
    60_000,
  );
  const { durationMs } = opusOf(bulletin);
  for (const delivery of deliveries) {
    expect(delivery.soundings).toHaveLength(3);
    expect(delivery.playedMs).toBeGreaterThanOrEqual(0.98 * 3 * durationMs);
    expect(delivery.playedMs).toBeLessThanOrEqual(3 * durationMs);
  }
  const trust = (await site.author.call('readKeySet', {})).keyId;
  const proof = await proveAiring(server.dataFolder, airingId, trust, proofFile(folder.path, airingId));
  expect(proof).toMatchObject({ verified: true, fault: null });
  const places = proof.receipts.map(({ head }) => `${head.receiverId} ${head.sequence}`);
  expect(new Set(places).size).toBe(places.length);
}, 180_000);
