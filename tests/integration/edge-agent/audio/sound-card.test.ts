import { spawn } from 'node:child_process';
import { expect, it } from 'vitest';
import { SoundCard } from '../../../support/sound-card.ts';
import { placeChunks } from '../../../support/recording-timeline.ts';
import { waitFor } from '../../../support/wait-for.ts';

it('the recording never shows a sound before it was made by more than a block, nor long after', async () => {
  await using card = await SoundCard.create({ sinks: 1 });
  const recording = await card.record(0);
  const feeder = spawn('pacat', ['--playback', '--raw', '--format=s16le', '--rate=48000', '--channels=1', '--latency-msec=20'], {
    env: card.environment(0),
    stdio: ['pipe', 'ignore', 'inherit'],
  });
  const silence = Buffer.alloc(960);
  const click = Buffer.alloc(960, 0x40);
  const clickedAtMs: number[] = [];
  const begunMs = Date.now();
  let sent = 0;
  await waitFor('eight clicks written', () => {
    for (const due = Math.floor((Date.now() - begunMs) / 10); sent < due; sent++) {
      const isClick = sent % 25 === 24;
      if (isClick) clickedAtMs.push(performance.timeOrigin + performance.now());
      feeder.stdin.write(isClick ? click : silence);
    }
    return clickedAtMs.length >= 8;
  });
  await waitFor('the last click recorded', () => recording.reachedMs > (clickedAtMs.at(-1) as number) + 200);
  feeder.kill('SIGKILL');
  const lags = clickedAtMs.map((atMs) => recording.samples(atMs - 50, atMs + 200).findIndex((sample) => sample > 0.1) / 48 - 50);
  expect(Math.min(...lags)).toBeGreaterThan(-10);
  // The feeder's own buffer is in it.
  expect(lags.toSorted((a, b) => a - b)[4]).toBeLessThan(80);
});

it('what was rendered late is placed late, and what merely arrived late is not', () => {
  const chunk = (index: number, delayMs: number) => ({
    first: index * 480,
    count: 480,
    arrivedAtMs: 1_000 + index * 10 + delayMs,
  });
  const heldUp = Array.from({ length: 400 }, (_, index) =>
    chunk(index, index >= 100 && index < 160 ? 600 - (index - 100) * 10 : index % 3),
  );
  expect(placeChunks(heldUp, 48_000)).toEqual([{ first: 0, count: 400 * 480, atMs: 1_000 }]);
  const suspended = Array.from({ length: 800 }, (_, index) => chunk(index, index >= 400 ? 5_000 : index % 3));
  expect(placeChunks(suspended, 48_000)).toEqual([
    { first: 0, count: 400 * 480, atMs: 1_000 },
    { first: 400 * 480, count: 400 * 480, atMs: 10_000 },
  ]);
});
