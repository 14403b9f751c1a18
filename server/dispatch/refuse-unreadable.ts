import { z } from 'zod';
import type { DownLink } from '#contract/agent-link.ts';
import { inTransaction } from '../database/open-database.ts';
import { instantOf } from '../lib/clock.ts';
import { listChainHeads } from '../receivers/chain-store.ts';
import type { DispatchDeps } from './dispatch-deps.ts';
import { insertRefusal } from './receipt-store.ts';

/** As much of a receipt as tells which one it was meant to be. */
const Placed = z.object({ head: z.object({ sequence: z.int().min(1).max(Number.MAX_SAFE_INTEGER) }) });

/** A document among receipts that is none: kept for a human to look at, and answered, or the receiver would send it for ever. */
export async function refuseUnreadable(
  deps: Pick<DispatchDeps, 'db' | 'clock'>,
  receiverId: string,
  document: unknown,
): Promise<DownLink | undefined> {
  const placed = Placed.safeParse(document);
  const sequence = placed.success ? placed.data.head.sequence : null;
  return inTransaction(deps.db, async (db) => {
    const [head] = await listChainHeads(db, [receiverId]);
    if (!head) return undefined;
    const text = JSON.stringify(document) ?? 'undefined';
    await insertRefusal(db, { receiverId, sequence, code: 'receipt-invalid', document: text }, instantOf(deps.clock.now()));
    const upTo = head.lastSequence;
    return { type: 'receipts-refused', v: 1, fromSequence: sequence ?? upTo + 1, code: 'receipt-invalid', upTo };
  });
}
