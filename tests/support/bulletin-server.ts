/** Bulletins, uploads and rendering in a process of their own, to be killed by a test: `node --import tsx bulletin-server.ts DATA`. */
import { BulletinBench } from './bulletin-bench.ts';

const bench = await BulletinBench.open({ dataFolder: process.argv[2] ?? '' });
process.stdout.write(`${bench.url}\n`);
process.stdin.once('end', () => process.exit(0));
process.stdin.resume();
