/** A server process that claims a job and never ends it, to be killed by a test: `node --import tsx run-one-job.ts SOCKET PREFIX`. */
import { pino } from 'pino';
import { JobQueue } from '../../../server/queue/job-queue.ts';

const [socketPath = '', prefix = ''] = process.argv.slice(2);
const queue = await JobQueue.open({ redis: { socketPath }, prefix, log: pino({ level: 'silent' }), lockMs: 1_000 });
const hang = async (payload: { airingId?: string }): Promise<void> => {
  process.stdout.write(`${payload.airingId ?? ''}\n`);
  await new Promise(() => undefined);
};
queue.work(
  { 'render-bulletin': async () => undefined, 'plan-deliveries': hang, 'publish-order': hang, 'close-airing': hang },
  async () => undefined,
);
