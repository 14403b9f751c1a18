/**
 * `npm run verify-receipts -- FILE --trust KEY [--json]`: checks an export with nothing but the file and the root key that the
 * checker trusts. Exit 0: all of it holds; 1: the first bad record is named; 2: it could not be checked at all.
 */
import { open } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { PublicKey } from '#contract/primitives.ts';
import { linesOfFile } from '#signing/lines-of-file.ts';
import { type Verdict, verifyExport } from '#signing/verify-export.ts';

const USAGE = 'usage: npm run verify-receipts -- FILE --trust KEY [--json]';

class Refusal extends Error {}

function readArguments(): { path: string; trust: string; isJson: boolean } {
  const options = { trust: { type: 'string' }, json: { type: 'boolean', default: false } } as const;
  try {
    const { values, positionals } = parseArgs({ options, allowPositionals: true });
    const [path, ...more] = positionals;
    const trust = PublicKey.safeParse(values.trust);
    if (path !== undefined && more.length === 0 && trust.success) return { path, trust: trust.data, isJson: values.json };
  } catch (error) {
    throw new Refusal(`${(error as Error).message}\n${USAGE}`, { cause: error });
  }
  throw new Refusal(`one file, and --trust with a root key of 43 characters\n${USAGE}`);
}

function describe(verdict: Verdict): string {
  const { fault } = verdict;
  if (!fault) {
    const { airingId, exportedAt, receivers, count, bodies } = verdict;
    return `verified: airing ${airingId}, exported at ${exportedAt}: ${receivers} receivers, ${count} receipts in unbroken chains, ${bodies} of them of this airing`;
  }
  const whose = fault.receiverId === null ? '' : `, receiver ${fault.receiverId}, sequence ${fault.sequence}`;
  return `NOT verified: ${fault.code} at line ${fault.line}${whose}`;
}

async function run(): Promise<number> {
  const { path, trust, isJson } = readArguments();
  const file = await open(path).catch((error: NodeJS.ErrnoException) => {
    throw new Refusal(`${path} can't be read (${error.code})`, { cause: error });
  });
  try {
    const verdict = await verifyExport(linesOfFile(file.createReadStream({ autoClose: false })), trust);
    console.log(isJson ? JSON.stringify({ ...verdict, trust }) : describe(verdict));
    return verdict.verified ? 0 : 1;
  } finally {
    await file.close();
  }
}

try {
  process.exitCode = await run();
} catch (error) {
  console.error(error instanceof Refusal ? error.message : error);
  process.exitCode = 2;
}
