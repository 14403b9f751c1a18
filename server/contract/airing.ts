import { z } from 'zod';
import { Class, DeliveryState, EvidenceLevel, Id, Instant, Milliseconds, Purpose } from './primitives.ts';

export const Target = z.object({ kind: z.enum(['area', 'cluster']), id: Id });
export type Target = z.infer<typeof Target>;

export const AiringState = z.enum(['planned', 'cancelled', 'closed']);
export type AiringState = z.infer<typeof AiringState>;

export const Airing = z.object({
  airingId: Id,
  areaId: Id,
  areaName: z.string(),
  class: Class,
  purpose: Purpose,
  state: AiringState,
  bulletins: z.array(z.object({ bulletinId: Id, revision: z.int(), title: z.string(), durationMs: Milliseconds })),
  targets: z.array(Target),
  startsAt: Instant,
  endsAt: Instant,
  validUntil: Instant,
  repeats: z.int(),
  gapMs: Milliseconds,
  hasChime: z.boolean(),
  hasEndTone: z.boolean(),
  orderId: Id,
  createdBy: Id,
  createdByName: z.string(),
  createdAt: Instant,
});
export type Airing = z.infer<typeof Airing>;

/**
 * `startsAt` null means at once and is for emergencies only. `validForMs`: how long after its planned end something late may
 * still sound.
 */
export const ScheduleAiring = z.strictObject({
  areaId: Id,
  class: Class.default('normal'),
  bulletinIds: z.array(Id).max(50),
  targets: z.array(Target).max(500),
  startsAt: Instant.nullable(),
  repeats: z.int().min(1).max(20).default(1),
  gapMs: Milliseconds.max(3_600_000).default(2_000),
  hasChime: z.boolean().optional(),
  hasEndTone: z.boolean().optional(),
  validForMs: Milliseconds.max(86_400_000).optional(),
});
export type ScheduleAiring = z.infer<typeof ScheduleAiring>;
export const MoveAiring = z.strictObject({ startsAt: Instant });

export const Sounding = z.object({
  repeat: z.int(),
  item: z.int(),
  state: z.enum(['playing', 'rendered', 'partial', 'failed']),
  startedAt: Instant.nullable(),
  playedMs: Milliseconds,
  expectedMs: Milliseconds,
});
export type Sounding = z.infer<typeof Sounding>;

export const Delivery = z.object({
  deliveryId: Id,
  airingId: Id,
  receiverId: Id,
  clusterId: Id,
  areaId: Id,
  orderId: Id,
  state: DeliveryState,
  stateSince: Instant,
  reason: z.string().nullable(),
  evidence: EvidenceLevel.nullable(),
  startedAt: Instant.nullable(),
  interruptedAt: Instant.nullable(),
  resumedAt: Instant.nullable(),
  endedAt: Instant.nullable(),
  playedMs: Milliseconds,
  expectedMs: Milliseconds,
  /** Its receipts came after the airing was closed. */
  isLate: z.boolean(),
  soundings: z.array(Sounding),
});
export type Delivery = z.infer<typeof Delivery>;

/** Deliveries by state; what was rendered and what was heard stand apart, and unknown is never counted as played. */
export const Coverage = z.object({
  receivers: z.int(),
  byState: z.partialRecord(DeliveryState, z.int()),
  rendered: z.int(),
  heard: z.int(),
  notConfirmable: z.int(),
});
export type Coverage = z.infer<typeof Coverage>;
