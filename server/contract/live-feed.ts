import { z } from 'zod';
import { DeliveryState, EvidenceLevel, Id, Instant } from './primitives.ts';

/** Server-sent events of `GET /api/feed`: what changed, within the reader's branches. The reader fetches what it needs. */
export const FeedEvent = z.discriminatedUnion('type', [
  z.object({ type: z.literal('rendering-changed'), bulletinId: Id, state: z.string(), progressPercent: z.int() }),
  z.object({ type: z.literal('bulletin-changed'), bulletinId: Id, state: z.string() }),
  z.object({ type: z.literal('airing-changed'), airingId: Id, state: z.string() }),
  z.object({
    type: z.literal('delivery-changed'),
    deliveryId: Id,
    airingId: Id,
    receiverId: Id,
    state: DeliveryState,
    evidence: EvidenceLevel.nullable(),
    at: Instant,
  }),
  z.object({ type: z.literal('receiver-changed'), receiverId: Id, presence: z.string(), at: Instant }),
]);
export type FeedEvent = z.infer<typeof FeedEvent>;
