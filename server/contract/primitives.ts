import { z } from 'zod';

/** Opaque id: a UUID in lower case. */
export const Id = z.uuid();
export type Id = z.infer<typeof Id>;

/** An instant in UTC with milliseconds, `2026-11-22T05:00:00.000Z`: text order is time order. */
export const Instant = z.iso.datetime({ precision: 3 });
export type Instant = z.infer<typeof Instant>;

/** SHA-256 as 64 lower-case hexadecimal digits. */
export const Sha256 = z.string().regex(/^[0-9a-f]{64}$/);
export type Sha256 = z.infer<typeof Sha256>;

/** Raw Ed25519 public key (32 bytes) in base64url. It is also the key's id: it is as short as a fingerprint would be. */
export const PublicKey = z.string().regex(/^[A-Za-z0-9_-]{43}$/);
export type PublicKey = z.infer<typeof PublicKey>;

/** Ed25519 signature (64 bytes) in base64url. */
export const Signature = z.string().regex(/^[A-Za-z0-9_-]{86}$/);
export type Signature = z.infer<typeof Signature>;

/** Milliseconds, whole and not negative. */
export const Milliseconds = z.int().min(0).max(31_536_000_000);

/** Circular 39/2020/TT-BTTTT, article on the three kinds of bulletins sent to a commune station. */
export const Class = z.enum(['normal', 'priority', 'emergency']);
export type Class = z.infer<typeof Class>;

/** A drill can never sound as real: purpose travels from the rendition to the receipt. */
export const Purpose = z.enum(['real', 'drill']);
export type Purpose = z.infer<typeof Purpose>;

/** What is proven of a sounding, in rising strength; only the highest level *reached* is sent. */
export const EvidenceLevel = z.enum(['received', 'armed', 'started', 'rendered', 'heard']);
export type EvidenceLevel = z.infer<typeof EvidenceLevel>;

export const DeliveryState = z.enum([
  'planned',
  'ready',
  'playing',
  'played',
  'partial',
  'interrupted',
  'missed',
  'failed',
  'refused',
  'cancelled',
  'displaced',
  'unknown',
]);
export type DeliveryState = z.infer<typeof DeliveryState>;

export const ClockTrust = z.enum(['synchronised', 'holdover', 'untrusted']);
export type ClockTrust = z.infer<typeof ClockTrust>;

/**
 * A part of what is signed. Fields that this version does not know survive the parsing, for they are signed as well: a receiver
 * that lags behind its server, or runs ahead of it, would otherwise find every signature wrong from the first new field on.
 */
export function signedPart<S extends z.ZodRawShape>(shape: S): z.ZodObject<S> {
  return z.looseObject(shape) as unknown as z.ZodObject<S>;
}

/** One finished audio file as a receiver needs to know it. */
export const MediaReference = signedPart({
  sha256: Sha256,
  bytes: z.int().min(1),
  durationMs: z.int().min(1),
  codec: z.enum(['opus', 'mp3']),
});
export type MediaReference = z.infer<typeof MediaReference>;
