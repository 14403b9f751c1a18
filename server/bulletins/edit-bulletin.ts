import type { EditBulletin } from '#contract/bulletin.ts';
import { recordAudit } from '../audit/record-audit.ts';
import { inTransaction } from '../database/open-database.ts';
import type { Caller } from '../http/bind-endpoint.ts';
import { instantOf } from '../lib/clock.ts';
import type { BulletinDeps } from './bulletin-deps.ts';
import { checkRevision, nextState, planRevision } from './bulletin-rules.ts';
import { getBulletin, saveRevision, type StoredBulletin } from './bulletin-store.ts';
import { checkAttached, tidyDraft } from './check-content.ts';

/** Opens the next revision as a draft. What was approved or waited for it is withdrawn by that, and the trail says so. */
export async function editBulletin(
  deps: BulletinDeps,
  caller: Caller,
  bulletinId: string,
  wanted: EditBulletin,
): Promise<StoredBulletin> {
  const edited = await inTransaction(deps.db, async (db) => {
    const now = instantOf(deps.clock.now());
    const current = await getBulletin(db, bulletinId);
    const state = nextState(current.state, 'edit');
    checkRevision(current.revision, wanted.revision);
    const content = tidyDraft(deps, { ...wanted, kind: current.kind });
    if (content.uploadId !== null && content.uploadId !== current.uploadId) {
      await checkAttached(db, content.uploadId, caller.accountId, current.areaId, now);
    }
    const { editorId, frozenAt, revision } = current;
    const plan = planRevision({ revision, editorId, isFrozen: frozenAt !== null }, caller.accountId);
    const next: StoredBulletin = {
      ...current,
      ...content,
      revision: plan.revision,
      editorId: caller.accountId,
      state,
      frozenAt: null,
      updatedAt: now,
    };
    await saveRevision(db, next, plan.keepsCurrent ? undefined : revision);
    await recordAudit(db, {
      recordedAt: now,
      accountId: caller.accountId,
      action: current.state === 'draft' ? 'bulletin-edited' : 'bulletin-withdrawn',
      subjectKind: 'bulletin',
      subjectId: bulletinId,
      areaId: current.areaId,
      detail: { was: current.state, fromRevision: revision, toRevision: next.revision },
    });
    return next;
  });
  deps.publish({ type: 'bulletin-changed', bulletinId, state: edited.state }, edited.areaId);
  return edited;
}
