import type { AuditEntry } from '#contract/account.ts';
import { canonicalBytes } from '#signing/canonical-json.ts';
import type { Db } from '../database/open-database.ts';
import { hashAuditEntry, NO_PREVIOUS_HASH } from './audit-entry-hash.ts';
import { findLastEntry, findServerState, insertAuditEntry, saveServerState } from './audit-store.ts';

export type NewAuditEntry = Omit<AuditEntry, 'sequence' | 'previousHash' | 'hash'>;

/**
 * Appends to the trail within the caller's transaction: change and entry stand together or not at all.
 * Numbers in `detail` must be whole; others are given as strings.
 */
export async function recordAudit(db: Db, entry: NewAuditEntry): Promise<void> {
  const last = await findLastEntry(db);
  // What was left undefined has no JSON form: it must not be in the hash and missing in the row.
  const detail = JSON.parse(canonicalBytes(entry.detail).toString('utf8')) as Record<string, unknown>;
  const linked = {
    ...entry,
    detail,
    sequence: (last?.sequence ?? 0) + 1,
    previousHash: last?.hash ?? NO_PREVIOUS_HASH,
  };
  await insertAuditEntry(db, { ...linked, hash: hashAuditEntry(linked) });
}

interface Budget {
  hourStartedAt: string;
  written: number;
  leftOut: number;
}

const HOUR_MS = 3_600_000;
const ENTRIES_PER_HOUR_MAX = 60;
/** What outsiders can cause at will. */
const BOUNDED_ACTIONS = ['sign-in-failed', 'sign-in-locked'] as const;
export type BoundedAction = (typeof BOUNDED_ACTIONS)[number];

/**
 * For what anyone can cause without signing in: at most 60 entries an hour of each action. Those beyond are counted, and the
 * count becomes one entry (`entries-left-out`) once the hour is over: an attack can't fill the disk, nor hide how large it was.
 */
export async function recordBoundedAudit(db: Db, entry: NewAuditEntry & { action: BoundedAction }): Promise<void> {
  const budget = (await settleBudget(db, entry.action, entry.recordedAt)) ?? {
    hourStartedAt: entry.recordedAt,
    written: 0,
    leftOut: 0,
  };
  const isWritten = budget.written < ENTRIES_PER_HOUR_MAX;
  if (isWritten) await recordAudit(db, entry);
  const next = isWritten ? { ...budget, written: budget.written + 1 } : { ...budget, leftOut: budget.leftOut + 1 };
  await saveServerState(db, budgetKey(entry.action), JSON.stringify(next));
}

/** Writes the counts of hours that are over, so that they don't wait for the next attack. */
export async function settleLeftOutEntries(db: Db, recordedAt: string): Promise<void> {
  for (const action of BOUNDED_ACTIONS) await settleBudget(db, action, recordedAt);
}

/** @returns the budget of the hour under way, if one is. */
async function settleBudget(db: Db, action: BoundedAction, recordedAt: string): Promise<Budget | undefined> {
  const stored = await findServerState(db, budgetKey(action));
  if (stored === undefined) return undefined;
  const budget = JSON.parse(stored) as Budget;
  const ageMs = Date.parse(recordedAt) - Date.parse(budget.hourStartedAt);
  // A clock that was set back must not keep one hour open for years.
  if (ageMs >= 0 && ageMs < HOUR_MS) return budget;
  if (budget.leftOut > 0) {
    await recordAudit(db, {
      recordedAt,
      accountId: null,
      action: 'entries-left-out',
      subjectKind: 'action',
      subjectId: action,
      areaId: null,
      detail: { since: budget.hourStartedAt, count: budget.leftOut },
    });
    await saveServerState(db, budgetKey(action), JSON.stringify({ hourStartedAt: recordedAt, written: 0, leftOut: 0 }));
  }
  return undefined;
}

function budgetKey(action: BoundedAction): string {
  return `audit-budget ${action}`;
}
