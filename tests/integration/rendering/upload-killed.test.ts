import { createReadStream } from 'node:fs';
import { readdir, stat, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { join } from 'node:path';
import * as tus from 'tus-js-client';
import { describe, expect, it } from 'vitest';
import { hashFile } from '../../../server/media/hash-file.ts';
import type { ApiClient } from '../../support/api-client.ts';
import { BulletinBench } from '../../support/bulletin-bench.ts';
import { BulletinProcess } from '../../support/bulletin-process.ts';
import { makeTone } from '../../support/make-audio.ts';
import { TempFolder } from '../../support/temp-folder.ts';
import { waitFor } from '../../support/wait-for.ts';

const CHUNK = 256 * 1_024;

interface Uploading {
  client: ApiClient;
  file: string;
  areaId: string;
  uploadUrl?: string;
}

/** Runs until the end, or until the connection breaks. */
async function upload(
  { client, file, areaId, uploadUrl }: Uploading,
  onChunk: (accepted: number) => void = () => undefined,
): Promise<{ url: string; from: number; isWhole: boolean }> {
  const { size } = await stat(file);
  let from = Number.NaN;
  return new Promise((resolve) => {
    const end = (isWhole: boolean) => resolve({ url: transfer.url ?? '', from, isWhole });
    const transfer = new tus.Upload(createReadStream(file), {
      endpoint: `${client.url}/api/tus`,
      uploadSize: size,
      chunkSize: CHUNK,
      retryDelays: null,
      headers: client.headers,
      metadata: { filename: 'ghi-am.wav', areaId },
      ...(uploadUrl === undefined ? {} : { uploadUrl }),
      onProgress: (sent) => (from = Number.isNaN(from) ? sent : from),
      onChunkComplete: (_chunk, accepted) => onChunk(accepted),
      onError: () => end(false),
      onSuccess: () => end(true),
    });
    transfer.start();
  });
}

/** Announces a whole request and breaks off in its midst. */
function breakOff(client: ApiClient, path: string, bytes: Buffer, length: number): Promise<void> {
  return new Promise((resolve) => {
    const half = request(`${client.url}${path}`, {
      method: 'PATCH',
      headers: {
        ...client.headers,
        'tus-resumable': '1.0.0',
        'content-type': 'application/offset+octet-stream',
        'upload-offset': '0',
        'content-length': String(length),
      },
    });
    half.on('error', () => resolve());
    half.write(bytes, () => half.destroy());
    half.on('close', () => resolve());
  });
}

describe('an upload whose server is killed', () => {
  it('goes on at the offset on disk after the next start, and its bytes are those that were sent', async () => {
    await using folder = await TempFolder.create();
    const file = await makeTone(folder.path, 'ghi-am.wav', 30);
    const dataFolder = join(folder.path, 'data');
    const areaId = await (async () => {
      await using bench = await BulletinBench.open({ dataFolder });
      return bench.areas.north;
    })();
    let url: string;
    {
      await using first = await BulletinProcess.start(dataFolder);
      const client = await first.as('author');
      let killed: Promise<void> | undefined;
      // Killed while further chunks are on their way: the acknowledged ones must be there.
      const begun = await upload({ client, file, areaId }, (accepted) => {
        if (accepted >= 3 * CHUNK) killed ??= first.kill();
      });
      expect(begun.isWhole).toBe(false);
      await killed;
      url = begun.url;
    }
    const uploadId = url.split('/').at(-1) ?? '';
    const onDisk = (await stat(join(dataFolder, 'uploads', uploadId))).size;
    expect(onDisk).toBeGreaterThanOrEqual(3 * CHUNK);
    expect(onDisk).toBeLessThan((await stat(file)).size);

    await using second = await BulletinProcess.start(dataFolder);
    const client = await second.as('author');
    expect(await client.call('readUpload', { params: { uploadId } })).toMatchObject({ state: 'open', receivedBytes: onDisk });
    const resumed = await upload({ client, file, areaId, uploadUrl: `${second.url}/api/tus/${uploadId}` });
    expect(resumed.from).toBeGreaterThanOrEqual(onDisk);
    expect(await client.call('readUpload', { params: { uploadId } })).toMatchObject({ state: 'finished' });
    expect(await hashFile(join(dataFolder, 'uploads', uploadId))).toBe(await hashFile(file));
  });

  it('between its last byte and the look at it is looked at later; files without a row and rows without a file go', async () => {
    await using folder = await TempFolder.create();
    const file = await makeTone(folder.path, 'ghi-am.wav', 3);
    let uploadId: string;
    let lost: string;
    {
      await using bench = await BulletinBench.open({ dataFolder: folder.path });
      const client = await bench.as('author');
      uploadId = await client.upload(file, bench.areas.north);
      lost = await client.upload(file, bench.areas.north);
      // As a kill leaves them: one whole but not looked at, one without its file.
      const open = { state: 'open', length_declared: null, duration_ms: null, sha256: null, finished_at: null };
      await bench.db('uploads').update(open);
      await bench.desk.files.erase(lost);
      await writeFile(bench.desk.files.pathOf('0'.repeat(8) + '-0000-0000-0000-' + '0'.repeat(12)), 'nobody’s');
    }
    await using bench = await BulletinBench.open({ dataFolder: folder.path });
    expect(await readdir(bench.desk.files.directory)).toEqual([uploadId]);
    expect(await bench.desk.find(lost)).toBeUndefined();
    expect(await bench.desk.find(uploadId)).toMatchObject({ state: 'open' });
    await bench.desk.settle();
    expect(await bench.desk.find(uploadId)).toMatchObject({ state: 'finished', sha256: await hashFile(file) });
  });
});

describe('an upload whose sender goes away in mid-request', () => {
  it('keeps what has come and can be resumed at once', async () => {
    await using folder = await TempFolder.create();
    await using bench = await BulletinBench.open({ dataFolder: join(folder.path, 'data') });
    const file = await makeTone(folder.path, 'ghi-am.wav', 10);
    const client = await bench.as('author');
    const { size } = await stat(file);
    const encode = (text: string) => Buffer.from(text).toString('base64');
    const begun = await fetch(`${bench.url}/api/tus`, {
      method: 'POST',
      headers: {
        ...client.headers,
        'tus-resumable': '1.0.0',
        'upload-length': String(size),
        'upload-metadata': `filename ${encode('ghi-am.wav')},areaId ${encode(bench.areas.north)}`,
      },
    });
    const path = begun.headers.get('location') ?? '';
    const uploadId = path.split('/').at(-1) ?? '';
    const head = Buffer.concat(await createReadStream(file, { end: 99_999 }).toArray());
    await breakOff(client, path, head, size);
    const kept = await waitFor('the bytes that came', async () => (await bench.desk.read(uploadId)).receivedBytes || undefined);
    expect(kept).toBeLessThanOrEqual(head.length);
    await upload({ client, file, areaId: bench.areas.north, uploadUrl: `${bench.url}${path}` });
    expect(await bench.desk.find(uploadId)).toMatchObject({ state: 'finished', sha256: await hashFile(file) });
  });
});
