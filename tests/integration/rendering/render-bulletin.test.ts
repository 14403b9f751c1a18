import { randomUUID } from 'node:crypto';
import { appendFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Bulletin } from '#contract/bulletin.ts';
import { endpoints } from '#contract/endpoints.ts';
import { insertDictionaryEntry } from '../../../server/areas/dictionary-store.ts';
import { hashFile } from '../../../server/media/hash-file.ts';
import { defaultPrograms } from '../../../server/media/probe-programs.ts';
import { EspeakEngine } from '../../../server/rendering/espeak-engine.ts';
import { endRendering, renderBulletin } from '../../../server/rendering/render-bulletin.ts';
import { findRevision, freezeRevision } from '../../../server/bulletins/bulletin-store.ts';
import { requestRendering } from '../../../server/rendering/rendering-store.ts';
import { renderingWorker } from '../../../server/rendering/rendering-worker.ts';
import type { RenderQueue } from '../../../server/rendering/rendering-deps.ts';
import type { TtsEngine, TtsRequest } from '../../../server/rendering/tts-engine.ts';
import type { ApiClient } from '../../support/api-client.ts';
import { BulletinBench } from '../../support/bulletin-bench.ts';
import { makeSpeech } from '../../support/make-audio.ts';
import { SmallDisk } from '../../support/small-disk.ts';
import { TempFolder } from '../../support/temp-folder.ts';
import { waitFor } from '../../support/wait-for.ts';

const LONG_TEXT = 'Ủy ban nhân dân xã thông báo lịch cắt điện để sửa chữa đường dây. Bà con chú ý sắp xếp công việc. '.repeat(8);
const missing = new EspeakEngine({ programs: { ...defaultPrograms, espeakNg: '/nowhere/espeak-ng' } });
const idle = { signal: new AbortController().signal, reportProgress: () => undefined };

let bench: BulletinBench;
let author: ApiClient;
beforeAll(async () => {
  bench = await BulletinBench.open();
  author = await bench.as('author');
});
afterAll(() => bench[Symbol.asyncDispose]());

function ask(client: ApiClient, name: 'submitBulletin' | 'previewBulletin', { bulletinId, revision }: Bulletin) {
  return client.call(name, { params: { bulletinId }, body: { revision } });
}

/** Every file below a folder, by name. */
async function filesIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => entry.name);
}

/** Frozen and asked for, but not begun. */
async function requested(
  owner: BulletinBench,
  client: ApiClient,
  more: object = {},
): Promise<{ bulletinId: string; revision: number }> {
  const { bulletinId, revision } = await owner.compose(client, { ...more });
  await freezeRevision(owner.db, bulletinId, revision, '2026-11-22T05:00:00.000Z');
  await requestRendering(owner.db, { bulletinId, revision }, '2026-11-22T05:00:00.000Z');
  return { bulletinId, revision };
}

describe('a rendering', () => {
  it('of a text is spoken with the words of its area, measured, and reported as it goes', async () => {
    const now = '2026-11-22T05:00:00.000Z';
    const entry = { entryId: randomUUID(), areaId: bench.areas.root, written: 'THX', spoken: 'tổ hợp xã', createdAt: now };
    await insertDictionaryEntry(bench.db, entry);
    const draft = await bench.compose(author, {
      text: 'THX họp lúc 7h30 ngày 12/9 với ông Xyzk. Kính mời bà con đến dự đông đủ, xin cảm ơn.',
    });
    await ask(author, 'submitBulletin', draft);
    const { rendering, renditions, state } = await bench.rendered(author, draft.bulletinId);
    expect(state).toBe('submitted');
    expect(rendering).toMatchObject({ progressPercent: 100, problem: null });
    expect(rendering.spokenText).toContain('tổ hợp xã họp lúc bảy giờ ba mươi phút');
    expect(rendering.unknownTokens.map((token) => token.written)).toEqual(['Xyzk']);
    expect(renditions.map((rendition) => rendition.codec)).toEqual(['opus', 'mp3']);
    for (const rendition of renditions) {
      expect(rendition).toMatchObject({ engine: 'espeak-ng', voice: 'vi', purpose: 'real' });
      expect(Math.abs(rendition.loudnessLufs + 16)).toBeLessThanOrEqual(1);
      expect(rendition.truePeakDbtp).toBeLessThanOrEqual(-1);
      expect(await hashFile(await bench.library.pathOf(rendition.sha256))).toBe(rendition.sha256);
    }
    const told = bench.events.filter((event) => 'bulletinId' in event && event.bulletinId === draft.bulletinId);
    expect(told.at(-1)).toEqual({ type: 'bulletin-changed', bulletinId: draft.bulletinId, state: 'submitted' });
    const progress = told.flatMap((event) => (event.type === 'rendering-changed' ? [event.progressPercent] : []));
    expect(progress).toEqual(progress.toSorted((a, b) => a - b));
    expect(progress.at(-1)).toBe(100);
    expect(await readdir(bench.renderDeps.workFolder)).toEqual([]);
  });

  it('of a recording names no engine, and an altered file is not aired', async () => {
    await using folder = await TempFolder.create();
    const uploadId = await author.upload(await makeSpeech(folder.path), bench.areas.north);
    const draft = await bench.compose(author, { kind: 'recording', text: null, uploadId });
    await ask(author, 'previewBulletin', draft);
    const { renditions } = await bench.rendered(author, draft.bulletinId);
    expect(renditions[0]).toMatchObject({ engine: null, engineVersion: null, voice: null });
    await appendFile(bench.desk.files.pathOf(uploadId), 'x');
    const again = await bench.compose(author, { kind: 'recording', text: null, uploadId });
    await ask(author, 'submitBulletin', again);
    const failed = await bench.rendered(author, again.bulletinId, 'failed');
    expect(failed.rendering.problem).toMatchObject({ code: 'media-altered' });
  });

  it('for a preview is the very audio that is submitted then', async () => {
    const draft = await bench.compose(author);
    expect(await ask(author, 'previewBulletin', draft)).toMatchObject({ state: 'draft' });
    const heard = await bench.rendered(author, draft.bulletinId);
    const rows = await bench.db('renderings').where('bulletin_id', draft.bulletinId);
    expect(await ask(author, 'submitBulletin', draft)).toMatchObject({ state: 'submitted', rendering: { state: 'done' } });
    const submitted = await bench.rendered(author, draft.bulletinId);
    expect(submitted.renditions).toEqual(heard.renditions);
    expect(await bench.db('renderings').where('bulletin_id', draft.bulletinId)).toEqual(rows);
    await expect(ask(author, 'submitBulletin', draft)).rejects.toMatchObject({ problem: { code: 'bulletin-not-draft' } });
    await expect(ask(author, 'previewBulletin', draft)).rejects.toMatchObject({ problem: { code: 'bulletin-not-draft' } });
  });

  it('that runs twice at once is written once', async () => {
    const key = await requested(bench, author);
    await Promise.all([renderBulletin(bench.renderDeps, key, idle), renderBulletin(bench.renderDeps, key, idle)]);
    expect(await bench.db('renditions').where('bulletin_id', key.bulletinId)).toHaveLength(2);
    await renderBulletin(bench.renderDeps, key, idle);
    expect(await bench.db('renditions').where('bulletin_id', key.bulletinId)).toHaveLength(2);
    expect(await readdir(bench.renderDeps.workFolder)).toEqual([]);
  });

  it('of a revision that was edited meanwhile is left alone', async () => {
    const key = await requested(bench, author);
    const body = { revision: key.revision, title: 'Mới', text: 'Một văn bản mới.', field: 4 };
    await author.call('editBulletin', { params: { bulletinId: key.bulletinId }, body });
    await renderBulletin(bench.renderDeps, key, idle);
    expect(await bench.db('renderings').where('bulletin_id', key.bulletinId)).toMatchObject([{ state: 'cancelled' }]);
    expect(await bench.db('renditions').where('bulletin_id', key.bulletinId)).toEqual([]);
  });

  it('that could not be done in all its tries says why', async () => {
    const key = await requested(bench, author);
    await endRendering(bench.renderDeps, key, new Error('ffmpeg was killed by SIGSEGV'));
    const { rendering } = await author.call('readBulletin', { params: { bulletinId: key.bulletinId } });
    expect(rendering).toMatchObject({
      state: 'failed',
      problem: { code: 'render-failed', params: { reason: 'ffmpeg was killed by SIGSEGV' } },
    });
  });
});

describe('a rendering that is cancelled', () => {
  it('stops at once, leaves nothing, and may be asked for again', async () => {
    await using own = await BulletinBench.open();
    const client = await own.as('author');
    const draft = await own.compose(client, { text: LONG_TEXT });
    const { bulletinId } = draft;
    await ask(client, 'submitBulletin', draft);
    await waitFor('some progress', async () => {
      const { rendering } = await client.call('readBulletin', { params: { bulletinId } });
      return rendering.state === 'running' && rendering.progressPercent > 0;
    });
    expect(await readdir(own.renderDeps.workFolder)).toHaveLength(1);
    const cancelled = await client.call('cancelRendering', { params: { bulletinId } });
    expect(cancelled).toMatchObject({
      state: 'submitted',
      rendering: { state: 'cancelled', problem: { code: 'render-cancelled' } },
    });
    expect(await readdir(own.renderDeps.workFolder)).toEqual([]);
    expect(await filesIn(join(own.dataFolder, 'media'))).toEqual([]);
    expect(await own.db('renditions')).toEqual([]);
    const again = client.call('cancelRendering', { params: { bulletinId } });
    await expect(again).rejects.toMatchObject({ status: 409, problem: { code: 'rendering-not-running' } });
    await ask(client, 'submitBulletin', draft);
    expect((await own.rendered(client, bulletinId)).renditions).toHaveLength(2);
  });
});

describe('a rendering that fails', () => {
  it('for want of an engine says what to install on the bulletin, and is asked for again by submitting once more', async () => {
    const engines: TtsEngine[] = [missing];
    await using own = await BulletinBench.open({ engines });
    const client = await own.as('author');
    const draft = await own.compose(client);
    await ask(client, 'submitBulletin', draft);
    const { rendering } = await own.rendered(client, draft.bulletinId, 'failed');
    expect(rendering.problem).toMatchObject({ code: 'engine-missing', params: { install: 'apt-get install espeak-ng' } });
    engines.push(new EspeakEngine());
    expect(await ask(client, 'submitBulletin', draft)).toMatchObject({ state: 'submitted' });
    // The engine that really spoke stands in the rendition.
    expect((await own.rendered(client, draft.bulletinId)).renditions[0]).toMatchObject({ engine: 'espeak-ng' });
  });

  it('for want of ffmpeg keeps the recording, and it is looked at when the program is there', async () => {
    await using folder = await TempFolder.create();
    const file = await makeSpeech(folder.path);
    const dataFolder = join(folder.path, 'data');
    const programs = { ...defaultPrograms, ffmpeg: '/nowhere/ffmpeg', ffprobe: '/nowhere/ffprobe' };
    let uploadId: string;
    {
      await using bare = await BulletinBench.open({ dataFolder, programs });
      const client = await bare.as('author');
      // Its last request is answered 503; asked again, the server has all bytes, so the sender is content.
      uploadId = await client.upload(file, bare.areas.north);
      expect(await client.call('readUpload', { params: { uploadId } })).toMatchObject({ state: 'open', problem: null });
      const draft = await bare.compose(client);
      await ask(client, 'submitBulletin', draft);
      const { rendering } = await bare.rendered(client, draft.bulletinId, 'failed');
      expect(rendering.problem).toMatchObject({ code: 'engine-missing', params: { install: 'apt-get install ffmpeg' } });
    }
    await using own = await BulletinBench.open({ dataFolder });
    await own.desk.settle();
    expect(await own.desk.find(uploadId)).toMatchObject({ state: 'finished', sha256: await hashFile(file) });
  });

  it('on a full disk says so and leaves nothing there', async () => {
    await using disk = await SmallDisk.create(300);
    await using own = await BulletinBench.open({ workFolder: disk.path });
    const client = await own.as('author');
    const draft = await own.compose(client, { text: LONG_TEXT });
    await ask(client, 'submitBulletin', draft);
    const { rendering } = await own.rendered(client, draft.bulletinId, 'failed');
    expect(rendering.problem).toEqual({ code: 'disk-full', params: {} });
    expect(await readdir(disk.path)).toEqual([]);
    expect(await own.db('renditions')).toEqual([]);
  });
});

describe('an emergency', () => {
  it('is rendered at once, louder, and asks no queue', async () => {
    const ordered: unknown[] = [];
    const deaf: RenderQueue = { enqueue: async (key) => ordered.push(key), cancel: async () => undefined };
    await using own = await BulletinBench.open({ queue: deaf });
    const officer = await own.as('officer');
    const draft = await own.compose(officer, { class: 'emergency' });
    await ask(officer, 'submitBulletin', draft);
    const [opus] = (await own.rendered(officer, draft.bulletinId)).renditions;
    expect(Math.abs((opus?.loudnessLufs ?? 0) + 14)).toBeLessThanOrEqual(1);
    expect(ordered).toEqual([]);
    const normal = await own.compose(officer);
    expect(await ask(officer, 'submitBulletin', normal)).toMatchObject({ rendering: { state: 'queued' } });
    expect(ordered).toEqual([{ bulletinId: normal.bulletinId, revision: 1 }]);
  });

  it('that a killed process left behind goes on at the next start, still without the queue', async () => {
    const ordered: unknown[] = [];
    const deaf: RenderQueue = { enqueue: async (key) => ordered.push(key), cancel: async () => undefined };
    await using own = await BulletinBench.open({ queue: deaf });
    const officer = await own.as('officer');
    const key = await requested(own, officer, { class: 'emergency' });
    const waiting = await requested(own, officer);
    const killed = { state: 'running', started_at: '2026-11-22T05:00:00.000Z' };
    await own.db('renderings').where('bulletin_id', key.bulletinId).update(killed);
    const worker = renderingWorker(own.renderDeps, own.runs);
    await Promise.all([worker.resumeEmergencies(), worker.resumeEmergencies()]);
    expect((await own.rendered(officer, key.bulletinId)).renditions).toHaveLength(2);
    const left = await officer.call('readBulletin', { params: { bulletinId: waiting.bulletinId } });
    expect([left.rendering.state, ordered]).toEqual(['queued', []]);
  });

  it('whose engine breaks in an unforeseen way says so on the bulletin', async () => {
    const broken: TtsEngine = {
      id: 'broken',
      probe: () => Promise.reject(new Error('not asked')),
      synthesise: (_request: TtsRequest) => Promise.reject(new TypeError('a fault of ours')),
    };
    await using own = await BulletinBench.open({ engines: [broken] });
    const officer = await own.as('officer');
    const draft = await own.compose(officer, { class: 'emergency' });
    await ask(officer, 'submitBulletin', draft);
    const { rendering } = await own.rendered(officer, draft.bulletinId, 'failed');
    expect(rendering.problem).toEqual({ code: 'render-failed', params: { reason: 'a fault of ours' } });
  });
});

describe('finished audio', () => {
  it('is sent whole or in the range asked for, and only under the bulletin it belongs to', async () => {
    const first = await bench.compose(author);
    const other = await bench.compose(author, { text: 'Một bản tin khác.' });
    for (const draft of [first, other]) await ask(author, 'previewBulletin', draft);
    const { renditions, bulletinId } = await bench.rendered(author, first.bulletinId);
    const foreign = (await bench.rendered(author, other.bulletinId)).renditions[0]?.sha256 ?? '';
    const [opus, mp3] = renditions;
    const path = (sha256 = '') =>
      `${bench.url}${endpoints.readRendition.path.replace(':bulletinId', bulletinId).replace(':sha256', sha256)}`;
    const get = (sha256 = '', headers = {}) => fetch(path(sha256), { headers: { ...author.headers, ...headers } });

    const whole = await get(opus?.sha256);
    expect([whole.status, whole.headers.get('content-type')]).toEqual([200, 'audio/ogg; codecs=opus']);
    const bytes = Buffer.from(await whole.arrayBuffer());
    expect(bytes).toHaveLength(opus?.bytes ?? 0);
    const part = await get(opus?.sha256, { range: 'bytes=100-199' });
    expect([part.status, part.headers.get('content-range')]).toEqual([206, `bytes 100-199/${bytes.length}`]);
    expect(Buffer.from(await part.arrayBuffer())).toEqual(bytes.subarray(100, 200));
    const tail = await get(mp3?.sha256, { range: 'bytes=-10' });
    expect([tail.status, tail.headers.get('content-type'), (await tail.arrayBuffer()).byteLength]).toEqual([
      206,
      'audio/mpeg',
      10,
    ]);
    const beyond = await get(opus?.sha256, { range: `bytes=${bytes.length}-` });
    expect([beyond.status, beyond.headers.get('content-range')]).toEqual([416, `bytes */${bytes.length}`]);

    for (const sha256 of [foreign, '0'.repeat(64)]) {
      const refused = await get(sha256);
      expect([refused.status, await refused.json()]).toMatchObject([404, { code: 'media-unknown' }]);
    }
    const stranger = await bench.as('stranger');
    expect((await fetch(path(opus?.sha256), { headers: stranger.headers })).status).toBe(403);
    expect(await findRevision(bench.db, bulletinId, 1)).toMatchObject({ frozenAt: expect.any(String) as string });
  });
});

describe('the spoken form of a text', () => {
  it('is shown before anything is rendered, and refused where the text would be', async () => {
    const spoken = (text: string) => author.call('normaliseText', { body: { areaId: bench.areas.north, text } });
    expect(await spoken('Họp lúc 7h30')).toMatchObject({ spoken: 'Họp lúc bảy giờ ba mươi phút', unknownTokens: [] });
    expect(await spoken(' ')).toMatchObject({ spoken: '' });
    await expect(spoken('x\u0000')).rejects.toMatchObject({ problem: { code: 'text-has-control-characters' } });
    await expect(spoken('a '.repeat(10_001))).rejects.toMatchObject({ problem: { code: 'text-too-long' } });
  });
});
