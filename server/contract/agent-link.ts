import { z } from 'zod';
import { ClockTrust, Id, Instant } from './primitives.ts';
import { ProblemCode } from './problem.ts';
import { Receipt } from './receipt.ts';
import { SignedOrder } from './order.ts';

/**
 * MQTT 3.1.1 topics. A receiver publishes only on its own `up`, subscribes only to its own `down` and to the emergency
 * topics of the areas in its ancestry. Nothing is retained.
 */
export const topics = {
  up: (receiverId: string) => `tt/v1/receiver/${receiverId}/up`,
  down: (receiverId: string) => `tt/v1/receiver/${receiverId}/down`,
  areaEmergency: (areaId: string) => `tt/v1/area/${areaId}/emergency`,
};

/** What a receiver says of itself. Each value is measured, or null. */
export const Vitals = z.object({
  bootId: z.string().max(64),
  agentVersion: z.string().max(40),
  uptimeMs: z.int().min(0),
  clockTrust: ClockTrust,
  clockOffsetMs: z.int().nullable(),
  clockErrorMs: z.int().min(0).nullable(),
  diskFreeBytes: z.int().min(0).nullable(),
  diskTotalBytes: z.int().min(0).nullable(),
  memoryFreeBytes: z.int().min(0).nullable(),
  temperatureMilliCelsius: z.int().nullable(),
  player: z.enum(['closed', 'idle', 'armed', 'playing', 'failed']),
  playerRestarts: z.int().min(0),
  volumePercent: z.int().min(0).max(200).nullable(),
  isMuted: z.boolean().nullable(),
  /** Until when the programme on disk, with all its media, lets the receiver play without a network. */
  stockHours: z.int().min(0).nullable(),
  /** Of the heartbeat before this one. */
  linkRoundTripMs: z.int().min(0).nullable(),
  receiptsWaiting: z.int().min(0),
  hardwareId: z.string().max(128).nullable(),
});
export type Vitals = z.infer<typeof Vitals>;

/** receiver → server */
export const UpLink = z.discriminatedUnion('type', [
  z.object({ type: z.literal('presence'), v: z.literal(1), state: z.enum(['online', 'offline']), reason: z.string().max(80) }),
  z.object({
    type: z.literal('heartbeat'),
    v: z.literal(1),
    /** Echoed in the answer, so that the receiver can measure the round trip. */
    beat: z.int().min(0),
    epoch: z.int().min(0),
    revision: z.int().min(0),
    keySetVersion: z.int().min(0),
    vitals: Vitals,
  }),
  z.object({ type: z.literal('receipts'), v: z.literal(1), receipts: z.array(Receipt).min(1).max(200) }),
]);
export type UpLink = z.infer<typeof UpLink>;

/** server → receiver */
export const DownLink = z.discriminatedUnion('type', [
  z.object({ type: z.literal('look-now'), v: z.literal(1), epoch: z.int().min(1), revision: z.int().min(1) }),
  z.object({
    type: z.literal('heartbeat-answer'),
    v: z.literal(1),
    beat: z.int().min(0),
    epoch: z.int().min(1),
    revision: z.int().min(1),
    keySetVersion: z.int().min(1),
    serverTimeAt: Instant,
    /** The last receipt that is durable here: the receiver may drop all up to it and sends what follows. */
    receiptsUpTo: z.int().min(0),
  }),
  /** Cumulative, after commit. */
  z.object({ type: z.literal('receipts-acknowledged'), v: z.literal(1), upTo: z.int().min(0) }),
  z.object({
    type: z.literal('receipts-refused'),
    v: z.literal(1),
    fromSequence: z.int().min(1),
    code: ProblemCode,
    upTo: z.int().min(0),
  }),
  z.object({ type: z.literal('emergency'), v: z.literal(1), order: SignedOrder }),
]);
export type DownLink = z.infer<typeof DownLink>;

/** Agents lag behind servers: an unknown `type` is logged and ignored, so the wire only ever grows. */
export const AnyLink = z.looseObject({ type: z.string().max(60) });

export const ReceiverId = Id;
