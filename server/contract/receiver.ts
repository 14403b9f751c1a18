import { z } from 'zod';
import { Id, Instant } from './primitives.ts';
import { ReceiverKind } from './enrolment.ts';
import { Vitals } from './agent-link.ts';

export const ReceiverState = z.enum(['active', 'revoked', 'quarantined']);
export type ReceiverState = z.infer<typeof ReceiverState>;

const Presence = z.enum(['online', 'offline', 'unknown']);

export const Receiver = z.object({
  receiverId: Id,
  kind: ReceiverKind,
  state: ReceiverState,
  stateReason: z.string().nullable(),
  publicKey: z.string(),
  hardwareId: z.string(),
  clusterId: Id.nullable(),
  areaId: Id.nullable(),
  presence: Presence,
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

/** One heartbeat of each ten minutes: enough for a plot. A gap in the instants is a gap in what is known. */
export const VitalsSample = z.object({
  at: Instant,
  diskFreeBytes: z.int().nullable(),
  memoryFreeBytes: z.int().nullable(),
  temperatureMilliCelsius: z.int().nullable(),
  clockOffsetMs: z.int().nullable(),
  linkRoundTripMs: z.int().nullable(),
  stockHours: z.int().nullable(),
  presence: Presence,
});
export type VitalsSample = z.infer<typeof VitalsSample>;
export const PresenceEntry = z.object({ at: Instant, presence: Presence, reason: z.string().nullable() });
export type PresenceEntry = z.infer<typeof PresenceEntry>;

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
  /** The enrolment string as a QR code. */
  qrSvg: z.string(),
  expiresAt: Instant,
});
export type Enrolment = z.infer<typeof Enrolment>;
export const RevokeReceiver = z.strictObject({ reason: z.string().trim().min(1).max(300) });
export const MoveReceiver = z.strictObject({ clusterId: Id });
