// Finished audio by the SHA-256 of its bytes. Owns its folder: nobody else writes there.
// Invariants:
// - a file under its final name is whole, and its bytes have that hash;
// - its name was durable before `put` answered;
// - only 64 hexadecimal digits ever become part of a path.
import { createHash, randomUUID } from 'node:crypto';
import { type ReadStream, createReadStream } from 'node:fs';
import { type FileHandle, mkdir, open, rename, rm, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { Problem } from '../lib/problem.ts';
import { asDiskFull } from './disk-full.ts';
import { hashFile } from './hash-file.ts';

export interface StoredAudio {
  sha256: string;
  bytes: number;
}

/** First and last byte, both included, as in an HTTP range; without `end` up to the last. */
export interface ByteRange {
  start: number;
  end?: number | undefined;
}

export interface OpenedAudio extends StoredAudio {
  /** Ends itself; destroy it when the reader goes away. */
  stream: ReadStream;
  start: number;
  end: number;
}

const SHA256 = /^[0-9a-f]{64}$/;

export class AudioLibrary {
  readonly #folder: string;
  readonly #incoming: string;

  private constructor(folder: string) {
    this.#folder = folder;
    this.#incoming = join(folder, 'incoming');
  }

  /** What an earlier process had begun and not finished is removed. */
  static async open(folder: string): Promise<AudioLibrary> {
    const library = new AudioLibrary(resolve(folder));
    await rm(library.#incoming, { recursive: true, force: true });
    await mkdir(library.#incoming, { recursive: true });
    return library;
  }

  /** Copies a file in. The same bytes twice are stored once; damaged bytes under that name are replaced. */
  async put(file: string, expectedSha256?: string): Promise<StoredAudio> {
    const sha256 = await hashFile(file);
    if (expectedSha256 !== undefined && expectedSha256 !== sha256) throw new Problem('media-altered', { expectedSha256, sha256 });
    const path = this.#pathOf(sha256);
    const { size: bytes } = await stat(file);
    if (await this.#isIntact(path, sha256)) return { sha256, bytes };
    const partial = join(this.#incoming, `${randomUUID()}.part`);
    try {
      await copyDurably(file, partial, sha256);
      await this.#makeFolders(path);
      await rename(partial, path);
      await syncFolder(dirname(path));
    } catch (error) {
      await rm(partial, { force: true });
      throw asDiskFull(error, this.#folder);
    }
    return { sha256, bytes };
  }

  async open(sha256: string, range?: ByteRange): Promise<OpenedAudio> {
    const path = this.#pathOf(sha256);
    const handle = await open(path, 'r').catch((error: unknown) => throwUnknown(error, sha256));
    try {
      const { size: bytes } = await handle.stat();
      const start = range?.start ?? 0;
      const end = Math.min(range?.end ?? bytes - 1, bytes - 1);
      const isValid = Number.isSafeInteger(start) && Number.isSafeInteger(end) && start >= 0 && start <= end;
      if (!isValid) throw new Problem('range-invalid', { bytes });
      return { sha256, bytes, start, end, stream: handle.createReadStream({ start, end }) };
    } catch (error) {
      await handle.close();
      throw error;
    }
  }

  async stat(sha256: string): Promise<StoredAudio> {
    const { size: bytes } = await stat(this.#pathOf(sha256)).catch((error: unknown) => throwUnknown(error, sha256));
    return { sha256, bytes };
  }

  async has(sha256: string): Promise<boolean> {
    try {
      await this.stat(sha256);
      return true;
    } catch (error) {
      if (error instanceof Problem && error.code === 'media-unknown') return false;
      throw error;
    }
  }

  /** For programs that read from a path, such as an encoder; never to be written to. */
  async pathOf(sha256: string): Promise<string> {
    await this.stat(sha256);
    return this.#pathOf(sha256);
  }

  #pathOf(sha256: string): string {
    if (!SHA256.test(sha256)) throw new Problem('media-unknown');
    return join(this.#folder, sha256.slice(0, 2), sha256.slice(2, 4), sha256);
  }

  async #isIntact(path: string, sha256: string): Promise<boolean> {
    try {
      return (await hashFile(path)) === sha256;
    } catch (error) {
      if (isMissing(error)) return false;
      throw error;
    }
  }

  /** A new folder's name is durable only once the folder above it has been synced. */
  async #makeFolders(path: string): Promise<void> {
    const inner = dirname(path);
    const outer = dirname(inner);
    await mkdir(inner, { recursive: true });
    await syncFolder(outer);
    await syncFolder(this.#folder);
  }
}

async function copyDurably(from: string, to: string, sha256: string): Promise<void> {
  const hash = createHash('sha256');
  const target = await open(to, 'wx', 0o640);
  try {
    for await (const chunk of createReadStream(from)) {
      hash.update(chunk as Buffer);
      await writeAll(target, chunk as Buffer);
    }
    await target.sync();
  } finally {
    await target.close();
  }
  const copied = hash.digest('hex');
  if (copied !== sha256) throw new Problem('media-altered', { expectedSha256: sha256, sha256: copied });
}

async function writeAll(target: FileHandle, chunk: Buffer): Promise<void> {
  for (let at = 0; at < chunk.length;) at += (await target.write(chunk, at)).bytesWritten;
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function throwUnknown(error: unknown, sha256: string): never {
  throw isMissing(error) ? new Problem('media-unknown', { sha256 }, { cause: error }) : error;
}

function isMissing(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === 'ENOENT';
}
