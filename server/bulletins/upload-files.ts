// Received bytes on disk, one file an upload, named by its id. The offset to resume from is the file's length.
import { type FileHandle, mkdir, open, readdir, rm, stat, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { type Configstore, FileStore } from '@tus/file-store';
import type { Upload } from '@tus/server';
import { Problem } from '../lib/problem.ts';
import { asDiskFull } from '../media/disk-full.ts';

/** The server needs room to work and to record receipts; uploads stop short of it. */
const ROOM_KEPT_BYTES = 32 * 1024 * 1024;
const FILE_NAME = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

export class UploadFiles extends FileStore {
  readonly #roomKeptBytes: number;

  private constructor(folder: string, rows: Configstore, roomKeptBytes: number) {
    super({ directory: folder, configstore: rows });
    this.#roomKeptBytes = roomKeptBytes;
    // The whole length is named at the start, or neither limit nor room could be checked.
    this.extensions = this.extensions.filter((extension) => extension !== 'creation-defer-length' && extension !== 'expiration');
  }

  static async open(folder: string, rows: Configstore, roomKeptBytes = ROOM_KEPT_BYTES): Promise<UploadFiles> {
    await mkdir(folder, { recursive: true });
    return new UploadFiles(folder, rows, roomKeptBytes);
  }

  pathOf(uploadId: string): string {
    if (!FILE_NAME.test(uploadId)) throw new Problem('upload-unknown', {});
    return join(this.directory, uploadId);
  }

  /** Undefined when there is no file. */
  async lengthOf(uploadId: string): Promise<{ bytes: number; changedAtMs: number } | undefined> {
    try {
      const { size, mtimeMs } = await stat(this.pathOf(uploadId));
      return { bytes: size, changedAtMs: mtimeMs };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw error;
    }
  }

  async checkRoom(bytes: number): Promise<void> {
    const { bavail, bsize } = await statfs(this.directory);
    if (bytes + this.#roomKeptBytes > bavail * bsize)
      throw new Problem('disk-full', { neededBytes: bytes + this.#roomKeptBytes });
  }

  async erase(uploadId: string): Promise<void> {
    await rm(this.pathOf(uploadId), { force: true });
  }

  async list(): Promise<string[]> {
    return (await readdir(this.directory)).filter((name) => FILE_NAME.test(name));
  }

  /** The file and its name are durable before the reply that names it. */
  override async create(upload: Upload): Promise<Upload> {
    const path = this.pathOf(upload.id);
    try {
      await using file = await open(path, 'wx', 0o640);
      await file.sync();
      await using folder = await open(this.directory, 'r');
      await folder.sync();
    } catch (error) {
      await this.erase(upload.id);
      await this.configstore.delete(upload.id);
      throw asDiskFull(error, this.directory);
    }
    upload.storage = { type: 'file', path };
    return upload;
  }

  /** Bytes are on the disk, not in a cache, before the new offset is acknowledged. When the disk is full, nothing of this request stays. */
  override async write(readable: Readable, uploadId: string, offset: number): Promise<number> {
    const file = await open(this.pathOf(uploadId), 'r+');
    try {
      const reached = await writeAt(file, readable, offset);
      await file.sync();
      return reached;
    } catch (error) {
      const failure = asDiskFull(error, this.directory);
      if (failure instanceof Problem) await file.truncate(offset);
      await file.sync();
      throw failure;
    } finally {
      await file.close();
    }
  }
}

async function writeAt(file: FileHandle, readable: Readable, offset: number): Promise<number> {
  let position = offset;
  // Left standing when we fail: destroyed, it would put an error of its own in the place of ours.
  for await (const chunk of readable.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    for (let at = 0; at < chunk.length;) {
      const { bytesWritten } = await file.write(chunk, at, chunk.length - at, position);
      at += bytesWritten;
      position += bytesWritten;
    }
  }
  return position;
}
