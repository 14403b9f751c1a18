import type { AuditEntry } from '#contract/account.ts';
import { canonicalBytes } from '#signing/canonical-json.ts';
import { branchQuery } from '../areas/area-store.ts';
import type { Db } from '../database/open-database.ts';

export interface AuditHead {
  sequence: number;
  hash: string;
}

/** An entry as it stands in its row: `detailText` is what was written, byte for byte. */
export interface StoredAuditEntry extends AuditEntry {
  detailText: string;
}

const HEAD_KEY = 'audit-head';

export async function findLastEntry(db: Db): Promise<AuditHead | undefined> {
  return db<AuditHead>('audit_entries').select('sequence', 'hash').orderBy('sequence', 'desc').first();
}

/** The head noted beside the trail at each append: it betrays a tail that was cut off. */
export async function findNotedHead(db: Db): Promise<AuditHead | undefined> {
  const value = await findServerState(db, HEAD_KEY);
  return value === undefined ? undefined : (JSON.parse(value) as AuditHead);
}

export async function insertAuditEntry(db: Db, entry: AuditEntry): Promise<void> {
  await db('audit_entries').insert({
    sequence: entry.sequence,
    recorded_at: entry.recordedAt,
    account_id: entry.accountId,
    action: entry.action,
    subject_kind: entry.subjectKind,
    subject_id: entry.subjectId,
    area_id: entry.areaId,
    detail: canonicalBytes(entry.detail).toString('utf8'),
    previous_hash: entry.previousHash,
    hash: entry.hash,
  });
  await saveServerState(db, HEAD_KEY, JSON.stringify({ sequence: entry.sequence, hash: entry.hash }));
}

/** In order, from the one after `afterSequence`. */
export async function listAuditEntriesAfter(db: Db, afterSequence: number, limit: number): Promise<StoredAuditEntry[]> {
  const rows = await db<AuditRow>('audit_entries').where('sequence', '>', afterSequence).orderBy('sequence').limit(limit);
  return rows.map(entryOf);
}

export interface AuditQuestion {
  /** Only what happened in these areas and below; absent: everything, also what has no area. */
  branchAreaIds?: readonly string[];
  at: string;
  beforeSequence?: number;
  subjectId?: string;
  action?: string;
  limit: number;
}

/** Newest first. */
export async function listAuditEntries(db: Db, question: AuditQuestion): Promise<StoredAuditEntry[]> {
  const rows = await db<AuditRow>('audit_entries')
    .modify((query) => {
      if (question.branchAreaIds) void query.whereRaw('area_id IN (?)', [branchQuery(db, question.branchAreaIds, question.at)]);
      if (question.beforeSequence !== undefined) void query.where('sequence', '<', question.beforeSequence);
      if (question.subjectId !== undefined) void query.where('subject_id', question.subjectId);
      if (question.action !== undefined) void query.where('action', question.action);
    })
    .orderBy('sequence', 'desc')
    .limit(question.limit);
  return rows.map(entryOf);
}

export async function findServerState(db: Db, key: string): Promise<string | undefined> {
  const row = await db('server_state').where({ key }).first<{ value: string } | undefined>('value');
  return row?.value;
}

export async function saveServerState(db: Db, key: string, value: string): Promise<void> {
  await db('server_state').insert({ key, value }).onConflict('key').merge();
}

interface AuditRow {
  sequence: number;
  recorded_at: string;
  account_id: string | null;
  action: string;
  subject_kind: string;
  subject_id: string;
  area_id: string | null;
  detail: string;
  previous_hash: string;
  hash: string;
}

function entryOf(row: AuditRow): StoredAuditEntry {
  return {
    sequence: row.sequence,
    recordedAt: row.recorded_at,
    accountId: row.account_id,
    action: row.action,
    subjectKind: row.subject_kind,
    subjectId: row.subject_id,
    areaId: row.area_id,
    detail: parseDetail(row.detail),
    detailText: row.detail,
    previousHash: row.previous_hash,
    hash: row.hash,
  };
}

/** Text that was tampered with until it is no JSON any more must still be named by the verifier, not break it. */
function parseDetail(text: string): Record<string, unknown> {
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch (error) {
    return { unreadable: String(error) };
  }
}
