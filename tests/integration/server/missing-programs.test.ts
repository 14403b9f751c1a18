import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ApiClient } from '../../support/api-client.ts';
import { ServerProcess } from '../../support/server-process.ts';
import { TempFolder } from '../../support/temp-folder.ts';
import { waitFor } from '../../support/wait-for.ts';

/** As lines, or inside a line of the log. */
const STACK = /(^|\\n)\s+at .*:\d+:\d+/m;

/** A folder of programs in which only some are there. */
async function makePath(folder: TempFolder, programs: string[]): Promise<string> {
  const path = join(folder.path, 'bin');
  await mkdir(path);
  for (const program of programs) await symlink(execFileSync('which', [program]).toString().trim(), join(path, program));
  return path;
}

test('without ffmpeg and espeak-ng the server starts, says what to install, and a bulletin says why it has no audio', async () => {
  await using folder = await TempFolder.create();
  const PATH = await makePath(folder, ['redis-server', 'flock', 'sh']);
  await using server = await ServerProcess.start(join(folder.path, 'data'), { PATH });
  const said = server.log();
  for (const program of ['ffmpeg', 'espeak-ng']) expect(said).toMatch(new RegExp(`^${program} is missing.*apt-get install`, 'm'));
  expect(said).not.toMatch(STACK);

  const admin = await ApiClient.signIn(server.url, 'admin', server.password ?? '');
  const [root] = (await admin.call('listAreas', {})).entries;
  const areaId = root?.areaId ?? '';
  const password = 'mat-khau-long-thoi';
  await admin.call('createAccount', {
    body: { username: 'can-bo', displayName: 'Cán bộ', password, grants: [{ role: 'author', areaId }] },
  });
  const author = await ApiClient.signIn(server.url, 'can-bo', password);
  const { bulletinId, revision } = await author.call('composeBulletin', {
    body: { areaId, kind: 'text', title: 'Họp dân', field: 1, text: 'Mời bà con họp lúc 19 giờ.' },
  });
  await author.call('submitBulletin', { params: { bulletinId }, body: { revision } });
  const problem = await waitFor('the reason', async () => {
    const { rendering } = await author.call('readBulletin', { params: { bulletinId } });
    return rendering.state === 'failed' && rendering.problem;
  });
  expect(problem).toMatchObject({ code: 'engine-missing' });
}, 120_000);

test.each([
  ['without redis-server', {}, ['sh', 'flock'], /can't start: .*redis-server.*apt-get install redis-server/],
  [
    'with a setting that is none',
    { TT_QUIET_HOURS: 'nachts' },
    undefined,
    /can't start: the configuration is wrong: quietHours: must look like/,
  ],
])('%s it says so in a sentence and ends', async (_case, environment, programs, sentence) => {
  await using folder = await TempFolder.create();
  const PATH = programs ? await makePath(folder, programs) : process.env['PATH'];
  const { code, words } = await runServer(join(folder.path, 'data'), { ...environment, PATH });
  expect(code).toBe(1);
  expect(words).toMatch(sentence);
  expect(words).not.toMatch(STACK);
});

test('a data folder that is a file is said in a sentence too', async () => {
  await using folder = await TempFolder.create();
  await writeFile(join(folder.path, 'data'), '');
  const { code, words } = await runServer(join(folder.path, 'data'), {});
  expect(code).toBe(1);
  expect(words).toMatch(/can't start: .*data/);
  expect(words).not.toMatch(STACK);
});

async function runServer(dataFolder: string, environment: NodeJS.ProcessEnv): Promise<{ code: number | null; words: string }> {
  const child = spawn(process.execPath, ['--import', 'tsx', 'server/main.ts', '--port', '0', '--data', dataFolder], {
    env: { ...process.env, TT_HOST: '127.0.0.1', ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let words = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => void (words += String(chunk)));
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, words };
}
