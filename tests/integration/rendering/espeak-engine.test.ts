import { existsSync } from 'node:fs';
import { chmod, readFile, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { defaultPrograms } from '../../../server/media/probe-programs.ts';
import { EspeakEngine } from '../../../server/rendering/espeak-engine.ts';
import { SPEECH_TEXT, countDecodedSamples } from '../../support/make-audio.ts';
import { SmallDisk } from '../../support/small-disk.ts';
import { TempFolder } from '../../support/temp-folder.ts';
import { waitFor } from '../../support/wait-for.ts';

const engine = new EspeakEngine();

/** A program of the test's own in place of espeak-ng. */
async function engineWith(folder: string, script: string, timeLimitMs = 10_000): Promise<EspeakEngine> {
  const program = join(folder, 'espeak-ng');
  await writeFile(
    program,
    `#!/bin/sh\nif [ "$1" = --version ]; then echo 'eSpeak NG text-to-speech: 9.9  Data at: x'; exit 0; fi\n${script}\n`,
  );
  await chmod(program, 0o755);
  return new EspeakEngine({ programs: { ...defaultPrograms, espeakNg: program }, timeLimitMs });
}

describe('the embedded voice', () => {
  it('is ready, names its version and its three Vietnamese voices, and works offline', async () => {
    const presence = await engine.probe();
    expect(presence).toMatchObject({ isReady: true, worksOffline: true, reason: null });
    expect(presence.version).toMatch(/^\d+\.\d+/);
    expect(presence.voices.map((voice) => voice.id)).toEqual(['vi', 'vi-vn-x-central', 'vi-vn-x-south']);
  });

  it('speaks Vietnamese into a whole WAV of the length it says', async () => {
    await using folder = await TempFolder.create();
    const outFile = join(folder.path, 'speech.wav');
    const speech = await engine.synthesise({ text: SPEECH_TEXT, outFile });
    expect(speech).toMatchObject({ file: outFile, engine: 'espeak-ng', voice: 'vi', sampleRate: 22_050, warnings: [] });
    expect(speech.durationMs).toBeGreaterThan(8000);
    expect(Math.abs((await countDecodedSamples(outFile, folder.path)) / 48 - speech.durationMs)).toBeLessThan(2);
    const bytes = await readFile(outFile);
    expect([bytes.readUInt32LE(4), bytes.readUInt32LE(40)]).toEqual([bytes.length - 8, bytes.length - 44]);
  });

  it('says a decomposed text like a composed one: no tone is lost', async () => {
    await using folder = await TempFolder.create();
    const [one, two] = [join(folder.path, 'one.wav'), join(folder.path, 'two.wav')];
    await engine.synthesise({ text: SPEECH_TEXT.normalize('NFC'), outFile: one });
    await engine.synthesise({ text: SPEECH_TEXT.normalize('NFD'), outFile: two });
    expect(await readFile(two)).toEqual(await readFile(one));
  });

  it('speaks faster when asked, and warns where it could not do as asked', async () => {
    await using folder = await TempFolder.create();
    const outFile = join(folder.path, 'speech.wav');
    const slow = await engine.synthesise({ text: SPEECH_TEXT, wordsPerMinute: 110, outFile });
    const fast = await engine.synthesise({ text: SPEECH_TEXT, wordsPerMinute: 200, outFile });
    expect(fast.durationMs).toBeLessThan(0.7 * slow.durationMs);
    const odd = await engine.synthesise({ text: SPEECH_TEXT, wordsPerMinute: 500, voice: '../../etc', outFile });
    expect(odd.durationMs).toBe(fast.durationMs);
    expect(odd.voice).toBe('vi');
    expect(odd.warnings).toHaveLength(2);
    const south = await engine.synthesise({ text: SPEECH_TEXT, voice: 'vi-vn-x-south', outFile });
    expect(south).toMatchObject({ voice: 'vi-vn-x-south', warnings: [] });
  });

  it('takes text that looks like an option as text', async () => {
    await using folder = await TempFolder.create();
    await engine.synthesise({ text: '--version -w /tmp/x xin chào', outFile: join(folder.path, 'speech.wav') });
    expect(await readdir(folder.path)).toEqual(['speech.wav']);
  });
});

describe('when the embedded voice cannot speak', () => {
  it('a missing program is named, with what to install', async () => {
    await using folder = await TempFolder.create();
    const missing = new EspeakEngine({ programs: { ...defaultPrograms, espeakNg: '/nowhere/espeak-ng' } });
    const outFile = join(folder.path, 'speech.wav');
    await expect(missing.synthesise({ text: 'Xin chào', outFile })).rejects.toMatchObject({
      code: 'engine-missing',
      params: { program: '/nowhere/espeak-ng', install: 'apt-get install espeak-ng' },
    });
    expect(await missing.probe()).toMatchObject({
      isReady: false,
      voices: [],
      reason: expect.stringContaining('apt-get install espeak-ng'),
    });
    expect(await readdir(folder.path)).toEqual([]);
  });

  it.each(['', '  \n', '...!!'])('text without a word fails with a reason: %j', async (text) => {
    await using folder = await TempFolder.create();
    const outFile = join(folder.path, 'speech.wav');
    await expect(engine.synthesise({ text, outFile })).rejects.toMatchObject({ code: 'tts-failed' });
    expect(await readdir(folder.path)).toEqual([]);
  });

  it.each([
    {
      what: 'ends with an error',
      script: 'cat >/dev/null; echo "voice data is broken" >&2; exit 3',
      reason: /exit code 3: voice data is broken/,
    },
    { what: 'writes nothing', script: 'cat >/dev/null', reason: /no sound was made/ },
    { what: 'never ends', script: 'exec tail -f /dev/null', reason: /longer than 500 ms/ },
  ])('a program that $what fails with that reason, and leaves no file', async ({ script, reason }) => {
    await using folder = await TempFolder.create();
    await using out = await TempFolder.create();
    const broken = await engineWith(folder.path, script, 500);
    await expect(broken.synthesise({ text: 'Xin chào', outFile: join(out.path, 'a.wav') })).rejects.toMatchObject({
      code: 'tts-failed',
      params: { reason: expect.stringMatching(reason) },
    });
    expect(await readdir(out.path)).toEqual([]);
  });

  it('a full disk is called so, though the program itself would not notice', async () => {
    await using disk = await SmallDisk.create(128);
    const outFile = join(disk.path, 'speech.wav');
    await expect(engine.synthesise({ text: SPEECH_TEXT, outFile })).rejects.toMatchObject({ code: 'disk-full' });
    expect(await readdir(disk.path)).toEqual([]);
  });

  it('an abort ends the program and leaves no file', async () => {
    await using folder = await TempFolder.create();
    await using out = await TempFolder.create();
    const pidFile = join(folder.path, 'pid');
    const slow = await engineWith(
      folder.path,
      `echo $$ > ${pidFile}.part; mv ${pidFile}.part ${pidFile}; exec tail -f /dev/null`,
      60_000,
    );
    const abort = new AbortController();
    const speaking = slow.synthesise({ text: 'Xin chào', outFile: join(out.path, 'a.wav'), signal: abort.signal });
    const outcome = speaking.catch((error: unknown) => error);
    await waitFor('the program to run', () => existsSync(pidFile));
    abort.abort();
    expect(await outcome).toMatchObject({ name: 'AbortError' });
    expect(existsSync(`/proc/${(await readFile(pidFile, 'utf8')).trim()}`)).toBe(false);
    expect(await readdir(out.path)).toEqual([]);
  });
});
