import { getState, setState } from '../database/server-state-store.ts';
import type { Db } from '../database/open-database.ts';

/** The next (epoch, counter), inside the caller's transaction. The epoch is raised when a backup is restored. */
export async function nextOrderNumber(db: Db): Promise<{ epoch: number; counter: number }> {
  const counter = Number((await getState(db, 'order-counter')) ?? '0') + 1;
  await setState(db, 'order-counter', String(counter));
  return { epoch: await readEpoch(db), counter };
}

export async function readEpoch(db: Db): Promise<number> {
  return Number((await getState(db, 'epoch')) ?? '1');
}
