import { createWriteStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type ProgramRun, runProgram } from '../../../server/media/run-program.ts';
import { SmallDisk } from '../../support/small-disk.ts';
import { TempFolder } from '../../support/temp-folder.ts';

const shell = (script: string, more: Partial<ProgramRun> = {}) =>
  runProgram({ program: '/bin/sh', args: ['-c', script], install: 'apt-get install dash', timeLimitMs: 20_000, ...more });

describe('a child program', () => {
  it('is given its input and gives back its output', async () => {
    expect((await shell('cat; echo bên lề >&2', { stdin: 'Xin chào' })).stdout).toBe('Xin chào');
  });

  it('that floods its error output is remembered by its last lines only', async () => {
    const flood =
      "yes 'một dòng dài' | head -c 20000000 >&2; yes | tr -d '\\n' | head -c 5000000 >&2; echo >&2; echo 'the end' >&2; exit 4";
    const failure = await shell(flood).catch((error: unknown) => error);
    expect(failure).toMatchObject({ name: 'ProgramFailed', reason: 'exit-code' });
    const { lastLines, message } = failure as { lastLines: string[]; message: string };
    expect(lastLines.at(-1)).toBe('the end');
    expect(lastLines.join('').length).toBeLessThan(10_000);
    expect(message).toContain('exit code 4');
  });

  it('that writes more than its limit is ended', async () => {
    await expect(shell('yes', { stdoutMaxBytes: 100_000 })).rejects.toMatchObject({ reason: 'output-too-large' });
  });

  it('that someone else kills has not judged anything', async () => {
    await expect(shell('kill -9 $$')).rejects.toMatchObject({ name: 'ProgramFailed', reason: 'killed' });
  });

  it('that does not read its input is judged by its exit code', async () => {
    await expect(shell('exec 0<&-; exit 0', { stdin: 'x'.repeat(1_000_000) })).resolves.toMatchObject({ stdout: '' });
  });

  it('that says the disk is full and still ends with 0 is not believed', async () => {
    await expect(shell('echo "Error writing trailer: No space left on device" >&2')).rejects.toMatchObject({ code: 'disk-full' });
  });

  it('that prints a title of that wording from a file’s tags is not misunderstood', async () => {
    await expect(shell('echo "    title : No space left on device" >&2')).resolves.toBeDefined();
  });

  it('writes into a file through us, so that a full disk is noticed', async () => {
    await using folder = await TempFolder.create();
    const file = join(folder.path, 'out');
    await shell('printf abc', { stdoutTo: createWriteStream(file) });
    expect(await readFile(file, 'utf8')).toBe('abc');
    await using disk = await SmallDisk.create(64);
    const stdoutTo = createWriteStream(join(disk.path, 'out'));
    await expect(shell('yes | head -c 1000000', { stdoutTo })).rejects.toMatchObject({ code: 'disk-full' });
  });
});
