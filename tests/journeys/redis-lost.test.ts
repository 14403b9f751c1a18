import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openCommuneSite, type SiteReceiver } from '../support/commune-site.ts';
import { makeBulletin } from '../support/make-bulletin.ts';
import { TempFolder } from '../support/temp-folder.ts';
import { waitFor } from '../support/wait-for.ts';

test('with Redis hung, an emergency is rendered, approved, published and played; what needs the queue is done when Redis is back', async () => {
  await using folder = await TempFolder.create();
  await using site = await openCommuneSite({ folder: folder.path, sound: 'nowhere', receivers: 1 });
  const [receiver] = site.receivers as [SiteReceiver];
  const redis = findRedis(join(site.server.dataFolder, 'redis'));
  process.kill(redis, 'SIGSTOP');
  let waiting: { bulletinId: string };
  try {
    const warning = await makeBulletin(site, { title: 'Vỡ đê', field: 2, class: 'emergency', text: 'Khẩn cấp. Nước lên nhanh.' });
    const { airingId } = await site.approver.call('scheduleAiring', {
      body: {
        areaId: site.communeId,
        class: 'emergency',
        bulletinIds: [warning.bulletinId],
        targets: [{ kind: 'area', id: site.communeId }],
        startsAt: null,
      },
    });
    const delivery = await waitFor('the emergency played', async () => {
      const { entries } = await site.approver.call('listDeliveries', { params: { airingId } });
      return entries.find((entry) => entry.state === 'played');
    });
    expect(delivery).toMatchObject({ receiverId: receiver.receiverId, evidence: 'rendered' });

    const draft = await site.author.call('composeBulletin', {
      body: { areaId: site.communeId, kind: 'text', title: 'Lịch tiêm', field: 1, text: 'Thứ hai tiêm chủng tại trạm y tế xã.' },
    });
    const submitted = await site.author.call('submitBulletin', {
      params: { bulletinId: draft.bulletinId },
      body: { revision: draft.revision },
    });
    expect(submitted.rendering.state).toBe('queued');
    waiting = draft;
  } finally {
    process.kill(redis, 'SIGCONT');
  }
  await waitFor(
    'the bulletin that waited for the queue',
    async () =>
      (await site.author.call('readBulletin', { params: { bulletinId: waiting.bulletinId } })).rendering.state === 'done',
    90_000,
  );
}, 180_000);

/** The private redis-server of a data folder; it runs under that folder's socket. */
function findRedis(folder: string): number {
  const [pid] = execFileSync('pgrep', ['-f', `redis-server.*${folder}`])
    .toString()
    .trim()
    .split('\n');
  return Number(pid);
}
