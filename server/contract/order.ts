import { z } from 'zod';
import { Class, Id, Instant, MediaReference, Milliseconds, Purpose, signedPart } from './primitives.ts';
import { signedDocument } from './signed-document.ts';

export const OrderItem = signedPart({
  bulletinId: Id,
  revision: z.int().min(1),
  title: z.string().max(200),
  media: MediaReference,
});
export type OrderItem = z.infer<typeof OrderItem>;

/** Whom an order is for. An area covers all receivers whose programme names it in `areaIds`. */
export const OrderScope = signedPart({ kind: z.enum(['receiver', 'area']), id: Id });
export type OrderScope = z.infer<typeof OrderScope>;

/**
 * One airing as a receiver carries it out.
 * (epoch, counter) rise with each order the server makes; restoring a backup opens a new epoch.
 * A change to an airing is a new order with a higher counter for the same airing.
 * No sound may begin after `startBefore`; nothing of it may sound after `validUntil`.
 */
export const Order = signedPart({
  type: z.literal('order'),
  v: z.literal(1),
  orderId: Id,
  airingId: Id,
  epoch: z.int().min(1),
  counter: z.int().min(1),
  scope: OrderScope,
  class: Class,
  purpose: Purpose,
  issuedAt: Instant,
  startsAt: Instant,
  startBefore: Instant,
  validUntil: Instant,
  repeats: z.int().min(1).max(20),
  gapMs: Milliseconds,
  chime: MediaReference.nullable(),
  endTone: MediaReference.nullable(),
  items: z.array(OrderItem).min(1).max(50),
  issuer: signedPart({ areaId: Id, areaName: z.string().max(200), rank: z.int().min(0).max(10) }),
  supersedes: z.array(Id).max(20),
  /** Why this sounds, as a statement for the technician ("airing", "emergency of the province"). */
  reason: z.string().max(300),
});
export type Order = z.infer<typeof Order>;
export const SignedOrder = signedDocument(Order);
export type SignedOrder = z.infer<typeof SignedOrder>;

/** A span of the local day in which only emergencies may sound; `from` after `until` means over midnight. */
export const QuietHours = signedPart({
  from: z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/),
  until: z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/),
});
export type QuietHours = z.infer<typeof QuietHours>;

export const Policy = signedPart({
  timeZone: z.string().max(64),
  quietHours: z.array(QuietHours).max(10),
  volumePercentMax: z.int().min(0).max(100),
});
export type Policy = z.infer<typeof Policy>;

/**
 * All that a receiver works from, for the next 14 days. Signed as a whole by the programme key; emergencies inside carry the
 * emergency key's own signature, so the programme key alone can never make one.
 */
export const Programme = signedPart({
  type: z.literal('programme'),
  v: z.literal(1),
  receiverId: Id,
  clusterId: Id,
  epoch: z.int().min(1),
  revision: z.int().min(1),
  issuedAt: Instant,
  validUntil: Instant,
  /** The cluster's area first, then its ancestors up to the root: what "for me" means. */
  areaIds: z.array(Id).min(1).max(12),
  policy: Policy,
  orders: z.array(Order).max(500),
  emergencies: z.array(SignedOrder).max(50),
  media: z.array(MediaReference).max(1500),
});
export type Programme = z.infer<typeof Programme>;
export const SignedProgramme = signedDocument(Programme);
export type SignedProgramme = z.infer<typeof SignedProgramme>;
