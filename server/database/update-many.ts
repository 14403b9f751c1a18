import type { Db } from './open-database.ts';

type Cell = string | number | null;

/** Updates rows of equal shape in one statement per 500, each found by its `key` column: the twin of `insertMany`. */
export async function updateMany<Row extends Record<string, Cell>>(
  db: Db,
  table: string,
  key: keyof Row & string,
  rows: readonly Row[],
): Promise<void> {
  const first = rows[0];
  if (!first) return;
  const columns = Object.keys(first).filter((column) => column !== key);
  for (let from = 0; from < rows.length; from += 500) {
    const chunk = rows.slice(from, from + 500);
    if (db.client.config.client === 'sqlite3') await updateBySqliteJson(db, table, key, columns, chunk);
    else for (const { [key]: id, ...cells } of chunk) await db(table).where(key, id).update(cells);
  }
}

async function updateBySqliteJson(
  db: Db,
  table: string,
  key: string,
  columns: string[],
  rows: readonly Record<string, Cell>[],
): Promise<void> {
  const cells = rows.map((row) => [key, ...columns].map((column) => row[column] ?? null));
  const sets = columns.map((_, index) => `?? = json_extract(fresh.value, '$[${index + 1}]')`).join(', ');
  await db.raw(`UPDATE ?? SET ${sets} FROM json_each(?) AS fresh WHERE ??.?? = json_extract(fresh.value, '$[0]')`, [
    table,
    ...columns,
    JSON.stringify(cells),
    table,
    key,
  ]);
}
