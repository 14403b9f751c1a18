import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** Sound files for these tests, made as the server makes them, and their samples. */

const run = promisify(execFile);

export const vaccination =
  'Ủy ban nhân dân xã thông báo lịch tiêm phòng cho trẻ em dưới năm tuổi. Bà con đưa các cháu đến trạm y tế xã từ bảy giờ sáng.';
export const storm =
  'Đài khí tượng thủy văn dự báo chiều và tối nay có mưa rào và dông vài nơi. Trong mưa dông có khả năng xảy ra lốc, sét và gió giật mạnh.';

export async function speak(folder: string, name: string, text: string): Promise<string> {
  const wav = join(folder, `${name}.source.wav`);
  await run('espeak-ng', ['-v', 'vi', '-s', '155', '-w', wav, text]);
  return encode(folder, name, ['-i', wav]);
}

export async function tone(folder: string, name: string, frequencyHz: number, durationMs: number): Promise<string> {
  return encode(folder, name, [
    '-f',
    'lavfi',
    '-i',
    `sine=frequency=${frequencyHz}:sample_rate=48000:duration=${durationMs / 1_000}`,
  ]);
}

/** By the ending of the name: Opus or MP3. */
async function encode(folder: string, name: string, input: string[]): Promise<string> {
  const path = join(folder, name);
  const codec = name.endsWith('.mp3')
    ? ['-c:a', 'libmp3lame', '-b:a', '48k', '-ar', '24000']
    : ['-c:a', 'libopus', '-b:a', '24k', '-ar', '48000'];
  await run('ffmpeg', ['-v', 'error', '-y', ...input, '-ac', '1', ...codec, path]);
  return path;
}

export async function decode(path: string): Promise<Float32Array> {
  const { stdout } = await run('ffmpeg', ['-v', 'error', '-i', path, '-ar', '48000', '-ac', '1', '-f', 'f32le', '-'], {
    encoding: 'buffer',
    maxBuffer: 100_000_000,
  });
  return new Float32Array(stdout.buffer.slice(stdout.byteOffset, stdout.byteOffset + stdout.length));
}

export const durationMs = (samples: Float32Array): number => samples.length / 48;
