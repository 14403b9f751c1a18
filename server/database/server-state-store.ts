import type { Db } from './open-database.ts';

/**
 * Facts of the installation as a whole, each with what holds before it is first set.
 * `epoch` is raised when a backup is restored; `order-counter` is the last one given; `signal-tones` and `policy` are JSON.
 */
const UNSET = { epoch: '1', 'order-counter': '0', 'signal-tones': 'null', policy: 'null' };
export type StateKey = keyof typeof UNSET;

export async function getState(db: Db, key: StateKey): Promise<string> {
  const row = await db<{ key: string; value: string }>('server_state').where({ key }).first('value');
  return row?.value ?? UNSET[key];
}

export async function setState(db: Db, key: StateKey, value: string): Promise<void> {
  await db('server_state').insert({ key, value }).onConflict('key').merge();
}
