import type { Area } from '#contract/area.ts';
import type { Db } from '../database/open-database.ts';
import type { Caller } from '../http/bind-endpoint.ts';
import { listAreasAt } from './area-store.ts';
import { cutToBranches } from './area-tree-rules.ts';

export async function listAreas(db: Db, caller: Caller, at: string): Promise<Area[]> {
  const branchAreaIds = caller.grants.map((grant) => grant.areaId);
  return cutToBranches(await listAreasAt(db, at), branchAreaIds);
}
