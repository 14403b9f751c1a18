import { randomUUID } from 'node:crypto';
import type { DictionaryEntry } from '#contract/area.ts';
import { recordAudit } from '../audit/record-audit.ts';
import { inTransaction } from '../database/open-database.ts';
import type { Caller } from '../http/bind-endpoint.ts';
import { instantOf } from '../lib/clock.ts';
import { Problem } from '../lib/problem.ts';
import { getOpenArea } from './area-store.ts';
import type { AreaDeps } from './demand-role.ts';
import {
  countOwnEntries,
  deleteDictionaryEntryRow,
  findDictionaryEntry,
  findOwnEntry,
  insertDictionaryEntry,
} from './dictionary-store.ts';

/** Each text that is normalised reads all of them. */
const ENTRIES_PER_AREA_MAX = 2_000;

type DictionaryDeps = Pick<AreaDeps, 'db' | 'clock'>;

export function createDictionaryEntry(
  deps: DictionaryDeps,
  caller: Caller,
  areaId: string,
  wanted: { written: string; spoken: string },
): Promise<DictionaryEntry> {
  return inTransaction(deps.db, async (db) => {
    const now = instantOf(deps.clock.now());
    await getOpenArea(db, areaId);
    const written = wanted.written.normalize('NFC');
    const spoken = wanted.spoken.normalize('NFC');
    if (await findOwnEntry(db, areaId, written)) throw new Problem('dictionary-entry-exists', { written });
    if ((await countOwnEntries(db, areaId)) >= ENTRIES_PER_AREA_MAX) {
      throw new Problem('conflict', { reason: 'dictionary-full', max: ENTRIES_PER_AREA_MAX });
    }
    const entry = { entryId: randomUUID(), areaId, written, spoken };
    await insertDictionaryEntry(db, { ...entry, createdAt: now });
    await recordAudit(db, {
      recordedAt: now,
      accountId: caller.accountId,
      action: 'dictionary-entry-created',
      subjectKind: 'dictionary-entry',
      subjectId: entry.entryId,
      areaId,
      detail: { written, spoken },
    });
    return entry;
  });
}

export function deleteDictionaryEntry(deps: DictionaryDeps, caller: Caller, entryId: string): Promise<void> {
  return inTransaction(deps.db, async (db) => {
    const entry = await findDictionaryEntry(db, entryId);
    if (!entry) throw new Problem('not-found', { kind: 'dictionary-entry', id: entryId });
    await deleteDictionaryEntryRow(db, entryId);
    await recordAudit(db, {
      recordedAt: instantOf(deps.clock.now()),
      accountId: caller.accountId,
      action: 'dictionary-entry-deleted',
      subjectKind: 'dictionary-entry',
      subjectId: entryId,
      areaId: entry.areaId,
      detail: { written: entry.written, spoken: entry.spoken },
    });
  });
}
