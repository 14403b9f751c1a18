import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { Problem } from '../../../server/lib/problem.ts';
import { JobStopped, type JobHandlers, type JobRun } from '../../../server/queue/job-handlers.ts';
import { JobQueue, type JobQueueOptions, type OnExhausted } from '../../../server/queue/job-queue.ts';
import type { JobName } from '../../../server/queue/jobs.ts';
import { PrivateRedis } from '../../../server/queue/private-redis.ts';
import { settleOwedJobs } from '../../../server/queue/settle-owed-jobs.ts';
import { TempFolder } from '../../support/temp-folder.ts';
import { waitFor } from '../../support/wait-for.ts';
import { redisPidsOf } from './redis-processes.ts';
import { recordingLog } from './test-log.ts';

let folder: TempFolder;
let redis: PrivateRedis;

beforeAll(async () => {
  folder = await TempFolder.create();
  redis = await PrivateRedis.open({ dataFolder: folder.path, log: recordingLog().log });
});

afterAll(async () => {
  await redis.close();
  await folder[Symbol.asyncDispose]();
});

const idleHandlers: JobHandlers = {
  'render-bulletin': async () => undefined,
  'plan-deliveries': async () => undefined,
  'publish-order': async () => undefined,
  'close-airing': async () => undefined,
};

const nothingExhausted: OnExhausted = async (name, _payload, error) => {
  throw new Error(`${name} was given up unexpectedly`, { cause: error });
};

async function openQueue(options: Partial<JobQueueOptions> = {}): Promise<JobQueue> {
  return JobQueue.open({ redis: { socketPath: redis.socketPath }, prefix: randomUUID(), log: recordingLog().log, ...options });
}

/** Resolves with the signal's reason when it is aborted. */
function untilStopped(run: JobRun): Promise<unknown> {
  return new Promise((resolve) => run.signal.addEventListener('abort', () => resolve(run.signal.reason), { once: true }));
}

async function killRedis(dataFolder: string): Promise<void> {
  const pids = await redisPidsOf(dataFolder);
  expect(pids).toHaveLength(1);
  for (const pid of pids) process.kill(pid, 'SIGKILL');
}

describe('the handler table', () => {
  test('is refused when a job has no handler', async () => {
    await using queue = await openQueue();
    const { 'close-airing': _left, ...rest } = idleHandlers;
    expect(() => queue.work(rest as JobHandlers, nothingExhausted)).toThrow(/missing \[close-airing\]/);
  });

  test('is refused when it has a handler for no job', async () => {
    await using queue = await openQueue();
    const handlers = { ...idleHandlers, 'play-music': async () => undefined };
    expect(() => queue.work(handlers, nothingExhausted)).toThrow(/not a job \[play-music\]/);
  });

  test('is given once', async () => {
    await using queue = await openQueue();
    queue.work(idleHandlers, nothingExhausted);
    expect(() => queue.work(idleHandlers, nothingExhausted)).toThrow(/already worked/);
  });
});

describe('a job', () => {
  test('reaches its handler with its payload, its try and a progress that can be asked', async () => {
    const seen: unknown[] = [];
    const reported: number[] = [];
    await using queue = await openQueue({ onProgress: (_name, _payload, percent) => reported.push(percent) });
    let finish: () => void = () => undefined;
    const mayFinish = new Promise<void>((resolve) => (finish = resolve));
    queue.work(
      {
        ...idleHandlers,
        'render-bulletin': async (payload, run) => {
          run.reportProgress(40);
          await mayFinish;
          seen.push({ ...payload, attempt: run.attempt });
        },
      },
      nothingExhausted,
    );
    const payload = { bulletinId: 'b1', revision: 3 };
    expect(await queue.enqueue('render-bulletin', payload)).toBe('queued');
    await waitFor('progress', () => queue.progressOf('render-bulletin', payload) === 40);
    finish();
    await queue.idle();
    expect(seen).toEqual([{ bulletinId: 'b1', revision: 3, attempt: 1 }]);
    expect(reported).toEqual([40]);
    expect(queue.progressOf('render-bulletin', payload)).toBeUndefined();
  });

  test('ordered several times while it waits runs once, and may be ordered again when it has ended', async () => {
    let runs = 0;
    await using queue = await openQueue();
    for (let order = 0; order < 5; order++) await queue.enqueue('plan-deliveries', { airingId: 'a1' });
    queue.work({ ...idleHandlers, 'plan-deliveries': async () => void (runs += 1) }, nothingExhausted);
    await queue.idle();
    expect(runs).toBe(1);
    await queue.enqueue('plan-deliveries', { airingId: 'a1' });
    await queue.idle();
    expect(runs).toBe(2);
  });

  test('refused with a Problem is not tried again, and its end is told once', async () => {
    let runs = 0;
    const ends: unknown[] = [];
    await using queue = await openQueue();
    queue.work(
      {
        ...idleHandlers,
        'render-bulletin': async () => {
          runs += 1;
          throw new Problem('tts-failed', { engine: 'espeak-ng' });
        },
      },
      async (name, payload, error) => void ends.push([name, payload, (error as Problem).code]),
    );
    const payload = { bulletinId: 'b1', revision: 1 };
    await queue.enqueue('render-bulletin', payload);
    await queue.idle();
    expect(runs).toBe(1);
    expect(ends).toEqual([['render-bulletin', payload, 'tts-failed']]);
    await queue.enqueue('render-bulletin', payload);
    await queue.idle();
    expect(runs).toBe(2);
  });

  test('that fails is tried as often as the catalogue says, then its end is told with the last error', async () => {
    const attempts: number[] = [];
    const ends: string[] = [];
    await using queue = await openQueue({ policies: { 'publish-order': { tries: 3, backoffMs: 20 } } });
    queue.work(
      {
        ...idleHandlers,
        'publish-order': async (_payload, run) => {
          attempts.push(run.attempt);
          throw new Error(`broker away, try ${run.attempt}`);
        },
      },
      async (_name, _payload, error) => void ends.push(error.message),
    );
    await queue.enqueue('publish-order', { airingId: 'a1' });
    await waitFor('the end is told', () => ends.length > 0);
    await queue.idle();
    expect(attempts).toEqual([1, 2, 3]);
    expect(ends).toEqual(['broker away, try 3']);
  });

  test('whose end cannot be written is still owed, and is taken when the sweep orders it again', async () => {
    let runs = 0;
    const { log, lines } = recordingLog();
    await using queue = await openQueue({ log });
    queue.work(
      {
        ...idleHandlers,
        'close-airing': async () => {
          runs += 1;
          throw new Problem('not-found');
        },
      },
      async () => {
        throw new Error('disk full');
      },
    );
    await queue.enqueue('close-airing', { airingId: 'a1' });
    await queue.idle();
    expect(lines.some((line) => line.err?.message === 'disk full')).toBe(true);
    await queue.enqueue('close-airing', { airingId: 'a1' });
    await queue.idle();
    expect(runs).toBe(2);
  });

  test('over its time limit is aborted and counts as failed, whatever its handler throws', async () => {
    const ends: Error[] = [];
    await using queue = await openQueue({ policies: { 'render-bulletin': { tries: 1, timeLimitMs: 50 } } });
    queue.work(
      {
        ...idleHandlers,
        'render-bulletin': async (_payload, run) => {
          await untilStopped(run);
          throw new Problem('render-cancelled');
        },
      },
      async (_name, _payload, error) => void ends.push(error),
    );
    await queue.enqueue('render-bulletin', { bulletinId: 'b1', revision: 1 });
    await waitFor('the end is told', () => ends.length > 0);
    expect(ends[0]).toBeInstanceOf(JobStopped);
    expect((ends[0] as JobStopped).stopCause).toBe('over-time-limit');
  });

  test('given up because the process died of it too often is told as ended, without reaching its handler', async () => {
    const prefix = randomUUID();
    const ends: string[] = [];
    let runs = 0;
    await using queue = await openQueue({ prefix });
    await queue.enqueue('plan-deliveries', { airingId: 'a1' });
    // What BullMQ notes on a job that was found abandoned once more than it may be.
    const client = new Redis({ path: redis.socketPath });
    await client.hset(`${prefix}:plan-deliveries:plan-deliveries.a1`, 'defa', 'job stalled more than allowable limit');
    client.disconnect();
    queue.work({ ...idleHandlers, 'plan-deliveries': async () => void (runs += 1) }, async (name, payload, error) => {
      ends.push(`${name} ${JSON.stringify(payload)} ${error.message}`);
    });
    await queue.idle();
    expect(ends).toEqual(['plan-deliveries {"airingId":"a1"} job stalled more than allowable limit']);
    expect(runs).toBe(0);
  });

  test('with a payload that is not the catalogue’s is dropped at the claim, before its handler', async () => {
    const prefix = randomUUID();
    const { log, lines } = recordingLog();
    let runs = 0;
    await using queue = await openQueue({ prefix, log });
    await queue.enqueue('plan-deliveries', { airingId: 'a1' });
    const client = new Redis({ path: redis.socketPath });
    await client.hset(`${prefix}:plan-deliveries:plan-deliveries.a1`, 'data', '{"airingId":"../../etc"}');
    client.disconnect();
    queue.work({ ...idleHandlers, 'plan-deliveries': async () => void (runs += 1) }, nothingExhausted);
    await queue.idle();
    expect(runs).toBe(0);
    expect(lines.some((line) => line.msg.includes('invalid payload'))).toBe(true);
  });

  test('ordered for later waits for its hour, and runs at once when the tables say it is due', async () => {
    let runs = 0;
    await using queue = await openQueue();
    queue.work({ ...idleHandlers, 'close-airing': async () => void (runs += 1) }, nothingExhausted);
    await queue.enqueue('close-airing', { airingId: 'a1' }, { delayMs: 3_600_000 });
    await queue.idle();
    expect(runs).toBe(0);
    await settleOwedJobs({
      queue,
      questions: [{ job: 'close-airing', findOwed: async () => [{ airingId: 'a1' }] }],
      now: Date.now() + 3_600_000,
    });
    await queue.idle();
    expect(runs).toBe(1);
  });

  test('in the wait between two tries is not hurried by the sweep', async () => {
    const attempts: number[] = [];
    await using queue = await openQueue({ policies: { 'plan-deliveries': { tries: 2, backoffMs: 3_600_000 } } });
    queue.work(
      {
        ...idleHandlers,
        'plan-deliveries': async (_payload, run) => {
          attempts.push(run.attempt);
          throw new Error('not yet');
        },
      },
      nothingExhausted,
    );
    await queue.enqueue('plan-deliveries', { airingId: 'a1' });
    await queue.idle();
    expect(await queue.enqueue('plan-deliveries', { airingId: 'a1' })).toBe('queued');
    await queue.idle();
    expect(attempts).toEqual([1]);
  });
});

describe('cancelling', () => {
  const payload = { bulletinId: 'b1', revision: 1 };

  test('stops a running job, which is neither tried again nor told as exhausted, and can be ordered anew at once', async () => {
    const reasons: unknown[] = [];
    await using queue = await openQueue();
    queue.work(
      {
        ...idleHandlers,
        'render-bulletin': async (_payload, run) => {
          if (reasons.length > 0) return void reasons.push('ran again by order');
          reasons.push(await untilStopped(run));
          throw new Error('ffmpeg was ended');
        },
      },
      nothingExhausted,
    );
    await queue.enqueue('render-bulletin', payload);
    await waitFor('it runs', () => queue.progressOf('render-bulletin', payload) === 0);
    expect(await queue.cancel('render-bulletin', payload)).toBe('stopped');
    expect(reasons).toEqual([new JobStopped('cancelled')]);
    await queue.enqueue('render-bulletin', payload);
    await queue.idle();
    expect(reasons).toHaveLength(2);
  });

  test('takes a waiting job out of the queue, and says when there is none', async () => {
    let runs = 0;
    await using queue = await openQueue();
    await queue.enqueue('render-bulletin', payload);
    expect(await queue.cancel('render-bulletin', payload)).toBe('removed');
    expect(await queue.cancel('render-bulletin', payload)).toBe('absent');
    queue.work({ ...idleHandlers, 'render-bulletin': async () => void (runs += 1) }, nothingExhausted);
    await queue.idle();
    expect(runs).toBe(0);
  });
});

describe('an end in mid-job', () => {
  test('closing stops what runs without costing a try; the next start runs it again', async () => {
    const prefix = randomUUID();
    const first = await openQueue({ prefix });
    onTestFinished(() => first.close());
    let firstAttempt = 0;
    first.work(
      {
        ...idleHandlers,
        'plan-deliveries': async (_payload, run) => {
          firstAttempt = run.attempt;
          throw await untilStopped(run);
        },
      },
      nothingExhausted,
    );
    await first.enqueue('plan-deliveries', { airingId: 'a1' });
    await waitFor('it runs', () => firstAttempt === 1);
    await first.close();

    const attempts: number[] = [];
    await using second = await openQueue({ prefix });
    second.work(
      { ...idleHandlers, 'plan-deliveries': async (_payload, run) => void attempts.push(run.attempt) },
      nothingExhausted,
    );
    await second.idle();
    expect(attempts).toEqual([1]);
  });

  test('a job of a process killed with SIGKILL is taken up by the next one', async () => {
    const prefix = randomUUID();
    await using queue = await openQueue({ prefix, lockMs: 1_000 });
    const script = join(import.meta.dirname, 'run-one-job.ts');
    const child = spawn(process.execPath, ['--import', 'tsx', script, redis.socketPath, prefix], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    onTestFinished(() => void child.kill('SIGKILL'));
    await queue.enqueue('plan-deliveries', { airingId: 'a1' });
    await once(child.stdout, 'data');
    child.kill('SIGKILL');
    await once(child, 'exit');
    const taken: string[] = [];
    queue.work({ ...idleHandlers, 'plan-deliveries': async ({ airingId }) => void taken.push(airingId) }, nothingExhausted);
    await waitFor('it is taken up', () => taken.length > 0);
    expect(taken).toEqual(['a1']);
  });

  test('Redis killed while jobs run loses none of them, and the outage is told once', async () => {
    await using ownFolder = await TempFolder.create();
    await using ownRedis = await PrivateRedis.open({ dataFolder: ownFolder.path, log: recordingLog().log });
    const { log, lines } = recordingLog();
    await using queue = await openQueue({ redis: { socketPath: ownRedis.socketPath }, log, lockMs: 2_000 });
    const done = new Set<string>();
    let begun = 0;
    let goOn: () => void = () => undefined;
    const mayGoOn = new Promise<void>((resolve) => (goOn = resolve));
    queue.work(
      {
        ...idleHandlers,
        'plan-deliveries': async ({ airingId }) => {
          begun += 1;
          await mayGoOn;
          done.add(airingId);
        },
      },
      nothingExhausted,
    );
    const airingIds = Array.from({ length: 20 }, (_, index) => `a${index}`);
    for (const airingId of airingIds) expect(await queue.enqueue('plan-deliveries', { airingId })).toBe('queued');
    await waitFor('two run', () => begun === 2);
    await killRedis(ownFolder.path);
    goOn();
    await waitFor('all are done', () => done.size === airingIds.length);
    await waitFor('Redis is reached again', () => queue.isReachable());
    await queue.idle();
    expect(lines.filter((line) => line.msg.startsWith('Redis is out of reach'))).toHaveLength(1);
    expect(lines.filter((line) => line.msg === 'Redis answers again')).toHaveLength(1);
    // Some of its connections may still be on their way back: that must not keep it from closing.
    await queue.close();
    expect(lines.filter((line) => line.msg.startsWith('jobs did not end in time'))).toEqual([]);
  });

  test('an order given while Redis is away is owed, and the sweep queues it when Redis is there', async () => {
    await using ownFolder = await TempFolder.create();
    const firstRedis = await PrivateRedis.open({ dataFolder: ownFolder.path, log: recordingLog().log });
    onTestFinished(() => firstRedis.close());
    await using queue = await openQueue({ redis: { socketPath: firstRedis.socketPath } });
    const owed = new Set(['a1', 'a2']);
    queue.work({ ...idleHandlers, 'plan-deliveries': async ({ airingId }) => void owed.delete(airingId) }, nothingExhausted);
    const sweep = (): ReturnType<typeof settleOwedJobs> =>
      settleOwedJobs({
        queue,
        questions: [{ job: 'plan-deliveries', findOwed: async () => [...owed].map((airingId) => ({ airingId })) }],
        now: Date.now(),
      });

    await firstRedis.close();
    const before = performance.now();
    expect(await queue.enqueue('plan-deliveries', { airingId: 'a1' })).toBe('owed');
    expect(await sweep()).toEqual([{ job: 'plan-deliveries', found: 2, queued: 0 }]);
    expect(performance.now() - before).toBeLessThan(5_000);
    expect(await queue.isReachable()).toBe(false);

    await using _secondRedis = await PrivateRedis.open({ dataFolder: ownFolder.path, log: recordingLog().log });
    await waitFor('Redis is reached again', () => queue.isReachable());
    expect(await sweep()).toEqual([{ job: 'plan-deliveries', found: 2, queued: 2 }]);
    await waitFor('both are done', () => owed.size === 0);
    await queue.idle();
  });

  test('a Redis that hangs keeps no caller waiting', async () => {
    await using ownFolder = await TempFolder.create();
    await using ownRedis = await PrivateRedis.open({ dataFolder: ownFolder.path, log: recordingLog().log });
    await using queue = await openQueue({ redis: { socketPath: ownRedis.socketPath } });
    const [pid = 0] = await redisPidsOf(ownFolder.path);
    process.kill(pid, 'SIGSTOP');
    try {
      const before = performance.now();
      expect(await queue.enqueue('plan-deliveries', { airingId: 'a1' })).toBe('owed');
      expect(await queue.isReachable()).toBe(false);
      expect(performance.now() - before).toBeLessThan(5_000);
    } finally {
      process.kill(pid, 'SIGCONT');
    }
    await waitFor('Redis is reached again', () => queue.isReachable());
  });

  test('a queue opens, answers and closes without any Redis', async () => {
    await using ownFolder = await TempFolder.create();
    const queue = await openQueue({ redis: { socketPath: join(ownFolder.path, 'nobody.sock') } });
    queue.work(idleHandlers, nothingExhausted);
    expect(await queue.enqueue('close-airing', { airingId: 'a1' })).toBe('owed');
    expect(await queue.cancel('close-airing', { airingId: 'a1' })).toBe('unreachable');
    expect(await queue.isReachable()).toBe(false);
    await queue.close();
  });
});

test('each job of the table has its own queue, worked in this process', async () => {
  const worked = new Set<JobName>();
  await using queue = await openQueue();
  queue.work(
    {
      'render-bulletin': async () => void worked.add('render-bulletin'),
      'plan-deliveries': async () => void worked.add('plan-deliveries'),
      'publish-order': async () => void worked.add('publish-order'),
      'close-airing': async () => void worked.add('close-airing'),
    },
    nothingExhausted,
  );
  await queue.enqueue('render-bulletin', { bulletinId: 'b1', revision: 0 });
  for (const name of ['plan-deliveries', 'publish-order', 'close-airing'] as const) await queue.enqueue(name, { airingId: 'a1' });
  await queue.idle();
  expect([...worked].toSorted()).toEqual(['close-airing', 'plan-deliveries', 'publish-order', 'render-bulletin']);
});
