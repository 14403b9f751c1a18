import { spawn } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));

/** `npm run SCRIPT -- ARGS` as a person calls it; `into`: the file that standard output is redirected to. */
export async function npmRun(
  script: string,
  args: readonly string[],
  into?: string,
): Promise<{ code: number | null; out: string; problem: string }> {
  const child = spawn('npm', ['run', script, '--', ...args], { cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'] });
  const ended = new Promise<number | null>((resolve, reject) => child.once('error', reject).once('close', resolve));
  const problem = text(child.stderr);
  const out = into === undefined ? text(child.stdout) : pipeline(child.stdout, createWriteStream(into)).then(() => '');
  return { code: await ended, out: await out, problem: await problem };
}
