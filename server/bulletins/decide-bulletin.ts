import { randomUUID } from 'node:crypto';
import type { BulletinState } from '#contract/bulletin.ts';
import { recordAudit } from '../audit/record-audit.ts';
import { type Db, inTransaction } from '../database/open-database.ts';
import type { Caller } from '../http/bind-endpoint.ts';
import { instantOf } from '../lib/clock.ts';
import { Problem } from '../lib/problem.ts';
import type { BulletinDeps } from './bulletin-deps.ts';
import { checkRevision, decideApproval, nextState } from './bulletin-rules.ts';
import { getBulletin, insertDecision, listMakers, saveState, type StoredBulletin } from './bulletin-store.ts';

/** Binds the decision to the revision and to the very audio that was listened to. */
export function approveBulletin(
  deps: BulletinDeps,
  caller: Caller,
  bulletinId: string,
  wanted: { revision: number; renditionSha256: string },
): Promise<StoredBulletin> {
  return decide(deps, caller, bulletinId, async (db, bulletin) => {
    const [rendered] = await deps.rendering.read(db, [bulletin]);
    const renditionSha256 = rendered?.renditions.find((rendition) => rendition.codec === 'opus')?.sha256;
    const question = { ...bulletin, makerIds: await listMakers(db, bulletinId), renditionSha256 };
    const state = decideApproval(question, { approverId: caller.accountId, ...wanted });
    return { state, decision: 'approved', renditionSha256: wanted.renditionSha256, reason: null };
  });
}

/** Back to its author. Rejecting needs no second person: nothing sounds by it. */
export function rejectBulletin(
  deps: BulletinDeps,
  caller: Caller,
  bulletinId: string,
  wanted: { revision: number; reason: string },
): Promise<StoredBulletin> {
  return decide(deps, caller, bulletinId, async (_db, bulletin) => {
    const state = nextState(bulletin.state, 'reject');
    checkRevision(bulletin.revision, wanted.revision);
    if (wanted.reason.trim() === '') throw new Problem('reason-missing');
    return { state, decision: 'rejected', renditionSha256: null, reason: wanted.reason.normalize('NFC') };
  });
}

interface Verdict {
  state: BulletinState;
  decision: 'approved' | 'rejected';
  renditionSha256: string | null;
  reason: string | null;
}

async function decide(
  deps: BulletinDeps,
  caller: Caller,
  bulletinId: string,
  judge: (db: Db, bulletin: StoredBulletin) => Promise<Verdict>,
): Promise<StoredBulletin> {
  const decided = await inTransaction(deps.db, async (db) => {
    const now = instantOf(deps.clock.now());
    const bulletin = await getBulletin(db, bulletinId);
    const { state, ...verdict } = await judge(db, bulletin);
    const { revision, areaId } = bulletin;
    await insertDecision(db, {
      decisionId: randomUUID(),
      bulletinId,
      revision,
      ...verdict,
      approverId: caller.accountId,
      decidedAt: now,
    });
    await saveState(db, bulletinId, state, now);
    await recordAudit(db, {
      recordedAt: now,
      accountId: caller.accountId,
      action: `bulletin-${verdict.decision}`,
      subjectKind: 'bulletin',
      subjectId: bulletinId,
      areaId,
      detail: { revision, renditionSha256: verdict.renditionSha256, reason: verdict.reason },
    });
    return { ...bulletin, state, updatedAt: now };
  });
  deps.publish({ type: 'bulletin-changed', bulletinId, state: decided.state }, decided.areaId);
  return decided;
}
