import { execFile } from 'node:child_process';
import { copyFile, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { keepWatchdogFed } from '../../../edge-agent/watchdog.ts';
import { DrivenTime } from '../../support/driven-time.ts';
import { TempFolder } from '../../support/temp-folder.ts';
import { waitFor } from '../../support/wait-for.ts';

const UNIT = 'edge-agent/systemd/truyen-thanh-agent.service';
const run = promisify(execFile);

test('the unit is one that systemd understands in every line', async (context) => {
  const isThere = await run('systemd-analyze', ['--version']).then(
    () => true,
    () => false,
  );
  context.skip(!isThere, 'systemd-analyze is not on this machine');
  await using folder = await TempFolder.create();
  const copy = join(folder.path, 'truyen-thanh-agent.service');
  await copyFile(UNIT, copy);
  // Its program stands elsewhere on a receiver.
  await writeFile(copy, (await readFile(copy, 'utf8')).replace(/^ExecStart=.*$/m, `ExecStart=${process.execPath} run`));
  const { stdout, stderr } = await run('systemd-analyze', ['verify', copy]);
  expect((stdout + stderr).split('\n').filter((line) => line.includes('truyen-thanh-agent'))).toEqual([]);
});

test('the watchdog is fed only as long as the reconciler turns', async () => {
  const time = new DrivenTime();
  const said: string[] = [];
  const hangs: string[] = [];
  let lastTurnAtMs = time.steadyMs();
  const notify = (state: string) => void said.push(state);
  const log = (event: string) => void hangs.push(event);
  using _fed = keepWatchdogFed({ notify, everyMs: 10, lastTurnAtMs: () => lastTurnAtMs, time, log });
  await waitFor('it is fed', () => said.includes('WATCHDOG=1'));
  expect(said[0]).toBe('READY=1');
  await time.pass(11_000, 11_000);
  await waitFor('the hang is seen', () => hangs.length > 0);
  const fed = said.length;
  const seen = hangs.length;
  await waitFor('it is seen again', () => hangs.length > seen);
  expect(said).toHaveLength(fed);
  lastTurnAtMs = time.steadyMs();
  await waitFor('it is fed again', () => said.length > fed);
});
