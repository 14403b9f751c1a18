import type { ProblemCode } from '#contract/problem.ts';
import type { Receipt, ReceiptBody, ReceiptHead } from '#contract/receipt.ts';
import { findClusterArea } from '../areas/cluster-store.ts';
import type { Db } from '../database/open-database.ts';
import { instantOf } from '../lib/clock.ts';
import { type ChainHead, listChainHeads, saveChainHead } from '../receivers/chain-store.ts';
import { findPlacement } from '../receivers/placement-store.ts';
import { findAiring, isClosed } from '../scheduling/airing-store.ts';
import { advanceDelivery } from './delivery-rules.ts';
import { listDeliveriesAt, openDeliveries, saveDelivery, type StoredDelivery } from './delivery-store.ts';
import { expectedMsOf } from './order-rules.ts';
import { type CheckedReceipt, decideIntake } from './receipt-intake-rules.ts';
import { insertReceipts, insertRefusal, listHeldReceipts, listReceiptHashes, replaceHeldReceipts } from './receipt-store.ts';

/** What became of one receiver's receipts; to be answered after the commit. */
export interface Applied {
  receiverId: string;
  /** Durable up to here. */
  upTo: number;
  changed: { delivery: StoredDelivery }[];
  refused: { receipt: Receipt; code: ProblemCode }[];
}

type FindFault = (
  receipt: { head: ReceiptHead; signature: string; body: ReceiptBody | null },
  key: string,
) => ProblemCode | undefined;

/**
 * Stores arrived receipts and advances the deliveries that they speak of, inside the caller's transaction. The same receipt
 * twice changes nothing; ahead of a gap it is held; wrong ones are refused and kept for a human to look at.
 */
export async function applyReceipts(
  db: Db,
  arrived: ReadonlyMap<string, readonly CheckedReceipt[]>,
  terms: { nowMs: number; heldMax: number; findFault: FindFault },
): Promise<Applied[]> {
  const heads = await listChainHeads(db, [...arrived.keys()]);
  const applied: Applied[] = [];
  for (const head of heads) applied.push(await applyOne(db, head, arrived.get(head.receiverId) ?? [], terms));
  return applied;
}

async function applyOne(
  db: Db,
  head: ChainHead,
  arrived: readonly CheckedReceipt[],
  terms: { nowMs: number; heldMax: number; findFault: FindFault },
): Promise<Applied> {
  const { receiverId } = head;
  const now = instantOf(terms.nowMs);
  const { good, bad } = checkSignatures(head, arrived, terms.findFault);
  const held = head.gapSince === null ? [] : await listHeldReceipts(db, receiverId);
  const lowest = Math.min(...good.map(({ receipt }) => receipt.head.sequence), head.lastSequence + 1);
  const storedHashes =
    lowest <= head.lastSequence ? await listReceiptHashes(db, receiverId, lowest, head.lastSequence) : new Map<number, string>();
  const { lastSequence, headHash } = head;
  const intake = decideIntake({ lastSequence, headHash, held, storedHashes, heldMax: terms.heldMax }, good);
  await insertReceipts(db, intake.apply, now);
  if (held.length > 0 || intake.hold.length > 0) await replaceHeldReceipts(db, receiverId, intake.hold, now);
  const last = intake.apply.at(-1);
  const upTo = last?.receipt.head.sequence ?? lastSequence;
  const gapSince = intake.hold.length === 0 ? null : last ? now : (head.gapSince ?? now);
  await saveChainHead(db, { receiverId, lastSequence: upTo, headHash: last?.hash ?? headHash, gapSince });
  const refused = [...bad, ...intake.refused];
  for (const { receipt, code } of refused) {
    await insertRefusal(db, { receiverId, sequence: receipt.head.sequence, code, document: JSON.stringify(receipt) }, now);
  }
  const bodies = intake.apply.map(({ receipt }) => receipt.body);
  return { receiverId, upTo, refused, changed: await advance(db, receiverId, bodies, now) };
}

function checkSignatures(head: ChainHead, arrived: readonly CheckedReceipt[], findFault: FindFault) {
  const good: CheckedReceipt[] = [];
  const bad: { receipt: Receipt; code: ProblemCode }[] = [];
  for (const checked of arrived) {
    const { receipt } = checked;
    const code = receipt.head.receiverId === head.receiverId ? findFault(receipt, head.publicKey) : 'receipt-signature-wrong';
    if (code) bad.push({ receipt, code });
    else good.push(checked);
  }
  return { good, bad };
}

async function advance(db: Db, receiverId: string, bodies: readonly ReceiptBody[], now: string): Promise<Applied['changed']> {
  const airingIds = [...new Set(bodies.flatMap((body) => ('airingId' in body && body.airingId !== null ? [body.airingId] : [])))];
  if (airingIds.length === 0) return [];
  const deliveries = await readDeliveries(db, receiverId, airingIds, now);
  const changed: Applied['changed'] = [];
  for (const before of deliveries) {
    const own = bodies.filter((body) => 'airingId' in body && body.airingId === before.airingId);
    const standing = own.reduce(
      (delivery: StoredDelivery, body) => ({ ...delivery, ...advanceDelivery(delivery, body) }),
      before,
    );
    if (!hasChanged(before, standing)) continue;
    const stateSince = standing.state === before.state ? before.stateSince : now;
    const delivery = { ...standing, stateSince, isLate: before.isLate || (await isClosed(db, before.airingId)) };
    await saveDelivery(db, before, delivery);
    changed.push({ delivery });
  }
  return changed;
}

/** A receiver may speak of an airing that nobody planned for it (installed elsewhere since): what sounded is recorded all the same. */
async function readDeliveries(db: Db, receiverId: string, airingIds: readonly string[], now: string): Promise<StoredDelivery[]> {
  const found = await listDeliveriesAt(db, receiverId, airingIds);
  const missing = airingIds.filter((airingId) => !found.some((delivery) => delivery.airingId === airingId));
  if (missing.length === 0) return found;
  const placement = await findPlacement(db, receiverId);
  for (const airingId of missing) {
    const airing = await findAiring(db, airingId);
    if (!airing || !placement) continue;
    const { clusterId } = placement;
    const areaId = (await findClusterArea(db, clusterId, now)) ?? airing.areaId;
    const { orderId } = airing;
    const opened = {
      airingId,
      receiverId,
      clusterId,
      areaId,
      orderId,
      expectedMs: expectedMsOf(airing),
      state: 'planned' as const,
      reason: null,
    };
    await openDeliveries(db, [opened], now);
  }
  return listDeliveriesAt(db, receiverId, airingIds);
}

function hasChanged(before: StoredDelivery, after: StoredDelivery): boolean {
  return (Object.keys(after) as (keyof StoredDelivery)[]).some((key) => {
    if (key !== 'soundings') return before[key] !== after[key];
    return after.soundings.length !== before.soundings.length || after.soundings.some((one) => !before.soundings.includes(one));
  });
}
