import { callerHolds, type Caller } from '../http/bind-endpoint.ts';
import type { Role } from '#contract/account.ts';
import type { Db } from '../database/open-database.ts';
import type { Clock } from '../lib/clock.ts';
import { Problem } from '../lib/problem.ts';
import { listAncestry } from './area-store.ts';

export interface AreaDeps {
  db: Db;
  clock: Clock;
  /**
   * Called within the transaction when clusters got other areas above them: by a move of an area (its clusters and those below)
   * or of one cluster. What receivers hold names their areas, so the one who makes programmes must mark them stale here.
   */
  onClustersMoved(db: Db, clusterIds: readonly string[]): Promise<void>;
}

/** For areas that only the body names, which the binder does not look at. */
export async function demandRole(db: Db, caller: Caller, roles: readonly Role[], areaId: string, at: string): Promise<void> {
  const ancestry = await listAncestry(db, areaId, at);
  if (ancestry.length === 0) throw new Problem('not-found', { kind: 'area', id: areaId });
  if (!callerHolds(caller, roles, ancestry)) throw new Problem('outside-branch', { areaId });
}
