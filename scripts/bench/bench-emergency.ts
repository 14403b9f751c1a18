import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { MpvPlayer } from '../../edge-agent/audio/mpv-player.ts';
import { type Recording, SoundCard } from '../../tests/support/sound-card.ts';
import { waitFor } from '../../tests/support/wait-for.ts';

const RUNS = 20;
const RATE = 48_000;
const ROUTINE_HZ = 440;
const EMERGENCY_HZ = 1_320;
const FRAME_MS = 2;

/**
 * How long the agent's player takes from the order until the emergency is heard in place of the routine, recorded at the sound
 * card; beside an mpv that is given one bare `loadfile … replace`. The card renders blocks of 10 ms, which both bear.
 */
export async function benchEmergency(say: (text: string) => void): Promise<Record<string, unknown>[]> {
  const folder = await mkdtemp(join(tmpdir(), 'truyen-thanh-bench-'));
  try {
    await using card = await SoundCard.create({ sinks: 2 });
    const routine = await makeTone(join(folder, 'routine.ogg'), ROUTINE_HZ);
    const emergency = await makeTone(join(folder, 'emergency.ogg'), EMERGENCY_HZ);
    const recordings = [await card.record(0), await card.record(1)] as [Recording, Recording];
    const ours: number[] = [];
    const bare: number[] = [];
    for (let run = 0; run <= RUNS; run++) {
      const switchMs = await switchOurs(card, recordings[0], routine, emergency);
      const bareMs = await switchBare(card, recordings[1], routine, emergency, join(folder, `mpv-${run}.sock`));
      say(
        `run ${run} of ${RUNS}: ${switchMs.toFixed(1)} ms, bare mpv ${bareMs.toFixed(1)} ms${run === 0 ? ' (warm-up, not counted)' : ''}`,
      );
      if (run === 0) continue;
      ours.push(switchMs);
      bare.push(bareMs);
    }
    for (const recording of recordings) await recording.stop();
    const row = {
      bench: 'emergency',
      runs: RUNS,
      p50Ms: quantile(ours, 0.5),
      p99Ms: quantile(ours, 0.99),
      bareMs: quantile(bare, 0.5),
    };
    return [{ ...row, ratio: round(row.p50Ms / row.bareMs) }];
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function switchOurs(card: SoundCard, recording: Recording, routine: string, emergency: string): Promise<number> {
  const player = new MpvPlayer({ audioOutput: 'pulse', environment: card.environment(0), volumePercent: 100 });
  try {
    await player.open();
    await player.arm({ path: routine, expectedMs: 5_000 });
    await player.start('now');
    await waitFor('the routine sounding', () => (player.state.playedMs ?? 0) > 700);
    const orderedAtMs = now();
    await player.interrupt({ path: emergency, expectedMs: 5_000 });
    return await heardAfter(recording, orderedAtMs);
  } finally {
    await player.close();
  }
}

async function switchBare(
  card: SoundCard,
  recording: Recording,
  routine: string,
  emergency: string,
  path: string,
): Promise<number> {
  const flags = [
    '--no-config',
    '--no-terminal',
    '--no-video',
    '--idle',
    '--ao=pulse',
    '--audio-buffer=0.1',
    `--input-ipc-server=${path}`,
  ];
  const child = spawn('mpv', flags, { env: { ...process.env, ...card.environment(1) }, stdio: 'ignore' });
  try {
    const socket = await waitFor('bare mpv answering', () => tryConnect(path));
    socket.write(`${JSON.stringify({ command: ['loadfile', routine] })}\n`);
    const begunAtMs = now();
    await waitFor('the bare routine sounding', () => now() - begunAtMs > 1_200);
    const orderedAtMs = now();
    socket.write(`${JSON.stringify({ command: ['loadfile', emergency, 'replace'] })}\n`);
    const heardMs = await heardAfter(recording, orderedAtMs);
    socket.destroy();
    return heardMs;
  } finally {
    await end(child);
  }
}

/** From an instant until the emergency's tone outweighs the routine's in the recording. */
async function heardAfter(recording: Recording, orderedAtMs: number): Promise<number> {
  await waitFor('the switch recorded', () => recording.reachedMs > orderedAtMs + 600);
  for (let atMs = -10; atMs < 600; atMs += FRAME_MS / 2) {
    const frame = recording.samples(orderedAtMs + atMs, orderedAtMs + atMs + 2 * FRAME_MS);
    if (strengthOf(frame, EMERGENCY_HZ) > strengthOf(frame, ROUTINE_HZ) + 1e-4) return atMs + FRAME_MS;
  }
  throw new Error('the emergency was not heard');
}

/** Goertzel: how strongly one frequency stands in a frame. */
function strengthOf(frame: Float32Array, hz: number): number {
  const factor = 2 * Math.cos((2 * Math.PI * hz) / RATE);
  let [one, two] = [0, 0];
  for (const sample of frame) [one, two] = [sample + factor * one - two, one];
  return Math.sqrt(Math.max(0, one * one + two * two - factor * one * two)) / frame.length;
}

async function makeTone(path: string, hz: number): Promise<string> {
  const source = ['-f', 'lavfi', '-i', `sine=frequency=${hz}:sample_rate=${RATE}:duration=5`];
  await promisify(execFile)('ffmpeg', ['-hide_banner', '-loglevel', 'error', ...source, '-c:a', 'libopus', '-b:a', '48k', path]);
  return path;
}

function tryConnect(path: string): Promise<Socket | undefined> {
  return new Promise((resolve) => {
    const socket = connect(path);
    socket.once('connect', () => resolve(socket.on('error', () => undefined).resume()));
    socket.once('error', () => resolve(undefined));
  });
}

async function end(child: ChildProcess): Promise<void> {
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
}

/** The clock that recordings are placed by. */
function now(): number {
  return performance.timeOrigin + performance.now();
}

function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((one, other) => one - other);
  return round(sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN);
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
