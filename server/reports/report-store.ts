import type { ReceiverKind } from '#contract/enrolment.ts';
import type { DeliveryState, EvidenceLevel } from '#contract/primitives.ts';
import type { Db } from '../database/open-database.ts';

export interface CountedState {
  state: DeliveryState;
  evidence: EvidenceLevel | null;
  kind: ReceiverKind;
  count: number;
}

/** The deliveries of each airing, counted by what coverage asks for. */
export async function countStates(db: Db, airingIds: readonly string[]): Promise<Map<string, CountedState[]>> {
  const counted = new Map<string, CountedState[]>();
  for (const piece of inPieces(airingIds)) {
    const rows = await db('deliveries as d')
      .join('receivers as v', 'v.receiver_id', 'd.receiver_id')
      .whereIn('d.airing_id', piece)
      .groupBy('d.airing_id', 'd.state', 'd.evidence', 'v.kind')
      .select<(Omit<CountedState, 'count'> & { airingId: string; count: number | string })[]>(
        'd.airing_id as airingId',
        'd.state as state',
        'd.evidence as evidence',
        'v.kind as kind',
        db.raw('count(*) AS count'),
      );
    for (const { airingId, ...row } of rows) {
      counted.set(airingId, [...(counted.get(airingId) ?? []), { ...row, count: Number(row.count) }]);
    }
  }
  return counted;
}

export interface Reach {
  hamlets: number;
  clusters: number;
}

/** Where those airings sound whose deliveries are planned; of the others nothing is said. */
export async function listPlannedReach(db: Db, airingIds: readonly string[]): Promise<Map<string, Reach>> {
  const reach = new Map<string, Reach>();
  for (const piece of inPieces(airingIds)) {
    const rows = await db('airings as a')
      .leftJoin('deliveries as d', (join) =>
        join.on('d.airing_id', 'a.airing_id').andOn(db.raw("(d.state <> 'cancelled' OR a.state = 'cancelled')")),
      )
      .leftJoin('areas as h', (join) => join.on('h.area_id', 'd.area_id').andOnVal('h.level', 'hamlet'))
      .whereIn('a.airing_id', piece)
      .whereNotNull('a.planned_at')
      .groupBy('a.airing_id')
      .select<{ airingId: string; hamlets: number | string; clusters: number | string }[]>(
        'a.airing_id as airingId',
        db.raw('count(DISTINCT h.area_id) AS hamlets'),
        db.raw('count(DISTINCT d.cluster_id) AS clusters'),
      );
    for (const row of rows) reach.set(row.airingId, { hamlets: Number(row.hamlets), clusters: Number(row.clusters) });
  }
  return reach;
}

export async function listHamletIds(db: Db): Promise<Set<string>> {
  const rows = await db('areas').where('level', 'hamlet').select<{ area_id: string }[]>('area_id');
  return new Set(rows.map((row) => row.area_id));
}

/** Who stands directly above whom now, for the whole tree. */
export async function listParents(db: Db): Promise<Map<string, string>> {
  const rows = await db('area_parents')
    .whereNull('valid_to')
    .select<{ area_id: string; parent_id: string }[]>('area_id', 'parent_id');
  return new Map(rows.map((row) => [row.area_id, row.parent_id]));
}

/** Of these receivers, how many are not known to be online. */
export async function countNotOnline(db: Db, receiverIds: readonly string[]): Promise<number> {
  let total = 0;
  for (let from = 0; from < receiverIds.length; from += 500) {
    const [row] = await db('receivers')
      .whereIn('receiver_id', receiverIds.slice(from, from + 500))
      .whereNot('presence', 'online')
      .count({ count: '*' });
    total += Number(row?.['count']);
  }
  return total;
}

/** The airings of a receiver's deliveries by start, newest first; `after` is the `next` of the page before. */
export async function listAiringsAt(
  db: Db,
  receiverId: string,
  page: { after?: string | undefined; limit: number },
): Promise<{ airingId: string; startsAt: string }[]> {
  const query = db('deliveries as d')
    .join('airings as a', 'a.airing_id', 'd.airing_id')
    .where('d.receiver_id', receiverId)
    .orderBy([
      { column: 'a.starts_at', order: 'desc' },
      { column: 'a.airing_id', order: 'desc' },
    ])
    .limit(page.limit);
  if (page.after !== undefined) {
    const [startsAt = '', airingId = ''] = page.after.split('~');
    void query.where((after) =>
      after
        .where('a.starts_at', '<', startsAt)
        .orWhere((same) => same.where('a.starts_at', startsAt).andWhere('a.airing_id', '<', airingId)),
    );
  }
  return query.select<{ airingId: string; startsAt: string }[]>({ airingId: 'a.airing_id', startsAt: 'a.starts_at' });
}

/** With thousands of deliveries each: between two pieces others get their turn at the database. */
function* inPieces(airingIds: readonly string[], length = 10): Generator<string[]> {
  for (let from = 0; from < airingIds.length; from += length) yield airingIds.slice(from, from + length);
}
