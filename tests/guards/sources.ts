import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';

/** Our own files by path: what git tracks, and what it would if it were added now. */
export function listSources(): string[] {
  // A build server may run as another user than the one who cloned; git would then refuse to list anything.
  const listed = execFileSync('git', ['-c', 'safe.directory=*', 'ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    encoding: 'utf8',
  });
  return listed.split('\0').filter((path) => path !== '' && existsSync(path));
}

export interface Source {
  path: string;
  text: string;
}

export function readSources(isWanted: (path: string) => boolean): Source[] {
  return listSources()
    .filter(isWanted)
    .map((path) => ({ path, text: readFileSync(path, 'utf8') }));
}

/** `path:line text` of each line outside comments that matches. Good enough for our own style; it does not parse strings. */
export function findLines({ path, text }: Source, pattern: RegExp): string[] {
  const code = text.replace(/\/\*[\s\S]*?\*\//g, (comment) => comment.replace(/[^\n]/g, ' ')).replace(/(^|\s)\/\/.*$/gm, '$1');
  return code.split('\n').flatMap((line, index) => (pattern.test(line) ? [`${path}:${index + 1} ${line.trim()}`] : []));
}
