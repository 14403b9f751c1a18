import { randomBytes } from 'node:crypto';
import type { Account, Session } from '#contract/account.ts';
import { sha256Hex } from '#signing/canonical-json.ts';
import { type Db, inTransaction } from '../database/open-database.ts';
import type { Caller } from '../http/bind-endpoint.ts';
import { type Clock, instantOf } from '../lib/clock.ts';
import { Problem } from '../lib/problem.ts';
import type { AccountDeps } from './account-deps.ts';
import { getAccount, listGrants, type StoredAccount } from './account-store.ts';
import { deleteSession, findLiveSession, insertSession, pruneSessions } from './session-store.ts';
import { recordAccountAudit } from './record-account-audit.ts';

/** A person has some browsers, not hundreds: beyond this the oldest session ends. */
const SESSIONS_PER_ACCOUNT_MAX = 20;
const HOUR_MS = 3_600_000;

interface SessionDeps {
  db: Db;
  clock: Clock;
}

/** Only the hash is stored: whoever reads the database or a backup can't take over a session. */
export function hashToken(token: string): string {
  return sha256Hex(Buffer.from(token, 'utf8'));
}

/** Roles are read with each request: what is taken away is gone at once. */
export async function findSession(
  deps: SessionDeps,
  token: string,
): Promise<{ caller: Caller; csrfToken: string; expiresAt: string } | undefined> {
  const session = await findLiveSession(deps.db, hashToken(token), instantOf(deps.clock.now()));
  if (!session) return undefined;
  const { accountId, csrfToken, expiresAt } = session;
  return { caller: { accountId, grants: await listGrants(deps.db, accountId) }, csrfToken, expiresAt };
}

/** Within the caller's transaction. */
export async function openSession(
  db: Db,
  deps: Pick<AccountDeps, 'clock' | 'config'>,
  account: StoredAccount,
): Promise<{ token: string; session: Session }> {
  const nowMs = deps.clock.now();
  const createdAt = instantOf(nowMs);
  const expiresAt = instantOf(nowMs + deps.config.sessionHours * HOUR_MS);
  const token = randomBytes(32).toString('base64url');
  const csrfToken = randomBytes(32).toString('base64url');
  await insertSession(db, { tokenHash: hashToken(token), accountId: account.accountId, csrfToken, createdAt, expiresAt });
  await pruneSessions(db, account.accountId, createdAt, SESSIONS_PER_ACCOUNT_MAX);
  return { token, session: { account: publicAccount(account), csrfToken, expiresAt } };
}

export async function readSession(deps: SessionDeps, token: string): Promise<Session> {
  const found = await findSession(deps, token);
  if (!found) throw new Problem('not-signed-in');
  const account = await getAccount(deps.db, found.caller.accountId, instantOf(deps.clock.now()));
  return { account: publicAccount(account), csrfToken: found.csrfToken, expiresAt: found.expiresAt };
}

export function signOut(deps: SessionDeps, caller: Caller, token: string): Promise<void> {
  return inTransaction(deps.db, async (db) => {
    await deleteSession(db, hashToken(token));
    const recordedAt = instantOf(deps.clock.now());
    await recordAccountAudit(db, caller, { recordedAt, accountId: caller.accountId, action: 'signed-out', detail: {} });
  });
}

export function publicAccount({ passwordHash: _, ...account }: StoredAccount): Account {
  return account;
}
