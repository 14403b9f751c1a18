import { constants } from 'node:fs';
import { mkdir, open, readFile, readdir, rename, rm, stat, statfs, truncate } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/**
 * What a file system really promises, and no more: nothing is durable before `sync` (bytes) and `syncFolder` (names).
 * Paths are relative to the agent's folder. `tests/support/power-loss-files.ts` is the other implementation.
 */
export interface RawFiles {
  read(path: string): Promise<Buffer | undefined>;
  /** Undefined where there is no such file. */
  size(path: string): Promise<number | undefined>;
  write(path: string, bytes: Uint8Array, mode: number): Promise<void>;
  append(path: string, bytes: Uint8Array): Promise<void>;
  truncate(path: string, length: number): Promise<void>;
  sync(path: string): Promise<void>;
  rename(from: string, to: string): Promise<void>;
  remove(path: string): Promise<void>;
  makeFolder(path: string): Promise<void>;
  syncFolder(path: string): Promise<void>;
  /** Names of the files in a folder; empty where there is none. */
  list(path: string): Promise<string[]>;
  space(): Promise<{ freeBytes: number; totalBytes: number }>;
  /** For programs beside us that open a file by its path: the player. */
  absolutePath(path: string): string;
}

export function openDiskFiles(root: string): RawFiles {
  const at = (path: string) => join(root, path);
  return {
    absolutePath: at,
    async read(path) {
      return await orAbsent(readFile(at(path)));
    },
    async size(path) {
      return (await orAbsent(stat(at(path))))?.size;
    },
    async write(path, bytes, mode) {
      await using file = await open(at(path), 'w', mode);
      await file.writeFile(bytes);
    },
    async append(path, bytes) {
      await using file = await open(at(path), 'a', 0o600);
      await file.writeFile(bytes);
    },
    async truncate(path, length) {
      await truncate(at(path), length);
    },
    async sync(path) {
      await using file = await open(at(path), 'r+');
      await file.sync();
    },
    async rename(from, to) {
      await rename(at(from), at(to));
    },
    async remove(path) {
      await rm(at(path), { force: true });
    },
    async makeFolder(path) {
      await mkdir(at(path), { recursive: true, mode: 0o700 });
    },
    async syncFolder(path) {
      await using folder = await open(at(path), constants.O_RDONLY | constants.O_DIRECTORY);
      await folder.sync();
    },
    async list(path) {
      const entries = (await orAbsent(readdir(at(path), { withFileTypes: true }))) ?? [];
      return entries.filter((entry) => entry.isFile()).map((entry) => entry.name);
    },
    async space() {
      const { bavail, blocks, bsize } = await statfs(root);
      return { freeBytes: bavail * bsize, totalBytes: blocks * bsize };
    },
  };
}

/** The folder that holds a file, as the agent names it. */
export function folderOf(path: string): string {
  return dirname(path);
}

export function isDiskFull(error: unknown): boolean {
  const code = (error as NodeJS.ErrnoException | undefined)?.code;
  return code === 'ENOSPC' || code === 'EDQUOT';
}

async function orAbsent<T>(reading: Promise<T>): Promise<T | undefined> {
  try {
    return await reading;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
