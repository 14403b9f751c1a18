import type { Db } from '../database/open-database.ts';
import { updateMany } from '../database/update-many.ts';

/** How far a receiver's chain of receipts is durable here. */
export interface ChainHead {
  receiverId: string;
  publicKey: string;
  lastSequence: number;
  headHash: string;
  gapSince: string | null;
}

export async function listChainHeads(db: Db, receiverIds: readonly string[]): Promise<ChainHead[]> {
  const rows = (await db('receivers')
    .whereIn('receiver_id', [...receiverIds])
    .select('receiver_id', 'public_key', 'last_sequence', 'head_hash', 'gap_since')) as {
    receiver_id: string;
    public_key: string;
    last_sequence: number;
    head_hash: string;
    gap_since: string | null;
  }[];
  return rows.map((row) => ({
    receiverId: row.receiver_id,
    publicKey: row.public_key,
    lastSequence: row.last_sequence,
    headHash: row.head_hash,
    gapSince: row.gap_since,
  }));
}

export async function saveChainHeads(db: Db, heads: readonly Omit<ChainHead, 'publicKey'>[]): Promise<void> {
  const rows = heads.map((head) => ({
    receiver_id: head.receiverId,
    last_sequence: head.lastSequence,
    head_hash: head.headHash,
    gap_since: head.gapSince,
  }));
  await updateMany(db, 'receivers', 'receiver_id', rows);
}

/** Receivers that hold receipts ahead of a gap since before an instant. */
export async function listGapsSince(db: Db, before: string, limit: number): Promise<string[]> {
  const rows = (await db('receivers')
    .whereNotNull('gap_since')
    .andWhere('gap_since', '<', before)
    .limit(limit)
    .select('receiver_id')) as {
    receiver_id: string;
  }[];
  return rows.map((row) => row.receiver_id);
}
