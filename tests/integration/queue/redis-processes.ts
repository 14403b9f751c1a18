import { readdir, readFile } from 'node:fs/promises';

/** The redis-server processes whose socket lies in this folder: Redis puts it in its process title. */
export async function redisPidsOf(folder: string): Promise<number[]> {
  const pids: number[] = [];
  for (const entry of await readdir('/proc')) {
    if (!/^\d+$/.test(entry)) continue;
    // A process that ended since the listing has no command line any more.
    const title = await readFile(`/proc/${entry}/cmdline`, 'utf8').catch(() => '');
    if (/redis-server|valkey-server/.test(title) && title.includes(`${folder}/`)) pids.push(Number(entry));
  }
  return pids;
}
