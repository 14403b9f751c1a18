import { randomUUID } from 'node:crypto';
import { recordAudit } from '../audit/record-audit.ts';
import { inTransaction } from '../database/open-database.ts';
import type { Caller } from '../http/bind-endpoint.ts';
import { instantOf } from '../lib/clock.ts';
import { Problem } from '../lib/problem.ts';
import { moveAiringTo } from './airing-rules.ts';
import { getAiring, saveReordered, type StoredAiring } from './airing-store.ts';
import { nextOrderNumber } from './order-number-store.ts';
import type { SchedulingDeps } from './schedule-airing.ts';

/** Moves an airing that has not begun. Receivers get a new order with a higher counter; the old one is stale from then on. */
export async function moveAiring(
  deps: SchedulingDeps,
  caller: Caller,
  airingId: string,
  startsAt: string,
): Promise<StoredAiring> {
  return change(deps, caller, airingId, 'airing-moved', (airing, nowMs) => {
    if (nowMs >= Date.parse(airing.startsAt)) throw new Problem('airing-not-changeable', { why: 'begun' });
    const span = {
      class: airing.class,
      startsAtMs: Date.parse(airing.startsAt),
      endsAtMs: Date.parse(airing.endsAt),
      startBeforeMs: Date.parse(airing.startBefore),
      validUntilMs: Date.parse(airing.validUntil),
    };
    const moved = moveAiringTo(span, Date.parse(startsAt), deps.policy, deps.limits, nowMs);
    return {
      ...airing,
      startsAt: instantOf(moved.startsAtMs),
      endsAt: instantOf(moved.endsAtMs),
      startBefore: instantOf(moved.startBeforeMs),
      validUntil: instantOf(moved.validUntilMs),
    };
  });
}

/** Cancels; where it already sounds it stops as soon as the receiver hears of it. */
export async function cancelAiring(deps: SchedulingDeps, caller: Caller, airingId: string): Promise<StoredAiring> {
  return change(deps, caller, airingId, 'airing-cancelled', (airing) => ({ ...airing, state: 'cancelled' }));
}

async function change(
  deps: SchedulingDeps,
  caller: Caller,
  airingId: string,
  action: string,
  decide: (airing: StoredAiring, nowMs: number) => StoredAiring,
): Promise<StoredAiring> {
  const changed = await inTransaction(deps.db, async (db) => {
    const nowMs = deps.clock.now();
    const airing = await getAiring(db, airingId);
    if (airing.state !== 'planned') throw new Problem('airing-not-changeable', { why: airing.state });
    const next = { ...decide(airing, nowMs), orderId: randomUUID(), ...(await nextOrderNumber(db)) };
    await saveReordered(db, next, instantOf(nowMs));
    await recordAudit(db, {
      recordedAt: instantOf(nowMs),
      accountId: caller.accountId,
      action,
      subjectKind: 'airing',
      subjectId: airingId,
      areaId: airing.areaId,
      detail: { from: airing.startsAt, to: next.startsAt },
    });
    return next;
  });
  await deps.handOver(changed);
  return changed;
}
