import { expect, test } from 'vitest';
import type { EnqueueResult, JobQueue } from '../../../server/queue/job-queue.ts';
import { settleOwedJobs, type OwedQuestion } from '../../../server/queue/settle-owed-jobs.ts';

/** A to-do list of which only so many orders are taken before it is out of reach. */
function listTaking(ordersMax: number): { queue: Pick<JobQueue, 'enqueue'>; orders: string[] } {
  const orders: string[] = [];
  const enqueue: JobQueue['enqueue'] = async (name, payload): Promise<EnqueueResult> => {
    if (orders.length >= ordersMax) return 'owed';
    orders.push(`${name} ${JSON.stringify(payload)}`);
    return 'queued';
  };
  return { queue: { enqueue }, orders };
}

const airings = (count: number): { airingId: string }[] =>
  Array.from({ length: count }, (_, index) => ({ airingId: `a${index}` }));

test('each question is asked with the time and a limit, and what it finds is queued', async () => {
  const { queue, orders } = listTaking(10);
  const asked: [number, number][] = [];
  const questions: OwedQuestion[] = [
    { job: 'render-bulletin', findOwed: async (now, limit) => (asked.push([now, limit]), [{ bulletinId: 'b1', revision: 2 }]) },
    { job: 'close-airing', findOwed: async () => [] },
  ];
  expect(await settleOwedJobs({ queue, questions, now: 1_000 })).toEqual([
    { job: 'render-bulletin', found: 1, queued: 1 },
    { job: 'close-airing', found: 0, queued: 0 },
  ]);
  expect(orders).toEqual(['render-bulletin {"bulletinId":"b1","revision":2}']);
  expect(asked).toEqual([[1_000, 500]]);
});

test('a question that answers with more than it was asked for cannot make a sweep unbounded', async () => {
  const { queue, orders } = listTaking(10_000);
  const questions: OwedQuestion[] = [{ job: 'plan-deliveries', findOwed: async () => airings(2_000) }];
  await settleOwedJobs({ queue, questions, now: 0 });
  expect(orders).toHaveLength(500);
});

test('when the queue goes out of reach the rest is left to the next sweep', async () => {
  const { queue } = listTaking(3);
  const questions: OwedQuestion[] = [{ job: 'plan-deliveries', findOwed: async () => airings(9) }];
  expect(await settleOwedJobs({ queue, questions, now: 0 })).toEqual([{ job: 'plan-deliveries', found: 9, queued: 3 }]);
});

test('a table that cannot be asked does not keep the others from being settled, and is told', async () => {
  const { queue, orders } = listTaking(10);
  const questions: OwedQuestion[] = [
    {
      job: 'render-bulletin',
      findOwed: async () => {
        throw new Error('database is locked');
      },
    },
    { job: 'close-airing', findOwed: async () => airings(1) },
  ];
  const error = await settleOwedJobs({ queue, questions, now: 0 }).catch((thrown: unknown) => thrown);
  expect((error as AggregateError).errors).toEqual([new Error('database is locked')]);
  expect(orders).toEqual(['close-airing {"airingId":"a0"}']);
});
