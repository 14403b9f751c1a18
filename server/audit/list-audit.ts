import type { AuditEntry } from '#contract/account.ts';
import { findRootAreaId } from '../areas/area-store.ts';
import type { Db } from '../database/open-database.ts';
import type { Caller } from '../http/bind-endpoint.ts';
import { Problem } from '../lib/problem.ts';
import { listAuditEntries } from './audit-store.ts';

export interface AuditPage {
  after?: string;
  limit: number;
  subjectId?: string;
  action?: string;
}

/** What concerns no area (accounts without roles, sign-ins of nobody) is for administrators of the root alone. */
export async function listAudit(
  db: Db,
  caller: Caller,
  page: AuditPage,
  at: string,
): Promise<{ entries: AuditEntry[]; next: string | null }> {
  if (page.after !== undefined && !/^\d{1,15}$/.test(page.after)) {
    throw new Problem('request-invalid', { faults: ['query.after: must be what an earlier page gave as next'] });
  }
  const branchAreaIds = caller.grants.filter((grant) => grant.role === 'administrator').map((grant) => grant.areaId);
  const rootAreaId = await findRootAreaId(db);
  const seesAll = rootAreaId !== undefined && branchAreaIds.includes(rootAreaId);
  const found = await listAuditEntries(db, {
    ...(seesAll ? {} : { branchAreaIds }),
    at,
    ...(page.after === undefined ? {} : { beforeSequence: Number(page.after) }),
    ...(page.subjectId === undefined ? {} : { subjectId: page.subjectId }),
    ...(page.action === undefined ? {} : { action: page.action }),
    limit: page.limit + 1,
  });
  const entries = found.slice(0, page.limit).map(({ detailText: _, ...entry }) => entry);
  return { entries, next: found.length > page.limit ? String(entries.at(-1)?.sequence) : null };
}
