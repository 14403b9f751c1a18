import type { KeySet, SignedKeySet } from '#contract/key-set.ts';
import type { ProblemCode } from '#contract/problem.ts';
import type { KeyPurpose, SignedDocument } from '#contract/signed-document.ts';
import { canonicalBytes, canonicalBytesIfAny } from './canonical-json.ts';
import { signBytes, verifyBytes, type SigningKey } from './keys.ts';

export function signDocument<T>(key: SigningKey, payload: T): SignedDocument<T> {
  return { payload, keyId: key.keyId, signature: signBytes(key, canonicalBytes({ keyId: key.keyId, payload })) };
}

/** Whether the signature fits; says nothing on whether that key may sign this. */
export function isSignatureRight(document: SignedDocument<unknown>): boolean {
  const bytes = canonicalBytesIfAny({ keyId: document.keyId, payload: document.payload });
  return bytes !== undefined && verifyBytes(document.keyId, bytes, document.signature);
}

/** Why a document is not to be believed, or undefined. `atMs`: the instant at which the key must be valid. */
export function findFault(
  document: SignedDocument<unknown>,
  purpose: KeyPurpose,
  keySet: KeySet,
  atMs: number,
): ProblemCode | undefined {
  const keys = keySet.keys.filter((key) => key.keyId === document.keyId);
  if (keys.length === 0) return 'key-unknown';
  const fitting = keys.filter((key) => key.purpose === purpose);
  if (fitting.length === 0) return 'key-purpose-wrong';
  const isValid = fitting.some((key) => atMs >= Date.parse(key.validFrom) && atMs <= Date.parse(key.validUntil));
  if (!isValid) return 'key-expired';
  return isSignatureRight(document) ? undefined : 'signature-wrong';
}

/** Why a key set is not to be taken over, or undefined. `known` is the set held so far. */
export function findKeySetFault(signed: SignedKeySet, rootKey: string, known: KeySet | undefined): ProblemCode | undefined {
  if (signed.keyId !== rootKey) return 'root-key-foreign';
  if (!isSignatureRight(signed)) return 'signature-wrong';
  if (known && signed.payload.version < known.version) return 'key-set-older';
  return undefined;
}
