import { readdir, readFile, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ProblemReply } from '#contract/problem.ts';
import { hashFile } from '../../../server/media/hash-file.ts';
import type { ApiClient } from '../../support/api-client.ts';
import { BulletinBench } from '../../support/bulletin-bench.ts';
import { DrivenClock } from '../../support/driven-clock.ts';
import { copyAs, cutFile, makeSilence, makeSpeech, makeTone } from '../../support/make-audio.ts';
import { SmallDisk } from '../../support/small-disk.ts';
import { TempFolder } from '../../support/temp-folder.ts';

let folder: TempFolder;
let bench: BulletinBench;
let author: ApiClient;
let author2: ApiClient;
let speech: string;

beforeAll(async () => {
  folder = await TempFolder.create();
  bench = await BulletinBench.open({ limits: { audioMsMax: 30_000, uploadBytesMax: 4 * 1024 * 1024, uploadsOpenMax: 8 } });
  author = await bench.as('author');
  author2 = await bench.as('author2');
  speech = await makeSpeech(folder.path);
});
afterAll(async () => {
  await bench[Symbol.asyncDispose]();
  await folder[Symbol.asyncDispose]();
});

const encode = (text: string) => Buffer.from(text, 'utf8').toString('base64');

interface Sent {
  path?: string;
  headers?: Record<string, string | undefined>;
  body?: Uint8Array;
}

/** One request of the protocol, put together by hand. */
async function send(client: ApiClient | undefined, method: string, { path = '', headers = {}, body }: Sent = {}) {
  const all = { 'tus-resumable': '1.0.0', ...client?.headers, ...headers };
  const given = Object.entries(all).filter((entry): entry is [string, string] => entry[1] !== undefined);
  const response = await fetch(`${client?.url ?? bench.url}/api/tus${path}`, {
    method,
    headers: given,
    ...(body ? { body } : {}),
  } as RequestInit);
  const text = await response.text();
  return {
    status: response.status,
    headers: response.headers,
    code: text === '' ? undefined : ProblemReply.parse(JSON.parse(text)).code,
  };
}

interface Begun {
  bytes?: number;
  fileName?: string;
  areaId?: string;
  headers?: Record<string, string | undefined>;
}

async function begin(
  client: ApiClient,
  { bytes = 1000, fileName = 'thu.wav', areaId = bench.areas.north, headers = {} }: Begun = {},
) {
  const metadata = `filename ${encode(fileName)},areaId ${encode(areaId)}`;
  const reply = await send(client, 'POST', {
    headers: { 'upload-length': String(bytes), 'upload-metadata': metadata, ...headers },
  });
  return { ...reply, path: `/${reply.headers.get('location')?.split('/').at(-1) ?? ''}` };
}

function patch(
  client: ApiClient,
  path: string,
  offset: number,
  body: Uint8Array,
  headers: Record<string, string | undefined> = {},
) {
  const type = { 'content-type': 'application/offset+octet-stream', 'upload-offset': String(offset) };
  return send(client, 'PATCH', { path, headers: { ...type, ...headers }, body });
}

const read = (client: ApiClient, uploadId: string) => client.call('readUpload', { params: { uploadId } });

describe('an upload', () => {
  it('is finished when all bytes have come and were decoded, and its bytes are those that were sent', async () => {
    const uploadId = await author.upload(speech, bench.areas.north);
    const upload = await read(author, uploadId);
    expect(upload).toMatchObject({ state: 'finished', fileName: 'speech.wav', lengthDeclared: 'declared', problem: null });
    expect(upload.receivedBytes).toBe((await stat(speech)).size);
    expect(upload.durationMs).toBeGreaterThan(5_000);
    expect(await hashFile(bench.desk.files.pathOf(uploadId))).toBe(await hashFile(speech));
    expect((await send(author, 'DELETE', { path: `/${uploadId}` })).status).toBe(400);
    expect(await read(author, uploadId)).toMatchObject({ state: 'finished' });
  });

  it('says so where the format cannot tell its own length', async () => {
    const file = await makeTone(folder.path, 'khong-do-dai.aac', 3, '-f', 'adts');
    const upload = await read(author, await author.upload(file, bench.areas.north));
    expect(upload).toMatchObject({ state: 'finished', lengthDeclared: 'absent' });
  });

  it('goes on from the offset on disk', async () => {
    const bytes = await readFile(speech);
    const { path } = await begin(author, { bytes: bytes.length });
    expect((await patch(author, path, 0, bytes.subarray(0, 70_000))).headers.get('upload-offset')).toBe('70000');
    expect(await patch(author, path, 0, bytes.subarray(0, 10))).toMatchObject({ status: 409, code: 'conflict' });
    expect((await send(author, 'HEAD', { path })).headers.get('upload-offset')).toBe('70000');
    expect(await read(author, path.slice(1))).toMatchObject({ state: 'open', receivedBytes: 70_000, bytes: bytes.length });
    expect((await patch(author, path, 70_000, bytes.subarray(70_000))).status).toBe(204);
    expect(await read(author, path.slice(1))).toMatchObject({ state: 'finished' });
  });

  it('that its account takes back leaves nothing', async () => {
    const { path } = await begin(author);
    expect((await send(author, 'DELETE', { path })).status).toBe(204);
    expect(await send(author, 'HEAD', { path })).toMatchObject({ status: 404 });
    expect(await readdir(bench.desk.files.directory)).not.toContain(path.slice(1));
    await expect(read(author, path.slice(1))).rejects.toMatchObject({ status: 404 });
  });
});

describe('an upload is asked at every request', () => {
  it('who is there, with the CSRF token where something changes', async () => {
    const { path } = await begin(author);
    for (const method of ['POST', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS']) {
      const where = { path: method === 'POST' ? '' : path };
      expect((await send(undefined, method, where)).status, method).toBe(401);
      if (method === 'HEAD' || method === 'OPTIONS') continue;
      const without = { ...where, headers: { 'x-csrf-token': undefined } };
      expect(await send(author, method, without), method).toMatchObject({ status: 403, code: 'csrf-token-wrong' });
    }
    expect((await send(author, 'OPTIONS', { path })).status).toBe(204);
    expect(await send(author, 'GET', { path })).toMatchObject({ status: 404, code: 'route-unknown' });
    expect((await send(author, 'HEAD', { path })).headers.get('upload-offset')).toBe('0');
  });

  it('whose it is, in what branch, and for the role', async () => {
    const { path } = await begin(author);
    for (const method of ['PATCH', 'DELETE']) {
      expect(await send(author2, method, { path }), method).toMatchObject({ status: 403, code: 'upload-of-another-account' });
    }
    expect((await send(author2, 'HEAD', { path })).status).toBe(403);
    const approver = await bench.as('approver');
    for (const method of ['POST', 'HEAD', 'PATCH', 'DELETE', 'OPTIONS']) {
      expect((await send(approver, method, { path: method === 'POST' ? '' : path })).status, method).toBe(403);
    }
    expect(await begin(await bench.as('stranger'))).toMatchObject({ status: 403, code: 'outside-branch' });
    const session = await author2.call('readSession');
    const own = await begin(author2);
    await bench.db('role_grants').where('account_id', session.account.accountId).update({ area_id: bench.areas.south });
    expect(await patch(author2, own.path, 0, Buffer.alloc(10))).toMatchObject({ status: 403, code: 'outside-branch' });
    await bench.db('role_grants').where('account_id', session.account.accountId).update({ area_id: bench.areas.north });
    expect((await send(author2, 'DELETE', { path: own.path })).status).toBe(204);
  });

  it('for its name, which is never a path', async () => {
    const names = [
      '../x.wav',
      'a/b.wav',
      'a\\b.wav',
      'x\u0000.wav',
      '.an.wav',
      'CON.wav',
      '',
      ' ',
      `${'a'.repeat(200)}.wav`,
      'C:x.wav',
      'a\u202Evaw.exe',
    ];
    const before = await readdir(bench.desk.files.directory);
    for (const fileName of names) {
      const reply = await begin(author, { fileName });
      expect(reply.status, JSON.stringify(fileName)).toBe(422);
      expect(reply.code).toBe('upload-name-invalid');
    }
    expect(await readdir(bench.desk.files.directory)).toEqual(before);
    for (const path of ['/..%2f..%2fetc', '/../../session', `/${'a'.repeat(36)}`]) {
      expect((await send(author, 'HEAD', { path })).status, path).toBe(404);
    }
  });

  it('for its length, its protocol and its description', async () => {
    expect(await begin(author, { bytes: 5 * 1024 * 1024 })).toMatchObject({ status: 413, code: 'upload-too-large' });
    const deferred = await begin(author, { headers: { 'upload-length': undefined, 'upload-defer-length': '1' } });
    expect(deferred).toMatchObject({ status: 400, code: 'request-invalid' });
    expect(await begin(author, { headers: { 'upload-length': '-5' } })).toMatchObject({ status: 400, code: 'request-invalid' });
    expect(await begin(author, { headers: { 'tus-resumable': undefined } })).toMatchObject({
      status: 412,
      code: 'request-invalid',
    });
    expect(await begin(author, { headers: { 'upload-metadata': undefined } })).toMatchObject({
      status: 400,
      code: 'request-invalid',
    });
    expect(await begin(author, { headers: { 'upload-metadata': '%%%' } })).toMatchObject({
      status: 400,
      code: 'request-invalid',
    });
    expect(await begin(author, { areaId: 'nowhere' })).toMatchObject({ status: 400, code: 'request-invalid' });
    const { path } = await begin(author, { bytes: 10 });
    expect(await patch(author, path, 0, Buffer.alloc(20))).toMatchObject({ status: 413, code: 'upload-too-large' });
    expect((await send(author, 'DELETE', { path })).status).toBe(204);
  });

  it('for how many its account has open', async () => {
    const officer = await bench.as('officer');
    const begun = [];
    for (let count = 0; count < 8; count++) begun.push(await begin(officer));
    expect(begun.every(({ status }) => status === 201)).toBe(true);
    expect(await begin(officer)).toMatchObject({ status: 429, code: 'too-many-requests' });
    await send(officer, 'DELETE', { path: begun[0]?.path ?? '' });
    expect((await begin(officer)).status).toBe(201);
  });
});

describe('a recording that can’t be aired is refused when it has come', () => {
  const cases: Record<string, { code: string; make: () => Promise<string> }> = {
    'text under an audio name': {
      code: 'audio-not-audio',
      make: async () => {
        const file = join(folder.path, 'van-ban.mp3');
        await writeFile(file, 'Đây là văn bản, không phải âm thanh. '.repeat(100));
        return file;
      },
    },
    silence: { code: 'audio-silent', make: () => makeSilence(folder.path, 'im-lang.wav', 3) },
    'too long': { code: 'audio-too-long', make: () => makeTone(folder.path, 'dai.mp3', 40) },
    'under another name': { code: 'audio-type-mismatch', make: () => copyAs(speech, folder.path, 'that-ra-la-wav.mp3') },
    'a WAV that was cut off': {
      code: 'audio-truncated',
      make: async () => {
        const file = await copyAs(speech, folder.path, 'cut.wav');
        await cutFile(file, 0.5);
        return file;
      },
    },
    'an Ogg that was cut off': {
      code: 'audio-truncated',
      make: async () => {
        const file = await makeTone(folder.path, 'cut.ogg', 5, '-c:a', 'libopus');
        await cutFile(file, 0.6);
        return file;
      },
    },
  };

  it.each(Object.entries(cases))('%s', async (_what, { code, make }) => {
    const bytes = await readFile(await make());
    const fileName = (await make()).split('/').at(-1);
    const { path } = await begin(author, { bytes: bytes.length, fileName });
    expect(await patch(author, path, 0, bytes)).toMatchObject({ status: 422, code });
    const upload = await read(author, path.slice(1));
    expect(upload).toMatchObject({ state: 'refused', problem: { code } });
    expect(await readdir(bench.desk.files.directory)).not.toContain(path.slice(1));
    const draft = await bench.compose(author, { kind: 'recording', text: null, uploadId: path.slice(1) });
    const submit = author.call('submitBulletin', { params: { bulletinId: draft.bulletinId }, body: { revision: 1 } });
    await expect(submit).rejects.toMatchObject({ problem: { code } });
  });

  it('no bytes at all', async () => {
    expect(await begin(author, { bytes: 0 })).toMatchObject({ status: 422, code: 'audio-empty' });
  });
});

describe('a bulletin takes a recording', () => {
  it('only of its own account and branch, and only when it is finished', async () => {
    const open = (await begin(author)).path.slice(1);
    const draft = await bench.compose(author, { kind: 'recording', text: null, uploadId: open });
    const submit = author.call('submitBulletin', { params: { bulletinId: draft.bulletinId }, body: { revision: 1 } });
    await expect(submit).rejects.toMatchObject({ status: 409, problem: { code: 'upload-not-finished' } });
    const attach = (client: ApiClient, more: object) =>
      bench.compose(client, { kind: 'recording', text: null, uploadId: open, ...more });
    await expect(attach(author2, {})).rejects.toMatchObject({ problem: { code: 'upload-of-another-account' } });
    await expect(attach(author, { uploadId: draft.bulletinId })).rejects.toMatchObject({ problem: { code: 'upload-unknown' } });
    await expect(attach(author, { kind: 'text', text: 'Xin chào' })).rejects.toMatchObject({
      problem: { code: 'request-invalid' },
    });
    const session = await author.call('readSession');
    await bench.db('uploads').where('upload_id', open).update({ area_id: bench.areas.south });
    await expect(attach(author, {})).rejects.toMatchObject({ problem: { code: 'outside-branch' } });
    expect(session.account.username).toBe('author');
  });
});

describe('uploads that nobody will resume or use', () => {
  it('are removed a day after their last byte, or a week after they were finished; those in a bulletin stay', async () => {
    await using own = await TempFolder.create();
    const clock = new DrivenClock();
    await using late = await BulletinBench.open({ dataFolder: own.path, clock });
    const client = await late.as('author');
    const headers = {
      'upload-length': '500',
      'upload-metadata': `filename ${encode('a.wav')},areaId ${encode(late.areas.north)}`,
    };
    const path = `/${(await send(client, 'POST', { headers })).headers.get('location')?.split('/').at(-1) ?? ''}`;
    const unused = await client.upload(speech, late.areas.north);
    const used = await client.upload(speech, late.areas.north);
    await late.compose(client, { areaId: late.areas.north, kind: 'recording', text: null, uploadId: used });
    const lastByteAt = new Date(clock.now() + 3_600_000);
    await utimes(late.desk.files.pathOf(path.slice(1)), lastByteAt, lastByteAt);
    clock.advance(24 * 3_600_000);
    await late.desk.settle();
    expect(await late.desk.find(path.slice(1))).toMatchObject({ state: 'open' });
    clock.advance(2 * 3_600_000);
    await late.desk.settle();
    expect(await late.desk.find(path.slice(1))).toBeUndefined();
    expect((await readdir(late.desk.files.directory)).toSorted()).toEqual([unused, used].toSorted());
    clock.advance(7 * 24 * 3_600_000);
    await late.desk.settle();
    expect(await readdir(late.desk.files.directory)).toEqual([used]);
  });
});

describe('on a full disk', () => {
  it('an upload is refused at its start, or as a whole request, and goes on when there is room', async () => {
    await using disk = await SmallDisk.create(1_024);
    await using own = await TempFolder.create();
    await using full = await BulletinBench.open({ dataFolder: own.path, uploadsFolder: disk.path });
    const client = await full.as('author');
    const bytes = await readFile(speech);
    const sized = (length: number) => ({
      headers: {
        'upload-length': String(length),
        'upload-metadata': `filename ${encode('a.wav')},areaId ${encode(full.areas.north)}`,
      },
    });
    expect(await send(client, 'POST', sized(3_000_000))).toMatchObject({ status: 507, code: 'disk-full' });
    expect(await full.db('uploads')).toEqual([]);
    expect(await readdir(disk.path)).toEqual([]);

    const path = `/${(await send(client, 'POST', sized(bytes.length))).headers.get('location')?.split('/').at(-1) ?? ''}`;
    expect((await patch(client, path, 0, bytes.subarray(0, 50_000))).status).toBe(204);
    await writeFile(join(disk.path, 'ballast'), Buffer.alloc(800 * 1_024));
    expect(await patch(client, path, 50_000, bytes.subarray(50_000))).toMatchObject({ status: 507, code: 'disk-full' });
    expect((await send(client, 'HEAD', { path })).headers.get('upload-offset')).toBe('50000');
    await writeFile(join(disk.path, 'ballast'), '');
    expect((await patch(client, path, 50_000, bytes.subarray(50_000))).status).toBe(204);
    expect(await full.desk.read(path.slice(1))).toMatchObject({ state: 'finished' });
  });
});
