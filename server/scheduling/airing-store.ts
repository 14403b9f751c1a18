import type { AiringState, Target } from '#contract/airing.ts';
import type { Class, MediaReference, Purpose } from '#contract/primitives.ts';
import type { Db } from '../database/open-database.ts';
import { Problem } from '../lib/problem.ts';

/** An airing with all that an order is made of. */
export interface StoredAiring {
  airingId: string;
  areaId: string;
  class: Class;
  purpose: Purpose;
  state: AiringState;
  startsAt: string;
  endsAt: string;
  startBefore: string;
  validUntil: string;
  repeats: number;
  gapMs: number;
  chime: MediaReference | null;
  endTone: MediaReference | null;
  orderId: string;
  epoch: number;
  counter: number;
  createdBy: string;
  createdAt: string;
  items: { bulletinId: string; revision: number; title: string; media: MediaReference }[];
  targets: Target[];
}

interface AiringRow {
  airing_id: string;
  area_id: string;
  class: Class;
  purpose: Purpose;
  state: AiringState;
  starts_at: string;
  ends_at: string;
  start_before: string;
  valid_until: string;
  repeats: number;
  gap_ms: number;
  chime: string | null;
  end_tone: string | null;
  order_id: string;
  epoch: number;
  counter: number;
  created_by: string;
  created_at: string;
}

export async function insertAiring(db: Db, airing: StoredAiring): Promise<void> {
  await db('airings').insert(rowOf(airing));
  await db('airing_bulletins').insert(
    airing.items.map((item, position) => ({
      airing_id: airing.airingId,
      position,
      bulletin_id: item.bulletinId,
      revision: item.revision,
      title: item.title,
      media: JSON.stringify(item.media),
    })),
  );
  const targets = airing.targets.map((target) => ({ airing_id: airing.airingId, kind: target.kind, target_id: target.id }));
  await db.batchInsert('airing_targets', targets, 100);
  await insertOrder(db, airing, airing.createdAt);
}

/** A change of start or state under a new order: the old order's receipts stay attached to the airing. */
export async function saveReordered(db: Db, airing: StoredAiring, at: string): Promise<void> {
  const { airing_id, ...changes } = rowOf(airing);
  await db('airings')
    .where({ airing_id })
    .update({ ...changes, planned_at: null, published_at: null });
  await insertOrder(db, airing, at);
}

export async function findAiring(db: Db, airingId: string): Promise<StoredAiring | undefined> {
  return (await listByIds(db, [airingId]))[0];
}

export async function getAiring(db: Db, airingId: string): Promise<StoredAiring> {
  const airing = await findAiring(db, airingId);
  if (!airing) throw new Problem('not-found', { airingId });
  return airing;
}

/** In the order of their start. */
export async function listByIds(db: Db, airingIds: readonly string[]): Promise<StoredAiring[]> {
  const ids = [...airingIds];
  const rows = await db<AiringRow>('airings').whereIn('airing_id', ids).orderBy(['starts_at', 'airing_id']);
  const items = await db('airing_bulletins').whereIn('airing_id', ids).orderBy('position');
  const targets = await db('airing_targets').whereIn('airing_id', ids).orderBy(['kind', 'target_id']);
  const itemsOf = groupById(items);
  const targetsOf = groupById(targets);
  return rows.map((row) => ({
    ...airingOf(row),
    items: (itemsOf.get(row.airing_id) ?? []).map((item) => ({
      bulletinId: item['bulletin_id'] as string,
      revision: item['revision'] as number,
      title: item['title'] as string,
      media: JSON.parse(item['media'] as string) as MediaReference,
    })),
    targets: (targetsOf.get(row.airing_id) ?? []).map((target) => ({
      kind: target['kind'] as Target['kind'],
      id: target['target_id'] as string,
    })),
  }));
}

export async function listAirings(
  db: Db,
  question: {
    areaIds: readonly string[];
    from?: string | undefined;
    to?: string | undefined;
    after?: string | undefined;
    limit: number;
  },
): Promise<StoredAiring[]> {
  const query = db<AiringRow>('airings')
    .whereIn('area_id', [...question.areaIds])
    .orderBy(['starts_at', 'airing_id']);
  if (question.from !== undefined) void query.where('ends_at', '>=', question.from);
  if (question.to !== undefined) void query.where('starts_at', '<', question.to);
  if (question.after !== undefined) {
    const [startsAt = '', airingId = ''] = question.after.split('~');
    void query.where((after) =>
      after
        .where('starts_at', '>', startsAt)
        .orWhere((same) => same.where('starts_at', startsAt).andWhere('airing_id', '>', airingId)),
    );
  }
  const rows = await query.limit(question.limit).select('airing_id');
  return listByIds(
    db,
    rows.map((row) => row.airing_id),
  );
}

/** Planned airings of whatever area that may sound at some moment of a span, in the order of their start. */
export async function listOverlapping(db: Db, span: { from: string; to: string }, limit: number): Promise<StoredAiring[]> {
  const rows = await db<AiringRow>('airings')
    .where('state', 'planned')
    .where('ends_at', '>', span.from)
    .where('starts_at', '<', span.to)
    .orderBy(['starts_at', 'airing_id'])
    .limit(limit)
    .select('airing_id');
  return listByIds(
    db,
    rows.map((row) => row.airing_id),
  );
}

/** Airings whose deliveries are not planned, or must be planned anew: what the sweep owes. */
export async function listUnplanned(db: Db, kind: 'emergency' | 'scheduled', limit: number): Promise<string[]> {
  const query = db<AiringRow>('airings').whereNull('planned_at').whereNot('state', 'closed').orderBy('starts_at').limit(limit);
  void (kind === 'emergency' ? query.where('class', 'emergency') : query.whereNot('class', 'emergency'));
  return (await query.select('airing_id')).map((row) => row.airing_id);
}

/** Emergencies that may still sound and were not sent to all. */
export async function listUnpublished(db: Db, now: string, limit: number): Promise<string[]> {
  const rows = await db<AiringRow>('airings')
    .where({ class: 'emergency', state: 'planned' })
    .whereNull('published_at')
    .where('valid_until', '>', now)
    .orderBy('starts_at')
    .limit(limit)
    .select('airing_id');
  return rows.map((row) => row.airing_id);
}

/**
 * Airings that nobody has closed and of which nothing may sound any more. One that was never planned is planned first: a
 * record without deliveries would say that nobody should have heard it.
 */
export async function listUnclosed(db: Db, question: { endedBefore: string; now: string }, limit: number): Promise<string[]> {
  const rows = await db<AiringRow>('airings')
    .whereNull('closed_at')
    .whereNotNull('planned_at')
    .where('ends_at', '<', question.endedBefore)
    .where('valid_until', '<=', question.now)
    .orderBy('ends_at')
    .limit(limit)
    .select('airing_id');
  return rows.map((row) => row.airing_id);
}

/**
 * After receivers or clusters changed place: what may still begin is planned anew by the sweep. Within the caller's
 * transaction.
 */
export async function unplanOpen(db: Db, now: string): Promise<void> {
  await db('airings')
    .where('state', 'planned')
    .where('valid_until', '>', now)
    .where((open) => open.where('class', 'emergency').orWhere('start_before', '>', now))
    .update({ planned_at: null });
}

export async function savePlanned(db: Db, airingId: string, at: string): Promise<void> {
  await db('airings').where({ airing_id: airingId }).update({ planned_at: at });
}

export async function savePublished(db: Db, airingId: string, at: string): Promise<void> {
  await db('airings').where({ airing_id: airingId }).update({ published_at: at });
}

/** A cancelled airing stays `cancelled`; it is only no longer open. */
export async function saveClosed(db: Db, airingId: string, at: string): Promise<void> {
  await db('airings').where({ airing_id: airingId }).update({ closed_at: at });
  await db('airings').where({ airing_id: airingId, state: 'planned' }).update({ state: 'closed' });
}

/** Which of these are closed. */
export async function listClosed(db: Db, airingIds: readonly string[]): Promise<Set<string>> {
  const rows = await db<AiringRow>('airings')
    .whereIn('airing_id', [...airingIds])
    .whereNotNull('closed_at')
    .select('airing_id');
  return new Set(rows.map((row) => row.airing_id));
}

async function insertOrder(db: Db, airing: StoredAiring, at: string): Promise<void> {
  const { orderId, airingId, epoch, counter } = airing;
  await db('orders').insert({ order_id: orderId, airing_id: airingId, epoch, counter, created_at: at });
}

function airingOf(row: AiringRow): Omit<StoredAiring, 'items' | 'targets'> {
  return {
    airingId: row.airing_id,
    areaId: row.area_id,
    class: row.class,
    purpose: row.purpose,
    state: row.state,
    startsAt: row.starts_at,
    endsAt: row.ends_at,
    startBefore: row.start_before,
    validUntil: row.valid_until,
    repeats: row.repeats,
    gapMs: row.gap_ms,
    chime: row.chime === null ? null : (JSON.parse(row.chime) as MediaReference),
    endTone: row.end_tone === null ? null : (JSON.parse(row.end_tone) as MediaReference),
    orderId: row.order_id,
    epoch: row.epoch,
    counter: row.counter,
    createdBy: row.created_by,
    createdAt: row.created_at,
  };
}

function rowOf(airing: StoredAiring): AiringRow {
  return {
    airing_id: airing.airingId,
    area_id: airing.areaId,
    class: airing.class,
    purpose: airing.purpose,
    state: airing.state,
    starts_at: airing.startsAt,
    ends_at: airing.endsAt,
    start_before: airing.startBefore,
    valid_until: airing.validUntil,
    repeats: airing.repeats,
    gap_ms: airing.gapMs,
    chime: airing.chime && JSON.stringify(airing.chime),
    end_tone: airing.endTone && JSON.stringify(airing.endTone),
    order_id: airing.orderId,
    epoch: airing.epoch,
    counter: airing.counter,
    created_by: airing.createdBy,
    created_at: airing.createdAt,
  };
}

type Row = Record<string, unknown>;
const idOf = (row: Row) => row['airing_id'] as string;

function groupById(rows: readonly Row[]): Map<string, Row[]> {
  const groups = new Map<string, Row[]>();
  for (const row of rows) groups.set(idOf(row), [...(groups.get(idOf(row)) ?? []), row]);
  return groups;
}
