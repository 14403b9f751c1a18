import type { Receipt, ReceiptBody, ReceiptHead } from '#contract/receipt.ts';
import type { ProblemCode } from '#contract/problem.ts';
import { canonicalBytes, canonicalBytesIfAny, sha256Hex } from './canonical-json.ts';
import { signBytes, verifyBytes, type SigningKey } from './keys.ts';

/** The next receipt of a chain. `previousHash`: `hashOfReceipt` of the one before, or GENESIS_HASH. */
export function makeReceipt(
  key: SigningKey,
  place: { receiverId: string; sequence: number; previousHash: string },
  body: ReceiptBody,
): Receipt {
  const head: ReceiptHead = { type: 'receipt', v: 1, ...place, bodyHash: sha256Hex(canonicalBytes(body)) };
  return { head, signature: signBytes(key, canonicalBytes(head)), body };
}

/** What the next receipt names as `previousHash`. */
export function hashOfReceipt(receipt: { head: ReceiptHead }): string {
  return sha256Hex(canonicalBytes(receipt.head));
}

/** Signature and body only; whether it follows the one before is the caller's question. `body` null: travels without it. */
export function findReceiptFault(
  receipt: { head: ReceiptHead; signature: string; body: ReceiptBody | null },
  receiverKey: string,
): ProblemCode | undefined {
  const head = canonicalBytesIfAny(receipt.head);
  if (!head || !verifyBytes(receiverKey, head, receipt.signature)) return 'receipt-signature-wrong';
  if (!receipt.body) return undefined;
  const body = canonicalBytesIfAny(receipt.body);
  if (!body || sha256Hex(body) !== receipt.head.bodyHash) return 'receipt-signature-wrong';
  return undefined;
}
