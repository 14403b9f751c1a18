/**
 * Owns the private Redis of this data folder: starts it, adopts one that a killed server left behind, brings it back when
 * it dies. It never touches any other Redis of the machine: no TCP port, a socket that only this user can open.
 *
 * Invariants:
 * - One redis-server at most writes in the folder. It runs under `flock --no-fork`, which takes a kernel lock on
 *   DATA/redis/lock and then becomes redis-server with the lock still open: the lock lives exactly as long as that very
 *   process, whoever started it and however it or its starter dies. Nothing can be stale, no pid can be mistaken.
 * - Who doesn't get the lock starts nothing; it waits for the holder to answer, and uses that one.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, open, readFile, stat } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { join, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { QueueLog } from './queue-log.ts';
import { askRedisPid, askRedisToShutDown } from './redis-socket.ts';

/** sun_path of a Linux unix socket, its closing zero left out. */
const socketPathBytesMax = 107;
/** Includes reading the append-only file, which holds little: finished jobs are not kept. */
const startMaxMs = 30_000;
const stopMaxMs = 10_000;
const reviveWaitMinMs = 100;
const reviveWaitMaxMs = 5_000;
/** A Redis that lived this long and dies is not dying in a loop. */
const steadyAfterMs = 10_000;
const logBytesMax = 1024 * 1024;
const exitLockHeld = 75;

/** Why the server can't start, in words for the person who starts it. */
export class RedisStartError extends Error {
  constructor(text: string, options?: ErrorOptions) {
    super(text, options);
    this.name = 'RedisStartError';
  }
}

export interface PrivateRedisOptions {
  /** Of the application; Redis lives in `redis/` below it. */
  dataFolder: string;
  log: QueueLog;
  /** Looked for on PATH, the first that is found is taken. */
  programs?: readonly string[];
}

export class PrivateRedis implements AsyncDisposable {
  readonly socketPath: string;
  readonly #folder: string;
  readonly #program: string;
  readonly #log: QueueLog;
  readonly #closing = new AbortController();
  #child: ChildProcess | undefined;
  #watch: Socket | undefined;
  #revival: Promise<void> = Promise.resolve();
  #upSinceMs = 0;
  #lossesInARow = 0;
  #origin: 'started' | 'adopted' = 'started';

  private constructor(folder: string, program: string, log: QueueLog) {
    this.#folder = folder;
    this.#program = program;
    this.#log = log;
    this.socketPath = join(folder, 'redis.sock');
  }

  static async open(options: PrivateRedisOptions): Promise<PrivateRedis> {
    const folder = resolve(options.dataFolder, 'redis');
    const program = await findProgram(options.programs ?? ['redis-server', 'valkey-server']);
    const redis = new PrivateRedis(folder, program, options.log);
    if (Buffer.byteLength(redis.socketPath) > socketPathBytesMax) {
      throw new RedisStartError(
        `the socket path ${redis.socketPath} is longer than ${socketPathBytesMax} bytes, which Linux does not allow: use a shorter data folder, or set REDIS_URL`,
      );
    }
    await mkdir(folder, { recursive: true, mode: 0o700 });
    try {
      redis.#origin = await redis.#bringUp();
    } catch (error) {
      redis.#child?.kill('SIGTERM');
      throw error;
    }
    redis.#watchOver();
    return redis;
  }

  /** Whether the Redis first found was ours from the start or left by another process. */
  get origin(): 'started' | 'adopted' {
    return this.#origin;
  }

  /** Stops Redis, adopted or not, with its file flushed; resolves when nothing writes in the folder any more. */
  async close(): Promise<void> {
    if (this.#closing.signal.aborted) return;
    this.#closing.abort();
    this.#watch?.destroy();
    await this.#revival;
    const pid = await askRedisPid(this.socketPath);
    if (pid !== undefined) await askRedisToShutDown(this.socketPath);
    else this.#child?.kill('SIGTERM');
    if (await this.#waitUntilUnlocked(stopMaxMs)) return;
    this.#log.error({ pid }, 'Redis did not stop in time and is killed');
    if (pid !== undefined) process.kill(pid, 'SIGKILL');
    else this.#child?.kill('SIGKILL');
    await this.#waitUntilUnlocked(stopMaxMs);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** Resolves when a Redis answers, ours or one that was there. */
  async #bringUp(): Promise<'started' | 'adopted'> {
    const until = Date.now() + startMaxMs;
    for (;;) {
      this.#closing.signal.throwIfAborted();
      if ((await askRedisPid(this.socketPath)) !== undefined) return 'adopted';
      if (await this.#startUnderLock(until)) return 'started';
      if (Date.now() > until) {
        throw new RedisStartError(
          `a Redis holds the lock of ${this.#folder} but gives no answer: look at the process in ${join(this.#folder, 'redis.pid')}, stop it, and start again`,
        );
      }
      await pause(50, undefined, { signal: this.#closing.signal });
    }
  }

  /** False when another process holds the lock. */
  async #startUnderLock(until: number): Promise<boolean> {
    const child = await this.#spawnRedis();
    while (Date.now() < until) {
      if (child.exitCode === exitLockHeld) return false;
      if (child.exitCode !== null || child.signalCode !== null) {
        throw new RedisStartError(
          `${this.#program} ended at once (${child.signalCode ?? child.exitCode}): ${await this.#lastLogLines()}`,
        );
      }
      // The one that answers may be another's, in the moment before our child finds the lock held.
      if ((await askRedisPid(this.socketPath)) === child.pid) return true;
      await pause(10, undefined, { signal: this.#closing.signal });
    }
    child.kill('SIGTERM');
    throw new RedisStartError(`${this.#program} gave no answer within ${startMaxMs} ms: ${await this.#lastLogLines()}`);
  }

  async #spawnRedis(): Promise<ChildProcess> {
    const logPath = join(this.#folder, 'redis.log');
    const isLogFull = await stat(logPath).then(
      (found) => found.size > logBytesMax,
      () => false,
    );
    // A file, not a pipe: a Redis that outlives this process must still have somewhere to write.
    const logFile = await open(logPath, isLogFull ? 'w' : 'a', 0o600);
    try {
      const lock = ['--nonblock', '--no-fork', '--conflict-exit-code', String(exitLockHeld), this.#lockPath()];
      const child = spawn('flock', [...lock, this.#program, ...this.#redisFlags()], {
        // Its own group: Ctrl-C in a terminal reaches only us, and Redis stops after the jobs, not before.
        detached: true,
        stdio: ['ignore', logFile.fd, logFile.fd],
        cwd: this.#folder,
      });
      this.#child = child;
      child.unref();
      await once(child, 'spawn');
      return child;
    } catch (error) {
      throw new RedisStartError(`${this.#program} cannot be started: ${String(error)}`, { cause: error });
    } finally {
      await logFile.close();
    }
  }

  #redisFlags(): string[] {
    return [
      ...['--port', '0', '--unixsocket', this.socketPath, '--unixsocketperm', '700'],
      ...['--dir', this.#folder, '--pidfile', join(this.#folder, 'redis.pid'), '--daemonize', 'no'],
      // Every second is enough: the tables are the truth, and a sweep queues again what a power cut took.
      ...['--appendonly', 'yes', '--appendfsync', 'everysec', '--save', ''],
      ...['--maxmemory-policy', 'noeviction', '--loglevel', 'warning'],
      // BullMQ's delayed jobs wait on Redis's timer: at the usual 10 ticks a second they are up to 100 ms late.
      ...['--hz', '100'],
    ];
  }

  /** An idle connection tells at once when Redis dies, child or adopted alike. */
  #watchOver(): void {
    this.#upSinceMs = performance.now();
    this.#watch = connect(this.socketPath);
    this.#watch.on('error', (error) => this.#log.debug({ err: error }, 'the watch on Redis'));
    this.#watch.once('close', () => {
      if (!this.#closing.signal.aborted) this.#revival = this.#revive();
    });
  }

  async #revive(): Promise<void> {
    this.#lossesInARow = performance.now() - this.#upSinceMs > steadyAfterMs ? 0 : this.#lossesInARow + 1;
    this.#log.warn('the private Redis is gone and is started again');
    while (!this.#closing.signal.aborted) {
      try {
        await pause(Math.min(reviveWaitMinMs * 2 ** this.#lossesInARow, reviveWaitMaxMs), undefined, {
          signal: this.#closing.signal,
        });
        const origin = await this.#bringUp();
        this.#log.info({ origin }, 'the private Redis is back');
        this.#watchOver();
        return;
      } catch (error) {
        if (this.#closing.signal.aborted) return;
        this.#lossesInARow += 1;
        this.#log.error({ err: error }, 'the private Redis cannot be started again; trying further');
      }
    }
  }

  #lockPath(): string {
    return join(this.#folder, 'lock');
  }

  async #waitUntilUnlocked(waitMaxMs: number): Promise<boolean> {
    const until = Date.now() + waitMaxMs;
    while (Date.now() < until) {
      if (
        (await exitCodeOf('flock', ['--nonblock', '--conflict-exit-code', String(exitLockHeld), this.#lockPath(), 'true'])) !==
        exitLockHeld
      ) {
        return true;
      }
      await pause(20);
    }
    return false;
  }

  async #lastLogLines(): Promise<string> {
    const text = await readFile(join(this.#folder, 'redis.log'), 'utf8').catch(() => '');
    return text.trimEnd().split('\n').slice(-5).join(' | ') || 'it wrote nothing in its log';
  }
}

async function findProgram(names: readonly string[]): Promise<string> {
  if (!(await isInstalled('flock'))) {
    throw new RedisStartError('flock is not installed: run `apt-get install util-linux`, or set REDIS_URL to a Redis of yours');
  }
  for (const name of names) {
    if (await isInstalled(name)) return name;
  }
  throw new RedisStartError(
    `${names.join(' or ')} is not installed: run \`apt-get install redis-server\`, or set REDIS_URL to a Redis of yours`,
  );
}

async function isInstalled(program: string): Promise<boolean> {
  try {
    return (await exitCodeOf(program, ['--version'])) === 0;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw new RedisStartError(`${program} cannot be run: ${String(error)}`, { cause: error });
  }
}

function exitCodeOf(program: string, args: string[]): Promise<number | null> {
  return new Promise((resolveCode, reject) => {
    spawn(program, args, { stdio: 'ignore' }).once('error', reject).once('exit', resolveCode);
  });
}
