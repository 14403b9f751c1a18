import type { ProblemCode } from '#contract/problem.ts';
import type { Receipt, ReceiptBody, ReceiptHead } from '#contract/receipt.ts';
import { findClusterArea } from '../areas/cluster-store.ts';
import type { Db } from '../database/open-database.ts';
import { instantOf } from '../lib/clock.ts';
import { type ChainHead, listChainHeads, saveChainHeads } from '../receivers/chain-store.ts';
import { findPlacement } from '../receivers/placement-store.ts';
import { findAiring, listClosed } from '../scheduling/airing-store.ts';
import { advanceDelivery, isUnsettled, NO_RECEIPTS } from './delivery-rules.ts';
import { listDeliveriesAt, openDeliveries, saveDeliveries, type StoredDelivery } from './delivery-store.ts';
import { expectedMsOf } from './order-rules.ts';
import { type CheckedReceipt, decideIntake, type Intake } from './receipt-intake-rules.ts';
import { changeHeldReceipts, insertReceipts, insertRefusal, listHeldReceipts, listReceiptHashes } from './receipt-store.ts';

/** What became of one receiver's receipts; to be answered after the commit. */
export interface Applied {
  receiverId: string;
  /** Durable up to here. */
  upTo: number;
  changed: StoredDelivery[];
  refused: { receipt: Receipt; code: ProblemCode }[];
}

type FindFault = (
  receipt: { head: ReceiptHead; signature: string; body: ReceiptBody | null },
  key: string,
) => ProblemCode | undefined;

interface Sorted {
  head: ChainHead;
  held: readonly CheckedReceipt[];
  intake: Intake;
}

/**
 * Stores arrived receipts and advances the deliveries that they speak of, inside the caller's transaction. The same receipt
 * twice changes nothing; ahead of a gap it is held; wrong ones are refused and kept for a human to look at.
 * Statements are for the whole batch where that can be: after an airing thousands of receivers report at once.
 */
export async function applyReceipts(
  db: Db,
  arrived: ReadonlyMap<string, readonly CheckedReceipt[]>,
  terms: { nowMs: number; heldMax: number; findFault: FindFault },
): Promise<Applied[]> {
  const now = instantOf(terms.nowMs);
  const heads = await listChainHeads(db, [...arrived.keys()]);
  const heldOf = groupByReceiver(
    await listHeldReceipts(
      db,
      heads.filter((head) => head.gapSince !== null).map((head) => head.receiverId),
    ),
  );
  const sorted: Sorted[] = [];
  for (const head of heads) {
    const held = heldOf.get(head.receiverId) ?? [];
    sorted.push({ head, held, intake: await sortOne(db, head, held, arrived.get(head.receiverId) ?? [], terms) });
  }
  await insertReceipts(
    db,
    sorted.flatMap(({ intake }) => intake.apply),
    now,
  );
  await saveChainHeads(
    db,
    sorted.map((one) => headAfter(one, now)),
  );
  for (const one of sorted) await keepRest(db, one, now);
  const changed = await advanceAll(db, sorted, now);
  return sorted.map((one) => ({
    receiverId: one.head.receiverId,
    upTo: headAfter(one, now).lastSequence,
    changed: changed.filter((delivery) => delivery.receiverId === one.head.receiverId),
    refused: one.intake.refused,
  }));
}

async function sortOne(
  db: Db,
  head: ChainHead,
  held: readonly CheckedReceipt[],
  arrived: readonly CheckedReceipt[],
  terms: { heldMax: number; findFault: FindFault },
): Promise<Intake> {
  const { receiverId, lastSequence, headHash } = head;
  const { good, bad } = checkSignatures(head, arrived, terms.findFault);
  const lowest = Math.min(...good.map(({ receipt }) => receipt.head.sequence), lastSequence + 1);
  const storedHashes =
    lowest <= lastSequence ? await listReceiptHashes(db, receiverId, lowest, lastSequence) : new Map<number, string>();
  const intake = decideIntake({ lastSequence, headHash, held, storedHashes, heldMax: terms.heldMax }, good);
  return { ...intake, refused: [...bad, ...intake.refused] };
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

function headAfter({ head, intake }: Sorted, now: string): ChainHead {
  const last = intake.apply.at(-1);
  // A gap's patience begins anew with each receipt that brings the chain forward.
  const gapSince = intake.hold.length === 0 ? null : last ? now : (head.gapSince ?? now);
  return last ? { ...head, lastSequence: last.receipt.head.sequence, headHash: last.hash, gapSince } : { ...head, gapSince };
}

async function keepRest(db: Db, { head, held, intake }: Sorted, now: string): Promise<void> {
  const { receiverId } = head;
  const drop = held.filter((one) => !intake.hold.includes(one));
  const add = intake.hold.filter((one) => !held.includes(one));
  await changeHeldReceipts(db, receiverId, { drop, add }, now);
  for (const { receipt, code } of intake.refused) {
    await insertRefusal(db, { receiverId, sequence: receipt.head.sequence, code, document: JSON.stringify(receipt) }, now);
  }
}

async function advanceAll(db: Db, sorted: readonly Sorted[], now: string): Promise<StoredDelivery[]> {
  const bodiesOf = new Map<string, ReceiptBody[]>();
  for (const { receipt } of sorted.flatMap(({ intake }) => intake.apply)) {
    const { body } = receipt;
    if (!('airingId' in body) || body.airingId === null) continue;
    const key = keyOf({ receiverId: receipt.head.receiverId, airingId: body.airingId });
    bodiesOf.set(key, [...(bodiesOf.get(key) ?? []), body]);
  }
  if (bodiesOf.size === 0) return [];
  const deliveries = await readDeliveries(db, [...bodiesOf.keys()], now);
  const closed = await listClosed(db, [...new Set(deliveries.map((delivery) => delivery.airingId))]);
  const changes = deliveries.flatMap((before) => {
    const after = advance(before, bodiesOf.get(keyOf(before)) ?? [], closed.has(before.airingId), now);
    return hasChanged(before, after) ? [{ before, after }] : [];
  });
  await saveDeliveries(db, changes);
  return changes.map(({ after }) => after);
}

function advance(before: StoredDelivery, bodies: readonly ReceiptBody[], isClosed: boolean, now: string): StoredDelivery {
  const told = bodies.reduce((delivery: StoredDelivery, body) => ({ ...delivery, ...advanceDelivery(delivery, body) }), before);
  // Nobody closes it a second time: until its last receipt has come, what became of it is still not known.
  const isOpenEnded = isClosed && isUnsettled(told.state);
  const after = isOpenEnded ? { ...told, state: 'unknown' as const, reason: told.reason ?? NO_RECEIPTS } : told;
  if (!hasChanged(before, after)) return before;
  return { ...after, stateSince: after.state === before.state ? before.stateSince : now, isLate: before.isLate || isClosed };
}

/** A receiver may speak of an airing that nobody planned for it (installed elsewhere since): what sounded is recorded all the same. */
async function readDeliveries(db: Db, keys: readonly string[], now: string): Promise<StoredDelivery[]> {
  const places = keys.map(placeOf);
  const wanted = new Set(keys);
  const list = async () => {
    const receiverIds = [...new Set(places.map((place) => place.receiverId))];
    const airingIds = [...new Set(places.map((place) => place.airingId))];
    return (await listDeliveriesAt(db, receiverIds, airingIds)).filter((delivery) => wanted.has(keyOf(delivery)));
  };
  const found = await list();
  const known = new Set(found.map(keyOf));
  const missing = places.filter((place) => !known.has(keyOf(place)));
  if (missing.length === 0) return found;
  for (const place of missing) await openUnplanned(db, place, now);
  return list();
}

async function openUnplanned(db: Db, { receiverId, airingId }: Place, now: string): Promise<void> {
  const placement = await findPlacement(db, receiverId);
  const airing = await findAiring(db, airingId);
  if (!airing || !placement) return;
  const { clusterId } = placement;
  const areaId = (await findClusterArea(db, clusterId, now)) ?? airing.areaId;
  const { orderId } = airing;
  const expectedMs = expectedMsOf(airing);
  await openDeliveries(
    db,
    [{ airingId, receiverId, clusterId, areaId, orderId, expectedMs, state: 'planned', reason: null }],
    now,
  );
}

interface Place {
  receiverId: string;
  airingId: string;
}

function keyOf({ receiverId, airingId }: Place): string {
  return `${receiverId} ${airingId}`;
}

function placeOf(key: string): Place {
  const [receiverId = '', airingId = ''] = key.split(' ');
  return { receiverId, airingId };
}

function groupByReceiver(receipts: readonly CheckedReceipt[]): Map<string, CheckedReceipt[]> {
  const groups = new Map<string, CheckedReceipt[]>();
  for (const checked of receipts) {
    const { receiverId } = checked.receipt.head;
    const group = groups.get(receiverId);
    if (group) group.push(checked);
    else groups.set(receiverId, [checked]);
  }
  return groups;
}

function hasChanged(before: StoredDelivery, after: StoredDelivery): boolean {
  return (Object.keys(after) as (keyof StoredDelivery)[]).some((key) => {
    if (key !== 'soundings') return before[key] !== after[key];
    return after.soundings.length !== before.soundings.length || after.soundings.some((one) => !before.soundings.includes(one));
  });
}
