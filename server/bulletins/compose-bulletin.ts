import { randomUUID } from 'node:crypto';
import type { ComposeBulletin } from '#contract/bulletin.ts';
import { getOpenArea } from '../areas/area-store.ts';
import { recordAudit } from '../audit/record-audit.ts';
import { inTransaction } from '../database/open-database.ts';
import type { Caller } from '../http/bind-endpoint.ts';
import { instantOf } from '../lib/clock.ts';
import type { BulletinDeps } from './bulletin-deps.ts';
import { insertBulletin, type StoredBulletin } from './bulletin-store.ts';
import { checkAttached, tidyDraft } from './check-content.ts';

export async function composeBulletin(deps: BulletinDeps, caller: Caller, wanted: ComposeBulletin): Promise<StoredBulletin> {
  const content = tidyDraft(deps, wanted);
  const now = instantOf(deps.clock.now());
  const bulletin: StoredBulletin = {
    ...content,
    bulletinId: randomUUID(),
    authorId: caller.accountId,
    editorId: caller.accountId,
    state: 'draft',
    revision: 1,
    frozenAt: null,
    createdAt: now,
    updatedAt: now,
  };
  await inTransaction(deps.db, async (db) => {
    await getOpenArea(db, bulletin.areaId);
    if (bulletin.uploadId !== null) await checkAttached(db, bulletin.uploadId, caller.accountId, bulletin.areaId, now);
    await insertBulletin(db, bulletin);
    await recordAudit(db, {
      recordedAt: now,
      accountId: caller.accountId,
      action: 'bulletin-composed',
      subjectKind: 'bulletin',
      subjectId: bulletin.bulletinId,
      areaId: bulletin.areaId,
      detail: { kind: bulletin.kind, title: bulletin.title, class: bulletin.class, purpose: bulletin.purpose },
    });
  });
  deps.publish({ type: 'bulletin-changed', bulletinId: bulletin.bulletinId, state: 'draft' }, bulletin.areaId);
  return bulletin;
}
