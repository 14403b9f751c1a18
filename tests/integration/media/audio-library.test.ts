import { createHash, randomBytes } from 'node:crypto';
import { mkdir, readFile, readdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { AudioLibrary } from '../../../server/media/audio-library.ts';
import { SmallDisk } from '../../support/small-disk.ts';
import { TempFolder } from '../../support/temp-folder.ts';

const hashOf = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');
const readAll = async (stream: Readable): Promise<Buffer> => Buffer.concat(await stream.toArray());

async function filesIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => entry.name);
}

async function place(folder: string, bytes: Buffer): Promise<string> {
  const file = join(folder, 'source');
  await writeFile(file, bytes);
  return file;
}

describe('the audio library', () => {
  it('gives back by hash what was put in, whole or in part', async () => {
    await using folder = await TempFolder.create();
    const library = await AudioLibrary.open(join(folder.path, 'library'));
    const bytes = randomBytes(200_000);
    const sha256 = hashOf(bytes);
    expect(await library.has(sha256)).toBe(false);
    expect(await library.put(await place(folder.path, bytes), sha256)).toEqual({ sha256, bytes: 200_000 });
    expect(await library.has(sha256)).toBe(true);
    expect(await library.stat(sha256)).toEqual({ sha256, bytes: 200_000 });
    expect(await readAll((await library.open(sha256)).stream)).toEqual(bytes);
    const part = await library.open(sha256, { start: 1000, end: 1999 });
    expect(part).toMatchObject({ start: 1000, end: 1999, bytes: 200_000 });
    expect(await readAll(part.stream)).toEqual(bytes.subarray(1000, 2000));
    const rest = await library.open(sha256, { start: 199_990, end: 999_999_999 });
    expect(rest.end).toBe(199_999);
    expect(await readAll(rest.stream)).toEqual(bytes.subarray(199_990));
    expect(await readFile(await library.pathOf(sha256))).toEqual(bytes);
  });

  it('stores the same bytes once, also when they come at the same time', async () => {
    await using folder = await TempFolder.create();
    const library = await AudioLibrary.open(join(folder.path, 'library'));
    const file = await place(folder.path, randomBytes(50_000));
    await Promise.all([library.put(file), library.put(file), library.put(file)]);
    const { sha256 } = await library.put(file);
    expect(await filesIn(join(folder.path, 'library'))).toEqual([sha256]);
  });

  it('replaces a damaged file when its bytes come again', async () => {
    await using folder = await TempFolder.create();
    const library = await AudioLibrary.open(join(folder.path, 'library'));
    const file = await place(folder.path, randomBytes(5000));
    const { sha256 } = await library.put(file);
    await writeFile(await library.pathOf(sha256), 'damaged');
    await library.put(file);
    expect(hashOf(await readFile(await library.pathOf(sha256)))).toBe(sha256);
  });

  it('refuses a file whose bytes are not those that were meant', async () => {
    await using folder = await TempFolder.create();
    const library = await AudioLibrary.open(join(folder.path, 'library'));
    const file = await place(folder.path, Buffer.from('altered'));
    const meant = hashOf(Buffer.from('meant'));
    await expect(library.put(file, meant)).rejects.toMatchObject({ code: 'media-altered' });
    expect(await filesIn(join(folder.path, 'library'))).toEqual([]);
  });

  it('has no way to a path but 64 hexadecimal digits', async () => {
    await using folder = await TempFolder.create();
    const library = await AudioLibrary.open(join(folder.path, 'library'));
    await writeFile(join(folder.path, 'secret'), 'secret');
    const tricks = [
      '../secret',
      '..%2fsecret',
      '/etc/passwd',
      `${'a'.repeat(61)}/..`,
      'A'.repeat(64),
      `${'a'.repeat(64)}\n`,
      'a\0b',
      '',
    ];
    for (const trick of tricks) {
      await expect(library.open(trick), trick).rejects.toMatchObject({ code: 'media-unknown' });
      await expect(library.stat(trick), trick).rejects.toMatchObject({ code: 'media-unknown' });
      await expect(library.pathOf(trick), trick).rejects.toMatchObject({ code: 'media-unknown' });
      expect(await library.has(trick)).toBe(false);
    }
  });

  it('says which audio it does not know, and which part of it does not exist', async () => {
    await using folder = await TempFolder.create();
    const library = await AudioLibrary.open(join(folder.path, 'library'));
    await expect(library.open('0'.repeat(64))).rejects.toMatchObject({ code: 'media-unknown' });
    const { sha256 } = await library.put(await place(folder.path, Buffer.alloc(10, 1)));
    for (const range of [{ start: 10 }, { start: 5, end: 4 }, { start: -1 }, { start: 1.5 }, { start: Number.NaN }]) {
      await expect(library.open(sha256, range)).rejects.toMatchObject({ code: 'range-invalid', params: { bytes: 10 } });
    }
  });

  it('clears at its opening what an earlier process had begun', async () => {
    await using folder = await TempFolder.create();
    const path = join(folder.path, 'library');
    const { sha256 } = await (await AudioLibrary.open(path)).put(await place(folder.path, Buffer.alloc(10, 1)));
    await mkdir(join(path, 'incoming'), { recursive: true });
    await writeFile(join(path, 'incoming', 'half.part'), 'half');
    const library = await AudioLibrary.open(path);
    expect(await filesIn(path)).toEqual([sha256]);
    expect(await library.has(sha256)).toBe(true);
  });

  it('on a full disk says so, shows no partial file, and goes on working', async () => {
    await using folder = await TempFolder.create();
    await using disk = await SmallDisk.create(128);
    const library = await AudioLibrary.open(join(disk.path, 'library'));
    const large = randomBytes(300_000);
    const largeFile = await place(folder.path, large);
    await expect(library.put(largeFile)).rejects.toMatchObject({ code: 'disk-full' });
    expect(await filesIn(disk.path)).toEqual([]);
    expect(await library.has(hashOf(large))).toBe(false);
    const { sha256 } = await library.put(await place(folder.path, randomBytes(20_000)));
    expect((await stat(await library.pathOf(sha256))).size).toBe(20_000);
  });
});
