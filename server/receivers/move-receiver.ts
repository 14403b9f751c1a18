import { randomUUID } from 'node:crypto';
import { listAncestry } from '../areas/area-store.ts';
import { findClusterArea } from '../areas/cluster-store.ts';
import { recordAudit } from '../audit/record-audit.ts';
import { inTransaction } from '../database/open-database.ts';
import { type Caller, callerHolds } from '../http/bind-endpoint.ts';
import { instantOf } from '../lib/clock.ts';
import { Problem } from '../lib/problem.ts';
import { raiseProgrammeRevisions } from './placement-store.ts';
import type { ReceiverDeps } from './receiver-deps.ts';
import { findOccupant, getReceiver, insertInstallation, saveInstallationEnded } from './receiver-store.ts';

/**
 * Installs a receiver at another, free cluster from now on. Its link is cut: it comes back at once, learns of the new programme
 * and may then listen to the emergency topics of its new areas only.
 */
export async function moveReceiver(
  deps: Pick<ReceiverDeps, 'db' | 'clock' | 'link' | 'onInstallationChanged'>,
  caller: Caller,
  receiverId: string,
  clusterId: string,
): Promise<void> {
  const isMoved = await inTransaction(deps.db, async (db) => {
    const now = instantOf(deps.clock.now());
    const receiver = await getReceiver(db, receiverId);
    if (receiver.state === 'revoked') throw new Problem('receiver-revoked', { receiverId });
    const areaId = await findClusterArea(db, clusterId, now);
    if (areaId === undefined) throw new Problem('not-found', { kind: 'cluster', id: clusterId });
    const ancestry = await listAncestry(db, areaId, now);
    if (!callerHolds(caller, ['technician', 'administrator'], ancestry)) throw new Problem('target-outside-branch', { areaId });
    if (receiver.clusterId === clusterId) return false;
    const occupantId = await findOccupant(db, clusterId);
    if (occupantId !== undefined) throw new Problem('cluster-occupied', { receiverId: occupantId });
    await saveInstallationEnded(db, receiverId, now);
    await insertInstallation(db, randomUUID(), { receiverId, clusterId, installedAt: now });
    await raiseProgrammeRevisions(db, [receiverId]);
    await deps.onInstallationChanged(db, { receiverId, clusterId });
    await recordAudit(db, {
      recordedAt: now,
      accountId: caller.accountId,
      action: 'receiver-moved',
      subjectKind: 'receiver',
      subjectId: receiverId,
      areaId,
      detail: { formerClusterId: receiver.clusterId, clusterId },
    });
    return true;
  });
  if (isMoved) deps.link.disconnect(receiverId);
}
