import { expect, it } from 'vitest';
import { RecordingPlayer } from '../../../support/recording-player.ts';

it('the stand-in loudspeaker keeps to the clock it is given, however far that jumps', async () => {
  let nowMs = 1_000_000;
  const player = new RecordingPlayer({ now: () => nowMs });
  await player.open();
  const first = await player.arm({ path: '/a', expectedMs: 3_000 });
  const second = await player.append({ path: '/b', expectedMs: 2_000 });
  const starting = player.start(1_060_000);
  expect(player.state.status).toBe('armed');
  nowMs = 1_061_000;
  expect(await starting).toEqual({ startedAtMs: 1_060_000, latencyMs: 0 });
  expect(player.state).toMatchObject({ status: 'playing', positionMs: 1_000 });
  nowMs = 1_064_000;
  expect(await first.ended).toMatchObject({ reason: 'end', playedMs: 3_000, endedAtMs: 1_063_000 });

  const { cut, playback } = await player.interrupt({ path: '/emergency', expectedMs: 500 });
  expect(cut).toEqual({ positionMs: 1_000, playedMs: 1_000 });
  expect(await second.ended).toMatchObject({ reason: 'interrupted', startedAtMs: 1_063_000, playedMs: 1_000 });
  player.die();
  expect(await playback.ended).toMatchObject({ reason: 'died', playedMs: 0 });

  const rest = await player.arm({ path: '/b', expectedMs: 2_000, offsetMs: 1_000 });
  await player.start('now');
  nowMs += 5_000;
  expect(await rest.ended).toMatchObject({ reason: 'end', playedMs: 1_000, positionMs: 2_000 });
  expect(player.sounded.map(({ track }) => track.path)).toEqual(['/a', '/b', '/emergency', '/b']);
  player.failNext('no sound card');
  await expect(player.arm({ path: '/c', expectedMs: 1 })).rejects.toThrow('no sound card');
});
