import type { ReceiverState } from '#contract/receiver.ts';
import { insertMany } from '../database/insert-many.ts';
import type { Db } from '../database/open-database.ts';
import { updateMany } from '../database/update-many.ts';

export interface PresenceChange {
  receiverId: string;
  presence: 'online' | 'offline' | 'unknown';
  reason: string;
  at: string;
}

export interface HeardRow {
  receiverId: string;
  lastSeenAt: string;
  vitals: string;
  vitalsAt: string;
  revisionHeld: number;
}

/** Within the caller's transaction: the newest on the receiver, each change in the history. */
export async function savePresenceChanges(db: Db, changes: readonly PresenceChange[]): Promise<void> {
  const rows = changes.map(({ receiverId, presence, reason, at }) => ({
    receiver_id: receiverId,
    presence,
    presence_reason: reason,
    presence_since: at,
  }));
  await updateMany(db, 'receivers', 'receiver_id', rows);
  await insertMany(
    db,
    'presence_changes',
    changes.map(({ receiverId, presence, reason, at }) => ({ receiver_id: receiverId, at, presence, reason })),
  );
}

export async function saveHeard(db: Db, heard: readonly HeardRow[]): Promise<void> {
  const rows = heard.map((row) => ({
    receiver_id: row.receiverId,
    last_seen_at: row.lastSeenAt,
    vitals: row.vitals,
    vitals_at: row.vitalsAt,
    programme_revision_held: row.revisionHeld,
  }));
  await updateMany(db, 'receivers', 'receiver_id', rows);
}

export async function saveLastSeen(db: Db, receiverId: string, at: string): Promise<void> {
  await db('receivers').where({ receiver_id: receiverId }).update({ last_seen_at: at });
}

/** Those of which a presence other than unknown was written down. */
export async function listKnownPresences(db: Db): Promise<string[]> {
  const rows = await db('receivers')
    .whereNot('presence', 'unknown')
    .whereNot('state', 'revoked')
    .select<{ receiver_id: string }[]>('receiver_id');
  return rows.map((row) => row.receiver_id);
}

/** Those that were heard once, but not since the server started. */
export async function listUnheard(db: Db): Promise<string[]> {
  const rows = await db('receivers')
    .where('presence', 'unknown')
    .whereNotNull('last_seen_at')
    .whereNot('state', 'revoked')
    .select<{ receiver_id: string }[]>('receiver_id');
  return rows.map((row) => row.receiver_id);
}

export async function deletePresenceChangesBefore(db: Db, before: string): Promise<void> {
  await db('presence_changes').where('at', '<', before).delete();
}

export interface HeartbeatFacts {
  state: ReceiverState;
  programmeRevision: number;
  lastSequence: number;
}

export async function findHeartbeatFacts(db: Db, receiverId: string): Promise<HeartbeatFacts | undefined> {
  const row = await db('receivers')
    .where({ receiver_id: receiverId })
    .first<{ state: ReceiverState; programme_revision: number; last_sequence: number } | undefined>(
      'state',
      'programme_revision',
      'last_sequence',
    );
  return row && { state: row.state, programmeRevision: row.programme_revision, lastSequence: row.last_sequence };
}
