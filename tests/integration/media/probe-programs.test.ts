import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { defaultPrograms, probePrograms } from '../../../server/media/probe-programs.ts';
import { TempFolder } from '../../support/temp-folder.ts';

it('programs that are there are told with their versions', async () => {
  const presences = await probePrograms();
  expect(presences.map(({ program, state }) => [program, state])).toEqual([
    ['ffmpeg', 'present'],
    ['ffprobe', 'present'],
    ['espeak-ng', 'present'],
  ]);
  for (const { version } of presences) expect(version).toMatch(/^\d/);
});

it('each missing program is told with what to install, and nothing is thrown', async () => {
  const programs = { ffmpeg: '/nowhere/ffmpeg', ffprobe: '/nowhere/ffprobe', espeakNg: '/nowhere/espeak-ng' };
  expect((await probePrograms(programs)).map(({ state, install }) => [state, install])).toEqual([
    ['missing', 'apt-get install ffmpeg'],
    ['missing', 'apt-get install ffmpeg'],
    ['missing', 'apt-get install espeak-ng'],
  ]);
});

it('a program that is there and does not run is told as broken, with what it said', async () => {
  await using folder = await TempFolder.create();
  const ffmpeg = join(folder.path, 'ffmpeg');
  await writeFile(ffmpeg, '#!/bin/sh\necho "libavutil.so.57: cannot open shared object file" >&2\nexit 127\n');
  await chmod(ffmpeg, 0o755);
  const [presence] = await probePrograms({ ...defaultPrograms, ffmpeg });
  expect(presence).toMatchObject({ state: 'broken', reason: expect.stringContaining('libavutil.so.57') });
});
