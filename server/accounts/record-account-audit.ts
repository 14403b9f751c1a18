import type { RoleGrant } from '#contract/account.ts';
import { listAncestry } from '../areas/area-store.ts';
import { type NewAuditEntry, recordAudit } from '../audit/record-audit.ts';
import type { Db } from '../database/open-database.ts';
import { findCommonArea } from './grant-rules.ts';

/**
 * Where an account belongs in the trail: the lowest area that holds all its roles, so that whoever reads of it could also see
 * the account. Without roles: nowhere, which is for the root's administrators.
 */
export async function findAccountArea(db: Db, grants: readonly RoleGrant[], at: string): Promise<string | null> {
  const ancestries: string[][] = [];
  for (const areaId of new Set(grants.map((grant) => grant.areaId))) ancestries.push(await listAncestry(db, areaId, at));
  return findCommonArea(ancestries);
}

export async function recordAccountAudit(
  db: Db,
  account: { accountId: string; grants: readonly RoleGrant[] },
  entry: Pick<NewAuditEntry, 'recordedAt' | 'accountId' | 'action' | 'detail'>,
): Promise<void> {
  const areaId = await findAccountArea(db, account.grants, entry.recordedAt);
  await recordAudit(db, { ...entry, subjectKind: 'account', subjectId: account.accountId, areaId });
}
