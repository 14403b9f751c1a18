import type { Installation, Receiver } from '#contract/receiver.ts';
import { listDescendants } from '../areas/area-store.ts';
import { findClusterArea, listClustersIn } from '../areas/cluster-store.ts';
import { instantOf } from '../lib/clock.ts';
import type { ReceiverDeps } from './receiver-deps.ts';
import { getReceiver, listInstallations, listReceiversAt } from './receiver-store.ts';

type Deps = Pick<ReceiverDeps, 'db' | 'clock' | 'presence'>;

/** Those that stand in an area or below it now. */
export async function listReceivers(deps: Deps, areaId: string): Promise<Receiver[]> {
  const { db, presence } = deps;
  const now = instantOf(deps.clock.now());
  const clusters = await listClustersIn(db, await listDescendants(db, areaId, now), now);
  const areaOf = new Map(clusters.map((cluster) => [cluster.clusterId, cluster.areaId]));
  const stored = await listReceiversAt(db, [...areaOf.keys()]);
  return stored.map((receiver) => ({
    ...receiver,
    areaId: areaOf.get(receiver.clusterId ?? '') ?? null,
    ...presence.find(receiver.receiverId),
  }));
}

export async function readReceiver(deps: Deps, receiverId: string): Promise<Receiver> {
  const stored = await getReceiver(deps.db, receiverId);
  const { clusterId } = stored;
  const now = instantOf(deps.clock.now());
  const areaId = clusterId === null ? null : ((await findClusterArea(deps.db, clusterId, now)) ?? null);
  return { ...stored, areaId, ...deps.presence.find(receiverId) };
}

export async function readReceiverWithPlaces(
  deps: Deps,
  receiverId: string,
): Promise<{ receiver: Receiver; installations: Installation[] }> {
  return { receiver: await readReceiver(deps, receiverId), installations: await listInstallations(deps.db, receiverId) };
}
