import type { Target } from '#contract/airing.ts';
import { listDescendants } from '../areas/area-store.ts';
import { findClusterArea, listClustersIn } from '../areas/cluster-store.ts';
import type { Db } from '../database/open-database.ts';

/** The clusters that targets stand for at an instant, with their areas: an area means all in it and below; each counts once. */
export async function resolveClusters(db: Db, targets: readonly Target[], at: string): Promise<Map<string, string>> {
  const areaOfCluster = new Map<string, string>();
  for (const target of targets) {
    if (target.kind === 'area') {
      const areaIds = await listDescendants(db, target.id, at);
      for (const cluster of await listClustersIn(db, areaIds, at)) areaOfCluster.set(cluster.clusterId, cluster.areaId);
    } else {
      const areaId = await findClusterArea(db, target.id, at);
      if (areaId !== undefined) areaOfCluster.set(target.id, areaId);
    }
  }
  return areaOfCluster;
}
