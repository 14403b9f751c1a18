import { expect, test } from 'vitest';
import { Upkeep } from '../../../server/queue/upkeep.ts';
import { waitFor } from '../../support/wait-for.ts';
import { recordingLog } from './test-log.ts';

const eachSecond = '* * * * * *';

test('a tick that fails is told and comes again; one that is still running is not started twice', async () => {
  const { log, lines } = recordingLog();
  let failing = 0;
  let slow = 0;
  let end: () => void = () => undefined;
  const mayEnd = new Promise<void>((resolve) => (end = resolve));
  const upkeep = new Upkeep(
    [
      {
        name: 'failing',
        pattern: eachSecond,
        run: async () => {
          failing += 1;
          throw new Error('no such table');
        },
      },
      {
        name: 'slow',
        pattern: eachSecond,
        run: async () => {
          slow += 1;
          await mayEnd;
        },
      },
    ],
    log,
  );
  await waitFor('three ticks', () => failing >= 3);
  expect(slow).toBe(1);
  expect(lines.filter((line) => line.err?.message === 'no such table').length).toBeGreaterThanOrEqual(2);

  let isStopped = false;
  const stopping = upkeep.stop().then(() => (isStopped = true));
  await Promise.resolve();
  expect(isStopped).toBe(false);
  end();
  await stopping;
});

test('a pattern that is no pattern is refused at the start', () => {
  const tick = { name: 'wrong', pattern: 'each minute', run: async () => undefined };
  expect(() => new Upkeep([tick], recordingLog().log)).toThrow(/tick wrong has no valid pattern: each minute/);
});
