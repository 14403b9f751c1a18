import type { BulletinRevision, Listening } from '#contract/bulletin.ts';
import type { Db } from '../database/open-database.ts';

/** More than a person would scroll through; drafts that were never frozen leave no revision behind. */
const REVISIONS_MAX = 200;
const LISTENINGS_MAX = 200;

interface RevisionRow {
  revision: number;
  title: string;
  text: string | null;
  upload_id: string | null;
  editor_id: string;
  editor_name: string | null;
  created_at: string;
  decision: 'approved' | 'rejected' | null;
  approver_name: string | null;
  decided_at: string | null;
  reason: string | null;
}

/** Newest first; a revision is decided once at most. */
export async function listRevisions(db: Db, bulletinId: string): Promise<BulletinRevision[]> {
  const rows: RevisionRow[] = await db('bulletin_revisions as r')
    .leftJoin('accounts as editor', 'editor.account_id', 'r.editor_id')
    .leftJoin('decisions as d', (join) => join.on('d.bulletin_id', 'r.bulletin_id').andOn('d.revision', 'r.revision'))
    .leftJoin('accounts as approver', 'approver.account_id', 'd.approver_id')
    .where('r.bulletin_id', bulletinId)
    .orderBy('r.revision', 'desc')
    .limit(REVISIONS_MAX)
    .select('r.revision', 'r.title', 'r.text', 'r.upload_id', 'r.editor_id', 'r.created_at')
    .select('d.decision', 'd.decided_at', 'd.reason')
    .select({ editor_name: 'editor.display_name', approver_name: 'approver.display_name' });
  return rows.map(revisionOf);
}

/** Playing it again moves the instant. */
export async function saveListening(
  db: Db,
  listening: { bulletinId: string; revision: number; sha256: string; accountId: string; listenedAt: string },
): Promise<void> {
  await db('listenings')
    .insert({
      bulletin_id: listening.bulletinId,
      revision: listening.revision,
      sha256: listening.sha256,
      account_id: listening.accountId,
      listened_at: listening.listenedAt,
    })
    .onConflict(['bulletin_id', 'revision', 'sha256', 'account_id'])
    .merge();
}

/** Newest first. */
export async function listListenings(db: Db, bulletinId: string): Promise<Listening[]> {
  return db('listenings as l')
    .join('accounts as a', 'a.account_id', 'l.account_id')
    .where('l.bulletin_id', bulletinId)
    .orderBy([
      { column: 'l.listened_at', order: 'desc' },
      { column: 'l.account_id', order: 'asc' },
    ])
    .limit(LISTENINGS_MAX)
    .select<Listening[]>({
      accountId: 'l.account_id',
      displayName: 'a.display_name',
      revision: 'l.revision',
      sha256: 'l.sha256',
      listenedAt: 'l.listened_at',
    });
}

function revisionOf(row: RevisionRow): BulletinRevision {
  const { decision, decided_at: decidedAt } = row;
  return {
    revision: row.revision,
    title: row.title,
    text: row.text,
    uploadId: row.upload_id,
    editorId: row.editor_id,
    editorName: row.editor_name ?? '',
    createdAt: row.created_at,
    decision:
      decision === null || decidedAt === null
        ? null
        : { decision, approverName: row.approver_name ?? '', decidedAt, reason: row.reason },
  };
}
