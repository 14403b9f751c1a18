import { z } from 'zod';
import { Id, Instant, PublicKey, Signature } from './primitives.ts';
import { SignedKeySet } from './key-set.ts';

export const ReceiverKind = z.enum(['loudspeaker', 'gateway']);
export type ReceiverKind = z.infer<typeof ReceiverKind>;

/** `signature`: by the receiver's new key over the RFC 8785 bytes of `{ type:'enrol', code, publicKey, hardwareId }`. */
export const EnrolRequest = z.strictObject({
  code: z.string().min(8).max(40),
  publicKey: PublicKey,
  hardwareId: z.string().min(1).max(128),
  agentVersion: z.string().max(40),
  signature: Signature,
});
export type EnrolRequest = z.infer<typeof EnrolRequest>;

export const Enrolled = z.object({
  receiverId: Id,
  clusterId: Id,
  kind: ReceiverKind,
  mqttUrl: z.string().max(300),
  rootKey: PublicKey,
  keySet: SignedKeySet,
});
export type Enrolled = z.infer<typeof Enrolled>;

export const NonceRequest = z.strictObject({ receiverId: Id });
export const Nonce = z.object({ nonce: z.string().min(20).max(100), serverTimeAt: Instant, expiresAt: Instant });
export type Nonce = z.infer<typeof Nonce>;

/** `signature`: by the receiver's key over the RFC 8785 bytes of `{ type:'login', receiverId, nonce, hardwareId }`. */
export const LoginRequest = z.strictObject({
  receiverId: Id,
  nonce: z.string().min(20).max(100),
  hardwareId: z.string().min(1).max(128),
  signature: Signature,
});
export type LoginRequest = z.infer<typeof LoginRequest>;

/**
 * `token`: bearer of HTTP requests. The MQTT login is user name = receiver id, password = the canonical JSON of a LoginRequest
 * over a nonce of its own.
 */
export const LoggedIn = z.object({ token: z.string().max(100), expiresAt: Instant, mqttUrl: z.string().max(300) });
export type LoggedIn = z.infer<typeof LoggedIn>;
