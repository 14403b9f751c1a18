// What a browser fetches before the first page shows: the entry, all it imports statically, and their styles.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { z } from 'zod';

export const FIRST_LOAD_BYTES_MAX = 300_000;

const Chunk = z.object({
  file: z.string(),
  isEntry: z.boolean().optional(),
  imports: z.array(z.string()).default([]),
  css: z.array(z.string()).default([]),
});
const Manifest = z.record(z.string(), Chunk);

export interface FileSize {
  file: string;
  gzipBytes: number;
  isFirstLoad: boolean;
}

/** Sizes of all JavaScript and CSS of a build. Fonts come after the text is readable and are not counted. */
export async function measureFirstLoad(folder: string): Promise<FileSize[]> {
  const manifest = Manifest.parse(JSON.parse(await readFile(join(folder, '.vite/manifest.json'), 'utf8')));
  const chunks = Object.values(manifest).filter(({ file }) => /\.(js|css)$/.test(file));
  const first = new Set<string>();
  const visit = (key: string) => {
    const chunk = manifest[key];
    if (!chunk) throw new Error(`the manifest of the build imports ${key} but does not hold it`);
    if (first.has(chunk.file)) return;
    for (const file of [chunk.file, ...chunk.css]) first.add(file);
    chunk.imports.forEach(visit);
  };
  const entries = Object.keys(manifest).filter((key) => manifest[key]?.isEntry);
  if (entries.length === 0) throw new Error('the manifest of the build has no entry');
  entries.forEach(visit);
  const files = [...new Set(chunks.flatMap(({ file, css }) => [file, ...css]))];
  return Promise.all(
    files.map(async (file) => ({ file, gzipBytes: await gzipSize(join(folder, file)), isFirstLoad: first.has(file) })),
  );
}

/** @returns whether the first load keeps within its limit. */
export function printSizes(sizes: FileSize[]): boolean {
  const kilobytes = (bytes: number) => `${(bytes / 1000).toFixed(1)} kB`.padStart(10);
  const sorted = sizes.toSorted((a, b) => Number(b.isFirstLoad) - Number(a.isFirstLoad) || b.gzipBytes - a.gzipBytes);
  for (const { file, gzipBytes, isFirstLoad } of sorted)
    console.log(`${kilobytes(gzipBytes)} gzip  ${isFirstLoad ? 'first load' : 'when needed'}  ${file}`);
  const total = sizes.filter(({ isFirstLoad }) => isFirstLoad).reduce((sum, { gzipBytes }) => sum + gzipBytes, 0);
  const isWithin = total <= FIRST_LOAD_BYTES_MAX;
  const verdict = isWithin ? 'within' : 'OVER';
  console.log(
    `first load of the console: ${kilobytes(total).trim()} gzip, ${verdict} its limit of ${FIRST_LOAD_BYTES_MAX / 1000} kB`,
  );
  return isWithin;
}

async function gzipSize(path: string): Promise<number> {
  return (await promisify(gzip)(await readFile(path))).byteLength;
}
