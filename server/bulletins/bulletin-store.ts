import type { Bulletin, BulletinKind, BulletinState, EditBulletin } from '#contract/bulletin.ts';
import type { Class, Purpose } from '#contract/primitives.ts';
import type { Db } from '../database/open-database.ts';
import { Problem } from '../lib/problem.ts';

export type Content = Omit<EditBulletin, 'revision'>;

/** A bulletin at its current revision. */
export interface StoredBulletin extends Content {
  bulletinId: string;
  areaId: string;
  authorId: string;
  kind: BulletinKind;
  state: BulletinState;
  revision: number;
  editorId: string;
  /** Set when rendering was asked for or it was submitted: from then on this revision never changes. */
  frozenAt: string | null;
  createdAt: string;
  updatedAt: string;
}

export interface Decision {
  decisionId: string;
  bulletinId: string;
  revision: number;
  decision: 'approved' | 'rejected';
  renditionSha256: string | null;
  approverId: string;
  reason: string | null;
  decidedAt: string;
}

interface RevisionRow {
  bulletin_id: string;
  revision: number;
  editor_id: string;
  title: string;
  text: string | null;
  upload_id: string | null;
  field: number;
  topics: string;
  class: Class;
  purpose: Purpose;
  language: string;
  source: string;
  voice: string;
  words_per_minute: number;
  created_at: string;
  frozen_at: string | null;
}

interface BulletinRow {
  bulletin_id: string;
  area_id: string;
  author_id: string;
  kind: BulletinKind;
  state: BulletinState;
  revision: number;
  created_at: string;
  updated_at: string;
}

export async function insertBulletin(db: Db, bulletin: StoredBulletin): Promise<void> {
  await db('bulletins').insert({
    bulletin_id: bulletin.bulletinId,
    area_id: bulletin.areaId,
    author_id: bulletin.authorId,
    kind: bulletin.kind,
    state: bulletin.state,
    revision: bulletin.revision,
    created_at: bulletin.createdAt,
    updated_at: bulletin.updatedAt,
  });
  await db('bulletin_revisions').insert(revisionRowOf(bulletin));
}

/** The edit becomes the current revision; an unfrozen revision that need not be kept is replaced by it. */
export async function saveRevision(db: Db, bulletin: StoredBulletin, replaces: number | undefined): Promise<void> {
  if (replaces !== undefined) {
    await db('bulletin_revisions')
      .where({ bulletin_id: bulletin.bulletinId, revision: replaces })
      .whereNull('frozen_at')
      .delete();
  }
  await db('bulletin_revisions').insert(revisionRowOf(bulletin));
  await db('bulletins')
    .where({ bulletin_id: bulletin.bulletinId })
    .update({ state: bulletin.state, revision: bulletin.revision, updated_at: bulletin.updatedAt });
}

export async function saveState(db: Db, bulletinId: string, state: BulletinState, at: string): Promise<void> {
  await db('bulletins').where({ bulletin_id: bulletinId }).update({ state, updated_at: at });
}

export async function freezeRevision(db: Db, bulletinId: string, revision: number, at: string): Promise<void> {
  await db('bulletin_revisions').where({ bulletin_id: bulletinId, revision }).whereNull('frozen_at').update({ frozen_at: at });
}

export async function findBulletin(db: Db, bulletinId: string): Promise<StoredBulletin | undefined> {
  const row = await currentRows(db).where('b.bulletin_id', bulletinId).first<(BulletinRow & RevisionRow) | undefined>();
  return row && bulletinOf(row);
}

export async function getBulletin(db: Db, bulletinId: string): Promise<StoredBulletin> {
  const bulletin = await findBulletin(db, bulletinId);
  if (!bulletin) throw new Problem('not-found', { bulletinId });
  return bulletin;
}

/** A revision as it was frozen, for those who work on it while the bulletin may move on. */
export async function findRevision(db: Db, bulletinId: string, revision: number): Promise<StoredBulletin | undefined> {
  const row = await db('bulletins as b')
    .join('bulletin_revisions as r', 'r.bulletin_id', 'b.bulletin_id')
    .where({ 'b.bulletin_id': bulletinId, 'r.revision': revision })
    .select('b.*', 'r.*', { created_at: 'b.created_at', updated_at: 'b.updated_at' })
    .first<(BulletinRow & RevisionRow) | undefined>();
  return row && bulletinOf(row);
}

export interface BulletinQuestion {
  areaIds: readonly string[];
  state?: string | undefined;
  after?: string | undefined;
  limit: number;
}

/** Newest first; `after` is the `next` of the page before. */
export async function listStoredBulletins(db: Db, question: BulletinQuestion): Promise<StoredBulletin[]> {
  const query = currentRows(db)
    .whereIn('b.area_id', [...question.areaIds])
    .orderBy([
      { column: 'b.created_at', order: 'desc' },
      { column: 'b.bulletin_id', order: 'desc' },
    ]);
  if (question.state !== undefined) void query.where('b.state', question.state);
  if (question.after !== undefined) {
    const [createdAt = '', bulletinId = ''] = question.after.split('~');
    void query.where((after) =>
      after
        .where('b.created_at', '<', createdAt)
        .orWhere((same) => same.where('b.created_at', createdAt).andWhere('b.bulletin_id', '<', bulletinId)),
    );
  }
  const rows: (BulletinRow & RevisionRow)[] = await query.limit(question.limit);
  return rows.map(bulletinOf);
}

/** The author, everyone who edited any revision, and those whose recordings it used. */
export async function listMakers(db: Db, bulletinId: string): Promise<string[]> {
  const revisions = await db('bulletin_revisions as r')
    .leftJoin('uploads as u', 'u.upload_id', 'r.upload_id')
    .where('r.bulletin_id', bulletinId)
    .select<{ editor_id: string; account_id: string | null }[]>('r.editor_id', 'u.account_id');
  const author = await db('bulletins').where({ bulletin_id: bulletinId }).first<{ author_id: string } | undefined>('author_id');
  const ids = [author?.author_id, ...revisions.flatMap((row) => [row.editor_id, row.account_id])];
  return [...new Set(ids.filter((id) => typeof id === 'string'))];
}

export async function insertDecision(db: Db, decision: Decision): Promise<void> {
  await db('decisions').insert({
    decision_id: decision.decisionId,
    bulletin_id: decision.bulletinId,
    revision: decision.revision,
    decision: decision.decision,
    rendition_sha256: decision.renditionSha256,
    approver_id: decision.approverId,
    reason: decision.reason,
    decided_at: decision.decidedAt,
  });
}

/** The decision on each bulletin's current revision; a revision is decided once at most. */
export async function listDecisions(db: Db, bulletinIds: readonly string[]): Promise<Map<string, Bulletin['decision']>> {
  const rows = await db('decisions as d')
    .join('bulletins as b', (join) => join.on('b.bulletin_id', 'd.bulletin_id').andOn('b.revision', 'd.revision'))
    .whereIn('d.bulletin_id', [...bulletinIds])
    .select<Record<string, string>[]>('d.*');
  return new Map(
    rows.map((row) => [
      row['bulletin_id'] as string,
      {
        decision: row['decision'] as 'approved' | 'rejected',
        approverId: row['approver_id'] as string,
        decidedAt: row['decided_at'] as string,
        reason: row['reason'] ?? null,
        renditionSha256: row['rendition_sha256'] ?? null,
      },
    ]),
  );
}

function currentRows(db: Db) {
  return db('bulletins as b')
    .join('bulletin_revisions as r', (join) => join.on('r.bulletin_id', 'b.bulletin_id').andOn('r.revision', 'b.revision'))
    .select('r.*', 'b.*');
}

function revisionRowOf(bulletin: StoredBulletin): RevisionRow {
  return {
    bulletin_id: bulletin.bulletinId,
    revision: bulletin.revision,
    editor_id: bulletin.editorId,
    title: bulletin.title,
    text: bulletin.text,
    upload_id: bulletin.uploadId,
    field: bulletin.field,
    topics: JSON.stringify(bulletin.topics),
    class: bulletin.class,
    purpose: bulletin.purpose,
    language: bulletin.language,
    source: bulletin.source,
    voice: bulletin.voice,
    words_per_minute: bulletin.wordsPerMinute,
    created_at: bulletin.updatedAt,
    frozen_at: bulletin.frozenAt,
  };
}

function bulletinOf(row: BulletinRow & RevisionRow): StoredBulletin {
  return {
    bulletinId: row.bulletin_id,
    areaId: row.area_id,
    authorId: row.author_id,
    kind: row.kind,
    state: row.state,
    revision: row.revision,
    editorId: row.editor_id,
    title: row.title,
    text: row.text,
    uploadId: row.upload_id,
    field: row.field,
    topics: JSON.parse(row.topics) as string[],
    class: row.class,
    purpose: row.purpose,
    language: row.language,
    source: row.source,
    voice: row.voice,
    wordsPerMinute: row.words_per_minute,
    frozenAt: row.frozen_at,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}
