import type { Notice, NoticeKind } from '#contract/report.ts';
import { branchQuery } from '../areas/area-store.ts';
import type { Db } from '../database/open-database.ts';

export interface NoticeQuestion {
  areaId: string;
  now: string;
  /** What was rejected or failed before this instant was given up by whoever wrote it. */
  bulletinsSince: string;
  airingsSince: string;
  limitOfEach: number;
}

type Found = Omit<Notice, 'kind'>;

/** By kind, each newest first. */
export async function listNotices(db: Db, question: NoticeQuestion): Promise<Notice[]> {
  const questions: [NoticeKind, (db: Db, question: NoticeQuestion) => Promise<Found[]>][] = [
    ['awaiting-approval', listAwaitingApproval],
    ['bulletin-rejected', listRejected],
    ['rendering-failed', listFailedRenderings],
    ['airing-missed', listMissedAirings],
    ['cluster-silent', listSilentClusters],
    ['cluster-empty', listEmptyClusters],
  ];
  const notices: Notice[] = [];
  for (const [kind, list] of questions) {
    const found = await list(db, question);
    notices.push(...found.map(({ subjectId, title, since, count }) => ({ kind, subjectId, title, since, count: Number(count) })));
  }
  return notices;
}

function listAwaitingApproval(db: Db, question: NoticeQuestion): Promise<Found[]> {
  return newest(question, 'b.updated_at', currentRevisions(db, question).where('b.state', 'submitted'))
    .select({ subjectId: 'b.bulletin_id', title: 'r.title', since: 'b.updated_at' })
    .select(db.raw('1 AS count'));
}

function listRejected(db: Db, question: NoticeQuestion): Promise<Found[]> {
  const rejected = currentRevisions(db, question)
    .join('decisions as d', (join) => join.on('d.bulletin_id', 'b.bulletin_id').andOn('d.revision', 'b.revision'))
    .where('b.state', 'rejected')
    .where('d.decided_at', '>=', question.bulletinsSince);
  return newest(question, 'd.decided_at', rejected)
    .select({ subjectId: 'b.bulletin_id', title: 'r.title', since: 'd.decided_at' })
    .select(db.raw('1 AS count'));
}

function listFailedRenderings(db: Db, question: NoticeQuestion): Promise<Found[]> {
  const failed = currentRevisions(db, question)
    .join('renderings as g', (join) => join.on('g.bulletin_id', 'b.bulletin_id').andOn('g.revision', 'b.revision'))
    .where('g.state', 'failed')
    .where('g.requested_at', '>=', question.bulletinsSince);
  return newest(question, 'g.requested_at', failed)
    .select({ subjectId: 'b.bulletin_id', title: 'r.title', since: db.raw('coalesce(g.finished_at, g.requested_at)') })
    .select(db.raw('1 AS count'));
}

/**
 * Airings that are over, and how many receivers did not play them whole. Displaced by an emergency is as it should be;
 * interrupted is final only once the airing is closed.
 */
function listMissedAirings(db: Db, question: NoticeQuestion): Promise<Found[]> {
  const missed = db('airings as a')
    .join('deliveries as d', 'd.airing_id', 'a.airing_id')
    .whereRaw('a.area_id IN (?)', [branchQuery(db, [question.areaId], question.now)])
    .whereBetween('a.ends_at', [question.airingsSince, question.now])
    .whereNot('a.state', 'cancelled')
    .where((state) =>
      state
        .whereIn('d.state', ['missed', 'failed', 'refused', 'partial', 'unknown'])
        .orWhere((cut) => cut.where('d.state', 'interrupted').whereNotNull('a.closed_at')),
    )
    .groupBy('a.airing_id', 'a.ends_at');
  const title = db('airing_bulletins as i')
    .whereRaw('i.airing_id = a.airing_id')
    .orderBy('i.position')
    .limit(1)
    .select('i.title');
  return newest(question, 'a.ends_at', missed)
    .select({ subjectId: 'a.airing_id', title, since: 'a.ends_at' })
    .select(db.raw('count(*) AS count'));
}

/** Went silent, or was never heard since it was enrolled. What the server has not heard yet since its start is neither. */
function listSilentClusters(db: Db, question: NoticeQuestion): Promise<Found[]> {
  const silent = clustersNow(db, question)
    .join('installations as n', (join) => join.on('n.cluster_id', 'c.cluster_id').andOnNull('n.removed_at'))
    .join('receivers as v', 'v.receiver_id', 'n.receiver_id')
    .whereNot('v.state', 'revoked')
    .where((presence) =>
      presence
        .where('v.presence', 'offline')
        .orWhere((never) => never.where('v.presence', 'unknown').whereNull('v.last_seen_at')),
    );
  const since = db.raw<string>('coalesce(v.presence_since, v.enrolled_at)');
  return newest(question, since, silent)
    .select({ subjectId: 'c.cluster_id', title: 'c.name', since })
    .select(db.raw('1 AS count'));
}

function listEmptyClusters(db: Db, question: NoticeQuestion): Promise<Found[]> {
  const installed = db('installations as n')
    .join('receivers as v', 'v.receiver_id', 'n.receiver_id')
    .whereRaw('n.cluster_id = c.cluster_id')
    .whereNull('n.removed_at')
    .whereNot('v.state', 'revoked');
  const since = db.raw<string>(
    'coalesce((SELECT max(o.removed_at) FROM installations o WHERE o.cluster_id = c.cluster_id), c.created_at)',
  );
  return newest(question, since, clustersNow(db, question).whereNotExists(installed))
    .select({ subjectId: 'c.cluster_id', title: 'c.name', since })
    .select(db.raw('1 AS count'));
}

function currentRevisions(db: Db, { areaId, now }: NoticeQuestion) {
  return db('bulletins as b')
    .join('bulletin_revisions as r', (join) => join.on('r.bulletin_id', 'b.bulletin_id').andOn('r.revision', 'b.revision'))
    .whereRaw('b.area_id IN (?)', [branchQuery(db, [areaId], now)]);
}

function clustersNow(db: Db, { areaId, now }: NoticeQuestion) {
  return db('clusters as c')
    .join('cluster_areas as p', (join) => join.on('p.cluster_id', 'c.cluster_id').andOnNull('p.valid_to'))
    .whereRaw('p.area_id IN (?)', [branchQuery(db, [areaId], now)]);
}

type Query = ReturnType<typeof currentRevisions>;

function newest(question: NoticeQuestion, column: string | ReturnType<Db['raw']>, query: Query): Query {
  return query.orderBy(column as string, 'desc').limit(question.limitOfEach);
}
