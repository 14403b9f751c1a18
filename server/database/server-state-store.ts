import type { Db } from './open-database.ts';

/** Facts of the installation as a whole, by name; undefined until first set. Whoever owns a name says what holds before that. */
export async function getState(db: Db, key: string): Promise<string | undefined> {
  const row = await db<{ key: string; value: string }>('server_state').where({ key }).first('value');
  return row?.value;
}

export async function setState(db: Db, key: string, value: string): Promise<void> {
  await db('server_state').insert({ key, value }).onConflict('key').merge();
}

/** The epoch that orders are numbered in; restoring a backup opens the next. */
export async function readEpoch(db: Db): Promise<number> {
  return Number((await getState(db, 'epoch')) ?? '1');
}
