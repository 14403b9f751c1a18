import { spawnSync } from 'node:child_process';
import { symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { TempFolder } from '../support/temp-folder.ts';

/** Runs the checks of a project with these scripts; gives its summary without the times. */
async function runChecks(scripts: Record<string, string>): Promise<{ summary: string[]; succeeded: boolean }> {
  await using folder = await TempFolder.create();
  await symlink(join(process.cwd(), 'node_modules'), join(folder.path, 'node_modules'));
  await writeFile(join(folder.path, 'package.json'), JSON.stringify({ type: 'module', scripts }));
  const { stdout, status } = spawnSync(
    process.execPath,
    ['--import', 'tsx', join(process.cwd(), 'scripts/checks/run-checks.ts')],
    {
      cwd: folder.path,
      encoding: 'utf8',
    },
  );
  const summary = stdout.trimEnd().split('\n').slice(-7);
  return {
    summary: summary.map((line) =>
      line
        .replace(/\s+[\d.]+ s$/, '')
        .replace(/\s{2,}/, ': ')
        .trimEnd(),
    ),
    succeeded: status === 0,
  };
}

const ALL_WELL = {
  types: 'true',
  lint: 'true',
  'format:check': 'true',
  boundaries: 'true',
  'dead-code': 'true',
  'docs:check': 'true',
  test: 'true',
};

describe('npm run check', () => {
  test('succeeds when every check does', async () => {
    const { summary, succeeded } = await runChecks(ALL_WELL);
    expect(summary).toEqual([
      'types: ok',
      'lint: ok',
      'format: ok',
      'boundaries: ok',
      'dead code: ok',
      'docs fresh: ok',
      'tests: ok',
    ]);
    expect(succeeded).toBe(true);
  });

  test('goes on after a failed check, and fails at the end', async () => {
    const { summary, succeeded } = await runChecks({ ...ALL_WELL, types: 'false', 'dead-code': 'exit 3' });
    expect(summary).toEqual([
      'types: failed',
      'lint: ok',
      'format: ok',
      'boundaries: ok',
      'dead code: failed',
      'docs fresh: ok',
      'tests: ok',
    ]);
    expect(succeeded).toBe(false);
  });

  test('does not call a check ok that is not there', async () => {
    const { 'docs:check': _, ...others } = ALL_WELL;
    expect((await runChecks(others)).summary).toContain('docs fresh: absent');
  });
});
