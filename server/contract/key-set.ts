import { z } from 'zod';
import { Instant, PublicKey, signedPart } from './primitives.ts';
import { KeyPurpose, signedDocument } from './signed-document.ts';

export const WorkingKey = signedPart({
  keyId: PublicKey,
  purpose: KeyPurpose,
  validFrom: Instant,
  validUntil: Instant,
});
export type WorkingKey = z.infer<typeof WorkingKey>;

/** The keys that the root key vouches for. Versions only rise: an agent refuses a lower one. */
export const KeySet = signedPart({
  type: z.literal('key-set'),
  v: z.literal(1),
  version: z.int().min(1),
  issuedAt: Instant,
  keys: z.array(WorkingKey).min(1).max(50),
});
export type KeySet = z.infer<typeof KeySet>;
export const SignedKeySet = signedDocument(KeySet);
export type SignedKeySet = z.infer<typeof SignedKeySet>;

/** The server's time against the agent's nonce: what lets an agent without a trusted clock act on an emergency. */
export const ServerTime = signedPart({
  type: z.literal('server-time'),
  v: z.literal(1),
  nonce: z.string().min(16).max(64),
  serverTimeAt: Instant,
});
export type ServerTime = z.infer<typeof ServerTime>;
export const SignedServerTime = signedDocument(ServerTime);
export type SignedServerTime = z.infer<typeof SignedServerTime>;
