import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';

/** Our own files by path: what git tracks, and what it would if it were added now. */
export function listSources(): string[] {
  const listed = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], { encoding: 'utf8' });
  return listed.split('\0').filter((path) => path !== '' && existsSync(path));
}

export function listCode(): string[] {
  return listSources().filter((path) => /\.(ts|tsx|mjs|cjs|js)$/.test(path));
}

export function readSource(path: string): string {
  return readFileSync(path, 'utf8');
}
