import { randomUUID } from 'node:crypto';
import type { z } from 'zod';
import type { Cluster, CreateCluster } from '#contract/area.ts';
import { recordAudit } from '../audit/record-audit.ts';
import { inTransaction } from '../database/open-database.ts';
import type { Caller } from '../http/bind-endpoint.ts';
import { instantOf } from '../lib/clock.ts';
import { getOpenArea } from './area-store.ts';
import { insertCluster } from './cluster-store.ts';
import { type AreaDeps, demandRole } from './demand-role.ts';

export function createCluster(
  deps: Pick<AreaDeps, 'db' | 'clock'>,
  caller: Caller,
  wanted: z.infer<typeof CreateCluster>,
): Promise<Cluster> {
  return inTransaction(deps.db, async (db) => {
    const now = instantOf(deps.clock.now());
    await demandRole(db, caller, ['technician', 'administrator'], wanted.areaId, now);
    await getOpenArea(db, wanted.areaId);
    const cluster = { ...wanted, clusterId: randomUUID(), name: wanted.name.normalize('NFC') };
    await insertCluster(db, { ...cluster, createdAt: now });
    await recordAudit(db, {
      recordedAt: now,
      accountId: caller.accountId,
      action: 'cluster-created',
      subjectKind: 'cluster',
      subjectId: cluster.clusterId,
      areaId: cluster.areaId,
      detail: { name: cluster.name, latitude: String(cluster.latitude), longitude: String(cluster.longitude) },
    });
    return { ...cluster, receiverId: null };
  });
}
