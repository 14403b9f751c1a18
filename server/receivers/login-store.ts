import type { Db } from '../database/open-database.ts';
import type { HardwareSighting } from './hardware-id-rules.ts';

const SIGHTINGS_KEPT = 20;

export interface ReceiverSession {
  tokenHash: string;
  receiverId: string;
  expiresAt: string;
}

/** Also clears what has expired and, beyond `sessionsMax`, this receiver's oldest. */
export async function insertSession(db: Db, session: ReceiverSession, now: string, sessionsMax: number): Promise<void> {
  await db('receiver_sessions').where('expires_at', '<=', now).delete();
  await db('receiver_sessions').insert({
    token_hash: session.tokenHash,
    receiver_id: session.receiverId,
    expires_at: session.expiresAt,
  });
  const kept = db('receiver_sessions')
    .where({ receiver_id: session.receiverId })
    .orderBy([{ column: 'expires_at', order: 'desc' }, 'token_hash'])
    .limit(sessionsMax)
    .select('token_hash');
  await db('receiver_sessions').where({ receiver_id: session.receiverId }).whereNotIn('token_hash', kept).delete();
}

/** The receiver behind a token, unless it is expired or the receiver revoked. */
export async function findSessionReceiver(db: Db, tokenHash: string, now: string): Promise<string | undefined> {
  const row = await db('receiver_sessions')
    .join('receivers', 'receivers.receiver_id', 'receiver_sessions.receiver_id')
    .where({ token_hash: tokenHash })
    .where('expires_at', '>', now)
    .whereNot('receivers.state', 'revoked')
    .first<{ receiver_id: string } | undefined>('receivers.receiver_id');
  return row?.receiver_id;
}

export async function deleteSessions(db: Db, receiverId: string): Promise<void> {
  await db('receiver_sessions').where({ receiver_id: receiverId }).delete();
}

/** Changes of the hardware id, the oldest first. */
export async function listHardwareSightings(db: Db, receiverId: string): Promise<HardwareSighting[]> {
  const rows = await db<{ receiver_id: string; hardware_id: string; at: string }>('receiver_hardware')
    .where({ receiver_id: receiverId })
    .orderBy('at', 'desc')
    .limit(SIGHTINGS_KEPT);
  return rows.toReversed().map((row) => ({ hardwareId: row.hardware_id, at: row.at }));
}

export async function insertHardwareSighting(db: Db, receiverId: string, sighting: HardwareSighting): Promise<void> {
  await db('receiver_hardware').insert({ receiver_id: receiverId, hardware_id: sighting.hardwareId, at: sighting.at });
  const kept = db('receiver_hardware')
    .where({ receiver_id: receiverId })
    .orderBy('at', 'desc')
    .limit(SIGHTINGS_KEPT)
    .select('at');
  await db('receiver_hardware').where({ receiver_id: receiverId }).whereNotIn('at', kept).delete();
}
