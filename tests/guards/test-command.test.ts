import { spawnSync } from 'node:child_process';
import { chmod, mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { TempFolder } from '../support/temp-folder.ts';

const PASSES = `import { test } from 'vitest'; test('passes', () => {});`;

/** Runs vitest with our reporter over these files, as scripts/test does, and gives the summary it left. */
async function runTests(files: Record<string, string>): Promise<{ lastLine: string; succeeded: boolean }> {
  await using folder = await TempFolder.create();
  await symlink(join(process.cwd(), 'node_modules'), join(folder.path, 'node_modules'));
  await writeFile(join(folder.path, 'vitest.config.ts'), 'export default {};\n');
  await mkdir(join(folder.path, 'tests'));
  for (const [name, source] of Object.entries(files)) await writeFile(join(folder.path, 'tests', `${name}.test.ts`), source);
  // Should the packages here be out of date, this test fails; it does not install others under the tests that run beside it.
  await mkdir(join(folder.path, 'bin'));
  await writeFile(join(folder.path, 'bin/npm'), '#!/bin/sh\nexit 1\n');
  await chmod(join(folder.path, 'bin/npm'), 0o755);
  const outside = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(VITEST|NODE_ENV|TEST_)/.test(name)));
  const { stdout, status } = spawnSync('./scripts/test', ['--root', folder.path], {
    env: { ...outside, PATH: `${join(folder.path, 'bin')}:${process.env.PATH}` },
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  return { lastLine: stdout.trimEnd().split('\n').at(-1) ?? '', succeeded: status === 0 };
}

describe('the last line of scripts/test', () => {
  test('counts what passed', async () => {
    expect(await runTests({ one: PASSES, two: PASSES })).toEqual({ lastLine: '2 passed, 0 failed', succeeded: true });
  });

  test('counts failures and names what was skipped', async () => {
    const mixed = `import { test } from 'vitest'; test('fails', () => { throw new Error('no'); }); test.skip('later', () => {});`;
    expect(await runTests({ one: PASSES, mixed })).toEqual({ lastLine: '1 passed, 1 failed, 1 skipped', succeeded: false });
  });

  test('counts a file that cannot be loaded and a hook that throws as failed', async () => {
    const unloadable = `import './nowhere.ts';`;
    const hook = `import { beforeAll, test } from 'vitest'; beforeAll(() => { throw new Error('no'); }); test('never runs', () => {});`;
    expect(await runTests({ one: PASSES, unloadable, hook })).toEqual({
      lastLine: '1 passed, 2 failed, 1 skipped',
      succeeded: false,
    });
  });

  test('counts an error that no test caught as failed', async () => {
    const stray = `import { test } from 'vitest'; test('passes', async () => { void Promise.reject(new Error('stray')); });`;
    expect(await runTests({ stray })).toEqual({ lastLine: '1 passed, 1 failed', succeeded: false });
  });

  test('does not call it success when nothing ran', async () => {
    expect(await runTests({})).toEqual({ lastLine: '0 passed, 1 failed', succeeded: false });
    const skipped = `import { test } from 'vitest'; test.skip('later', () => {});`;
    expect(await runTests({ skipped })).toEqual({ lastLine: '0 passed, 0 failed, 1 skipped', succeeded: false });
  });
});
