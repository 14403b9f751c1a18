import { listProgrammeRevisions } from '../receivers/placement-store.ts';
import { readEpoch } from '../database/server-state-store.ts';
import type { DispatchDeps } from './dispatch-deps.ts';

/** Tells receivers that a newer programme waits for them. Whoever misses it hears it with its next heartbeat. */
export async function lookNow(deps: Pick<DispatchDeps, 'db' | 'link'>, receiverIds: readonly string[]): Promise<void> {
  if (receiverIds.length === 0) return;
  const epoch = await readEpoch(deps.db);
  for (const { receiverId, revision } of await listProgrammeRevisions(deps.db, receiverIds)) {
    await deps.link.sendDown(receiverId, { type: 'look-now', v: 1, epoch, revision });
  }
}
