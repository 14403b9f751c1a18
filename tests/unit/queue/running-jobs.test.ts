import { pino } from 'pino';
import { expect, test } from 'vitest';
import { JobStopped } from '../../../server/queue/job-handlers.ts';
import { RunningJobs } from '../../../server/queue/running-jobs.ts';

const log = pino({ level: 'silent' });
const longMs = 60_000;

function openGate(): { passed: Promise<void>; open: () => void } {
  let open: () => void = () => undefined;
  const passed = new Promise<void>((resolve) => (open = resolve));
  return { passed, open };
}

test('a job handed out again while it runs joins that run', async () => {
  const running = new RunningJobs(log);
  const gate = openGate();
  let bodies = 0;
  const body = async (): Promise<void> => {
    bodies += 1;
    await gate.passed;
  };
  const ends = [running.run('a', longMs, body), running.run('a', longMs, body)];
  gate.open();
  expect(await Promise.all(ends)).toEqual([{ how: 'done' }, { how: 'done' }]);
  expect(bodies).toBe(1);
  expect(running.size).toBe(0);
  await running.run('a', longMs, body);
  expect(bodies).toBe(2);
});

test('a run that was asked to stop but had finished its work counts as done', async () => {
  const running = new RunningJobs(log);
  const gate = openGate();
  const end = running.run('a', longMs, () => gate.passed);
  expect(running.stop('a', 'cancelled')).toBe(true);
  gate.open();
  expect(await end).toEqual({ how: 'done' });
  expect(running.stop('a', 'cancelled')).toBe(false);
});

test('why a run was stopped is told by who stopped it, not by what its handler threw', async () => {
  const running = new RunningJobs(log);
  const body = (signal: AbortSignal): Promise<void> =>
    new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(new Error('ffmpeg was ended'))));
  const cancelled = running.run('a', longMs, body);
  const closing = running.run('b', longMs, body);
  running.stop('a', 'cancelled');
  running.stopAll('closing');
  expect(await cancelled).toEqual({ how: 'cancelled' });
  expect(await closing).toEqual({ how: 'closing' });
  expect(await running.run('c', 5, body)).toEqual({ how: 'failed', error: new JobStopped('over-time-limit') });
});

test('a handler that throws before it begins to wait is a failed run', async () => {
  const running = new RunningJobs(log);
  const end = await running.run('a', longMs, () => {
    throw new Error('no such voice');
  });
  expect(end).toMatchObject({ how: 'failed', error: { message: 'no such voice' } });
});

test('progress is kept between 0 and 100 and ends with the run', async () => {
  const running = new RunningJobs(log);
  const gate = openGate();
  let setProgress: (percent: number) => void = () => undefined;
  const end = running.run('a', longMs, (_signal, set) => {
    setProgress = set;
    return gate.passed;
  });
  expect(running.progressOf('a')).toBe(0);
  setProgress(180);
  expect(running.progressOf('a')).toBe(100);
  gate.open();
  await end;
  expect(running.progressOf('a')).toBeUndefined();
});
