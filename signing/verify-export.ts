import { z } from 'zod';
import { SignedKeySet } from '#contract/key-set.ts';
import { ExportedReceipt, ExportManifest } from '#contract/receipt.ts';
import { signedDocument } from '#contract/signed-document.ts';
import { findFault, findKeySetFault } from './documents.ts';
import { findReceiptFault, hashOfReceipt } from './receipt-chain.ts';

const FirstLine = z.object({ manifest: signedDocument(ExportManifest), keySet: SignedKeySet });
type Chain = ExportManifest['receivers'][number];

export interface Verdict {
  verified: boolean;
  airingId: string | null;
  receivers: number;
  /** Receipts whose signature and place were found right. */
  count: number;
  /** Of them, those that speak of the airing itself. */
  bodies: number;
  /** The first thing that is wrong; `line` counts from 1. */
  fault: { line: number; code: string; receiverId: string | null; sequence: number | null } | null;
}

/**
 * Checks an export with nothing but the file and the key to trust: the key set against the root key, the manifest against the
 * key set, and each receiver's chain against its key and the manifest, so that nothing can be altered, removed (the tail too),
 * swapped or forged unseen. What the receivers say is taken as theirs; whether they were right is not for a signature to say.
 */
export async function verifyExport(lines: AsyncIterable<string>, trustedRootKey: string): Promise<Verdict> {
  const verdict: Verdict = { verified: false, airingId: null, receivers: 0, count: 0, bodies: 0, fault: null };
  const fail = (line: number, code: string, chain?: Chain, sequence?: number): Verdict => {
    verdict.fault = { line, code, receiverId: chain?.receiverId ?? null, sequence: sequence ?? null };
    return verdict;
  };
  let lineNumber = 0;
  let expected: Expectation[] = [];
  for await (const text of lines) {
    lineNumber += 1;
    // npm prints its own banner before what a script prints; nothing may stand between our own lines.
    if (verdict.airingId === null && (text.trim() === '' || text.startsWith('> '))) continue;
    if (text.trim() === '') continue;
    const value = parseJson(text);
    if (verdict.airingId === null) {
      const first = FirstLine.safeParse(value);
      if (!first.success) return fail(lineNumber, 'manifest-unreadable');
      const { manifest, keySet } = first.data;
      const exportedAtMs = Date.parse(manifest.payload.exportedAt);
      const code =
        findKeySetFault(keySet, trustedRootKey, undefined) ??
        findFault(manifest, 'record', keySet.payload, exportedAtMs) ??
        undefined;
      if (code) return fail(lineNumber, code);
      verdict.airingId = manifest.payload.airingId;
      verdict.receivers = manifest.payload.receivers.length;
      expected = manifest.payload.receivers.filter((chain) => chain.count > 0).map(expectationOf);
      continue;
    }
    const receipt = ExportedReceipt.safeParse(value);
    const [next] = expected;
    if (!next) return fail(lineNumber, 'receipt-not-in-manifest');
    if (!receipt.success) return fail(lineNumber, 'receipt-unreadable', next.chain, next.sequence);
    const code = findPlaceFault(receipt.data, next, verdict.airingId);
    if (code) return fail(lineNumber, code, next.chain, next.sequence);
    verdict.count += 1;
    if (receipt.data.body) verdict.bodies += 1;
    next.sequence += 1;
    next.previousHash = hashOfReceipt(receipt.data);
    if (next.sequence > next.chain.lastSequence) {
      if (next.previousHash !== next.chain.headHash) return fail(lineNumber, 'chain-head-differs', next.chain, next.sequence - 1);
      expected.shift();
    }
  }
  if (verdict.airingId === null) return fail(lineNumber, 'manifest-missing');
  const [missing] = expected;
  if (missing) return fail(lineNumber + 1, 'receipt-missing', missing.chain, missing.sequence);
  return { ...verdict, verified: true };
}

interface Expectation {
  chain: Chain;
  withBody: ReadonlySet<number>;
  sequence: number;
  previousHash: string;
}

function expectationOf(chain: Chain): Expectation {
  return { chain, withBody: new Set(chain.airingSequences), sequence: chain.firstSequence, previousHash: chain.previousHash };
}

function findPlaceFault(receipt: ExportedReceipt, next: Expectation, airingId: string): string | undefined {
  const { head, body } = receipt;
  if (head.receiverId !== next.chain.receiverId) return 'receipt-of-another-receiver';
  if (head.sequence !== next.sequence) return head.sequence > next.sequence ? 'receipt-missing' : 'receipt-out-of-order';
  const fault = findReceiptFault(receipt, next.chain.receiverKey);
  if (fault) return fault;
  if (head.previousHash !== next.previousHash) return 'receipt-chain-broken';
  if ((body !== null) !== next.withBody.has(head.sequence)) return body ? 'receipt-of-another-airing' : 'receipt-body-missing';
  if (body && 'airingId' in body && body.airingId !== airingId) return 'receipt-of-another-airing';
  return undefined;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
