import type { ReceiverKind } from '#contract/enrolment.ts';
import type { Db } from '../database/open-database.ts';

export interface StoredEnrolment {
  enrolmentId: string;
  codeName: string;
  codeHash: string;
  clusterId: string;
  kind: ReceiverKind;
  replacesCurrent: boolean;
  createdBy: string;
  createdAt: string;
  expiresAt: string;
  triesLeft: number;
  usedAt: string | null;
  receiverId: string | null;
}

interface EnrolmentRow {
  enrolment_id: string;
  code_name: string;
  code_hash: string;
  cluster_id: string;
  kind: ReceiverKind;
  replaces_current: number;
  created_by: string;
  created_at: string;
  expires_at: string;
  tries_left: number;
  used_at: string | null;
  receiver_id: string | null;
}

export async function insertEnrolment(db: Db, enrolment: StoredEnrolment): Promise<void> {
  await db<EnrolmentRow>('enrolments').insert({
    enrolment_id: enrolment.enrolmentId,
    code_name: enrolment.codeName,
    code_hash: enrolment.codeHash,
    cluster_id: enrolment.clusterId,
    kind: enrolment.kind,
    replaces_current: enrolment.replacesCurrent ? 1 : 0,
    created_by: enrolment.createdBy,
    created_at: enrolment.createdAt,
    expires_at: enrolment.expiresAt,
    tries_left: enrolment.triesLeft,
  });
}

export async function findEnrolment(db: Db, codeName: string): Promise<StoredEnrolment | undefined> {
  const row = await db<EnrolmentRow>('enrolments').where({ code_name: codeName }).first();
  return (
    row && {
      enrolmentId: row.enrolment_id,
      codeName: row.code_name,
      codeHash: row.code_hash,
      clusterId: row.cluster_id,
      kind: row.kind,
      replacesCurrent: row.replaces_current === 1,
      createdBy: row.created_by,
      createdAt: row.created_at,
      expiresAt: row.expires_at,
      triesLeft: row.tries_left,
      usedAt: row.used_at,
      receiverId: row.receiver_id,
    }
  );
}

export async function saveTryLost(db: Db, enrolmentId: string): Promise<void> {
  await db('enrolments').where({ enrolment_id: enrolmentId }).where('tries_left', '>', 0).decrement('tries_left', 1);
}

export async function saveEnrolmentUsed(db: Db, enrolmentId: string, receiverId: string, at: string): Promise<void> {
  await db<EnrolmentRow>('enrolments').where({ enrolment_id: enrolmentId }).update({ used_at: at, receiver_id: receiverId });
}

/** Ends what is still open at a cluster: only the newest code is good. */
export async function saveOpenEnrolmentsExpired(db: Db, clusterId: string, at: string): Promise<void> {
  await db<EnrolmentRow>('enrolments')
    .where({ cluster_id: clusterId })
    .whereNull('used_at')
    .where('expires_at', '>', at)
    .update({ expires_at: at });
}
