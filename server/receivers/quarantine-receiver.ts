import { findClusterArea } from '../areas/cluster-store.ts';
import { recordAudit } from '../audit/record-audit.ts';
import { type Db, inTransaction } from '../database/open-database.ts';
import { instantOf } from '../lib/clock.ts';
import { raiseProgrammeRevisions } from './placement-store.ts';
import { lookNowQuietly, type ReceiverDeps } from './receiver-deps.ts';
import { findReceiver, saveReceiverState } from './receiver-store.ts';

/**
 * Keeps a receiver to emergencies only, because two seem to use its identity. Only a person ends it: by revoking it and
 * enrolling the right board anew. `reason` is a kebab-case statement. Asked again it changes nothing.
 */
export async function quarantine(
  deps: Pick<ReceiverDeps, 'db' | 'clock' | 'logger' | 'lookNow'>,
  receiverId: string,
  reason: string,
): Promise<void> {
  const at = instantOf(deps.clock.now());
  const isNew = await inTransaction(deps.db, (db) => quarantineWithin(db, receiverId, reason, at));
  if (!isNew) return;
  deps.logger.warn({ receiverId, reason }, 'receiver quarantined: emergencies only');
  await lookNowQuietly(deps, receiverId);
}

/** @returns whether it was active until now. */
export async function quarantineWithin(db: Db, receiverId: string, reason: string, at: string): Promise<boolean> {
  const receiver = await findReceiver(db, receiverId);
  if (receiver?.state !== 'active') return false;
  await saveReceiverState(db, receiverId, 'quarantined', reason);
  await raiseProgrammeRevisions(db, [receiverId]);
  await recordAudit(db, {
    recordedAt: at,
    accountId: null,
    action: 'receiver-quarantined',
    subjectKind: 'receiver',
    subjectId: receiverId,
    areaId: receiver.clusterId === null ? null : ((await findClusterArea(db, receiver.clusterId, at)) ?? null),
    detail: { reason },
  });
  return true;
}
