import type { z } from 'zod';
import type { Account, ChangeAccount } from '#contract/account.ts';
import { findRootAreaId, listAncestry } from '../areas/area-store.ts';
import { type Db, inTransaction } from '../database/open-database.ts';
import type { Caller } from '../http/bind-endpoint.ts';
import { instantOf } from '../lib/clock.ts';
import { Problem } from '../lib/problem.ts';
import type { AccountDeps } from './account-deps.ts';
import {
  countActiveAdministrators,
  deleteGrants,
  getAccount,
  insertGrants,
  saveAccount,
  type StoredAccount,
} from './account-store.ts';
import { demandGrantable, demandOwnBranch, demandStrongPassword, isRootAdministrator } from './create-account.ts';
import { compareGrants, isAdministratorOf } from './grant-rules.ts';
import { recordAccountAudit } from './record-account-audit.ts';
import { deleteSecondFactor } from './second-factor-store.ts';
import { publicAccount } from './session.ts';
import { deleteSessionsOf } from './session-store.ts';
import { deleteStandingsOf } from './sign-in-attempt-store.ts';

type Wanted = z.infer<typeof ChangeAccount>;

interface Change {
  db: Db;
  caller: Caller;
  before: StoredAccount;
  now: string;
}

/**
 * Invariants:
 * - roles are given and taken within the caller's branches only, and nobody gives himself any;
 * - name, state, password and second factor can be changed only by who administers all branches of the account: else a commune's administrator
 *   could take over the province's by giving him a new password;
 * - the root keeps an active administrator.
 */
export async function changeAccount(
  deps: Pick<AccountDeps, 'db' | 'clock' | 'passwords'>,
  caller: Caller,
  accountId: string,
  wanted: Wanted,
): Promise<Account> {
  let passwordHash: string | undefined;
  if (wanted.password !== undefined) {
    // Who may not change it shall not make us work either; decided again within the transaction.
    const now = instantOf(deps.clock.now());
    const before = await getAccount(deps.db, accountId, now);
    await demandAuthority({ db: deps.db, caller, before, now }, wanted);
    demandStrongPassword(wanted.password, before.username);
    passwordHash = await deps.passwords.hash(wanted.password);
  }
  return inTransaction(deps.db, async (db) => {
    const now = instantOf(deps.clock.now());
    const change: Change = { db, caller, before: await getAccount(db, accountId, now), now };
    await demandAuthority(change, wanted);
    if (wanted.displayName !== undefined) await changeDisplayName(change, wanted.displayName.normalize('NFC'));
    if (passwordHash !== undefined) await setPassword(change, passwordHash);
    if (wanted.clearSecondFactor) await clearSecondFactor(change);
    if (wanted.grants !== undefined) await changeGrants(change, wanted.grants);
    if (wanted.state !== undefined) await changeState(change, wanted.state);
    await demandRootAdministrator(db);
    return publicAccount(await getAccount(db, accountId, now));
  });
}

/** @throws `not-found` for accounts outside all of the caller's branches: they are not listed to him either. */
async function demandAuthority({ db, caller, before, now }: Change, wanted: Wanted): Promise<void> {
  const isOwn = before.accountId === caller.accountId;
  const ancestries: string[][] = [];
  for (const grant of before.grants) ancestries.push(await listAncestry(db, grant.areaId, now));
  const inBranch = ancestries.filter((ancestry) => isAdministratorOf(caller.grants, ancestry));
  if (inBranch.length === 0 && !isOwn && !(await isRootAdministrator(db, caller))) {
    throw new Problem('not-found', { kind: 'account', id: before.accountId });
  }
  const { displayName, state, password, clearSecondFactor: clears } = wanted;
  const touchesPerson = [displayName, state, password, clears].some((part) => part !== undefined);
  if (touchesPerson && inBranch.length < ancestries.length) throw new Problem('outside-branch');
  // Without the current password a borrowed session would become the account itself.
  if (isOwn && wanted.password !== undefined) throw new Problem('conflict', { reason: 'own-password' });
  if (isOwn && wanted.clearSecondFactor) throw new Problem('conflict', { reason: 'own-second-factor' });
}

async function changeDisplayName(change: Change, displayName: string): Promise<void> {
  const { db, before } = change;
  if (displayName === before.displayName) return;
  await saveAccount(db, before.accountId, { displayName });
  await record(change, 'account-renamed', { formerDisplayName: before.displayName, displayName });
}

/** Also the way to open a locked account. */
async function setPassword(change: Change, passwordHash: string): Promise<void> {
  const { db, before } = change;
  await saveAccount(db, before.accountId, { passwordHash });
  const sessionsEnded = await deleteSessionsOf(db, before.accountId);
  await deleteStandingsOf(db, before.username);
  await record(change, 'password-reset', { sessionsEnded });
}

/** The telephone is lost: the password alone opens until the person sets another one up. */
async function clearSecondFactor(change: Change): Promise<void> {
  const { db, before } = change;
  if (await deleteSecondFactor(db, before.accountId)) await record(change, 'second-factor-cleared', {});
}

async function changeGrants(change: Change, grants: Account['grants']): Promise<void> {
  const { db, caller, before, now } = change;
  const { added, removed } = compareGrants(before.grants, grants);
  if (added.length === 0 && removed.length === 0) return;
  if (added.length > 0 && before.accountId === caller.accountId) throw new Problem('conflict', { reason: 'own-grants' });
  await demandGrantable(db, caller, added, now);
  for (const { areaId } of removed) await demandOwnBranch(db, caller, areaId, now);
  await insertGrants(db, before.accountId, added, now);
  await deleteGrants(db, before.accountId, removed);
  await record({ ...change, before: { ...before, grants: [...before.grants, ...added] } }, 'grants-changed', { added, removed });
}

async function changeState(change: Change, state: Account['state']): Promise<void> {
  const { db, before } = change;
  if (state === before.state) return;
  await saveAccount(db, before.accountId, { state });
  const sessionsEnded = state === 'disabled' ? await deleteSessionsOf(db, before.accountId) : 0;
  await record(change, state === 'disabled' ? 'account-disabled' : 'account-enabled', { sessionsEnded });
}

async function demandRootAdministrator(db: Db): Promise<void> {
  const rootAreaId = await findRootAreaId(db);
  if (rootAreaId === undefined || (await countActiveAdministrators(db, rootAreaId)) === 0) {
    throw new Problem('conflict', { reason: 'last-administrator' });
  }
}

function record({ db, caller, before, now }: Change, action: string, detail: Record<string, unknown>): Promise<void> {
  return recordAccountAudit(db, before, { recordedAt: now, accountId: caller.accountId, action, detail });
}
