import { execFileSync } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { envelopeCorrelation, findStartLag, rmsDbfs } from '../../../../edge-agent/audio/envelope-rules.ts';
import { MpvPlayer } from '../../../../edge-agent/audio/mpv-player.ts';
import type { Track } from '../../../../edge-agent/audio/player.ts';
import { SoundCard } from '../../../support/sound-card.ts';
import type { Recording } from '../../../support/sound-card.ts';
import { TempFolder } from '../../../support/temp-folder.ts';
import { waitFor } from '../../../support/wait-for.ts';
import { decode, durationMs, speak, storm, tone, vaccination } from './sounds.ts';

interface Sound extends Track {
  samples: Float32Array;
}

let folder: TempFolder;
let card: SoundCard;
let recording: Recording;
let players: MpvPlayer[] = [];
const sounds = {} as Record<'speech' | 'otherSpeech' | 'long' | 'low' | 'high', Sound>;

async function measured(path: string): Promise<Sound> {
  const samples = await decode(path);
  return { path, samples, expectedMs: durationMs(samples) };
}

beforeAll(async () => {
  folder = await TempFolder.create();
  card = await SoundCard.create({ sinks: 1 });
  recording = await card.record(0);
  sounds.speech = await measured(await speak(folder.path, 'speech.opus', vaccination));
  sounds.otherSpeech = await measured(await speak(folder.path, 'other.opus', storm));
  sounds.long = await measured(await tone(folder.path, 'long.opus', 500, 20_000));
  sounds.low = await measured(await tone(folder.path, 'low.opus', 440, 1_500));
  sounds.high = await measured(await tone(folder.path, 'high.mp3', 880, 1_500));
});

afterEach(async () => {
  await card.suspend(0, false);
  await Promise.all(players.map((player) => player.close()));
  players = [];
});

afterAll(async () => {
  await card?.[Symbol.asyncDispose]();
  await folder?.[Symbol.asyncDispose]();
});

async function openPlayer(options: Partial<ConstructorParameters<typeof MpvPlayer>[0]> = {}): Promise<MpvPlayer> {
  const player = new MpvPlayer({ audioOutput: 'pulse', environment: card.environment(0), volumePercent: 90, ...options });
  players.push(player);
  await player.open();
  return player;
}

/** The player's process; the only mpv that is a child of this test. */
function signalPlayer(signal: NodeJS.Signals): void {
  const pids = execFileSync('pgrep', ['-P', String(process.pid), '-x', 'mpv'])
    .toString()
    .trim()
    .split('\n');
  expect(pids).toHaveLength(1);
  process.kill(Number(pids[0]), signal);
}

async function recorded(fromMs: number, toMs: number): Promise<Float32Array> {
  await waitFor('the span recorded', () => recording.reachedMs >= toMs);
  return recording.samples(fromMs, toMs);
}

async function untilPlayed(player: MpvPlayer, playedMs: number): Promise<void> {
  await waitFor(`${playedMs} ms played`, () => (player.state.playedMs ?? 0) >= playedMs);
}

describe('a track that was armed', () => {
  it('sounds at its instant, whole, as the recording shows, and tells what it played and how loud', async () => {
    const { speech } = sounds;
    const player = await openPlayer();
    const playback = await player.arm(speech);
    expect(player.state).toMatchObject({ status: 'armed', playedMs: 0, volumePercent: 90, isMuted: false });
    const atMs = Date.now() + 500;
    const started = await player.start(atMs);
    expect(Math.abs(started.startedAtMs - atMs)).toBeLessThanOrEqual(150);
    const ending = await playback.ended;
    expect(ending).toMatchObject({ reason: 'end', stallsCount: 0, startedAtMs: started.startedAtMs });
    expect(Math.abs(ending.playedMs - speech.expectedMs)).toBeLessThan(60);

    const heard = await recorded(atMs - 500, atMs + speech.expectedMs + 500);
    const lagMs = findStartLag(speech.samples, heard, 48_000, { recordingBeginsMs: -500 });
    expect(lagMs).toBeDefined();
    expect(Math.abs(lagMs as number)).toBeLessThanOrEqual(150);
    const aligned = heard.subarray(500 * 48);
    expect(envelopeCorrelation(speech.samples, aligned, 48_000).correlation).toBeGreaterThanOrEqual(0.95);
    expect(envelopeCorrelation(sounds.otherSpeech.samples, aligned, 48_000).correlation).toBeLessThan(0.6);
    const halfSilent = aligned.slice().fill(0, aligned.length >> 1);
    expect(envelopeCorrelation(speech.samples, halfSilent, 48_000).correlation).toBeLessThan(0.75);
    // Measured before volume: that of the file, not of the sink.
    expect(Math.abs((ending.outputLevelDbfs ?? 0) - rmsDbfs(speech.samples))).toBeLessThan(1);
  });

  it('makes no sound before it is started, and stays armed when the start is called off', async () => {
    const player = await openPlayer();
    await player.arm(sounds.low);
    const armedAtMs = Date.now();
    await expect(player.start(armedAtMs + 60_000, AbortSignal.timeout(300))).rejects.toThrow();
    expect(player.state.status).toBe('armed');
    expect(rmsDbfs(await recorded(armedAtMs, Date.now()))).toBeLessThan(-100);
    await player.start('now');
    await expect(player.arm(sounds.high)).rejects.toThrow('something sounds already');
    expect(await player.stop()).toMatchObject({ playedMs: expect.any(Number) });
  });

  it('is followed without a gap by what was appended, even of another codec and rate', async () => {
    const player = await openPlayer();
    const first = await player.arm(sounds.low);
    const second = await player.append(sounds.high);
    const { startedAtMs } = await player.start('now');
    const endings = [await first.ended, await second.ended];
    expect(endings.map((ending) => ending.reason)).toEqual(['end', 'end']);
    for (const ending of endings) expect(Math.abs(ending.playedMs - 1_500)).toBeLessThan(60);
    expect(endings[1]?.startedAtMs).toBe(endings[0]?.endedAtMs);
    const samples = await recorded(startedAtMs - 50, startedAtMs + 3_300);
    const loud = [...samples.keys()].filter((index) => Math.abs(samples[index] as number) > 0.01);
    const longestGapMs = loud.reduce((most, index, place) => Math.max(most, index - (loud[place - 1] ?? index)), 0) / 48;
    expect(longestGapMs).toBeLessThan(50);
    expect(Math.abs(((loud.at(-1) as number) - (loud[0] as number)) / 48 - 3_000)).toBeLessThan(30);
  });
});

describe('an emergency', () => {
  it('breaks in at once, and the rest is played from where it was cut', async () => {
    const { speech, high } = sounds;
    const player = await openPlayer();
    const cutPlayback = await player.arm(speech);
    const begun = await player.start('now');
    await untilPlayed(player, 2_500);
    const { cut, playback, started } = await player.interrupt(high);
    expect(await cutPlayback.ended).toMatchObject({ reason: 'interrupted', playedMs: cut?.playedMs });
    expect((await playback.ended).reason).toBe('end');
    const positionMs = cut?.positionMs ?? 0;
    const rest = await player.arm({ ...speech, offsetMs: positionMs });
    const resumed = await player.start('now');
    expect(Math.abs((await rest.ended).playedMs - (speech.expectedMs - positionMs))).toBeLessThan(60);

    const cutAt = Math.round(positionMs * 48);
    const before = await recorded(begun.startedAtMs, started.startedAtMs);
    expect(envelopeCorrelation(speech.samples.subarray(0, cutAt), before, 48_000).correlation).toBeGreaterThan(0.9);
    const after = await recorded(resumed.startedAtMs, resumed.startedAtMs + speech.expectedMs - positionMs + 200);
    expect(envelopeCorrelation(speech.samples.subarray(cutAt), after, 48_000).correlation).toBeGreaterThan(0.9);
  });

  it('sounds though mpv hangs: another one is started for it', async () => {
    const player = await openPlayer();
    await player.arm(sounds.long);
    await player.start('now');
    await untilPlayed(player, 200);
    signalPlayer('SIGSTOP');
    const { playback, started } = await player.interrupt(sounds.high);
    expect((await playback.ended).reason).toBe('end');
    expect(rmsDbfs(await recorded(started.startedAtMs + 200, started.startedAtMs + 1_200))).toBeGreaterThan(-35);
    expect(player.state.restartsCount).toBe(1);
  });
});

describe('what goes wrong', () => {
  it('a truncated file has played only what it held', async () => {
    const whole = await readFile(sounds.long.path);
    const path = join(folder.path, 'truncated.opus');
    await writeFile(path, whole.subarray(0, whole.length * 0.15));
    const held = durationMs(await decode(path));
    const player = await openPlayer();
    const playback = await player.arm({ path, expectedMs: sounds.long.expectedMs });
    await player.start('now');
    const ending = await playback.ended;
    expect(Math.abs(ending.playedMs - held)).toBeLessThan(300);
    expect(ending.playedMs).toBeLessThan(0.5 * sounds.long.expectedMs);
  });

  it('a player that is killed is told and replaced', async () => {
    const player = await openPlayer();
    const playback = await player.arm(sounds.long);
    await player.start('now');
    await untilPlayed(player, 500);
    signalPlayer('SIGKILL');
    const ending = await playback.ended;
    expect(ending).toMatchObject({ reason: 'died', problem: expect.stringContaining('SIGKILL') });
    expect(ending.playedMs).toBeGreaterThanOrEqual(500);
    expect(ending.playedMs).toBeLessThan(5_000);
    await player.arm(sounds.low);
    expect(player.state).toMatchObject({ status: 'armed', restartsCount: 1 });
  });

  it('a silent player that hangs is found out and replaced', async () => {
    const player = await openPlayer();
    const playback = await player.arm(sounds.low);
    signalPlayer('SIGSTOP');
    expect(await playback.ended).toMatchObject({ reason: 'died', playedMs: 0, problem: expect.stringContaining('no answer') });
    await waitFor('another one', () => player.state.status === 'idle');
  });

  it('an output that takes no sound is a stall, and goes on when it takes sound again', async () => {
    const player = await openPlayer();
    await player.arm(sounds.long);
    await player.start('now');
    await untilPlayed(player, 500);
    await card.suspend(0, true);
    await waitFor('the stall', () => player.state.isStalled);
    const stoodAtMs = player.state.playedMs ?? 0;
    await card.suspend(0, false);
    await untilPlayed(player, stoodAtMs + 500);
    expect(player.state).toMatchObject({ isStalled: false, restartsCount: 0 });
    await player.stop();
  });

  it('a stall that lasts ends the track and restarts the player', async () => {
    const player = await openPlayer({ limits: { stallMaxMs: 3_000 } });
    const playback = await player.arm(sounds.long);
    await player.start('now');
    await untilPlayed(player, 500);
    await card.suspend(0, true);
    const ending = await playback.ended;
    expect(ending).toMatchObject({ reason: 'stalled', stallsCount: 1 });
    expect(ending.stalledMs).toBeGreaterThanOrEqual(2_900);
    expect(ending.playedMs).toBeLessThan(3_000);
    await waitFor('another one', () => player.state.status === 'idle');
  });

  it.each([
    ['garbage', 'unrecognized file format'],
    ['nothing', 'loading failed'],
    ['a playlist', 'unrecognized file format'],
  ])('%s instead of a sound file is refused in the words of mpv', async (kind, words) => {
    const path = join(folder.path, `${kind}.opus`);
    if (kind === 'garbage')
      await writeFile(path, Buffer.from(Array.from({ length: 5_000 }, (_, index) => (index * 7_919) % 251)));
    if (kind === 'a playlist') await writeFile(path, `#EXTM3U\n${sounds.low.path}\n`);
    const player = await openPlayer();
    await expect(player.arm({ path, expectedMs: 1_000 })).rejects.toThrow(words);
    await expect(player.interrupt({ path, expectedMs: 1_000 })).rejects.toThrow(words);
    expect(player.state).toMatchObject({ status: 'idle', restartsCount: 0, problem: expect.stringContaining(words) });
    await player.arm(sounds.low);
  });

  it('without its sound card it fails; it never pretends', async () => {
    const player = await openPlayer({ audioOutput: 'alsa/hw:7' });
    await expect(player.arm(sounds.low)).rejects.toThrow('audio output initialization failed');
    await expect(player.interrupt(sounds.low)).rejects.toThrow('audio output initialization failed');
  });

  it('without mpv it says so when it is opened', async () => {
    await expect(openPlayer({ command: 'mpv-that-is-not-there' })).rejects.toThrow('mpv-that-is-not-there cannot be started');
  });
});
