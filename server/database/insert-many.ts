import type { Db } from './open-database.ts';

type Cell = string | number | null;

/**
 * Inserts rows of equal shape in one statement per 500: with this driver each statement costs a thread hop, so 500 rows
 * through `json_each` are about five times as quick as 500 inserts. `onConflict: 'ignore'` skips rows that exist.
 */
export async function insertMany<Row extends Record<string, Cell>>(
  db: Db,
  table: string,
  rows: readonly Row[],
  options: { onConflict?: 'ignore' | 'fail' } = {},
): Promise<void> {
  const first = rows[0];
  if (!first) return;
  const columns = Object.keys(first);
  for (let from = 0; from < rows.length; from += 500) {
    const chunk = rows.slice(from, from + 500);
    if (db.client.config.client === 'sqlite3')
      await insertBySqliteJson(db, table, columns, chunk, options.onConflict === 'ignore');
    else {
      const insert = db(table).insert(chunk);
      await (options.onConflict === 'ignore' ? insert.onConflict().ignore() : insert);
    }
  }
}

async function insertBySqliteJson(
  db: Db,
  table: string,
  columns: string[],
  rows: readonly Record<string, Cell>[],
  skipsExisting: boolean,
): Promise<void> {
  const cells = rows.map((row) => columns.map((column) => row[column] ?? null));
  const picks = columns.map((_, index) => `json_extract(value, '$[${index}]')`).join(', ');
  const names = columns.map(() => '??').join(', ');
  await db.raw(`INSERT ${skipsExisting ? 'OR IGNORE ' : ''}INTO ?? (${names}) SELECT ${picks} FROM json_each(?)`, [
    table,
    ...columns,
    JSON.stringify(cells),
  ]);
}
