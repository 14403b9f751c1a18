import { z } from 'zod';
import { ClockTrust, DeliveryState, Id, Instant, Milliseconds, PublicKey, Sha256, Signature, signedPart } from './primitives.ts';
import { ProblemCode } from './problem.ts';

const common = {
  v: z.literal(1),
  recordedAt: Instant,
  bootId: z.string().min(1).max(64),
  clockTrust: ClockTrust,
};
const ofOrder = { ...common, orderId: Id, airingId: Id };
const ofSounding = { ...ofOrder, repeat: z.int().min(0).max(19), item: z.int().min(0).max(49) };

/** A stretch of one rendition that the audio stack really played: positions in the rendition, instants by the receiver's clock. */
export const PlayedSpan = signedPart({ startedAt: Instant, fromMs: Milliseconds, toMs: Milliseconds });
export type PlayedSpan = z.infer<typeof PlayedSpan>;

/** How a delivery ended, as the receiver saw it. The server derives the delivery's state from soundings and this together. */
export const DeliveryOutcome = DeliveryState.extract([
  'played',
  'partial',
  'interrupted',
  'missed',
  'failed',
  'refused',
  'cancelled',
  'displaced',
]);
export type DeliveryOutcome = z.infer<typeof DeliveryOutcome>;

/**
 * One fact from a receiver. Values are measured or absent (`null`), never assumed.
 * Instants come from the receiver's clock as far as `clockTrust` says.
 */
export const ReceiptBody = z.discriminatedUnion('kind', [
  signedPart({
    ...common,
    kind: z.literal('booted'),
    agentVersion: z.string().max(40),
    previousEnd: z.enum(['clean', 'abrupt', 'first']),
  }),
  signedPart({ ...common, kind: z.literal('clock-changed'), offsetMs: z.int().nullable(), errorMs: z.int().min(0).nullable() }),
  /** `orderId` and `airingId` are null where the order could not even be read. */
  signedPart({
    ...common,
    kind: z.literal('order-refused'),
    orderId: Id.nullable(),
    airingId: Id.nullable(),
    code: ProblemCode,
  }),
  /** All media of the order lie on disk with the right hash: evidence level `received`. */
  signedPart({ ...ofOrder, kind: z.literal('order-ready') }),
  /** Loaded in the player and paused: evidence level `armed`. */
  signedPart({ ...ofOrder, kind: z.literal('order-armed') }),
  /** The first position above zero was read back: evidence level `started`. `positionMs` is where in the rendition it began. */
  signedPart({ ...ofSounding, kind: z.literal('sounding-started'), startedAt: Instant, positionMs: Milliseconds }),
  signedPart({
    ...ofOrder,
    kind: z.literal('delivery-interrupted'),
    interruptedAt: Instant,
    byOrderId: Id,
    repeat: z.int().min(0).max(19),
    item: z.int().min(0).max(49),
    positionMs: Milliseconds,
  }),
  signedPart({
    ...ofOrder,
    kind: z.literal('delivery-resumed'),
    resumedAt: Instant,
    repeat: z.int().min(0).max(19),
    item: z.int().min(0).max(49),
    positionMs: Milliseconds,
  }),
  /** A sounding may end more than once (power failed in its midst): each receipt speaks of its own spans only, and they add up. */
  signedPart({
    ...ofSounding,
    kind: z.literal('sounding-ended'),
    outcome: z.enum(['rendered', 'partial', 'failed']),
    spans: z.array(PlayedSpan).max(50),
    playedMs: Milliseconds,
    expectedMs: Milliseconds,
    stalledMs: Milliseconds,
    /** Mean level of what was decoded, before volume. */
    outputLevelDbfs: z.int().min(-120).max(20).nullable(),
    volumePercent: z.int().min(0).max(200).nullable(),
    isMuted: z.boolean().nullable(),
    code: ProblemCode.nullable(),
  }),
  signedPart({
    ...ofOrder,
    kind: z.literal('delivery-ended'),
    outcome: DeliveryOutcome,
    playedMs: Milliseconds,
    expectedMs: Milliseconds,
    /** Chime and end tone are not soundings; what sounded of them stands here. */
    chimePlayedMs: Milliseconds,
    endTonePlayedMs: Milliseconds,
    code: ProblemCode.nullable(),
  }),
]);
export type ReceiptBody = z.infer<typeof ReceiptBody>;

/**
 * The signed part of a receipt. `signature` is by the receiver's key over the RFC 8785 bytes of this head without the signature;
 * the receipt's hash, which the next one names as `previousHash`, is SHA-256 over those same bytes.
 * The first receipt has sequence 1 and 64 zeros as `previousHash`.
 */
export const ReceiptHead = signedPart({
  type: z.literal('receipt'),
  v: z.literal(1),
  receiverId: Id,
  sequence: z.int().min(1),
  previousHash: Sha256,
  bodyHash: Sha256,
});
export type ReceiptHead = z.infer<typeof ReceiptHead>;

export const Receipt = z.object({ head: ReceiptHead, signature: Signature, body: ReceiptBody });
export type Receipt = z.infer<typeof Receipt>;

export const GENESIS_HASH = '0'.repeat(64);

/** Lines of an export, in this order: one manifest, then per receiver its contiguous receipts. */
export const ExportManifest = signedPart({
  type: z.literal('export-manifest'),
  v: z.literal(1),
  exportId: Id,
  airingId: Id,
  exportedAt: Instant,
  receivers: z
    .array(
      signedPart({
        receiverId: Id,
        receiverKey: PublicKey,
        /** Hash before the first exported receipt. */
        previousHash: Sha256,
        firstSequence: z.int().min(1),
        lastSequence: z.int().min(0),
        /** Hash of the last exported receipt; equals `previousHash` when there is none. */
        headHash: Sha256,
        count: z.int().min(0),
        /** Which of them speak of this airing, and so travel with their body. */
        airingSequences: z.array(z.int().min(1)).max(20_000),
      }),
    )
    .max(20_000),
});
export type ExportManifest = z.infer<typeof ExportManifest>;

/** A receipt of another airing travels without its body: its head alone keeps the chain whole. */
export const ExportedReceipt = z.object({ head: ReceiptHead, signature: Signature, body: ReceiptBody.nullable() });
export type ExportedReceipt = z.infer<typeof ExportedReceipt>;
