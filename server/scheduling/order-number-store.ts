import type { Db } from '../database/open-database.ts';
import { getState, readEpoch, setState } from '../database/server-state-store.ts';

/** The next (epoch, counter), inside the caller's transaction. */
export async function nextOrderNumber(db: Db): Promise<{ epoch: number; counter: number }> {
  const counter = Number((await getState(db, 'order-counter')) ?? '0') + 1;
  await setState(db, 'order-counter', String(counter));
  return { epoch: await readEpoch(db), counter };
}
