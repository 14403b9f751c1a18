/** Owns one connection to Redis: it comes back by itself for ever, and tells the log once per outage, not once per retry. */
import { Redis } from 'ioredis';
import { boundedWait } from './bounded-wait.ts';
import type { QueueLog } from './queue-log.ts';

export type RedisAddress = { url: string } | { socketPath: string };

const reconnectMaxMs = 1_000;
const connectTimeoutMs = 5_000;

export class RedisConnection {
  readonly client: Redis;
  readonly #log: QueueLog;
  #isOut = false;
  #isClosing = false;

  constructor(address: RedisAddress, log: QueueLog) {
    this.#log = log;
    const options = {
      // BullMQ asks for null. A command is then never given up, so every caller that must not wait bounds its own waiting.
      maxRetriesPerRequest: null,
      connectTimeout: connectTimeoutMs,
      retryStrategy: (times: number) => Math.min(50 * 2 ** Math.min(times, 10), reconnectMaxMs) * (0.75 + Math.random() / 2),
    };
    this.client = 'url' in address ? new Redis(address.url, options) : new Redis({ ...options, path: address.socketPath });
    this.client.on('error', (error: Error) => this.#noteOutage(error));
    this.client.on('close', () => this.#noteOutage());
    this.client.on('ready', () => this.#noteReturn());
  }

  isReady(): boolean {
    return this.client.status === 'ready';
  }

  /** For errors that BullMQ reports: those of the connection belong to the outage that this connection sees itself. */
  noteError(error: Error, about: string): void {
    if (this.#isClosing || isConnectionError(error)) this.#log.debug({ err: error, about }, 'Redis connection error');
    else this.#log.error({ err: error, about }, 'error of the job queue');
  }

  async answersPing(waitMaxMs: number): Promise<boolean> {
    if (!this.isReady()) return false;
    return boundedWait(
      this.client.ping().then(() => true),
      waitMaxMs,
      false,
    ).catch(() => false);
  }

  async close(waitMaxMs: number): Promise<void> {
    this.#isClosing = true;
    if (this.isReady()) {
      await boundedWait(this.client.quit(), waitMaxMs, undefined).catch((error: Error) => this.noteError(error, 'quit'));
    }
    this.client.disconnect();
  }

  #noteOutage(error?: Error): void {
    if (this.#isOut || this.#isClosing) return;
    this.#isOut = true;
    this.#log.warn({ err: error }, 'Redis is out of reach: jobs are owed until it answers again');
  }

  #noteReturn(): void {
    if (!this.#isOut) return;
    this.#isOut = false;
    this.#log.info('Redis answers again');
  }
}

const connectionErrorCodes = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ENOENT',
  'ETIMEDOUT',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
]);

function isConnectionError(error: Error & { code?: unknown }): boolean {
  return (
    (typeof error.code === 'string' && connectionErrorCodes.has(error.code)) || error.message.startsWith('Connection is closed')
  );
}
