import { z } from 'zod';
import { PublicKey, Signature } from './primitives.ts';

/** What each key may sign. `record` signs what outsiders check: export manifests and the server's time. */
export const KeyPurpose = z.enum(['programme', 'emergency', 'command', 'update', 'record']);
export type KeyPurpose = z.infer<typeof KeyPurpose>;

/**
 * A payload under one signature. Signed are the RFC 8785 bytes of `{ keyId, payload }`, so neither can be swapped.
 * Numbers in a payload are integers. The payload's own `type` keeps one kind from passing as another.
 */
export function signedDocument<T extends z.ZodType>(payload: T) {
  return z.object({ payload, keyId: PublicKey, signature: Signature });
}
export interface SignedDocument<T> {
  payload: T;
  keyId: string;
  signature: string;
}
