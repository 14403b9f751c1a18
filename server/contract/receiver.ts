import { z } from 'zod';
import { Id, Instant } from './primitives.ts';
import { ReceiverKind } from './enrolment.ts';
import { Vitals } from './agent-link.ts';

export const ReceiverState = z.enum(['active', 'revoked', 'quarantined']);
export type ReceiverState = z.infer<typeof ReceiverState>;

export const Receiver = z.object({
  receiverId: Id,
  kind: ReceiverKind,
  state: ReceiverState,
  stateReason: z.string().nullable(),
  publicKey: z.string(),
  hardwareId: z.string(),
  clusterId: Id.nullable(),
  areaId: Id.nullable(),
  presence: z.enum(['online', 'offline', 'unknown']),
  presenceReason: z.string().nullable(),
  presenceSince: Instant.nullable(),
  lastSeenAt: Instant.nullable(),
  vitals: Vitals.nullable(),
  vitalsAt: Instant.nullable(),
  programmeRevision: z.int(),
  programmeRevisionHeld: z.int().nullable(),
  lastSequence: z.int(),
  heldReceipts: z.int(),
  enrolledAt: Instant,
});
export type Receiver = z.infer<typeof Receiver>;

export const Installation = z.object({ receiverId: Id, clusterId: Id, installedAt: Instant, removedAt: Instant.nullable() });
export type Installation = z.infer<typeof Installation>;

/** With `replacesCurrent` the receiver standing there is taken out at enrolment: the swap of a dead board. */
export const CreateEnrolment = z.strictObject({
  kind: ReceiverKind.default('loudspeaker'),
  replacesCurrent: z.boolean().default(false),
  /** Address that the receiver shall dial; the one this request came to, when absent. */
  address: z
    .url({ protocol: /^https?$/ })
    .max(300)
    .optional(),
});
export const Enrolment = z.object({
  enrolmentId: Id,
  clusterId: Id,
  kind: ReceiverKind,
  enrolmentString: z.string(),
  expiresAt: Instant,
});
export type Enrolment = z.infer<typeof Enrolment>;
export const RevokeReceiver = z.strictObject({ reason: z.string().trim().min(1).max(300) });
export const MoveReceiver = z.strictObject({ clusterId: Id });
