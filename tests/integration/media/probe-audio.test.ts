import { stat, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { isProblem, type Problem } from '../../../server/lib/problem.ts';
import { probeAudio } from '../../../server/media/probe-audio.ts';
import { copyAs, cutFile, filterAudio, makeSilence, makeSpeech, makeTone, mediaJob } from '../../support/make-audio.ts';
import { TempFolder } from '../../support/temp-folder.ts';

const limits = { audioMsMax: 60_000, silentBelowLufs: -50 };
const probe = (file: string, fileName?: string, own = limits) => probeAudio({ file, fileName, limits: own }, mediaJob());

async function refusalOf(file: string, fileName?: string, own = limits): Promise<Problem> {
  try {
    const accepted = await probe(file, fileName, own);
    throw new Error(`was accepted: ${JSON.stringify(accepted)}`);
  } catch (error) {
    if (isProblem(error)) return error;
    throw error;
  }
}

describe('a sound recording is taken in', () => {
  const kinds = [
    { name: 'a.wav', container: 'wav', codec: 'pcm_s16le', lengthDeclared: 'present', extra: [] },
    { name: 'a.mp3', container: 'mp3', codec: 'mp3', lengthDeclared: 'present', extra: [] },
    {
      name: 'bare.mp3',
      container: 'mp3',
      codec: 'mp3',
      lengthDeclared: 'absent',
      extra: ['-write_xing', '0', '-id3v2_version', '0'],
    },
    { name: 'a.ogg', container: 'ogg', codec: 'vorbis', lengthDeclared: 'present', extra: ['-c:a', 'libvorbis'] },
    { name: 'a.opus', container: 'ogg', codec: 'opus', lengthDeclared: 'present', extra: [] },
    { name: 'a.m4a', container: 'mp4', codec: 'aac', lengthDeclared: 'present', extra: [] },
    { name: 'a.mp4', container: 'mp4', codec: 'aac', lengthDeclared: 'absent', extra: ['-movflags', 'frag_keyframe+empty_moov'] },
    { name: 'a.aac', container: 'aac', codec: 'aac', lengthDeclared: 'absent', extra: [] },
    { name: 'a.flac', container: 'flac', codec: 'flac', lengthDeclared: 'present', extra: [] },
    { name: 'a.webm', container: 'webm', codec: 'opus', lengthDeclared: 'present', extra: [] },
    { name: 'live.webm', container: 'webm', codec: 'opus', lengthDeclared: 'absent', extra: ['-live', '1'] },
  ];
  it.each(kinds)('$name is recognised by its content, and says whether its length is told', async (kind) => {
    await using folder = await TempFolder.create();
    const made = await makeTone(folder.path, kind.name, 2, ...kind.extra);
    const nameless = await copyAs(made, folder.path, 'upload');
    const result = await probe(nameless, kind.name);
    expect(result).toMatchObject({ container: kind.container, codec: kind.codec, lengthDeclared: kind.lengthDeclared });
    expect(result.declaredMs === null).toBe(kind.lengthDeclared === 'absent');
    expect(Math.abs(result.decodedMs - 2000)).toBeLessThan(60);
    expect(result.loudnessLufs).toBeGreaterThan(-30);
  });

  it('a song with a cover picture counts as the song', async () => {
    await using folder = await TempFolder.create();
    const picture = ['-f', 'lavfi', '-i', 'color=red:size=64x64:duration=1', '-map', '0', '-map', '1', '-c:v', 'mjpeg'];
    const asCover = ['-frames:v', '1', '-disposition:v', 'attached_pic'];
    const song = await makeTone(folder.path, 'song.mp3', 2, ...picture, ...asCover);
    expect(await probe(song, 'song.mp3')).toMatchObject({ container: 'mp3', codec: 'mp3', decodedMs: 2000 });
  });

  it('a cut MP3 without a length tag passes, and the result says that its length was not told', async () => {
    await using folder = await TempFolder.create();
    const file = await makeTone(folder.path, 'a.mp3', 4, '-write_xing', '0');
    await cutFile(file, 0.5);
    const result = await probe(file, 'a.mp3');
    expect(result).toMatchObject({ lengthDeclared: 'absent', declaredMs: null });
    expect(result.decodedMs).toBeLessThan(2200);
  });

  it('a clip shorter than half a second is measured all the same', async () => {
    await using folder = await TempFolder.create();
    const result = await probe(await makeTone(folder.path, 'beep.wav', 0.25));
    expect(result.decodedMs).toBe(250);
    expect(result.loudnessLufs).toBeGreaterThan(-40);
  });
});

describe('a recording is refused', () => {
  it('when it has 0 bytes', async () => {
    await using folder = await TempFolder.create();
    const file = join(folder.path, 'a.mp3');
    await writeFile(file, '');
    expect((await refusalOf(file, 'a.mp3')).code).toBe('audio-empty');
  });

  it('when it holds a header and no sound', async () => {
    await using folder = await TempFolder.create();
    const file = await makeTone(folder.path, 'a.wav', 1);
    const whole = await makeSilence(folder.path, 'none.wav', 0);
    expect((await stat(whole)).size).toBeLessThan((await stat(file)).size);
    expect((await refusalOf(whole, 'none.wav')).code).toBe('audio-empty');
  });

  const impostors = [
    { what: 'a text called .mp3', content: 'Kính gửi bà con nhân dân, đây là văn bản.\n'.repeat(500) },
    { what: 'a picture called .mp3', content: Buffer.concat([Buffer.from('89504e470d0a1a0a', 'hex'), Buffer.alloc(5000, 7)]) },
    {
      what: 'noise called .mp3',
      content: Buffer.from(Array.from({ length: 40_000 }, (_, at) => (at * at * 31 + (at >> 3)) & 0xff)),
    },
  ];
  it.each(impostors)('when it is $what', async ({ content }) => {
    await using folder = await TempFolder.create();
    const file = join(folder.path, 'a.mp3');
    await writeFile(file, content);
    expect((await refusalOf(file, 'a.mp3')).code).toBe('audio-not-audio');
  });

  it('when the frame is right and the inside is garbage', async () => {
    await using folder = await TempFolder.create();
    const file = join(folder.path, 'a.ogg');
    await writeFile(file, Buffer.concat([Buffer.from('OggS'), Buffer.alloc(3000, 0x41)]));
    expect(['audio-not-audio', 'audio-truncated']).toContain((await refusalOf(file, 'a.ogg')).code);
    const box = join(folder.path, 'a.m4a');
    await writeFile(box, Buffer.from('\0\0\0\x14ftypM4A \0\0\0\0M4A \0\0\0\x08moov', 'latin1'));
    expect((await refusalOf(box, 'a.m4a')).code).toBe('audio-not-audio');
  });

  const playlists = [
    {
      what: 'an HLS playlist',
      text: (secret: string) => `#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:10,\nfile://${secret}\n#EXT-X-ENDLIST\n`,
    },
    { what: 'a concat list', text: (secret: string) => `ffconcat version 1.0\nfile '${secret}'\n` },
    { what: 'an SDP', text: () => 'v=0\no=- 0 0 IN IP4 127.0.0.1\nc=IN IP4 127.0.0.1\nm=audio 5004 RTP/AVP 0\n' },
  ];
  it.each(playlists)('when it is $what that points at another file', async ({ text }) => {
    await using folder = await TempFolder.create();
    const secret = await makeTone(folder.path, 'secret.wav', 1);
    const file = join(folder.path, 'a.mp3');
    await writeFile(file, text(secret));
    expect((await refusalOf(file, 'a.mp3')).code).toBe('audio-not-audio');
  });

  it('when nothing would be heard', async () => {
    await using folder = await TempFolder.create();
    expect((await refusalOf(await makeSilence(folder.path, 'a.wav', 2), 'a.wav')).code).toBe('audio-silent');
    const soft = await filterAudio(await makeTone(folder.path, 'tone.wav', 2), folder.path, 'soft.wav', 'volume=-45dB');
    expect((await refusalOf(soft)).params).toMatchObject({ silentBelowLufs: -50 });
    expect((await probe(soft, undefined, { ...limits, silentBelowLufs: -69 })).decodedMs).toBe(2000);
  });

  it('when only a hum below what a horn can give is in it', async () => {
    await using folder = await TempFolder.create();
    const hum = await filterAudio(
      await makeSilence(folder.path, 's.wav', 2),
      folder.path,
      'hum.wav',
      "aeval='0.02*sin(2*PI*30*t)'",
    );
    expect((await refusalOf(hum)).code).toBe('audio-silent');
  });

  it.each(['a.wav', 'a.mp3', 'a.aac'])('when it is too long: %s', async (name) => {
    await using folder = await TempFolder.create();
    const file = await makeTone(folder.path, name, 6);
    const refusal = await refusalOf(file, name, { ...limits, audioMsMax: 4000 });
    expect(refusal).toMatchObject({ code: 'audio-too-long', params: { maxMs: 4000 } });
    expect((await probe(file, name, { ...limits, audioMsMax: 6500 })).decodedMs).toBeGreaterThan(5900);
  });

  it.each([
    { made: 'a.wav', named: 'a.mp3', found: 'wav' },
    { made: 'a.mp3', named: 'lịch phát.wav', found: 'mp3' },
    { made: 'a.ogg', named: 'a.m4a', found: 'ogg' },
    { made: 'a.m4a', named: 'a.pdf', found: 'mp4' },
  ])('when $made is called $named', async ({ made, named, found }) => {
    await using folder = await TempFolder.create();
    const refusal = await refusalOf(await makeTone(folder.path, made, 1), named);
    expect(refusal).toMatchObject({ code: 'audio-type-mismatch', params: { named: named.slice(-3), found } });
  });

  it.each([
    { name: 'a.wav', extra: [] },
    { name: 'a.mp3', extra: [] },
    { name: 'a.ogg', extra: ['-c:a', 'libvorbis'] },
    { name: 'a.opus', extra: [] },
    { name: 'moov-last.m4a', extra: [] },
    { name: 'moov-first.m4a', extra: ['-movflags', '+faststart'] },
    { name: 'a.flac', extra: [] },
    { name: 'a.webm', extra: [] },
  ])('when the end of $name is missing, little or much', async ({ name, extra }) => {
    await using folder = await TempFolder.create();
    const speech = await makeSpeech(folder.path);
    for (const share of [0.93, 0.4]) {
      const file = await filterAudio(speech, folder.path, name, 'anull', ...extra);
      await cutFile(file, share);
      expect(await refusalOf(file, name), `${share} of ${name}`).toMatchObject({ code: 'audio-truncated' });
    }
  });

  it('when one byte is missing from a WAV, an Ogg or an MP4', async () => {
    await using folder = await TempFolder.create();
    for (const name of ['a.wav', 'a.opus', 'a.m4a']) {
      const file = await makeTone(folder.path, name, 3);
      await truncate(file, (await stat(file)).size - 1);
      expect((await refusalOf(file, name)).code, name).toBe('audio-truncated');
    }
  });
});

describe('a probe', () => {
  it('says what to install where ffprobe or ffmpeg is missing', async () => {
    await using folder = await TempFolder.create();
    const file = await makeTone(folder.path, 'a.wav', 1);
    for (const missing of ['ffprobe', 'ffmpeg'] as const) {
      const job = mediaJob();
      const programs = { ...job.programs, [missing]: `/nowhere/${missing}` };
      await expect(probeAudio({ file, limits }, { ...job, programs })).rejects.toMatchObject({
        code: 'engine-missing',
        params: { program: `/nowhere/${missing}`, install: 'apt-get install ffmpeg' },
      });
    }
  });

  it('is aborted before it begins', async () => {
    await using folder = await TempFolder.create();
    const file = await makeTone(folder.path, 'a.wav', 1);
    await expect(probeAudio({ file, limits }, mediaJob({ signal: AbortSignal.abort() }))).rejects.toMatchObject({
      name: 'AbortError',
    });
  });
});
