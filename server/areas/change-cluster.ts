import type { z } from 'zod';
import type { ChangeCluster, Cluster } from '#contract/area.ts';
import { recordAudit } from '../audit/record-audit.ts';
import { inTransaction } from '../database/open-database.ts';
import type { Caller } from '../http/bind-endpoint.ts';
import { instantOf } from '../lib/clock.ts';
import { Problem } from '../lib/problem.ts';
import { getOpenArea } from './area-store.ts';
import { findCluster, saveClusterArea, saveClusterName } from './cluster-store.ts';
import { type AreaDeps, demandRole } from './demand-role.ts';
import { describeClusters } from './list-clusters.ts';

export function changeCluster(
  deps: AreaDeps,
  caller: Caller,
  clusterId: string,
  wanted: z.infer<typeof ChangeCluster>,
): Promise<Cluster> {
  return inTransaction(deps.db, async (db) => {
    const now = instantOf(deps.clock.now());
    const before = await findCluster(db, clusterId, now);
    if (!before) throw new Problem('not-found', { kind: 'cluster', id: clusterId });
    await demandRole(db, caller, ['technician', 'administrator'], before.areaId, now);
    const name = wanted.name?.normalize('NFC') ?? before.name;
    const areaId = wanted.areaId ?? before.areaId;
    const record = (action: string, detail: Record<string, unknown>) =>
      recordAudit(db, {
        recordedAt: now,
        accountId: caller.accountId,
        action,
        subjectKind: 'cluster',
        subjectId: clusterId,
        areaId,
        detail,
      });
    if (name !== before.name) {
      await saveClusterName(db, clusterId, name);
      await record('cluster-renamed', { formerName: before.name, name });
    }
    if (areaId !== before.areaId) {
      await demandRole(db, caller, ['technician', 'administrator'], areaId, now);
      await getOpenArea(db, areaId);
      await saveClusterArea(db, clusterId, areaId, now);
      await record('cluster-moved', { formerAreaId: before.areaId, areaId });
      await deps.onClustersMoved(db, [clusterId]);
    }
    const [cluster] = await describeClusters(db, [{ ...before, name, areaId }]);
    if (!cluster) throw new Error('one cluster in, one cluster out');
    return cluster;
  });
}
