import { randomUUID } from 'node:crypto';
import type { ReceiverKind } from '#contract/enrolment.ts';
import type { DeliveryState, EvidenceLevel } from '#contract/primitives.ts';
import { insertMany } from '../database/insert-many.ts';
import type { Db } from '../database/open-database.ts';
import type { DeliveryStanding, SoundingStanding } from './delivery-rules.ts';

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

/** A moved airing: deliveries that nobody has the last word on start over under the new order. */
export async function reorderDeliveries(db: Db, airingId: string, orderId: string, at: string): Promise<void> {
  await db('deliveries')
    .where({ airing_id: airingId })
    .whereNot({ order_id: orderId })
    .whereIn('state', ['planned', 'ready', 'refused', 'unknown'])
    .update({ order_id: orderId, state: 'planned', state_since: at, reason: null, evidence: null, ended_at: null });
}

/** The server's word on deliveries that have not ended; a receipt that says otherwise wins later. */
export async function settleDeliveries(
  db: Db,
  question: { airingId: string; receiverIds?: readonly string[]; from: readonly DeliveryState[] },
  state: DeliveryState,
  reason: string,
  at: string,
): Promise<void> {
  const query = db('deliveries')
    .where({ airing_id: question.airingId })
    .whereIn('state', [...question.from]);
  if (question.receiverIds) void query.whereIn('receiver_id', [...question.receiverIds]);
  await query.update({ state, reason, state_since: at });
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

/** Deliveries of the pairs (airing, receiver), with soundings. */
export async function listDeliveriesAt(db: Db, receiverId: string, airingIds: readonly string[]): Promise<StoredDelivery[]> {
  const rows = await db<DeliveryRow>('deliveries')
    .where({ receiver_id: receiverId })
    .whereIn('airing_id', [...airingIds]);
  return withSoundings(db, rows);
}

/** Airings that a receiver has yet to carry out or is carrying out. */
export async function listUnsettledAirings(db: Db, receiverId: string): Promise<string[]> {
  const rows = await db<DeliveryRow>('deliveries')
    .where({ receiver_id: receiverId })
    .whereIn('state', ['planned', 'ready', 'playing', 'unknown'])
    .select('airing_id');
  return rows.map((row) => row.airing_id);
}

export async function saveDelivery(db: Db, before: StoredDelivery, after: StoredDelivery): Promise<void> {
  await db('deliveries')
    .where({ delivery_id: after.deliveryId })
    .update({
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
    });
  for (const sounding of after.soundings) {
    if (!before.soundings.includes(sounding)) await saveSounding(db, after.deliveryId, sounding);
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

async function saveSounding(db: Db, deliveryId: string, sounding: SoundingStanding): Promise<void> {
  await db('soundings')
    .insert({
      delivery_id: deliveryId,
      order_id: sounding.orderId,
      repeat: sounding.repeat,
      item: sounding.item,
      state: sounding.state,
      started_at: sounding.startedAt,
      played_ms: sounding.playedMs,
      expected_ms: sounding.expectedMs,
    })
    .onConflict(['delivery_id', 'order_id', 'repeat', 'item'])
    .merge();
}

async function withSoundings(db: Db, rows: DeliveryRow[]): Promise<StoredDelivery[]> {
  const soundings = new Map<string, SoundingStanding[]>();
  for (let from = 0; from < rows.length; from += 500) {
    const ids = rows.slice(from, from + 500).map((row) => row.delivery_id);
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
