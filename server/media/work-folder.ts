import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { asDiskFull } from './disk-full.ts';

/** Runs `work` with a folder of its own inside `parent`, gone afterwards whatever happens. */
export async function withWorkFolder<T>(parent: string, work: (folder: string) => Promise<T>): Promise<T> {
  try {
    const folder = await mkdtemp(join(parent, 'work-'));
    try {
      return await work(folder);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  } catch (error) {
    throw asDiskFull(error, parent);
  }
}
