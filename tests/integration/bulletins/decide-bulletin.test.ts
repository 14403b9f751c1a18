import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Bulletin } from '#contract/bulletin.ts';
import { findApprovedRendition } from '../../../server/rendering/rendition-store.ts';
import type { ApiClient } from '../../support/api-client.ts';
import { BulletinBench, TEXT } from '../../support/bulletin-bench.ts';

let bench: BulletinBench;
let author: ApiClient;
let author2: ApiClient;
let approver: ApiClient;
let editor: ApiClient;

beforeAll(async () => {
  bench = await BulletinBench.open();
  author = await bench.as('author');
  author2 = await bench.as('author2');
  approver = await bench.as('approver');
  editor = await bench.as('editor');
});
afterAll(() => bench[Symbol.asyncDispose]());

async function submitted(client: ApiClient, more: Record<string, unknown> = {}): Promise<Bulletin> {
  const { bulletinId, revision } = await bench.compose(client, more);
  await client.call('submitBulletin', { params: { bulletinId }, body: { revision } });
  return bench.rendered(client, bulletinId);
}

function shaOf(bulletin: Bulletin): string {
  return bulletin.renditions.find((rendition) => rendition.codec === 'opus')?.sha256 ?? '';
}

function approve(client: ApiClient, bulletin: Bulletin, more: Partial<{ revision: number; renditionSha256: string }> = {}) {
  const { bulletinId, revision } = bulletin;
  return client.call('approveBulletin', {
    params: { bulletinId },
    body: { revision, renditionSha256: shaOf(bulletin), ...more },
  });
}

function edit(client: ApiClient, bulletin: Bulletin, more: Record<string, unknown> = {}) {
  const { title, text, field, revision, bulletinId } = bulletin;
  return client.call('editBulletin', { params: { bulletinId }, body: { title, text, field, revision, ...more } as never });
}

const refused = (code: string, params = {}) => ({ problem: { code, params } });

describe('a bulletin', () => {
  it('is not approved until another person approves its revision and its audio, and only then may sound', async () => {
    const bulletin = await submitted(author);
    expect(bulletin.state).toBe('submitted');
    expect(await findApprovedRendition(bench.db, bulletin.bulletinId)).toBeUndefined();
    const approved = await approve(approver, bulletin);
    expect(approved).toMatchObject({ state: 'approved', decision: { decision: 'approved', renditionSha256: shaOf(bulletin) } });
    const [opus] = bulletin.renditions;
    expect(await findApprovedRendition(bench.db, bulletin.bulletinId)).toEqual({
      bulletinId: bulletin.bulletinId,
      areaId: bench.areas.north,
      revision: 1,
      title: 'Lịch tiêm phòng',
      class: 'normal',
      purpose: 'real',
      media: { sha256: opus?.sha256, bytes: opus?.bytes, durationMs: opus?.durationMs, codec: 'opus' },
    });
    await expect(approve(approver, bulletin)).rejects.toMatchObject(refused('bulletin-not-submitted'));
    const trail = await bench.db('audit_entries').where('subject_id', bulletin.bulletinId).orderBy('sequence').pluck('action');
    expect(trail).toEqual(['bulletin-composed', 'bulletin-submitted', 'bulletin-approved']);
  });

  it('is not approved by its author, nor by anyone who ever edited it', async () => {
    const own = await submitted(editor);
    await expect(approve(editor, own)).rejects.toMatchObject({ status: 403, ...refused('approver-is-author') });
    const begun = await bench.compose(author);
    const byEditor = await edit(editor, begun, { text: `${TEXT} Trân trọng.` });
    const last = await edit(author, byEditor);
    await author.call('submitBulletin', { params: { bulletinId: last.bulletinId }, body: { revision: last.revision } });
    await expect(approve(editor, await bench.rendered(author, last.bulletinId))).rejects.toMatchObject(
      refused('approver-is-author'),
    );
  });

  it('is approved by approvers of its branch only', async () => {
    const bulletin = await submitted(author);
    await expect(approve(author2, bulletin)).rejects.toMatchObject({ status: 403, ...refused('role-missing') });
    await expect(approve(await bench.as('stranger'), bulletin)).rejects.toMatchObject({ status: 403 });
  });

  it('is approved with exactly the audio that was heard', async () => {
    const bulletin = await submitted(author);
    const mp3 = bulletin.renditions.find((rendition) => rendition.codec === 'mp3')?.sha256 ?? '';
    for (const renditionSha256 of ['0'.repeat(64), mp3]) {
      await expect(approve(approver, bulletin, { renditionSha256 })).rejects.toMatchObject(refused('audio-not-those-heard'));
    }
    await expect(approve(approver, bulletin, { revision: 2 })).rejects.toMatchObject(refused('bulletin-changed-since'));
    expect((await author.call('readBulletin', { params: { bulletinId: bulletin.bulletinId } })).state).toBe('submitted');
  });

  it('loses its approval by any edit, and the audio of before is not approved with the new revision', async () => {
    const bulletin = await submitted(author);
    await approve(approver, bulletin);
    const edited = await edit(author, bulletin, { title: 'Lịch tiêm phòng mới' });
    expect(edited).toMatchObject({ state: 'draft', revision: 2, decision: null, renditions: [], rendering: { state: 'none' } });
    expect(await findApprovedRendition(bench.db, bulletin.bulletinId)).toBeUndefined();
    const { bulletinId } = edited;
    await author.call('submitBulletin', { params: { bulletinId }, body: { revision: 2 } });
    const again = await bench.rendered(author, bulletinId);
    expect(await findApprovedRendition(bench.db, bulletinId)).toBeUndefined();
    await expect(approve(approver, bulletin)).rejects.toMatchObject(refused('bulletin-changed-since'));
    await approve(approver, again);
    expect(await findApprovedRendition(bench.db, bulletinId)).toMatchObject({ revision: 2, title: 'Lịch tiêm phòng mới' });
  });

  it('is not approved before it is rendered', async () => {
    const bulletin = await submitted(author);
    await bench.db('renditions').where('bulletin_id', bulletin.bulletinId).delete();
    await expect(approve(approver, bulletin)).rejects.toMatchObject(refused('bulletin-not-rendered'));
  });

  it('is rejected with a reason, and comes back as a draft by an edit', async () => {
    const bulletin = await submitted(author);
    const { bulletinId } = bulletin;
    const reject = (reason: string) => approver.call('rejectBulletin', { params: { bulletinId }, body: { revision: 1, reason } });
    await expect(reject('  ')).rejects.toMatchObject(refused('reason-missing'));
    const rejected = await reject('Sai ngày tiêm');
    expect(rejected).toMatchObject({ state: 'rejected', decision: { decision: 'rejected', reason: 'Sai ngày tiêm' } });
    await expect(approve(approver, bulletin)).rejects.toMatchObject(refused('bulletin-not-submitted'));
    await expect(author.call('submitBulletin', { params: { bulletinId }, body: { revision: 1 } })).rejects.toMatchObject(
      refused('bulletin-not-draft'),
    );
    expect(await edit(author, rejected)).toMatchObject({ state: 'draft', revision: 2 });
  });

  it('that waits for approval is withdrawn by an edit, and the trail says so', async () => {
    const bulletin = await submitted(author);
    expect(await edit(author2, bulletin)).toMatchObject({ state: 'draft', revision: 2 });
    await expect(approve(approver, bulletin)).rejects.toMatchObject(refused('bulletin-not-submitted'));
    const trail = await bench.db('audit_entries').where('subject_id', bulletin.bulletinId).pluck('action');
    expect(trail).toContain('bulletin-withdrawn');
  });
});

describe('a draft', () => {
  it('is not overwritten by a second tab', async () => {
    const draft = await bench.compose(author);
    const first = await edit(author, draft, { title: 'Thứ nhất' });
    await expect(edit(author, draft, { title: 'Thứ hai' })).rejects.toMatchObject({
      status: 409,
      ...refused('bulletin-changed-since'),
    });
    expect(await edit(author, first, { title: 'Thứ ba' })).toMatchObject({ title: 'Thứ ba' });
    // One person's unfrozen drafts leave no trail of copies.
    expect(await bench.db('bulletin_revisions').where('bulletin_id', draft.bulletinId)).toHaveLength(1);
  });

  it('may be empty, but is then neither previewed nor submitted', async () => {
    const empty = await bench.compose(author, { text: ' \n ', title: 'Trống' });
    expect(empty.text).toBeNull();
    const untitled = await bench.compose(author, { title: '' });
    const unrecorded = await bench.compose(author, { kind: 'recording', text: null });
    const khmer = await bench.compose(author, { language: 'km' });
    const silent = await bench.compose(author, { text: '🙂🙂 🎉' });
    for (const name of ['previewBulletin', 'submitBulletin'] as const) {
      const ask = (bulletinId: string) => author.call(name, { params: { bulletinId }, body: { revision: 1 } });
      await expect(ask(empty.bulletinId)).rejects.toMatchObject(refused('text-empty'));
      await expect(ask(untitled.bulletinId)).rejects.toMatchObject(refused('title-empty'));
      await expect(ask(unrecorded.bulletinId)).rejects.toMatchObject(refused('bulletin-without-content'));
      await expect(ask(khmer.bulletinId)).rejects.toMatchObject(refused('text-unsayable'));
      await expect(ask(silent.bulletinId)).rejects.toMatchObject(refused('text-unsayable'));
    }
    expect(await bench.db('renderings').whereIn('bulletin_id', [empty.bulletinId, silent.bulletinId])).toEqual([]);
  });

  it('is never over the limit nor with control characters', async () => {
    await expect(bench.compose(author, { text: 'a '.repeat(10_001) })).rejects.toMatchObject(
      refused('text-too-long', { max: 20_000 }),
    );
    await expect(bench.compose(author, { text: 'Thông\u0000 báo' })).rejects.toMatchObject(
      refused('text-has-control-characters'),
    );
    await expect(bench.compose(author, { text: 'Thông \u202Ebáo' })).rejects.toMatchObject(
      refused('text-has-control-characters'),
    );
    await expect(bench.compose(author, { title: 'Thông\nbáo' })).rejects.toMatchObject(refused('text-has-control-characters'));
    const draft = await bench.compose(author);
    await expect(edit(author, draft, { text: 'x\u0007' })).rejects.toMatchObject(refused('text-has-control-characters'));
    expect((await author.call('readBulletin', { params: { bulletinId: draft.bulletinId } })).text).toBe(TEXT);
  });

  it('is composed in one’s own branch, and listed newest first a page at a time', async () => {
    const stranger = await bench.as('stranger');
    await expect(bench.compose(stranger)).rejects.toMatchObject({ status: 403, ...refused('outside-branch') });
    const ids: string[] = [];
    for (const title of ['Một', 'Hai', 'Ba'])
      ids.unshift((await bench.compose(stranger, { areaId: bench.areas.south, title })).bulletinId);
    const read: string[] = [];
    const createdAt: string[] = [];
    let after: string | undefined;
    do {
      const page = await stranger.call('listBulletins', {
        query: { areaId: bench.areas.south, limit: 2, ...(after ? { after } : {}) },
      });
      read.push(...page.entries.map((bulletin) => bulletin.bulletinId));
      createdAt.push(...page.entries.map((bulletin) => bulletin.createdAt));
      after = page.next ?? undefined;
    } while (after !== undefined);
    expect(read.toSorted()).toEqual(ids.toSorted());
    expect(createdAt).toEqual(createdAt.toSorted().toReversed());
    const none = await stranger.call('listBulletins', { query: { areaId: bench.areas.south, state: 'approved' } });
    expect(none.entries).toEqual([]);
  });
});
