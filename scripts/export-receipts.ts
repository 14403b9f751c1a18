/**
 * `npm run export-receipts -- --airing ID [--data ./data] > f.jsonl`: the receipts of an airing for an outsider to check.
 * Works beside a running server or without one: it only reads, both the database and the keys.
 * Exit 0: written whole; 2: a clear sentence on standard error says why not.
 */
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { parseArgs } from 'node:util';
import { Id } from '#contract/primitives.ts';
import type { KeyPurpose } from '#contract/signed-document.ts';
import { signDocument } from '#signing/documents.ts';
import { openDatabaseToRead } from '../server/database/open-database.ts';
import { exportReceipts } from '../server/dispatch/export-receipts.ts';
import { systemClock } from '../server/lib/clock.ts';
import { isProblem } from '../server/lib/problem.ts';
import { readKeyFolder, readWorkingKey } from '../server/receivers/key-files.ts';
import { findSigningKey } from '../server/receivers/key-set-rules.ts';

const USAGE = 'usage: npm run export-receipts -- --airing ID [--data ./data] > receipts.jsonl';

/** What the caller can put right; everything else is a fault of ours and keeps its stack. */
class Refusal extends Error {}

function readArguments(): { airingId: string; dataFolder: string } {
  const options = { airing: { type: 'string' }, data: { type: 'string', default: './data' } } as const;
  try {
    const { values } = parseArgs({ options });
    const airing = Id.safeParse(values.airing);
    if (airing.success) return { airingId: airing.data, dataFolder: resolve(values.data) };
  } catch (error) {
    throw new Refusal(`${(error as Error).message}\n${USAGE}`, { cause: error });
  }
  throw new Refusal(`--airing must be the id of an airing\n${USAGE}`);
}

/** The key that vouches for the manifest. A running server renews keys; two that did so would undo each other's work. */
async function readRecordKey(dataFolder: string) {
  const folder = join(dataFolder, 'keys');
  const keys = await readKeyFolder(folder);
  if (!keys) throw new Refusal(`${folder} is missing: without the server's keys nothing can vouch for an export`);
  const entry = findSigningKey(keys.keySet.payload, 'record', systemClock.now());
  if (!entry) throw new Refusal(`no record key in ${folder} is valid now: start the server once with its root key to renew it`);
  const key = await readWorkingKey(folder, entry.keyId);
  return { keySet: keys.keySet, sign: <T>(_purpose: KeyPurpose, payload: T) => signDocument(key, payload) };
}

async function* linesOf(texts: AsyncIterable<string>): AsyncGenerator<string> {
  for await (const text of texts) yield `${text}\n`;
}

async function run(): Promise<void> {
  const { airingId, dataFolder } = readArguments();
  if (!existsSync(join(dataFolder, 'truyen-thanh.sqlite'))) {
    throw new Refusal(`there is no database in ${dataFolder}: name the server's data folder with --data`);
  }
  const keyRing = await readRecordKey(dataFolder);
  const db = openDatabaseToRead(dataFolder);
  try {
    await pipeline(linesOf(exportReceipts({ db, clock: systemClock, keyRing }, airingId)), process.stdout, { end: false });
  } catch (error) {
    if (isProblem(error, 'not-found')) throw new Refusal(`no airing ${airingId} in ${dataFolder}`, { cause: error });
    throw error;
  } finally {
    await db.destroy();
  }
}

try {
  await run();
} catch (error) {
  console.error(error instanceof Refusal ? error.message : error);
  process.exitCode = 2;
}
