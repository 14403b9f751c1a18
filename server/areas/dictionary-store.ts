import type { DictionaryEntry } from '#contract/area.ts';
import type { Db } from '../database/open-database.ts';
import { listAncestry } from './area-store.ts';

/** What holds in an area: nearest first; of entries for the same written form only the nearest is given. */
export async function listDictionary(db: Db, areaId: string, at: string): Promise<DictionaryEntry[]> {
  const ancestry = await listAncestry(db, areaId, at);
  const rows = await db<EntryRow>('dictionary_entries').whereIn('area_id', ancestry).orderBy('written');
  const nearest = new Map<string, DictionaryEntry>();
  for (const above of ancestry) {
    for (const row of rows) {
      if (row.area_id === above && !nearest.has(row.written)) nearest.set(row.written, entryOf(row));
    }
  }
  return [...nearest.values()];
}

export async function findDictionaryEntry(db: Db, entryId: string): Promise<DictionaryEntry | undefined> {
  const row = await db<EntryRow>('dictionary_entries').where('entry_id', entryId).first();
  return row && entryOf(row);
}

export async function findOwnEntry(db: Db, areaId: string, written: string): Promise<DictionaryEntry | undefined> {
  const row = await db<EntryRow>('dictionary_entries').where({ area_id: areaId, written }).first();
  return row && entryOf(row);
}

export async function countOwnEntries(db: Db, areaId: string): Promise<number> {
  const [row] = await db('dictionary_entries').where('area_id', areaId).count({ count: '*' });
  return Number(row?.['count']);
}

export async function insertDictionaryEntry(db: Db, entry: DictionaryEntry & { createdAt: string }): Promise<void> {
  const { entryId, areaId, written, spoken, createdAt } = entry;
  await db('dictionary_entries').insert({ entry_id: entryId, area_id: areaId, written, spoken, created_at: createdAt });
}

export async function deleteDictionaryEntryRow(db: Db, entryId: string): Promise<void> {
  await db('dictionary_entries').where('entry_id', entryId).delete();
}

interface EntryRow {
  entry_id: string;
  area_id: string;
  written: string;
  spoken: string;
}

function entryOf(row: EntryRow): DictionaryEntry {
  return { entryId: row.entry_id, areaId: row.area_id, written: row.written, spoken: row.spoken };
}
