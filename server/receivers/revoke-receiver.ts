import { findClusterArea } from '../areas/cluster-store.ts';
import { recordAudit } from '../audit/record-audit.ts';
import { type Db, inTransaction } from '../database/open-database.ts';
import { instantOf } from '../lib/clock.ts';
import { deleteSessions } from './login-store.ts';
import type { ReceiverDeps } from './receiver-deps.ts';
import { getReceiver, saveInstallationEnded, saveReceiverState } from './receiver-store.ts';

/** Takes away login, link and place at once; its key can never come back. Asked again it changes nothing. */
export async function revokeReceiver(
  deps: Pick<ReceiverDeps, 'db' | 'clock' | 'link' | 'presence' | 'onInstallationChanged'>,
  accountId: string,
  receiverId: string,
  reason: string,
): Promise<void> {
  await inTransaction(deps.db, async (db) => {
    const at = instantOf(deps.clock.now());
    const { clusterId } = await getReceiver(db, receiverId);
    const areaId = clusterId === null ? null : ((await findClusterArea(db, clusterId, at)) ?? null);
    await revokeWithin(db, deps, { receiverId, reason, accountId, areaId, at });
  });
  deps.link.disconnect(receiverId);
  await deps.presence.noteState(receiverId, 'offline', 'receiver-revoked');
}

interface Revocation {
  receiverId: string;
  reason: string;
  accountId: string;
  areaId: string | null;
  at: string;
}

/** Within the caller's transaction; who commits it also cuts the link. */
export async function revokeWithin(
  db: Db,
  deps: Pick<ReceiverDeps, 'onInstallationChanged'>,
  { receiverId, reason, accountId, areaId, at }: Revocation,
): Promise<void> {
  const { state, clusterId } = await getReceiver(db, receiverId);
  if (state === 'revoked') return;
  await saveReceiverState(db, receiverId, 'revoked', reason);
  await deleteSessions(db, receiverId);
  await saveInstallationEnded(db, receiverId, at);
  await deps.onInstallationChanged(db, { receiverId, clusterId: null });
  await recordAudit(db, {
    recordedAt: at,
    accountId,
    action: 'receiver-revoked',
    subjectKind: 'receiver',
    subjectId: receiverId,
    areaId,
    detail: { reason, clusterId },
  });
}
