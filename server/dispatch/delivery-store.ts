import { randomUUID } from 'node:crypto';
import type { ReceiverKind } from '#contract/enrolment.ts';
import type { DeliveryState, EvidenceLevel } from '#contract/primitives.ts';
import { insertMany } from '../database/insert-many.ts';
import type { Db } from '../database/open-database.ts';
import { updateMany } from '../database/update-many.ts';
import { EARLIER_ORDER, type DeliveryStanding, type SoundingStanding } from './delivery-rules.ts';

/** A delivery as stored: its standing and whom it concerns. */
export interface StoredDelivery extends DeliveryStanding {
  deliveryId: string;
  airingId: string;
  receiverId: string;
  clusterId: string;
  areaId: string;
  stateSince: string;
  isLate: boolean;
}

interface DeliveryRow {
  delivery_id: string;
  airing_id: string;
  receiver_id: string;
  cluster_id: string;
  area_id: string;
  order_id: string;
  state: DeliveryState;
  state_since: string;
  reason: string | null;
  evidence: EvidenceLevel | null;
  started_at: string | null;
  interrupted_at: string | null;
  resumed_at: string | null;
  ended_at: string | null;
  played_ms: number;
  expected_ms: number;
  is_late: number;
}

export interface NewDelivery {
  airingId: string;
  receiverId: string;
  clusterId: string;
  areaId: string;
  orderId: string;
  expectedMs: number;
  state: DeliveryState;
  reason: string | null;
}

/** Opens those that are not there yet; one airing has at most one delivery at a receiver. */
export async function openDeliveries(db: Db, deliveries: readonly NewDelivery[], at: string): Promise<void> {
  const rows = deliveries.map((delivery) => ({
    delivery_id: randomUUID(),
    airing_id: delivery.airingId,
    receiver_id: delivery.receiverId,
    cluster_id: delivery.clusterId,
    area_id: delivery.areaId,
    order_id: delivery.orderId,
    state: delivery.state,
    state_since: at,
    reason: delivery.reason,
    expected_ms: delivery.expectedMs,
  }));
  await insertMany(db, 'deliveries', rows, { onConflict: 'ignore' });
}

/** They start over under the order now in force. */
export async function reopenDeliveries(
  db: Db,
  question: { airingId: string; receiverIds: readonly string[]; orderId: string },
  at: string,
): Promise<void> {
  const fresh = { order_id: question.orderId, state: 'planned', state_since: at, reason: null, evidence: null, ended_at: null };
  for (const receiverIds of inPieces(question.receiverIds)) {
    await db('deliveries').where({ airing_id: question.airingId }).whereIn('receiver_id', receiverIds).update(fresh);
  }
}

/** The server's word on deliveries that have not ended; a receipt that says otherwise wins later. */
export async function settleDeliveries(
  db: Db,
  question: { airingId: string; receiverIds?: readonly string[]; from: readonly DeliveryState[] },
  state: DeliveryState,
  reason: string,
  at: string,
): Promise<void> {
  // That something sounded by an earlier order is worth knowing also when nothing is heard of the later one.
  const kept = db.raw<string>('CASE WHEN reason = ? THEN reason ELSE ? END', [EARLIER_ORDER, reason]);
  const settle = () =>
    db('deliveries')
      .where({ airing_id: question.airingId })
      .whereIn('state', [...question.from])
      .update({ state, state_since: at, reason: state === 'unknown' ? kept : reason });
  if (!question.receiverIds) return void (await settle());
  for (const receiverIds of inPieces(question.receiverIds)) await settle().whereIn('receiver_id', receiverIds);
}

/** What planning asks of the deliveries of an airing. */
export interface DeliveryHead {
  receiverId: string;
  orderId: string;
  state: DeliveryState;
  reason: string | null;
}

export async function listDeliveryHeads(db: Db, airingId: string): Promise<DeliveryHead[]> {
  return db('deliveries')
    .where({ airing_id: airingId })
    .select<DeliveryHead[]>({ receiverId: 'receiver_id', orderId: 'order_id', state: 'state', reason: 'reason' });
}

export async function listDeliveries(
  db: Db,
  airingId: string,
  page: { after?: string | undefined; limit: number } = { limit: 1_000_000 },
): Promise<StoredDelivery[]> {
  const query = db<DeliveryRow>('deliveries').where({ airing_id: airingId }).orderBy('delivery_id').limit(page.limit);
  if (page.after !== undefined) void query.where('delivery_id', '>', page.after);
  return withSoundings(db, await query);
}

/** The deliveries of these airings at these receivers, with soundings. */
export async function listDeliveriesAt(
  db: Db,
  receiverIds: readonly string[],
  airingIds: readonly string[],
): Promise<StoredDelivery[]> {
  const rows: DeliveryRow[] = [];
  for (const receivers of inPieces(receiverIds)) {
    for (const airings of inPieces(airingIds)) {
      const found = await db<DeliveryRow>('deliveries').whereIn('airing_id', airings).whereIn('receiver_id', receivers);
      rows.push(...found);
    }
  }
  return withSoundings(db, rows);
}

/**
 * Airings that belong into a receiver's programme between two instants, the nearest first. An emergency stays in it until it
 * was played: whatever kept it from sounding may be over.
 */
export async function listProgrammeAirings(
  db: Db,
  receiverId: string,
  span: { now: string; horizon: string },
  limit: number,
): Promise<string[]> {
  const query = () =>
    db('deliveries')
      .join('airings', 'airings.airing_id', 'deliveries.airing_id')
      .where({ 'deliveries.receiver_id': receiverId, 'airings.state': 'planned' })
      .where('airings.valid_until', '>', span.now)
      .where('airings.starts_at', '<', span.horizon)
      .orderBy(['airings.starts_at', 'airings.airing_id'])
      .limit(limit)
      .select<{ airing_id: string }[]>('airings.airing_id');
  const scheduled = await query()
    .whereNot('airings.class', 'emergency')
    .whereIn('deliveries.state', ['planned', 'ready', 'playing', 'refused', 'unknown']);
  const emergencies = await query().where('airings.class', 'emergency').whereNotIn('deliveries.state', ['played', 'cancelled']);
  return [...emergencies, ...scheduled].map((row) => row.airing_id);
}

/** Deliveries and the soundings that differ from `before`, a statement for many. */
export async function saveDeliveries(
  db: Db,
  changes: readonly { before: StoredDelivery; after: StoredDelivery }[],
): Promise<void> {
  const rows = changes.map(({ after }) => ({
    delivery_id: after.deliveryId,
    state: after.state,
    state_since: after.stateSince,
    reason: after.reason,
    evidence: after.evidence,
    started_at: after.startedAt,
    interrupted_at: after.interruptedAt,
    resumed_at: after.resumedAt,
    ended_at: after.endedAt,
    played_ms: after.playedMs,
    is_late: after.isLate ? 1 : 0,
  }));
  await updateMany(db, 'deliveries', 'delivery_id', rows);
  const soundings = changes.flatMap(({ before, after }) =>
    after.soundings
      .filter((sounding) => !before.soundings.includes(sounding))
      .map((sounding) => soundingRowOf(after.deliveryId, sounding)),
  );
  for (const piece of inPieces(soundings, 50)) {
    await db('soundings').insert(piece).onConflict(['delivery_id', 'order_id', 'repeat', 'item']).merge();
  }
}

/** State, evidence and kind of receiver of each delivery of an airing: what coverage counts. */
export async function listReportedStates(
  db: Db,
  airingId: string,
): Promise<{ state: DeliveryState; evidence: EvidenceLevel | null; kind: ReceiverKind }[]> {
  const rows = await db('deliveries')
    .join('receivers', 'receivers.receiver_id', 'deliveries.receiver_id')
    .where({ airing_id: airingId })
    .select({ state: 'deliveries.state', evidence: 'evidence', kind: 'kind' });
  return rows as { state: DeliveryState; evidence: EvidenceLevel | null; kind: ReceiverKind }[];
}

function soundingRowOf(deliveryId: string, sounding: SoundingStanding): SoundingRow {
  return {
    delivery_id: deliveryId,
    order_id: sounding.orderId,
    repeat: sounding.repeat,
    item: sounding.item,
    state: sounding.state,
    started_at: sounding.startedAt,
    played_ms: sounding.playedMs,
    expected_ms: sounding.expectedMs,
  };
}

async function withSoundings(db: Db, rows: DeliveryRow[]): Promise<StoredDelivery[]> {
  const soundings = new Map<string, SoundingStanding[]>();
  for (const piece of inPieces(rows)) {
    const ids = piece.map((row) => row.delivery_id);
    const found = (await db('soundings').whereIn('delivery_id', ids).orderBy(['repeat', 'item'])) as SoundingRow[];
    for (const row of found) soundings.set(row.delivery_id, [...(soundings.get(row.delivery_id) ?? []), soundingOf(row)]);
  }
  return rows.map((row) => ({
    deliveryId: row.delivery_id,
    airingId: row.airing_id,
    receiverId: row.receiver_id,
    clusterId: row.cluster_id,
    areaId: row.area_id,
    orderId: row.order_id,
    state: row.state,
    stateSince: row.state_since,
    reason: row.reason,
    evidence: row.evidence,
    startedAt: row.started_at,
    interruptedAt: row.interrupted_at,
    resumedAt: row.resumed_at,
    endedAt: row.ended_at,
    playedMs: row.played_ms,
    expectedMs: row.expected_ms,
    isLate: row.is_late === 1,
    soundings: soundings.get(row.delivery_id) ?? [],
  }));
}

interface SoundingRow {
  delivery_id: string;
  order_id: string;
  repeat: number;
  item: number;
  state: SoundingStanding['state'];
  started_at: string | null;
  played_ms: number;
  expected_ms: number;
}

function soundingOf(row: SoundingRow): SoundingStanding {
  return {
    orderId: row.order_id,
    repeat: row.repeat,
    item: row.item,
    state: row.state,
    startedAt: row.started_at,
    playedMs: row.played_ms,
    expectedMs: row.expected_ms,
  };
}

/** A statement takes a limited number of values. */
function* inPieces<T>(all: readonly T[], length = 500): Generator<T[]> {
  for (let from = 0; from < all.length; from += length) yield all.slice(from, from + length);
}
