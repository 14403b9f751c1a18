// Sound files for tests, made and judged by programs of the test's own, not by the code under test.
import { execFile } from 'node:child_process';
import { readFile, truncate, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { MediaJob } from '../../server/media/ffmpeg.ts';
import { defaultPrograms } from '../../server/media/probe-programs.ts';

const run = promisify(execFile);

/** About eleven seconds at 150 words a minute. */
export const SPEECH_TEXT =
  'Ủy ban nhân dân xã thông báo lịch tiêm phòng cho đàn trâu bò. Bà con mang sổ theo, đến nhà văn hóa thôn lúc bảy giờ sáng ngày mai. Xin cảm ơn bà con đã lắng nghe.';

export function mediaJob(more: Partial<MediaJob> = {}): MediaJob {
  return { programs: defaultPrograms, timeLimitMs: 60_000, niceness: 0, ...more };
}

async function ffmpeg(...args: string[]): Promise<void> {
  await run('ffmpeg', ['-nostdin', '-hide_banner', '-v', 'error', '-y', ...args]);
}

export async function makeSpeech(folder: string, name = 'speech.wav', text = SPEECH_TEXT): Promise<string> {
  const file = join(folder, name);
  await run('espeak-ng', ['-v', 'vi', '-s', '150', '-w', file, text]);
  return file;
}

/** The ending of the name chooses the format, as ffmpeg does it. */
export async function makeTone(folder: string, name: string, seconds: number, ...more: string[]): Promise<string> {
  const file = join(folder, name);
  await ffmpeg('-f', 'lavfi', '-i', `sine=frequency=700:duration=${seconds}:sample_rate=48000`, ...more, file);
  return file;
}

export async function makeSilence(folder: string, name: string, seconds: number): Promise<string> {
  const file = join(folder, name);
  await ffmpeg('-f', 'lavfi', '-i', 'anullsrc=r=22050:cl=mono', '-t', String(seconds), file);
  return file;
}

export async function filterAudio(
  from: string,
  folder: string,
  name: string,
  filter: string,
  ...more: string[]
): Promise<string> {
  const file = join(folder, name);
  await ffmpeg('-i', from, '-af', filter, ...more, file);
  return file;
}

/** A recording as a telephone in a field makes it: soft, with wind all over it and pauses at both ends. */
export async function makeQuietNoisy(speech: string, folder: string): Promise<string> {
  const file = join(folder, 'quiet.wav');
  const graph = '[0]adelay=1500,apad=pad_dur=1.2,volume=-18dB[speech];[speech][1]amix=duration=first:normalize=0';
  await ffmpeg('-i', speech, '-f', 'lavfi', '-i', 'anoisesrc=d=60:a=0.003:r=22050:seed=1', '-filter_complex', graph, file);
  return file;
}

/** The first part of a file, as an upload leaves it that was cut off. */
export async function cutFile(file: string, share: number): Promise<void> {
  const { size } = await stat(file);
  await truncate(file, Math.floor(size * share));
}

/** The name lies, the bytes stay. */
export async function copyAs(file: string, folder: string, name: string): Promise<string> {
  const copy = join(folder, name);
  await writeFile(copy, await readFile(file));
  return copy;
}

/** Samples at 48 kHz, counted in the raw sound of an ffmpeg run that knows nothing of our code. */
export async function countDecodedSamples(file: string, folder: string): Promise<number> {
  const raw = join(folder, 'decoded.raw');
  await ffmpeg('-i', file, '-f', 's16le', '-ar', '48000', '-ac', '1', raw);
  return (await stat(raw)).size / 2;
}

/** By ffmpeg's loudnorm filter, which shares no line with the ebur128 filter's output that our code reads. */
export async function judgeLoudness(file: string): Promise<{ loudnessLufs: number; truePeakDbtp: number }> {
  const args = ['-nostdin', '-hide_banner', '-i', file, '-af', 'loudnorm=print_format=json', '-f', 'null', '-'];
  const { stderr } = await run('ffmpeg', args);
  const figures = JSON.parse(stderr.slice(stderr.lastIndexOf('{'), stderr.lastIndexOf('}') + 1)) as Record<string, string>;
  return { loudnessLufs: Number(figures['input_i']), truePeakDbtp: Number(figures['input_tp']) };
}
