import { Problem } from '../lib/problem.ts';

const FULL_CODES = new Set(['ENOSPC', 'EDQUOT']);

/** Turns a file system's "no room" into the refusal of that name; any other error comes back as it was. */
export function asDiskFull(error: unknown, folder: string): unknown {
  const code = (error as NodeJS.ErrnoException | null)?.code;
  return code !== undefined && FULL_CODES.has(code) ? new Problem('disk-full', { folder }, { cause: error }) : error;
}

/** Programs say it only in words. A file's own tags are printed indented, so they can't be mistaken for it. */
export function isDiskFullLine(line: string): boolean {
  return /^\S.*(No space left on device|Disk quota exceeded)/.test(line);
}
