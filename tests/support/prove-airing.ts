import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { Receipt, type ReceiptBody } from '#contract/receipt.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const OUTPUT_BYTES_MAX = 64 * 1024 * 1024;

export interface Proof {
  file: string;
  verified: boolean;
  count: number;
  fault: unknown;
  /** Those that speak of the airing. */
  receipts: Receipt[];
}

/** Exports the receipts of an airing and has them checked, each by the script that an auditor would run, in its own process. */
export async function proveAiring(dataFolder: string, airingId: string, trust: string, file: string): Promise<Proof> {
  const exported = await runScript(['scripts/export-receipts.ts', '--airing', airingId, '--data', dataFolder]);
  await writeFile(file, exported);
  const verdict = JSON.parse(await runScript(['scripts/verify-receipts.ts', file, '--trust', trust, '--json'])) as Omit<
    Proof,
    'receipts'
  >;
  const receipts = exported
    .trim()
    .split('\n')
    .slice(1)
    .flatMap((line) => Receipt.safeParse(JSON.parse(line)).data ?? []);
  return { file, verified: verdict.verified, count: verdict.count, fault: verdict.fault, receipts };
}

export function proofFile(folder: string, airingId: string): string {
  return join(folder, `receipts-${airingId}.jsonl`);
}

export type SoundingEnded = Extract<ReceiptBody, { kind: 'sounding-ended' }>;

/** What one receiver says of its soundings, in the order of its chain. */
export function soundingsOf(receipts: readonly Receipt[], receiverId: string): SoundingEnded[] {
  const own = receipts.filter(({ head }) => head.receiverId === receiverId).map(({ body }) => body);
  return own.filter((body): body is SoundingEnded => body.kind === 'sounding-ended');
}

/** A refusal (exit 1) still prints its verdict. */
async function runScript(script: string[]): Promise<string> {
  const run = promisify(execFile)(process.execPath, ['--import', 'tsx', ...script], { cwd: ROOT, maxBuffer: OUTPUT_BYTES_MAX });
  const { stdout } = await run.catch((error: { stdout?: string; message: string }) => {
    if (!error.stdout) throw new Error(error.message);
    return { stdout: error.stdout };
  });
  return stdout;
}
