import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { JobQueue } from '../../../server/queue/job-queue.ts';
import { PrivateRedis } from '../../../server/queue/private-redis.ts';
import { settleOwedJobs } from '../../../server/queue/settle-owed-jobs.ts';
import { type RenderingWorker, renderingWorker } from '../../../server/rendering/rendering-worker.ts';
import type { RenderQueue } from '../../../server/rendering/rendering-deps.ts';
import { hashFile } from '../../../server/media/hash-file.ts';
import { BulletinBench } from '../../support/bulletin-bench.ts';
import { BulletinProcess } from '../../support/bulletin-process.ts';
import { TempFolder } from '../../support/temp-folder.ts';
import { waitFor } from '../../support/wait-for.ts';

const LONG_TEXT = 'Ủy ban nhân dân xã thông báo lịch cắt điện để sửa chữa đường dây. Bà con chú ý sắp xếp công việc. '.repeat(8);
const log = pino({ level: 'silent' });

/** A bench whose renderings go through a real queue. */
class QueuedBench implements AsyncDisposable {
  readonly bench: BulletinBench;
  readonly queue: JobQueue;
  readonly worker: RenderingWorker;
  readonly #redis: PrivateRedis;

  private constructor(bench: BulletinBench, queue: JobQueue, redis: PrivateRedis) {
    this.bench = bench;
    this.queue = queue;
    this.#redis = redis;
    this.worker = renderingWorker(bench.renderDeps, bench.runs);
    const nothing = () => Promise.resolve();
    queue.work(
      { 'render-bulletin': this.worker.render, 'plan-deliveries': nothing, 'publish-order': nothing, 'close-airing': nothing },
      (name, payload, error) =>
        name === 'render-bulletin' ? this.worker.endRendering(payload as never, error) : Promise.resolve(),
    );
  }

  static async open(dataFolder: string): Promise<QueuedBench> {
    const redis = await PrivateRedis.open({ dataFolder, log });
    const queue = await JobQueue.open({ redis: { socketPath: redis.socketPath }, prefix: 'tt', log });
    const ours: RenderQueue = {
      enqueue: (key) => queue.enqueue('render-bulletin', key),
      cancel: (key) => queue.cancel('render-bulletin', key),
    };
    return new QueuedBench(await BulletinBench.open({ dataFolder, queue: ours }), queue, redis);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.queue.close();
    await this.bench[Symbol.asyncDispose]();
    await this.#redis.close();
  }
}

describe('a rendering whose server is killed', () => {
  it('is found by the sweep after the next start and done, and nothing of the killed run stays', async () => {
    await using folder = await TempFolder.create();
    const dataFolder = folder.path;
    {
      await using _seeded = await BulletinBench.open({ dataFolder });
    }
    let bulletinId: string;
    {
      await using first = await BulletinProcess.start(dataFolder);
      const client = await first.as('author');
      const areaId = (await client.call('readSession')).account.grants[0]?.areaId ?? '';
      const body = { areaId, kind: 'text' as const, title: 'Lịch cắt điện', text: LONG_TEXT, field: 4 };
      ({ bulletinId } = await client.call('composeBulletin', { body }));
      await client.call('submitBulletin', { params: { bulletinId }, body: { revision: 1 } });
      await waitFor('the rendering to be under way', async () => {
        const { rendering } = await client.call('readBulletin', { params: { bulletinId } });
        return rendering.state === 'running' && rendering.progressPercent > 0;
      });
      await first.kill();
    }
    expect(await readdir(join(dataFolder, 'work'))).toHaveLength(1);

    await using second = await QueuedBench.open(dataFolder);
    const { bench, queue, worker } = second;
    expect(await readdir(join(dataFolder, 'work'))).toEqual([]);
    const client = await bench.as('author');
    expect(await client.call('readBulletin', { params: { bulletinId } })).toMatchObject({ rendering: { state: 'running' } });
    const sweep = (afterMs: number) => settleOwedJobs({ queue, questions: [worker.question], now: Date.now() + afterMs });
    expect(await sweep(0)).toEqual([{ job: 'render-bulletin', found: 0, queued: 0 }]);
    expect(await sweep(61_000)).toEqual([{ job: 'render-bulletin', found: 1, queued: 1 }]);
    const { renditions } = await bench.rendered(client, bulletinId);
    expect(renditions.map((rendition) => rendition.codec)).toEqual(['opus', 'mp3']);
    for (const { sha256 } of renditions) expect(await hashFile(await bench.library.pathOf(sha256))).toBe(sha256);
    await queue.idle();
    expect(await sweep(61_000)).toEqual([{ job: 'render-bulletin', found: 0, queued: 0 }]);
    expect(await readdir(join(dataFolder, 'work'))).toEqual([]);
  });
});

describe('a rendering in the queue', () => {
  it('is done by the worker, and stopped there when it is cancelled', async () => {
    await using folder = await TempFolder.create();
    await using queued = await QueuedBench.open(folder.path);
    const { bench, queue } = queued;
    const client = await bench.as('author');
    const short = await bench.compose(client);
    await client.call('submitBulletin', { params: { bulletinId: short.bulletinId }, body: { revision: 1 } });
    await bench.rendered(client, short.bulletinId);

    const long = await bench.compose(client, { text: LONG_TEXT });
    const params = { bulletinId: long.bulletinId };
    await client.call('submitBulletin', { params, body: { revision: 1 } });
    await waitFor('the rendering to be under way', async () => {
      const { rendering } = await client.call('readBulletin', { params });
      return rendering.state === 'running' && rendering.progressPercent > 0;
    });
    expect(await client.call('cancelRendering', { params })).toMatchObject({ rendering: { state: 'cancelled' } });
    await queue.idle();
    expect(await client.call('readBulletin', { params })).toMatchObject({ rendering: { state: 'cancelled' }, renditions: [] });
    expect(await readdir(bench.renderDeps.workFolder)).toEqual([]);
    await client.call('submitBulletin', { params, body: { revision: 1 } });
    expect((await bench.rendered(client, long.bulletinId)).renditions).toHaveLength(2);
  });
});
