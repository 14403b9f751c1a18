import { recordAudit } from '../audit/record-audit.ts';
import { getBulletin, type StoredBulletin } from '../bulletins/bulletin-store.ts';
import { inTransaction } from '../database/open-database.ts';
import type { Caller } from '../http/bind-endpoint.ts';
import { instantOf } from '../lib/clock.ts';
import { Problem } from '../lib/problem.ts';
import type { RenderRuns } from './render-runs.ts';
import type { RenderDeps, RenderQueue } from './rendering-deps.ts';
import { saveCancelled } from './rendering-store.ts';

export interface CancelDeps extends Pick<RenderDeps, 'db' | 'clock' | 'publish'> {
  queue: Pick<RenderQueue, 'cancel'>;
  runs: Pick<RenderRuns, 'cancel'>;
}

/** The row first: from then on no run can finish it, wherever it runs; then the run is stopped and waited for. */
export async function cancelRendering(deps: CancelDeps, caller: Caller, bulletinId: string): Promise<StoredBulletin> {
  const bulletin = await inTransaction(deps.db, async (db) => {
    const now = instantOf(deps.clock.now());
    const current = await getBulletin(db, bulletinId);
    if (!(await saveCancelled(db, current, now))) throw new Problem('rendering-not-running');
    await recordAudit(db, {
      recordedAt: now,
      accountId: caller.accountId,
      action: 'rendering-cancelled',
      subjectKind: 'bulletin',
      subjectId: bulletinId,
      areaId: current.areaId,
      detail: { revision: current.revision },
    });
    return current;
  });
  const { areaId, state, revision } = bulletin;
  await deps.runs.cancel({ bulletinId, revision });
  await deps.queue.cancel({ bulletinId, revision });
  deps.publish({ type: 'rendering-changed', bulletinId, state: 'cancelled', progressPercent: 0 }, areaId);
  deps.publish({ type: 'bulletin-changed', bulletinId, state }, areaId);
  return bulletin;
}
