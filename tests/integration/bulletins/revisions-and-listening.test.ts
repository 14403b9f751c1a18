import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Bulletin } from '#contract/bulletin.ts';
import type { ApiClient } from '../../support/api-client.ts';
import { BulletinBench, TEXT } from '../../support/bulletin-bench.ts';

let bench: BulletinBench;
let author: ApiClient;
let approver: ApiClient;

beforeAll(async () => {
  bench = await BulletinBench.open();
  author = await bench.as('author');
  approver = await bench.as('approver');
});
afterAll(() => bench[Symbol.asyncDispose]());

async function submit({ bulletinId, revision }: Bulletin): Promise<Bulletin> {
  await author.call('submitBulletin', { params: { bulletinId }, body: { revision } });
  return bench.rendered(author, bulletinId);
}

const opusOf = ({ renditions }: Bulletin) => renditions.find(({ codec }) => codec === 'opus')?.sha256 ?? '';
const refused = (code: string) => ({ problem: { code } });

it('keeps each revision that was handed over with its text and its verdict, newest first, under the names of people', async () => {
  const first = await submit(await bench.compose(author));
  const { bulletinId, field } = first;
  const params = { bulletinId };
  expect(first.authorName).toBe('author');
  await approver.call('rejectBulletin', { params, body: { revision: 1, reason: 'Sai ngày tiêm' } });
  const edited = { revision: 1, title: 'Lịch tiêm phòng (sửa)', text: `${TEXT} Xin nhắc lại.`, field };
  const second = await submit(await author.call('editBulletin', { params, body: edited }));
  await approver.call('approveBulletin', { params, body: { revision: second.revision, renditionSha256: opusOf(second) } });
  const { entries } = await author.call('listRevisions', { params });
  expect(entries).toMatchObject([
    {
      revision: 2,
      title: 'Lịch tiêm phòng (sửa)',
      text: `${TEXT} Xin nhắc lại.`,
      editorName: 'author',
      decision: { decision: 'approved', approverName: 'approver', reason: null },
    },
    {
      revision: 1,
      title: 'Lịch tiêm phòng',
      text: TEXT,
      decision: { decision: 'rejected', approverName: 'approver', reason: 'Sai ngày tiêm' },
    },
  ]);
  const { entries: listed } = await author.call('listBulletins', { query: { areaId: bench.areas.north } });
  expect(listed.find((each) => each.bulletinId === bulletinId)?.authorName).toBe('author');
  const stranger = await bench.as('stranger');
  await expect(stranger.call('listRevisions', { params })).rejects.toMatchObject(refused('outside-branch'));
});

it('remembers who played which audio to its end, once for each person and audio', async () => {
  const bulletin = await submit(await bench.compose(author));
  const { bulletinId, revision } = bulletin;
  const params = { bulletinId };
  const sha256 = opusOf(bulletin);
  expect(await approver.call('readListening', { params })).toEqual({ entries: [] });
  await author.call('noteListening', { params, body: { revision, sha256 } });
  await approver.call('noteListening', { params, body: { revision, sha256 } });
  await approver.call('noteListening', { params, body: { revision, sha256 } });
  const { entries } = await author.call('readListening', { params });
  expect(entries.map((entry) => [entry.displayName, entry.revision, entry.sha256])).toEqual([
    ['approver', revision, sha256],
    ['author', revision, sha256],
  ]);
});

it('remembers no audio that the revision does not have', async () => {
  const bulletin = await submit(await bench.compose(author));
  const { bulletinId, revision } = bulletin;
  const note = (body: { revision: number; sha256: string }) => author.call('noteListening', { params: { bulletinId }, body });
  await expect(note({ revision, sha256: 'a'.repeat(64) })).rejects.toMatchObject(refused('audio-not-those-heard'));
  const wrongRevision = note({ revision: revision + 1, sha256: opusOf(bulletin) });
  await expect(wrongRevision).rejects.toMatchObject(refused('audio-not-those-heard'));
  expect(await author.call('readListening', { params: { bulletinId } })).toEqual({ entries: [] });
});
