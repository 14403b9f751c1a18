import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { expect, onTestFinished, test } from 'vitest';
import { PrivateRedis, RedisStartError } from '../../../server/queue/private-redis.ts';
import { askRedisPid } from '../../../server/queue/redis-socket.ts';
import { TempFolder } from '../../support/temp-folder.ts';
import { waitFor } from '../../support/wait-for.ts';
import { redisPidsOf } from './redis-processes.ts';
import { recordingLog } from './test-log.ts';

const { log } = recordingLog();

function openInOwnProcess(folder: string): { process: ChildProcess; origin: Promise<string> } {
  const script = join(import.meta.dirname, 'open-private-redis.ts');
  const child = spawn(process.execPath, ['--import', 'tsx', script, folder], { stdio: ['pipe', 'pipe', 'inherit'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  const origin = once(child.stdout, 'data').then(([chunk]: Buffer[]) => String(chunk).trim());
  return { process: child, origin };
}

async function write(socketPath: string, key: string, value: string): Promise<void> {
  const client = new Redis({ path: socketPath });
  await client.set(key, value);
  client.disconnect();
}

async function read(socketPath: string, key: string): Promise<string | null> {
  const client = new Redis({ path: socketPath });
  const value = await client.get(key);
  client.disconnect();
  return value;
}

test('what was written is there again after close and open, and close leaves no process', async () => {
  await using folder = await TempFolder.create();
  await using first = await PrivateRedis.open({ dataFolder: folder.path, log });
  expect(first.origin).toBe('started');
  await write(first.socketPath, 'area', 'Xã Đại Phước');
  await first.close();
  expect(await redisPidsOf(folder.path)).toEqual([]);

  await using second = await PrivateRedis.open({ dataFolder: folder.path, log });
  expect(await read(second.socketPath, 'area')).toBe('Xã Đại Phước');
  await second.close();
});

test('a Redis left by a killed server is adopted, not doubled, and stopped by the one who adopted it', async () => {
  await using folder = await TempFolder.create();
  const killed = openInOwnProcess(folder.path);
  expect(await killed.origin).toBe('started');
  const before = await redisPidsOf(folder.path);
  expect(before).toHaveLength(1);
  killed.process.kill('SIGKILL');
  await once(killed.process, 'exit');

  await using heir = await PrivateRedis.open({ dataFolder: folder.path, log });
  expect(heir.origin).toBe('adopted');
  expect(await redisPidsOf(folder.path)).toEqual(before);
  await heir.close();
  expect(await redisPidsOf(folder.path)).toEqual([]);
});

test('two processes that start at once end with one Redis', async () => {
  await using folder = await TempFolder.create();
  const starters = [openInOwnProcess(folder.path), openInOwnProcess(folder.path)];
  const origins = await Promise.all(starters.map((starter) => starter.origin));
  expect(origins.toSorted()).toEqual(['adopted', 'started']);
  expect(await redisPidsOf(folder.path)).toHaveLength(1);
  for (const starter of starters) {
    starter.process.stdin?.end();
    await once(starter.process, 'exit');
  }
  await waitFor('no Redis on the folder', async () => (await redisPidsOf(folder.path)).length === 0);
});

test('many starts at once in one process end with one Redis', async () => {
  await using folder = await TempFolder.create();
  const opened = await Promise.all(Array.from({ length: 4 }, () => PrivateRedis.open({ dataFolder: folder.path, log })));
  expect(opened.filter((redis) => redis.origin === 'started')).toHaveLength(1);
  expect(await redisPidsOf(folder.path)).toHaveLength(1);
  await Promise.all(opened.map((redis) => redis.close()));
  expect(await redisPidsOf(folder.path)).toEqual([]);
});

test('a killed Redis comes back with what it had acknowledged', async () => {
  await using folder = await TempFolder.create();
  await using redis = await PrivateRedis.open({ dataFolder: folder.path, log });
  await write(redis.socketPath, 'kept', 'yes');
  const [pid] = await redisPidsOf(folder.path);
  process.kill(pid ?? 0, 'SIGKILL');
  await waitFor('another Redis answers', async () => {
    const now = await askRedisPid(redis.socketPath);
    return now !== undefined && now !== pid;
  });
  expect(await read(redis.socketPath, 'kept')).toBe('yes');
  await redis.close();
  expect(await redisPidsOf(folder.path)).toEqual([]);
});

test('a missing redis-server is said with what to install', async () => {
  await using folder = await TempFolder.create();
  const opening = PrivateRedis.open({ dataFolder: folder.path, log, programs: ['redis-server-that-is-not-there'] });
  await expect(opening).rejects.toThrow(RedisStartError);
  await expect(opening).rejects.toThrow(/apt-get install redis-server.*REDIS_URL/);
});

test('a data folder too long for a socket path is refused before anything starts', async () => {
  await using folder = await TempFolder.create();
  const opening = PrivateRedis.open({ dataFolder: join(folder.path, 'x'.repeat(100)), log });
  await expect(opening).rejects.toThrow(/longer than 107 bytes.*REDIS_URL/);
});

test('a Redis that cannot read its file is said with its own last words', async () => {
  await using folder = await TempFolder.create();
  const files = join(folder.path, 'redis', 'appendonlydir');
  await mkdir(files, { recursive: true });
  await writeFile(join(files, 'appendonly.aof.manifest'), 'not a manifest\n');
  const opening = PrivateRedis.open({ dataFolder: folder.path, log });
  await expect(opening).rejects.toThrow(/ended at once.*manifest/s);
  expect(await redisPidsOf(folder.path)).toEqual([]);
});
