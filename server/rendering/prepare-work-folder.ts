import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';

/** DATA/work, empty: at start nobody works in it, so what stands there was left by a killed process. */
export async function prepareWorkFolder(dataFolder: string): Promise<string> {
  const folder = join(dataFolder, 'work');
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  return folder;
}
