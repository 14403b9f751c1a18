import { readFile, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Container } from '../../../server/media/container-rules.ts';
import { type RenditionRequest, makeRendition } from '../../../server/media/make-rendition.ts';
import { makeSignalTones } from '../../../server/media/make-signal-tones.ts';
import { targetLufs } from '../../../server/media/plan-audio-rules.ts';
import { probeAudio } from '../../../server/media/probe-audio.ts';
import { hashFile } from '../../../server/media/hash-file.ts';
import {
  countDecodedSamples,
  filterAudio,
  judgeLoudness,
  makeQuietNoisy,
  makeSilence,
  makeSpeech,
  makeTone,
  mediaJob,
} from '../../support/make-audio.ts';
import { SmallDisk } from '../../support/small-disk.ts';
import { TempFolder } from '../../support/temp-folder.ts';

const limits = { audioMsMax: 3_600_000, silentBelowLufs: -50 };

function request(file: string, folder: string, more: Partial<RenditionRequest> = {}): RenditionRequest {
  const container: Container = 'wav';
  return { source: { file, container }, folder, targetLufs: targetLufs('normal'), silentBelowLufs: -50, ...more };
}

type Make = (speech: string, folder: string) => Promise<string>;
const sources: Record<string, Make> = {
  'speech of the embedded voice': async (speech) => speech,
  'a quiet, noisy recording': makeQuietNoisy,
  'speech whose second half is 18 dB softer': (speech, folder) =>
    filterAudio(speech, folder, 'half.wav', "volume='if(lt(t,5.6),1,0.126)':eval=frame"),
  'a hot, clipped recording': (speech, folder) => filterAudio(speech, folder, 'hot.wav', 'volume=18dB'),
  'a clip of six seconds': (speech, folder) => filterAudio(speech, folder, 'clip.wav', 'atrim=end=6'),
  'a stereo recording': (speech, folder) => filterAudio(speech, folder, 'stereo.wav', 'volume=-9dB', '-ac', '2', '-ar', '44100'),
};

describe('finished audio', () => {
  const cases = [
    ...Object.keys(sources).map((what) => ({ what, audioClass: 'normal' as const })),
    { what: 'speech of the embedded voice', audioClass: 'emergency' as const },
    { what: 'a quiet, noisy recording', audioClass: 'emergency' as const },
    { what: 'a hot, clipped recording', audioClass: 'emergency' as const },
    { what: 'a clip of six seconds', audioClass: 'emergency' as const },
  ];
  it.each(cases)(
    'of $what is within 1 LU of the $audioClass target, below −1 dBTP, in both codecs',
    async ({ what, audioClass }) => {
      await using folder = await TempFolder.create();
      const file = (await sources[what]?.(await makeSpeech(folder.path), folder.path)) ?? '';
      const rendition = await makeRendition(request(file, folder.path, { targetLufs: targetLufs(audioClass) }), mediaJob());
      expect(rendition.isOnTarget).toBe(true);
      for (const encoded of [rendition.opus, rendition.mp3]) {
        const judged = await judgeLoudness(encoded.file);
        // The other meter rounds at another place.
        expect(Math.abs(judged.loudnessLufs - targetLufs(audioClass)), encoded.container).toBeLessThanOrEqual(1.05);
        expect(judged.truePeakDbtp, encoded.container).toBeLessThanOrEqual(-0.95);
        // Two meters disagree most where soft parts lie right at the gate.
        expect(Math.abs(judged.loudnessLufs - encoded.loudnessLufs)).toBeLessThan(0.6);
        expect(encoded.samples).toBe(await countDecodedSamples(encoded.file, folder.path));
        expect(encoded.durationMs).toBe(Math.round(encoded.samples / 48));
        expect(encoded.bytes).toBe((await readFile(encoded.file)).length);
        expect(encoded.sha256).toBe(await hashFile(encoded.file));
      }
    },
  );

  it('is Opus in Ogg and MP3, mono, at the bit rates of the field', async () => {
    await using folder = await TempFolder.create();
    const { opus, mp3 } = await makeRendition(request(await makeSpeech(folder.path), folder.path), mediaJob());
    expect(await probeAudio({ file: opus.file, limits }, mediaJob())).toMatchObject({
      container: 'ogg',
      codec: 'opus',
      channels: 1,
    });
    const probed = await probeAudio({ file: mp3.file, limits }, mediaJob());
    expect(probed).toMatchObject({ container: 'mp3', codec: 'mp3', channels: 1, sampleRate: 24_000 });
    expect((mp3.bytes * 8) / mp3.durationMs).toBeGreaterThan(45);
    expect((mp3.bytes * 8) / mp3.durationMs).toBeLessThan(51);
    expect((opus.bytes * 8) / opus.durationMs).toBeLessThan(36);
  });

  it('has the same bytes each time, and nothing of the source’s tags', async () => {
    await using folder = await TempFolder.create();
    const speech = await makeSpeech(folder.path);
    const tagged = await filterAudio(speech, folder.path, 'tagged.wav', 'anull', '-metadata', 'title=BI-MAT');
    const one = await makeRendition(request(speech, folder.path), mediaJob());
    const two = await makeRendition(request(tagged, folder.path), mediaJob());
    expect([two.opus.sha256, two.mp3.sha256]).toEqual([one.opus.sha256, one.mp3.sha256]);
    expect((await readFile(two.mp3.file)).includes('BI-MAT')).toBe(false);
  });

  it('has no silence at its ends but a tenth of a second, and keeps the pauses within', async () => {
    await using folder = await TempFolder.create();
    const tone = await makeTone(folder.path, 'tone.wav', 2);
    const gap = "volume='if(between(t,0.7,1.3),0,1)':eval=frame";
    const padded = await filterAudio(tone, folder.path, 'padded.wav', `${gap},adelay=3000,apad=pad_dur=2`);
    const { opus } = await makeRendition(request(padded, folder.path), mediaJob());
    expect(Math.abs(opus.durationMs - 2200)).toBeLessThan(60);
  });

  it('of silence is refused, not lifted out of its noise', async () => {
    await using folder = await TempFolder.create();
    const file = await makeSilence(folder.path, 'silence.wav', 2);
    await expect(makeRendition(request(file, folder.path), mediaJob())).rejects.toMatchObject({ code: 'audio-silent' });
    expect(await readdir(folder.path)).toEqual(['silence.wav']);
  });
});

describe('while audio is made', () => {
  it('the progress grows from below 10 to 100', async () => {
    await using folder = await TempFolder.create();
    const seen: number[] = [];
    const speech = await makeSpeech(folder.path);
    const file = await filterAudio(speech, folder.path, 'long.wav', 'aloop=loop=3:size=2000000');
    await makeRendition(request(file, folder.path, { onPercent: (percent) => seen.push(percent) }), mediaJob());
    expect(seen).toEqual([...new Set(seen)].sort((a, b) => a - b));
    expect(seen[0]).toBeLessThan(10);
    expect(seen.at(-1)).toBe(100);
    expect(seen.filter((percent) => percent > 25 && percent < 99).length).toBeGreaterThan(5);
  });

  it('an abort in mid-encoding ends it within a second and leaves nothing behind', async () => {
    await using folder = await TempFolder.create();
    await using work = await TempFolder.create();
    const file = await makeTone(folder.path, 'long.wav', 240);
    const abort = new AbortController();
    let abortedAt = 0;
    const onPercent = (percent: number): void => {
      if (percent < 30 || abortedAt > 0) return;
      abortedAt = performance.now();
      abort.abort();
    };
    const making = makeRendition(request(file, work.path, { onPercent }), mediaJob({ signal: abort.signal }));
    await expect(making).rejects.toMatchObject({ name: 'AbortError' });
    expect(abortedAt).toBeGreaterThan(0);
    expect(performance.now() - abortedAt).toBeLessThan(1000);
    expect(await readdir(work.path)).toEqual([]);
    expect(await readChildren()).toEqual([]);
  });

  it('a time limit ends it, and that is no judgement on the recording', async () => {
    await using folder = await TempFolder.create();
    await using work = await TempFolder.create();
    const file = await makeTone(folder.path, 'long.wav', 120);
    const making = makeRendition(request(file, work.path), mediaJob({ timeLimitMs: 30 }));
    await expect(making).rejects.toMatchObject({ name: 'ProgramFailed', reason: 'time-limit' });
    expect(await readdir(work.path)).toEqual([]);
  });

  it('a full disk is called so, and leaves nothing behind', async () => {
    await using folder = await TempFolder.create();
    const file = await makeTone(folder.path, 'long.wav', 40);
    // 32 KiB hold the first page and not the end; 190 KiB hold the Opus and not the MP3.
    for (const kibibytes of [32, 190]) {
      await using disk = await SmallDisk.create(kibibytes);
      await expect(makeRendition(request(file, disk.path), mediaJob()), `${kibibytes}`).rejects.toMatchObject({
        code: 'disk-full',
      });
      expect(await readdir(disk.path)).toEqual([]);
    }
  });

  it('what is no sound fails with the reason', async () => {
    await using folder = await TempFolder.create();
    const file = join(folder.path, 'a.wav');
    await writeFile(file, 'no sound at all');
    const failure = await makeRendition(request(file, folder.path), mediaJob()).catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: 'encode-failed', params: { reason: expect.stringContaining('Invalid data') } });
  });

  it('a missing ffmpeg is named, with what to install', async () => {
    await using folder = await TempFolder.create();
    const programs = { ...mediaJob().programs, ffmpeg: '/nowhere/ffmpeg' };
    const file = await makeTone(folder.path, 'a.wav', 1);
    await expect(makeRendition(request(file, folder.path), mediaJob({ programs }))).rejects.toMatchObject({
      code: 'engine-missing',
      params: { program: '/nowhere/ffmpeg', install: 'apt-get install ffmpeg' },
    });
  });
});

describe('chime and end tone', () => {
  it('are 3.2 and 1.2 s long, softer than speech, and always the same bytes', async () => {
    await using folder = await TempFolder.create();
    const tones = await makeSignalTones(folder.path, mediaJob());
    const again = await makeSignalTones(folder.path, mediaJob());
    expect(again).toEqual(tones);
    expect(tones.openingChime.opus.durationMs).toBe(3200);
    expect(tones.endTone.opus.durationMs).toBe(1200);
    for (const { opus, mp3, isOnTarget } of Object.values(tones)) {
      expect(isOnTarget).toBe(true);
      for (const encoded of [opus, mp3]) {
        const judged = await judgeLoudness(encoded.file);
        expect(judged.loudnessLufs).toBeGreaterThan(-21.1);
        expect(judged.loudnessLufs).toBeLessThan(-18.9);
        expect(judged.truePeakDbtp).toBeLessThanOrEqual(-1);
      }
    }
    expect(await readdir(folder.path)).toHaveLength(4);
  });
});

/** Programs of this process that still run. */
async function readChildren(): Promise<string[]> {
  const threads = await readdir('/proc/self/task');
  const lists = await Promise.all(threads.map((thread) => readFile(`/proc/self/task/${thread}/children`, 'utf8')));
  const running: string[] = [];
  for (const pid of lists.join(' ').split(/\s+/).filter(Boolean)) {
    const name = await readFile(`/proc/${pid}/comm`, 'utf8').catch(() => 'gone');
    if (name.trim() === 'ffmpeg') running.push(name.trim());
  }
  return running;
}
