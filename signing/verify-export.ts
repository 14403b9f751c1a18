import { z } from 'zod';
import { SignedKeySet } from '#contract/key-set.ts';
import { ExportedReceipt, ExportManifest } from '#contract/receipt.ts';
import { signedDocument } from '#contract/signed-document.ts';
import { findFault, findKeySetFault } from './documents.ts';
import { findReceiptFault, hashOfReceipt } from './receipt-chain.ts';

const FirstLine = z.strictObject({ manifest: signedDocument(ExportManifest), keySet: SignedKeySet });
const ReceiptLine = z.strictObject(ExportedReceipt.shape);
type Chain = ExportManifest['receivers'][number];

export interface Verdict {
  verified: boolean;
  airingId: string | null;
  exportedAt: string | null;
  receivers: number;
  /** Receipts whose signature and place were found right. */
  count: number;
  /** Of them, those that speak of the airing itself. */
  bodies: number;
  /** The first thing that is wrong; `line` counts from 1. */
  fault: Fault | null;
}
export interface Fault {
  line: number;
  code: string;
  receiverId: string | null;
  sequence: number | null;
}

/**
 * Checks an export with nothing but the file and the key to trust: the key set against the root key, the manifest against the
 * key set, and each receiver's chain against its key and the manifest, so that nothing can be altered, removed (the tail too),
 * swapped or forged unseen. What the receivers say is taken as theirs; whether they were right is not for a signature to say.
 *
 * Signatures are checked over what stands in the line, not over what we understand of it, and a line must be spelt as it was
 * written: a field that nobody knows, or one given twice, can hide nothing.
 */
export async function verifyExport(lines: AsyncIterable<string>, trustedRootKey: string): Promise<Verdict> {
  const verdict: Verdict = {
    verified: false,
    airingId: null,
    exportedAt: null,
    receivers: 0,
    count: 0,
    bodies: 0,
    fault: null,
  };
  let lineNumber = 0;
  let walk: ChainWalk | undefined;
  for await (const text of lines) {
    lineNumber += 1;
    if (walk) {
      const fault = walk.take(text, lineNumber);
      Object.assign(verdict, { count: walk.count, bodies: walk.bodies });
      if (fault) return { ...verdict, fault };
      continue;
    }
    // npm prints its banner before what a script prints; nothing may stand between our own lines.
    if (text.trim() === '' || text.startsWith('> ')) continue;
    const manifest = readManifest(text, trustedRootKey);
    if (typeof manifest === 'string') return { ...verdict, fault: faultAt(lineNumber, manifest) };
    const { airingId, exportedAt, receivers } = manifest;
    Object.assign(verdict, { airingId, exportedAt, receivers: receivers.length });
    walk = new ChainWalk(manifest);
  }
  const fault = walk ? walk.findMissing(lineNumber + 1) : faultAt(lineNumber + 1, 'manifest-missing');
  return fault ? { ...verdict, fault } : { ...verdict, verified: true };
}

/** The manifest, or what is wrong with it. */
function readManifest(text: string, trustedRootKey: string): ExportManifest | string {
  const value = parseLine(text);
  const first = FirstLine.safeParse(value);
  if (!first.success) return 'manifest-unreadable';
  const { manifest, keySet } = value as z.infer<typeof FirstLine>;
  const code =
    findKeySetFault(keySet, trustedRootKey, undefined) ??
    findFault(manifest, 'record', keySet.payload, Date.parse(manifest.payload.exportedAt));
  if (code) return code;
  return manifest.payload.receivers.every(isSound) ? manifest.payload : 'manifest-contradictory';
}

function isSound(chain: Chain): boolean {
  const { firstSequence, lastSequence, count, airingSequences } = chain;
  if (count !== lastSequence - firstSequence + 1) return false;
  if (count === 0) return airingSequences.length === 0 && chain.headHash === chain.previousHash;
  return airingSequences.every((sequence) => sequence >= firstSequence && sequence <= lastSequence);
}

/** Walks along the chains that a manifest announces, line by line. */
class ChainWalk {
  count = 0;
  bodies = 0;
  readonly #airingId: string;
  readonly #chains: Chain[];
  #at = 0;
  #sequence = 0;
  #previousHash = '';
  #withBody: ReadonlySet<number> = new Set();

  constructor(manifest: ExportManifest) {
    this.#airingId = manifest.airingId;
    this.#chains = manifest.receivers.filter((chain) => chain.count > 0);
    this.#enter();
  }

  take(text: string, line: number): Fault | undefined {
    const chain = this.#chains[this.#at];
    if (!chain) return faultAt(line, 'receipt-not-in-manifest');
    const value = parseLine(text);
    const isReadable = ReceiptLine.safeParse(value).success;
    const code = isReadable ? this.#findFault(chain, value as ExportedReceipt) : 'receipt-unreadable';
    if (code) return faultAt(line, code, chain, this.#sequence);
    const receipt = value as ExportedReceipt;
    this.count += 1;
    if (receipt.body) this.bodies += 1;
    this.#previousHash = hashOfReceipt(receipt);
    if (this.#sequence < chain.lastSequence) this.#sequence += 1;
    else if (this.#previousHash !== chain.headHash) return faultAt(line, 'chain-head-differs', chain, this.#sequence);
    else {
      this.#at += 1;
      this.#enter();
    }
    return undefined;
  }

  /** What the file still owes at its end. */
  findMissing(line: number): Fault | undefined {
    const chain = this.#chains[this.#at];
    return chain && faultAt(line, 'receipt-missing', chain, this.#sequence);
  }

  #enter(): void {
    const chain = this.#chains[this.#at];
    if (!chain) return;
    this.#sequence = chain.firstSequence;
    this.#previousHash = chain.previousHash;
    this.#withBody = new Set(chain.airingSequences);
  }

  #findFault(chain: Chain, receipt: ExportedReceipt): string | undefined {
    const { head, body } = receipt;
    if (head.receiverId !== chain.receiverId) return 'receipt-of-another-receiver';
    if (head.sequence !== this.#sequence) return head.sequence > this.#sequence ? 'receipt-missing' : 'receipt-out-of-order';
    const fault = findReceiptFault(receipt, chain.receiverKey);
    if (fault) return fault;
    if (head.previousHash !== this.#previousHash) return 'receipt-chain-broken';
    if ((body !== null) !== this.#withBody.has(head.sequence)) return body ? 'receipt-of-another-airing' : 'receipt-body-missing';
    if (body && !('airingId' in body && body.airingId === this.#airingId)) return 'receipt-of-another-airing';
    return undefined;
  }
}

function faultAt(line: number, code: string, chain?: Chain, sequence?: number): Fault {
  return { line, code, receiverId: chain?.receiverId ?? null, sequence: sequence ?? null };
}

/** Undefined for what is no JSON, and for JSON that is not spelt as the export writes it (a key given twice, say). */
function parseLine(text: string): unknown {
  try {
    const value = JSON.parse(text) as unknown;
    return JSON.stringify(value) === text ? value : undefined;
  } catch {
    return undefined;
  }
}
