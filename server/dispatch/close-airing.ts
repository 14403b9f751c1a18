import { type Db, inTransaction } from '../database/open-database.ts';
import { instantOf } from '../lib/clock.ts';
import { listGapsSince, listChainHeads, saveChainHeads } from '../receivers/chain-store.ts';
import { findAiring, listUnclosed, saveClosed } from '../scheduling/airing-store.ts';
import { NO_RECEIPTS } from './delivery-rules.ts';
import { settleDeliveries } from './delivery-store.ts';
import type { DispatchDeps } from './dispatch-deps.ts';
import { changeHeldReceipts, insertRefusal, listHeldReceipts } from './receipt-store.ts';

/** Design decision 9: a gap in a chain is waited for this long. */
const GAP_PATIENCE_MS = 24 * 60 * 60_000;

/** Airings that should have ended, receipts and all, and are not closed: the sweep's question. */
export async function findUnclosedAirings(
  deps: Pick<DispatchDeps, 'db' | 'limits'>,
  nowMs: number,
  limit: number,
): Promise<string[]> {
  return listUnclosed(deps.db, { endedBefore: instantOf(nowMs - deps.limits.closeAfterMs), now: instantOf(nowMs) }, limit);
}

/**
 * Closes an airing after its end, and not before the last of it may have sounded: until then it stays in programmes, can be
 * cancelled, and who has begun late is not called unknown. What has not reported is `unknown` from now on: never counted as played, and corrected,
 * marked late, when its receipts come after all.
 */
export async function closeAiring(deps: DispatchDeps, airingId: string): Promise<void> {
  const now = instantOf(deps.clock.now());
  const airing = await inTransaction(deps.db, async (db) => {
    const found = await findAiring(db, airingId);
    // A job that comes too early (the airing was moved meanwhile) closes nothing: the sweep asks again.
    if (!found || found.validUntil > now || Date.parse(found.endsAt) + deps.limits.closeAfterMs > Date.parse(now))
      return undefined;
    await settleDeliveries(db, { airingId, from: ['planned', 'ready', 'playing'] }, 'unknown', NO_RECEIPTS, now);
    await saveClosed(db, airingId, now);
    return found;
  });
  if (airing)
    deps.publish(
      { type: 'airing-changed', airingId, state: airing.state === 'cancelled' ? 'cancelled' : 'closed' },
      airing.areaId,
    );
}

/**
 * Receipts ahead of a gap that nobody filled in a day are refused and kept for a human to look at. A gap is no sign of a second
 * board: after a restored backup every receiver may have one, and none is to fall silent for it.
 */
export async function refuseOldGaps(deps: DispatchDeps): Promise<number> {
  const nowMs = deps.clock.now();
  const receiverIds = await listGapsSince(deps.db, instantOf(nowMs - GAP_PATIENCE_MS), 50);
  for (const receiverId of receiverIds) {
    const refused = await inTransaction(deps.db, (db) => refuseHeld(db, receiverId, instantOf(nowMs)));
    if (!refused) continue;
    const { fromSequence, upTo } = refused;
    const code = 'receipt-chain-broken';
    deps.logger.warn({ receiverId, fromSequence, upTo, code }, 'a gap in the receipts was not filled in a day');
    await deps.link.sendDown(receiverId, { type: 'receipts-refused', v: 1, fromSequence, code, upTo });
  }
  return receiverIds.length;
}

async function refuseHeld(db: Db, receiverId: string, now: string): Promise<{ fromSequence: number; upTo: number } | undefined> {
  const held = await listHeldReceipts(db, [receiverId]);
  for (const { receipt } of held) {
    const { sequence } = receipt.head;
    const document = JSON.stringify(receipt);
    await insertRefusal(db, { receiverId, sequence, code: 'receipt-chain-broken', document }, now);
  }
  await changeHeldReceipts(db, receiverId, { drop: held, add: [] }, now);
  const [head] = await listChainHeads(db, [receiverId]);
  if (head) await saveChainHeads(db, [{ ...head, gapSince: null }]);
  const first = held[0];
  return head && first && { fromSequence: first.receipt.head.sequence, upTo: head.lastSequence };
}
