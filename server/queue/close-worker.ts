import type { Worker } from 'bullmq';
import { setTimeout as pause } from 'node:timers/promises';
import { boundedWait } from './bounded-wait.ts';
import type { RedisConnection } from './redis-connection.ts';

/** The longest pause between two attempts of a connection to come back, and some time to be there. */
const reconnectWaitMaxMs = 2_500;

/**
 * A worker closes by interrupting its blocking connection, and waits for ever when that one is just reconnecting: ioredis
 * then gives up its next attempt without a word. So it is given a moment to come back; without it the worker is closed by
 * force, and what it ran is taken up at the next start.
 */
export async function closeWorker(worker: Worker, connection: RedisConnection): Promise<void> {
  const isWhole = connection.isReady() && (await waitForBlockingConnection(worker, connection));
  await worker.close(!isWhole);
}

async function waitForBlockingConnection(worker: Worker, connection: RedisConnection): Promise<boolean> {
  const until = Date.now() + reconnectWaitMaxMs;
  const blocking = await boundedWait(Promise.resolve(worker.getBackend().blockingClient), reconnectWaitMaxMs, undefined);
  for (;;) {
    if (blocking?.status === 'ready') return true;
    if (!connection.isReady() || Date.now() > until) return false;
    await pause(15);
  }
}
