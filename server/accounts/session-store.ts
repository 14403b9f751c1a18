import type { Db } from '../database/open-database.ts';

export interface StoredSession {
  tokenHash: string;
  accountId: string;
  csrfToken: string;
  createdAt: string;
  expiresAt: string;
}

/** Unless it has expired or its account is disabled. */
export async function findLiveSession(db: Db, tokenHash: string, now: string): Promise<StoredSession | undefined> {
  return db('sessions as s')
    .join('accounts as a', 'a.account_id', 's.account_id')
    .where('s.token_hash', tokenHash)
    .where('s.expires_at', '>', now)
    .where('a.state', 'active')
    .first<StoredSession | undefined>({
      tokenHash: 's.token_hash',
      accountId: 's.account_id',
      csrfToken: 's.csrf_token',
      createdAt: 's.created_at',
      expiresAt: 's.expires_at',
    });
}

export async function insertSession(db: Db, session: StoredSession): Promise<void> {
  await db('sessions').insert({
    token_hash: session.tokenHash,
    account_id: session.accountId,
    csrf_token: session.csrfToken,
    created_at: session.createdAt,
    expires_at: session.expiresAt,
  });
}

export async function deleteSession(db: Db, tokenHash: string): Promise<void> {
  await db('sessions').where('token_hash', tokenHash).delete();
}

/** @returns how many were ended. */
export async function deleteSessionsOf(db: Db, accountId: string, exceptTokenHash?: string): Promise<number> {
  return db('sessions')
    .where('account_id', accountId)
    .modify((query) => {
      if (exceptTokenHash !== undefined) void query.whereNot('token_hash', exceptTokenHash);
    })
    .delete();
}

/** Drops what has expired, and of one account all but the `max` newest. */
export async function pruneSessions(db: Db, accountId: string, now: string, max: number): Promise<void> {
  await db('sessions').where('expires_at', '<=', now).delete();
  const newest = db('sessions').where('account_id', accountId).orderBy('created_at', 'desc').limit(max).select('token_hash');
  await db('sessions').where('account_id', accountId).whereNotIn('token_hash', newest).delete();
}
