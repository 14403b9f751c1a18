import type { Db } from '../database/open-database.ts';

export interface PlacedCluster {
  clusterId: string;
  areaId: string;
  name: string;
  latitude: number | null;
  longitude: number | null;
}

/** Below the number of values that SQLite takes in one statement. */
const IDS_AT_ONCE = 5_000;

export async function findClusterArea(db: Db, clusterId: string, at: string): Promise<string | undefined> {
  const row = await db('cluster_areas')
    .where('cluster_id', clusterId)
    .where('valid_from', '<=', at)
    .where((open) => open.whereNull('valid_to').orWhere('valid_to', '>', at))
    .first<{ area_id: string } | undefined>('area_id');
  return row?.area_id;
}

/** Clusters that stood in exactly these areas then. */
export async function listClustersIn(db: Db, areaIds: readonly string[], at: string): Promise<PlacedCluster[]> {
  const found: PlacedCluster[] = [];
  for (let from = 0; from < areaIds.length; from += IDS_AT_ONCE) {
    const rows = await placedClusters(db, at).whereIn('place.area_id', areaIds.slice(from, from + IDS_AT_ONCE));
    found.push(...rows);
  }
  return found.toSorted((one, other) => one.name.localeCompare(other.name, 'vi') || (one.clusterId < other.clusterId ? -1 : 1));
}

export async function findCluster(db: Db, clusterId: string, at: string): Promise<PlacedCluster | undefined> {
  const [row] = await placedClusters(db, at).where('c.cluster_id', clusterId);
  return row;
}

export async function countClustersIn(db: Db, areaId: string): Promise<number> {
  const [row] = await db('cluster_areas').where('area_id', areaId).whereNull('valid_to').count({ count: '*' });
  return Number(row?.['count']);
}

export async function insertCluster(db: Db, cluster: PlacedCluster & { createdAt: string }): Promise<void> {
  const { clusterId, areaId, name, latitude, longitude, createdAt } = cluster;
  await db('clusters').insert({ cluster_id: clusterId, name, latitude, longitude, created_at: createdAt });
  await db('cluster_areas').insert({ cluster_id: clusterId, area_id: areaId, valid_from: createdAt });
}

export async function saveClusterName(db: Db, clusterId: string, name: string): Promise<void> {
  await db('clusters').where('cluster_id', clusterId).update({ name });
}

export async function saveClusterArea(db: Db, clusterId: string, areaId: string, now: string): Promise<void> {
  const open = () => db('cluster_areas').where('cluster_id', clusterId).whereNull('valid_to');
  const { valid_from: since } = await open().first<{ valid_from: string }>('valid_from');
  // Moved again within the millisecond, or by a clock that was set back: the place in between held for no time.
  if (since >= now) {
    await open().update({ area_id: areaId });
    return;
  }
  await open().update({ valid_to: now });
  await db('cluster_areas').insert({ cluster_id: clusterId, area_id: areaId, valid_from: now });
}

/** Which receiver stands at which cluster now. */
export async function listInstalledReceivers(db: Db, clusterIds: readonly string[]): Promise<Map<string, string>> {
  const installed = new Map<string, string>();
  for (let from = 0; from < clusterIds.length; from += IDS_AT_ONCE) {
    const rows = await db<{ cluster_id: string; receiver_id: string; removed_at: string | null }>('installations')
      .whereIn('cluster_id', clusterIds.slice(from, from + IDS_AT_ONCE))
      .whereNull('removed_at')
      .select('cluster_id', 'receiver_id');
    for (const row of rows) installed.set(row.cluster_id, row.receiver_id);
  }
  return installed;
}

function placedClusters(db: Db, at: string) {
  return db('clusters as c')
    .join('cluster_areas as place', 'place.cluster_id', 'c.cluster_id')
    .where('place.valid_from', '<=', at)
    .where((open) => open.whereNull('place.valid_to').orWhere('place.valid_to', '>', at))
    .select<PlacedCluster[]>({
      clusterId: 'c.cluster_id',
      areaId: 'place.area_id',
      name: 'c.name',
      latitude: 'c.latitude',
      longitude: 'c.longitude',
    });
}
