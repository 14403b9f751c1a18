import { randomUUID } from 'node:crypto';
import type { ScheduleAiring, Target } from '#contract/airing.ts';
import type { Role } from '#contract/account.ts';
import { endpoints } from '#contract/endpoints.ts';
import type { Policy } from '#contract/order.ts';
import type { Class } from '#contract/primitives.ts';
import { findArea, listAncestry } from '../areas/area-store.ts';
import { findClusterArea } from '../areas/cluster-store.ts';
import { recordAudit } from '../audit/record-audit.ts';
import { type Db, inTransaction } from '../database/open-database.ts';
import { callerHolds, type Caller } from '../http/bind-endpoint.ts';
import { type Clock, instantOf } from '../lib/clock.ts';
import { Problem } from '../lib/problem.ts';
import { findApprovedRendition } from '../rendering/rendition-store.ts';
import { type AiringLimits, type ApprovedBulletin, planAiring, type SignalTones } from './airing-rules.ts';
import { insertAiring, type StoredAiring } from './airing-store.ts';
import { nextOrderNumber } from './order-number-store.ts';

export interface SchedulingDeps {
  db: Db;
  clock: Clock;
  policy: Policy;
  limits: AiringLimits;
  readTones(): SignalTones;
  /**
   * Called after commit: from here on the airing is dispatch's. For an emergency it resolves when the order was published,
   * and asks no queue.
   */
  handOver(airing: StoredAiring): Promise<void>;
}

/** Plans an airing of approved bulletins, or sends an emergency on its way. All or nothing: no half an airing is ever stored. */
export async function scheduleAiring(deps: SchedulingDeps, caller: Caller, request: ScheduleAiring): Promise<StoredAiring> {
  const airing = await inTransaction(deps.db, async (db) => {
    const nowMs = deps.clock.now();
    const now = instantOf(nowMs);
    const roles = issuingRoles(request.class);
    await checkIssuer(db, caller, roles, request.areaId, now);
    const bulletins = await readApproved(db, request.bulletinIds, request.areaId, now);
    const plan = planAiring(request, bulletins, deps.readTones(), deps.policy, deps.limits, nowMs);
    await checkTargets(db, caller, roles, request.targets, now);
    const made: StoredAiring = {
      airingId: randomUUID(),
      areaId: request.areaId,
      class: request.class,
      purpose: plan.purpose,
      state: 'planned',
      startsAt: instantOf(plan.startsAtMs),
      endsAt: instantOf(plan.endsAtMs),
      startBefore: instantOf(plan.startBeforeMs),
      validUntil: instantOf(plan.validUntilMs),
      repeats: request.repeats,
      gapMs: request.gapMs,
      chime: plan.chime,
      endTone: plan.endTone,
      orderId: randomUUID(),
      ...(await nextOrderNumber(db)),
      createdBy: caller.accountId,
      createdAt: now,
      items: bulletins.map(({ bulletinId, revision, title, media }) => ({ bulletinId, revision, title, media })),
      targets: withoutRepeats(request.targets),
    };
    await insertAiring(db, made);
    await recordAudit(db, {
      recordedAt: now,
      accountId: caller.accountId,
      action: made.class === 'emergency' ? 'emergency-issued' : 'airing-scheduled',
      subjectKind: 'airing',
      subjectId: made.airingId,
      areaId: made.areaId,
      detail: { startsAt: made.startsAt, bulletinIds: request.bulletinIds, targets: made.targets, repeats: made.repeats },
    });
    return made;
  });
  await deps.handOver(airing);
  return airing;
}

/** Who may make an airing of a class. */
export function issuingRoles(wanted: Class): readonly Role[] {
  return wanted === 'emergency' ? ['duty-officer'] : endpoints.scheduleAiring.access.roles;
}

/** @throws `not-found`, `role-missing` */
export async function checkIssuer(db: Db, caller: Caller, roles: readonly Role[], areaId: string, now: string): Promise<void> {
  const ancestry = await listAncestry(db, areaId, now);
  if (ancestry.length === 0) throw new Problem('not-found', { areaId });
  if (!callerHolds(caller, roles, ancestry)) throw new Problem('role-missing', { roles: [...roles] });
}

/** Bulletins of the issuing area, of areas below it, or handed down from above. @throws `bulletin-not-approved` */
export async function readApproved(
  db: Db,
  bulletinIds: readonly string[],
  areaId: string,
  now: string,
): Promise<ApprovedBulletin[]> {
  const bulletins: ApprovedBulletin[] = [];
  const above = await listAncestry(db, areaId, now);
  for (const bulletinId of bulletinIds) {
    const approved = await findApprovedRendition(db, bulletinId);
    const isNear =
      approved && (above.includes(approved.areaId) || (await listAncestry(db, approved.areaId, now)).includes(areaId));
    if (!approved || !isNear) throw new Problem('bulletin-not-approved', { bulletinId });
    bulletins.push(approved);
  }
  return bulletins;
}

/** @throws `target-unknown`, `target-outside-branch`, `area-closed` */
export async function checkTargets(
  db: Db,
  caller: Caller,
  roles: readonly Role[],
  targets: readonly Target[],
  now: string,
): Promise<void> {
  for (const target of targets) {
    const areaId = target.kind === 'area' ? target.id : await findClusterArea(db, target.id, now);
    const ancestry = areaId === undefined ? [] : await listAncestry(db, areaId, now);
    if (ancestry.length === 0) throw new Problem('target-unknown', { kind: target.kind, id: target.id });
    if (!callerHolds(caller, roles, ancestry)) throw new Problem('target-outside-branch', { kind: target.kind, id: target.id });
    if (target.kind === 'area' && (await findArea(db, target.id))?.validTo)
      throw new Problem('area-closed', { areaId: target.id });
  }
}

function withoutRepeats(targets: readonly Target[]): Target[] {
  return [...new Map(targets.map((target) => [`${target.kind} ${target.id}`, target])).values()];
}
