import type { z } from 'zod';
import type { Area, ChangeArea } from '#contract/area.ts';
import { recordAudit } from '../audit/record-audit.ts';
import { type Db, inTransaction } from '../database/open-database.ts';
import type { Caller } from '../http/bind-endpoint.ts';
import { instantOf } from '../lib/clock.ts';
import { Problem } from '../lib/problem.ts';
import {
  countOpenChildren,
  getArea,
  getOpenArea,
  listAncestry,
  listDescendants,
  saveAreaClosed,
  saveAreaName,
  saveAreaParent,
} from './area-store.ts';
import { isLevelBelow } from './area-tree-rules.ts';
import { countClustersIn, listClustersIn } from './cluster-store.ts';
import { type AreaDeps, demandRole } from './demand-role.ts';

interface Change {
  db: Db;
  deps: AreaDeps;
  caller: Caller;
  area: Area;
  now: string;
}

/** Renames, moves and closes, in that order, all or nothing. Moving and closing change the parent, so they need its administrator too. */
export function changeArea(deps: AreaDeps, caller: Caller, areaId: string, wanted: z.infer<typeof ChangeArea>): Promise<Area> {
  return inTransaction(deps.db, async (db) => {
    const now = instantOf(deps.clock.now());
    await demandRole(db, caller, ['administrator'], areaId, now);
    const change: Change = { db, deps, caller, area: await getOpenArea(db, areaId), now };
    if (wanted.name !== undefined) await renameArea(change, wanted.name.normalize('NFC'));
    if (wanted.parentId !== undefined && wanted.parentId !== change.area.parentId) await moveArea(change, wanted.parentId);
    if (wanted.isClosed) await closeArea(change);
    return getArea(db, areaId);
  });
}

async function renameArea(change: Change, name: string): Promise<void> {
  const { db, area, now } = change;
  if (name === area.name) return;
  await saveAreaName(db, area.areaId, name, now);
  await record(change, 'area-renamed', { formerName: area.name, name });
}

async function moveArea(change: Change, parentId: string): Promise<void> {
  const { db, deps, caller, area, now } = change;
  if (area.parentId === null) throw new Problem('conflict', { reason: 'root-stays', areaId: area.areaId });
  await demandRole(db, caller, ['administrator'], area.parentId, now);
  await demandRole(db, caller, ['administrator'], parentId, now);
  const parent = await getOpenArea(db, parentId);
  if ((await listAncestry(db, parentId, now)).includes(area.areaId)) {
    throw new Problem('conflict', { reason: 'parent-is-below', areaId: area.areaId, parentId });
  }
  if (!isLevelBelow(area.level, parent.level)) {
    throw new Problem('area-level-wrong', { level: area.level, parentLevel: parent.level });
  }
  // By a clock that was set back it would come below a parent that had not begun.
  await saveAreaParent(db, area.areaId, parentId, now > parent.validFrom ? now : parent.validFrom);
  await record(change, 'area-moved', { formerParentId: area.parentId, parentId });
  const moved = await listClustersIn(db, await listDescendants(db, area.areaId, now), now);
  await deps.onClustersMoved(
    db,
    moved.map((cluster) => cluster.clusterId),
  );
}

async function closeArea(change: Change): Promise<void> {
  const { db, caller, area, now } = change;
  const { areaId } = area;
  // Read anew: the same request may have moved it.
  const { parentId } = await getArea(db, areaId);
  if (parentId === null) throw new Problem('conflict', { reason: 'root-stays', areaId });
  await demandRole(db, caller, ['administrator'], parentId, now);
  const children = await countOpenChildren(db, areaId);
  if (children > 0) throw new Problem('conflict', { reason: 'area-has-areas', areaId, count: children });
  const clusters = await countClustersIn(db, areaId);
  if (clusters > 0) throw new Problem('conflict', { reason: 'area-has-clusters', areaId, count: clusters });
  await saveAreaClosed(db, areaId, now);
  await record(change, 'area-closed', { code: area.code, name: area.name });
}

function record(change: Change, action: string, detail: Record<string, unknown>): Promise<void> {
  return recordAudit(change.db, {
    recordedAt: change.now,
    accountId: change.caller.accountId,
    action,
    subjectKind: 'area',
    subjectId: change.area.areaId,
    areaId: change.area.areaId,
    detail,
  });
}
