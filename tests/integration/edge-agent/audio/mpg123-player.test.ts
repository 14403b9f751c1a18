import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { envelopeCorrelation } from '../../../../edge-agent/audio/envelope-rules.ts';
import { Mpg123Player } from '../../../../edge-agent/audio/mpg123-player.ts';
import { SoundCard } from '../../../support/sound-card.ts';
import { TempFolder } from '../../../support/temp-folder.ts';
import { waitFor } from '../../../support/wait-for.ts';
import { decode, durationMs, speak, tone, vaccination } from './sounds.ts';

it('the light player plays MP3 at its instant, gives way to an emergency, resumes, and refuses what is not MP3', async () => {
  await using folder = await TempFolder.create();
  await using card = await SoundCard.create({ sinks: 1 });
  const recording = await card.record(0);
  const path = await speak(folder.path, 'speech.mp3', vaccination);
  const samples = await decode(path);
  const speech = { path, expectedMs: durationMs(samples) };
  const alarm = { path: await tone(folder.path, 'alarm.mp3', 880, 1_200), expectedMs: 1_200 };
  const player = new Mpg123Player({ audioOutput: 'pulse', environment: card.environment(0), volumePercent: 80 });
  await player.open();
  try {
    expect(player.state).toMatchObject({ status: 'idle', volumePercent: 80 });
    const cutPlayback = await player.arm(speech);
    const atMs = Date.now() + 300;
    expect(Math.abs((await player.start(atMs)).startedAtMs - atMs)).toBeLessThanOrEqual(150);
    await waitFor('2 s played', () => (player.state.playedMs ?? 0) >= 2_000);
    const { cut, playback, started } = await player.interrupt(alarm);
    expect(await cutPlayback.ended).toMatchObject({ reason: 'interrupted', positionMs: cut?.positionMs });
    const ending = await playback.ended;
    expect(ending.reason).toBe('end');
    expect(ending.outputLevelDbfs).toBeUndefined();
    expect(Math.abs(ending.playedMs - 1_200)).toBeLessThan(150);

    const rest = await player.arm({ ...speech, offsetMs: cut?.positionMs ?? 0 });
    const following = await player.append(alarm);
    const resumed = await player.start('now');
    expect(Math.abs((await rest.ended).playedMs - (speech.expectedMs - (cut?.positionMs ?? 0)))).toBeLessThan(200);
    expect((await following.ended).reason).toBe('end');
    const heard = recording.samples(atMs, started.startedAtMs);
    const cutAt = Math.round((cut?.positionMs ?? 0) * 48);
    expect(envelopeCorrelation(samples.subarray(0, cutAt), heard, 48_000).correlation).toBeGreaterThan(0.9);
    const afterwards = recording.samples(resumed.startedAtMs, resumed.startedAtMs + speech.expectedMs);
    const remaining = samples.subarray(cutAt);
    expect(envelopeCorrelation(remaining, afterwards.subarray(0, remaining.length), 48_000).correlation).toBeGreaterThan(0.85);

    const garbage = join(folder.path, 'garbage.mp3');
    await writeFile(garbage, Buffer.alloc(4_000, 'không phải âm thanh '));
    await expect(player.arm({ path: garbage, expectedMs: 1_000 })).rejects.toThrow();
    await expect(player.arm({ path: join(folder.path, 'missing.mp3'), expectedMs: 1_000 })).rejects.toThrow('opening');
    expect(player.state).toMatchObject({ status: 'idle', restartsCount: 0 });
  } finally {
    await player.close();
  }
});
