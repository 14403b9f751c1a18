import { inTransaction } from '../database/open-database.ts';
import { instantOf } from '../lib/clock.ts';
import { listGapsSince, listChainHeads, saveChainHead } from '../receivers/chain-store.ts';
import { findAiring, listUnclosed, saveClosed } from '../scheduling/airing-store.ts';
import { NO_RECEIPTS } from './delivery-rules.ts';
import { settleDeliveries } from './delivery-store.ts';
import type { DispatchDeps } from './dispatch-deps.ts';
import { insertRefusal, listHeldReceipts, replaceHeldReceipts } from './receipt-store.ts';

/** Design decision 9: a gap in a chain is waited for this long. */
const GAP_PATIENCE_MS = 24 * 60 * 60_000;

/** Airings that should have ended, receipts and all, and are not closed: the sweep's question. */
export async function findUnclosedAirings(
  deps: Pick<DispatchDeps, 'db' | 'limits'>,
  nowMs: number,
  limit: number,
): Promise<string[]> {
  return listUnclosed(deps.db, instantOf(nowMs - deps.limits.closeAfterMs), limit);
}

/**
 * Closes an airing after its end. What has not reported is `unknown` from now on: never counted as played, and corrected,
 * marked late, when its receipts come after all.
 */
export async function closeAiring(deps: DispatchDeps, airingId: string): Promise<void> {
  const now = instantOf(deps.clock.now());
  const airing = await inTransaction(deps.db, async (db) => {
    const found = await findAiring(db, airingId);
    // A job that comes too early (the airing was moved meanwhile) closes nothing: the sweep asks again.
    if (!found || Date.parse(found.endsAt) + deps.limits.closeAfterMs > deps.clock.now()) return undefined;
    await settleDeliveries(db, { airingId, from: ['planned', 'ready', 'playing'] }, 'unknown', NO_RECEIPTS, now);
    await saveClosed(db, airingId, now);
    return found;
  });
  if (airing) deps.publish({ type: 'airing-changed', airingId, state: 'closed' }, airing.areaId);
}

/** Receipts ahead of a gap that nobody filled in a day are refused and kept for a human to look at; the chain is quarantined. */
export async function refuseOldGaps(deps: DispatchDeps): Promise<number> {
  const nowMs = deps.clock.now();
  const receiverIds = await listGapsSince(deps.db, instantOf(nowMs - GAP_PATIENCE_MS), 50);
  for (const receiverId of receiverIds) {
    await inTransaction(deps.db, async (db) => {
      const now = instantOf(nowMs);
      for (const { receipt } of await listHeldReceipts(db, receiverId)) {
        const { sequence } = receipt.head;
        const document = JSON.stringify(receipt);
        await insertRefusal(db, { receiverId, sequence, code: 'receipt-chain-broken', document }, now);
      }
      await replaceHeldReceipts(db, receiverId, [], now);
      const [head] = await listChainHeads(db, [receiverId]);
      if (head) await saveChainHead(db, { ...head, gapSince: null });
    });
    await deps.quarantine(receiverId, 'receipt-chain-broken');
  }
  return receiverIds.length;
}
