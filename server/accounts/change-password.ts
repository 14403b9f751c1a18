import { recordBoundedAudit } from '../audit/record-audit.ts';
import { type Db, inTransaction } from '../database/open-database.ts';
import type { Caller } from '../http/bind-endpoint.ts';
import { instantOf } from '../lib/clock.ts';
import { Problem } from '../lib/problem.ts';
import type { AccountDeps } from './account-deps.ts';
import { getAccount, saveAccount, type StoredAccount } from './account-store.ts';
import { demandStrongPassword } from './create-account.ts';
import { findAccountArea, recordAccountAudit } from './record-account-audit.ts';
import { hashToken } from './session.ts';
import { deleteSessionsOf } from './session-store.ts';
import { deleteStandingsOf } from './sign-in-attempt-store.ts';

/** Ends all other sessions of the account; `token` is the one that stays. */
export async function changePassword(
  deps: AccountDeps,
  caller: Caller,
  token: string,
  wanted: { currentPassword: string; newPassword: string },
): Promise<void> {
  // A borrowed session must not become a place to guess the password at leisure.
  deps.limiter.take(`account ${caller.accountId}`);
  const account = await getAccount(deps.db, caller.accountId, instantOf(deps.clock.now()));
  demandStrongPassword(wanted.newPassword, account.username);
  if (!(await deps.passwords.verify(account.passwordHash, wanted.currentPassword))) {
    await inTransaction(deps.db, (db) => recordWrongPassword(db, account, instantOf(deps.clock.now())));
    throw new Problem('credentials-wrong');
  }
  const passwordHash = await deps.passwords.hash(wanted.newPassword);
  await inTransaction(deps.db, async (db) => {
    const recordedAt = instantOf(deps.clock.now());
    const { passwordHash: stored, state } = await getAccount(db, caller.accountId, recordedAt);
    // Set anew by an administrator in the meantime: that one stands.
    if (stored !== account.passwordHash || state === 'disabled') throw new Problem('credentials-wrong');
    await saveAccount(db, caller.accountId, { passwordHash });
    const sessionsEnded = await deleteSessionsOf(db, caller.accountId, hashToken(token));
    await deleteStandingsOf(db, account.username);
    await recordAccountAudit(db, account, {
      recordedAt,
      accountId: caller.accountId,
      action: 'password-changed',
      detail: { sessionsEnded },
    });
  });
}

async function recordWrongPassword(db: Db, account: StoredAccount, recordedAt: string): Promise<void> {
  await recordBoundedAudit(db, {
    recordedAt,
    accountId: account.accountId,
    action: 'sign-in-failed',
    subjectKind: 'account',
    subjectId: account.accountId,
    areaId: await findAccountArea(db, account.grants, recordedAt),
    detail: { reason: 'current-password-wrong' },
  });
}
