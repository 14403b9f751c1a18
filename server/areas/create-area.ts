import { randomUUID } from 'node:crypto';
import type { z } from 'zod';
import type { Area, CreateArea } from '#contract/area.ts';
import { recordAudit } from '../audit/record-audit.ts';
import { inTransaction } from '../database/open-database.ts';
import type { Caller } from '../http/bind-endpoint.ts';
import { instantOf } from '../lib/clock.ts';
import { Problem } from '../lib/problem.ts';
import { getArea, getOpenArea, insertArea, isCodeInUse } from './area-store.ts';
import { isLevelBelow } from './area-tree-rules.ts';
import { type AreaDeps, demandRole } from './demand-role.ts';

export function createArea(
  deps: Pick<AreaDeps, 'db' | 'clock'>,
  caller: Caller,
  wanted: z.infer<typeof CreateArea>,
): Promise<Area> {
  return inTransaction(deps.db, async (db) => {
    const now = instantOf(deps.clock.now());
    await demandRole(db, caller, ['administrator'], wanted.parentId, now);
    const parent = await getOpenArea(db, wanted.parentId);
    if (!isLevelBelow(wanted.level, parent.level)) {
      throw new Problem('area-level-wrong', { level: wanted.level, parentLevel: parent.level });
    }
    if (await isCodeInUse(db, wanted.code)) throw new Problem('area-code-taken', { code: wanted.code });
    const areaId = randomUUID();
    const name = wanted.name.normalize('NFC');
    // By a clock that was set back a child would begin before its parent.
    const validFrom = now > parent.validFrom ? now : parent.validFrom;
    await insertArea(db, { ...wanted, areaId, name, validFrom });
    await recordAudit(db, {
      recordedAt: now,
      accountId: caller.accountId,
      action: 'area-created',
      subjectKind: 'area',
      subjectId: areaId,
      areaId,
      detail: { parentId: parent.areaId, code: wanted.code, name, level: wanted.level },
    });
    return getArea(db, areaId);
  });
}
