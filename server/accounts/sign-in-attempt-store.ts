import type { Db } from '../database/open-database.ts';
import { instantOf } from '../lib/clock.ts';
import type { Standing } from './sign-in-attempt-rules.ts';

/** Stands for all strange addresses together. */
export const ALL_STRANGERS = '*';

export async function findStanding(db: Db, username: string, address: string): Promise<Standing | undefined> {
  const row = await db<AttemptRow>('sign_in_attempts').where({ username, address }).first();
  return (
    row && {
      failures: row.failures,
      locks: row.locks,
      windowStartedMs: Date.parse(row.window_started_at),
      lockedUntilMs: row.locked_until === null ? null : Date.parse(row.locked_until),
    }
  );
}

export async function saveStanding(db: Db, username: string, address: string, standing: Standing, nowMs: number): Promise<void> {
  await db('sign_in_attempts')
    .insert({
      username,
      address,
      failures: standing.failures,
      locks: standing.locks,
      window_started_at: instantOf(standing.windowStartedMs),
      last_attempt_at: instantOf(nowMs),
      locked_until: standing.lockedUntilMs === null ? null : instantOf(standing.lockedUntilMs),
    })
    .onConflict(['username', 'address'])
    .merge();
}

export async function deleteStanding(db: Db, username: string, address: string): Promise<void> {
  await db('sign_in_attempts').where({ username, address }).delete();
}

export async function deleteStandingsOf(db: Db, username: string): Promise<void> {
  await db('sign_in_attempts').where({ username }).delete();
}

export async function deleteStandingsBefore(db: Db, at: string): Promise<void> {
  await db('sign_in_attempts').where('last_attempt_at', '<', at).delete();
}

export async function countStandings(db: Db): Promise<number> {
  const [row] = await db('sign_in_attempts').count({ count: '*' });
  return Number(row?.['count']);
}

export async function isKnownAddress(db: Db, accountId: string, address: string, since: string): Promise<boolean> {
  const row = await db('sign_in_addresses')
    .where({ account_id: accountId, address })
    .where('last_signed_in_at', '>=', since)
    .first();
  return row !== undefined;
}

/** Keeps the `max` newest. */
export async function saveKnownAddress(db: Db, accountId: string, address: string, at: string, max: number): Promise<void> {
  await db('sign_in_addresses')
    .insert({ account_id: accountId, address, last_signed_in_at: at })
    .onConflict(['account_id', 'address'])
    .merge();
  const newest = db('sign_in_addresses')
    .where('account_id', accountId)
    .orderBy('last_signed_in_at', 'desc')
    .limit(max)
    .select('address');
  await db('sign_in_addresses').where('account_id', accountId).whereNotIn('address', newest).delete();
}

interface AttemptRow {
  username: string;
  address: string;
  failures: number;
  locks: number;
  window_started_at: string;
  last_attempt_at: string;
  locked_until: string | null;
}
