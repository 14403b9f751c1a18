import type { Cluster } from '#contract/area.ts';
import type { Db } from '../database/open-database.ts';
import { listDescendants } from './area-store.ts';
import { listClustersIn, listInstalledReceivers, type PlacedCluster } from './cluster-store.ts';

export async function listClusters(db: Db, areaId: string, at: string): Promise<Cluster[]> {
  return describeClusters(db, await listClustersIn(db, await listDescendants(db, areaId, at), at));
}

export async function describeClusters(db: Db, clusters: readonly PlacedCluster[]): Promise<Cluster[]> {
  const installed = await listInstalledReceivers(
    db,
    clusters.map((cluster) => cluster.clusterId),
  );
  return clusters.map((cluster) => ({ ...cluster, receiverId: installed.get(cluster.clusterId) ?? null }));
}
