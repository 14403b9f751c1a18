import type { Upload } from '#contract/bulletin.ts';
import type { ProblemReply } from '#contract/problem.ts';
import type { Db } from '../database/open-database.ts';
import { Problem } from '../lib/problem.ts';

export interface StoredUpload {
  uploadId: string;
  accountId: string;
  areaId: string;
  fileName: string;
  /** As announced at its start; the file on disk says how many of them have come. */
  bytes: number;
  state: Upload['state'];
  lengthDeclared: Upload['lengthDeclared'];
  durationMs: number | null;
  sha256: string | null;
  problem: ProblemReply | null;
  createdAt: string;
  finishedAt: string | null;
}

/** What was found when the last byte had come. */
export type Finding =
  | { state: 'finished'; lengthDeclared: 'declared' | 'absent'; durationMs: number; sha256: string }
  | { state: 'refused'; problem: ProblemReply };

interface UploadRow {
  upload_id: string;
  account_id: string;
  area_id: string;
  file_name: string;
  bytes: number | string;
  state: Upload['state'];
  length_declared: Upload['lengthDeclared'];
  duration_ms: number | null;
  sha256: string | null;
  problem: string | null;
  created_at: string;
  finished_at: string | null;
}

export async function insertUpload(
  db: Db,
  upload: Pick<StoredUpload, 'uploadId' | 'accountId' | 'areaId' | 'fileName' | 'bytes' | 'createdAt'>,
): Promise<void> {
  await db('uploads').insert({
    upload_id: upload.uploadId,
    account_id: upload.accountId,
    area_id: upload.areaId,
    file_name: upload.fileName,
    bytes: upload.bytes,
    state: 'open',
    created_at: upload.createdAt,
  });
}

export async function findUpload(db: Db, uploadId: string): Promise<StoredUpload | undefined> {
  const row = await db<UploadRow>('uploads').where('upload_id', uploadId).first();
  return row && uploadOf(row);
}

export async function getUpload(db: Db, uploadId: string): Promise<StoredUpload> {
  const upload = await findUpload(db, uploadId);
  if (!upload) throw new Problem('upload-unknown', { uploadId });
  return upload;
}

export async function countOpenUploads(db: Db, accountId: string): Promise<number> {
  const [row] = await db('uploads').where({ account_id: accountId, state: 'open' }).count({ count: '*' });
  return Number(row?.['count']);
}

export async function listUploadsIn(db: Db, state: Upload['state']): Promise<StoredUpload[]> {
  return (await db<UploadRow>('uploads').where({ state }).orderBy('created_at')).map(uploadOf);
}

/** Finished before an instant and in no bulletin. */
export async function listUnusedUploads(db: Db, finishedBefore: string): Promise<StoredUpload[]> {
  const used = db('bulletin_revisions').select('upload_id').whereNotNull('upload_id');
  const rows = await db<UploadRow>('uploads')
    .where('state', 'finished')
    .where('finished_at', '<', finishedBefore)
    .whereNotIn('upload_id', used);
  return rows.map(uploadOf);
}

/** Only while it is open: what was found once stays. */
export async function saveFinding(db: Db, uploadId: string, finding: Finding, at: string): Promise<void> {
  const found =
    finding.state === 'refused'
      ? { problem: JSON.stringify(finding.problem) }
      : { length_declared: finding.lengthDeclared, duration_ms: finding.durationMs, sha256: finding.sha256 };
  await db('uploads')
    .where({ upload_id: uploadId, state: 'open' })
    .update({ ...found, state: finding.state, finished_at: at });
}

/** Forgets it; where a draft names it, the row stays to say that nothing came of it. */
export async function discardUpload(db: Db, uploadId: string, at: string): Promise<void> {
  const user = await db('bulletin_revisions').where('upload_id', uploadId).first('bulletin_id');
  if (user === undefined) await db('uploads').where('upload_id', uploadId).delete();
  else await saveFinding(db, uploadId, { state: 'refused', problem: { code: 'upload-not-finished', params: {} } }, at);
}

function uploadOf(row: UploadRow): StoredUpload {
  return {
    uploadId: row.upload_id,
    accountId: row.account_id,
    areaId: row.area_id,
    fileName: row.file_name,
    bytes: Number(row.bytes),
    state: row.state,
    lengthDeclared: row.length_declared,
    durationMs: row.duration_ms,
    sha256: row.sha256,
    problem: row.problem === null ? null : (JSON.parse(row.problem) as ProblemReply),
    createdAt: row.created_at,
    finishedAt: row.finished_at,
  };
}
