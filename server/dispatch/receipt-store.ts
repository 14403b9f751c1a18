import { randomUUID } from 'node:crypto';
import { Receipt } from '#contract/receipt.ts';
import { insertMany } from '../database/insert-many.ts';
import type { Db } from '../database/open-database.ts';
import type { CheckedReceipt } from './receipt-intake-rules.ts';

export async function insertReceipts(db: Db, receipts: readonly CheckedReceipt[], at: string): Promise<void> {
  const rows = receipts.map(({ receipt, hash }) => ({
    receiver_id: receipt.head.receiverId,
    sequence: receipt.head.sequence,
    hash,
    airing_id: 'airingId' in receipt.body ? receipt.body.airingId : null,
    document: JSON.stringify(receipt),
    received_at: at,
  }));
  await insertMany(db, 'receipts', rows);
}

/** Hashes of what is stored in a span of sequences. */
export async function listReceiptHashes(db: Db, receiverId: string, from: number, to: number): Promise<Map<number, string>> {
  const rows = (await db('receipts')
    .where({ receiver_id: receiverId })
    .whereBetween('sequence', [from, to])
    .select('sequence', 'hash')) as {
    sequence: number;
    hash: string;
  }[];
  return new Map(rows.map((row) => [row.sequence, row.hash]));
}

/** A contiguous piece of a receiver's chain. */
export async function listReceipts(db: Db, receiverId: string, from: number, to: number): Promise<CheckedReceipt[]> {
  const rows = (await db('receipts')
    .where({ receiver_id: receiverId })
    .whereBetween('sequence', [from, to])
    .orderBy('sequence')
    .select('hash', 'document')) as { hash: string; document: string }[];
  return rows.map(checkedOf);
}

/** The sequences in which a receiver speaks of an airing, rising. */
export async function listAiringSequences(db: Db, receiverId: string, airingId: string): Promise<number[]> {
  const question = { receiver_id: receiverId, airing_id: airingId };
  const rows = (await db('receipts').where(question).orderBy('sequence').select('sequence')) as { sequence: number }[];
  return rows.map((row) => row.sequence);
}

/** Who speaks of an airing. */
export async function listReceiversSpeakingOf(db: Db, airingId: string): Promise<string[]> {
  const rows = (await db('receipts').where({ airing_id: airingId }).distinct('receiver_id')) as { receiver_id: string }[];
  return rows.map((row) => row.receiver_id);
}

export async function listHeldReceipts(db: Db, receiverIds: readonly string[]): Promise<CheckedReceipt[]> {
  if (receiverIds.length === 0) return [];
  const rows = (await db('held_receipts')
    .whereIn('receiver_id', [...receiverIds])
    .orderBy(['receiver_id', 'sequence'])
    .select('hash', 'document')) as { hash: string; document: string }[];
  return rows.map(checkedOf);
}

export async function changeHeldReceipts(
  db: Db,
  receiverId: string,
  change: { drop: readonly CheckedReceipt[]; add: readonly CheckedReceipt[] },
  at: string,
): Promise<void> {
  for (let from = 0; from < change.drop.length; from += 500) {
    const sequences = change.drop.slice(from, from + 500).map(({ receipt }) => receipt.head.sequence);
    await db('held_receipts').where({ receiver_id: receiverId }).whereIn('sequence', sequences).delete();
  }
  const rows = change.add.map(({ receipt, hash }) => ({
    receiver_id: receiverId,
    sequence: receipt.head.sequence,
    hash,
    document: JSON.stringify(receipt),
    received_at: at,
  }));
  await insertMany(db, 'held_receipts', rows);
}

/** At most this many refusals a receiver are kept: they are for a human to look at, not a second archive. */
const REFUSALS_MAX = 200;

export async function insertRefusal(
  db: Db,
  refusal: { receiverId: string; sequence: number | null; code: string; document: string },
  at: string,
): Promise<void> {
  const { receiverId, sequence, code } = refusal;
  const known = await db('refused_receipts').where({ receiver_id: receiverId, sequence, code }).first('refusal_id');
  if (known) return;
  const row = (await db('refused_receipts').where({ receiver_id: receiverId }).count({ count: '*' }).first()) as {
    count: number;
  };
  if (Number(row.count) >= REFUSALS_MAX) return;
  const document = refusal.document.slice(0, 10_000);
  await db('refused_receipts').insert({
    refusal_id: randomUUID(),
    receiver_id: receiverId,
    sequence,
    code,
    document,
    received_at: at,
  });
}

function checkedOf(row: { hash: string; document: string }): CheckedReceipt {
  return { hash: row.hash, receipt: Receipt.parse(JSON.parse(row.document)) };
}
