import { recordAudit } from '../audit/record-audit.ts';
import { type Db, inTransaction } from '../database/open-database.ts';
import type { Caller } from '../http/bind-endpoint.ts';
import { instantOf } from '../lib/clock.ts';
import { Problem } from '../lib/problem.ts';
import type { BulletinDeps } from './bulletin-deps.ts';
import { checkRevision, nextState } from './bulletin-rules.ts';
import { freezeRevision, getBulletin, saveState, type StoredBulletin } from './bulletin-store.ts';
import { checkSayable } from './check-content.ts';

/** Hands the revision over for approval, frozen; renders it unless that was done by a preview. */
export function submitBulletin(
  deps: BulletinDeps,
  caller: Caller,
  bulletinId: string,
  revision: number,
): Promise<StoredBulletin> {
  return freezeAndRender(deps, caller, { bulletinId, revision, act: 'submit', action: 'bulletin-submitted' });
}

/** Renders the draft. The revision is frozen by it, so that what is heard now is what will be submitted. */
export function previewBulletin(
  deps: BulletinDeps,
  caller: Caller,
  bulletinId: string,
  revision: number,
): Promise<StoredBulletin> {
  return freezeAndRender(deps, caller, { bulletinId, revision, act: 'preview', action: 'bulletin-previewed' });
}

interface Wanted {
  bulletinId: string;
  revision: number;
  act: 'submit' | 'preview';
  action: string;
}

async function freezeAndRender(deps: BulletinDeps, caller: Caller, wanted: Wanted): Promise<StoredBulletin> {
  const { bulletinId, revision } = wanted;
  const { bulletin, isOwed } = await inTransaction(deps.db, async (db) => {
    const now = instantOf(deps.clock.now());
    const current = await getBulletin(db, bulletinId);
    const state = nextState(current.state, wanted.act);
    checkRevision(current.revision, revision);
    if (current.state === 'submitted') await checkStuck(deps, db, current);
    await checkSayable(deps, db, current);
    await freezeRevision(db, bulletinId, revision, now);
    if (state !== current.state) await saveState(db, bulletinId, state, now);
    const isOwed = await deps.rendering.request(db, { bulletinId, revision }, now);
    await recordAudit(db, {
      recordedAt: now,
      accountId: caller.accountId,
      action: wanted.action,
      subjectKind: 'bulletin',
      subjectId: bulletinId,
      areaId: current.areaId,
      detail: { revision, class: current.class },
    });
    return { bulletin: { ...current, state, frozenAt: current.frozenAt ?? now }, isOwed };
  });
  deps.publish({ type: 'bulletin-changed', bulletinId, state: bulletin.state }, bulletin.areaId);
  if (isOwed) await deps.rendering.start({ bulletinId, revision }, bulletin.class);
  return bulletin;
}

/** Submitted twice is refused, unless its rendering failed or was stopped: then this is how it is asked for again. */
async function checkStuck(deps: BulletinDeps, db: Db, bulletin: StoredBulletin): Promise<void> {
  const [rendered] = await deps.rendering.read(db, [bulletin]);
  const state = rendered?.rendering.state ?? 'none';
  if (state === 'done' || state === 'queued' || state === 'running')
    throw new Problem('bulletin-not-draft', { state: bulletin.state });
}
