/** A server process as far as its Redis goes, to be killed by a test: `node --import tsx open-private-redis.ts FOLDER`. */
import { pino } from 'pino';
import { PrivateRedis } from '../../../server/queue/private-redis.ts';

const redis = await PrivateRedis.open({ dataFolder: process.argv[2] ?? '', log: pino({ level: 'silent' }) });
process.stdout.write(`${redis.origin}\n`);
process.stdin.once('end', () => void redis.close());
process.stdin.resume();
