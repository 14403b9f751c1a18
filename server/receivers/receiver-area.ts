import { listAncestry } from '../areas/area-store.ts';
import { findClusterArea } from '../areas/cluster-store.ts';
import type { Db } from '../database/open-database.ts';
import { findPlacement } from './placement-store.ts';
import { listInstallations } from './receiver-store.ts';

/** Where it stands, or stood last: who was responsible for a receiver may still read of it after it was taken out. */
export async function findReceiverArea(db: Db, receiverId: string, at: string): Promise<string | undefined> {
  const [newest] = await listInstallations(db, receiverId);
  return newest && (await findClusterArea(db, newest.clusterId, at));
}

/** The areas whose emergencies concern a receiver now; empty for one that stands nowhere. */
export async function listReceiverAncestry(db: Db, receiverId: string, at: string): Promise<string[]> {
  const placement = await findPlacement(db, receiverId);
  const areaId = placement && (await findClusterArea(db, placement.clusterId, at));
  return areaId === undefined ? [] : listAncestry(db, areaId, at);
}
