import { randomUUID } from 'node:crypto';
import type { z } from 'zod';
import type { Account, CreateAccount, RoleGrant } from '#contract/account.ts';
import { findRootAreaId, getOpenArea, listAncestry } from '../areas/area-store.ts';
import { type Db, inTransaction } from '../database/open-database.ts';
import type { Caller } from '../http/bind-endpoint.ts';
import { instantOf } from '../lib/clock.ts';
import { Problem } from '../lib/problem.ts';
import type { AccountDeps } from './account-deps.ts';
import { findAccountNamed, getAccount, insertAccount, insertGrants } from './account-store.ts';
import { compareGrants, isAdministratorOf } from './grant-rules.ts';
import { findPasswordWeakness } from './password-rules.ts';
import { recordAccountAudit } from './record-account-audit.ts';
import { publicAccount } from './session.ts';

/** Each role must lie in the caller's branches; one without roles belongs to no branch, so only the root's administrators make it. */
export async function createAccount(
  deps: Pick<AccountDeps, 'db' | 'clock' | 'passwords'>,
  caller: Caller,
  wanted: z.infer<typeof CreateAccount>,
): Promise<Account> {
  const { username, displayName, password } = wanted;
  demandStrongPassword(password, username);
  // Hashing takes a tenth of a second: never within a transaction, which all others wait for.
  const passwordHash = await deps.passwords.hash(password);
  return inTransaction(deps.db, async (db) => {
    const createdAt = instantOf(deps.clock.now());
    const { added: grants } = compareGrants([], wanted.grants);
    await demandGrantable(db, caller, grants, createdAt);
    if (grants.length === 0 && !(await isRootAdministrator(db, caller))) throw new Problem('outside-branch');
    if (await findAccountNamed(db, username, createdAt)) throw new Problem('username-taken', { username });
    const accountId = randomUUID();
    await insertAccount(db, { accountId, username, displayName: displayName.normalize('NFC'), passwordHash, createdAt });
    await insertGrants(db, accountId, grants, createdAt);
    await recordAccountAudit(
      db,
      { accountId, grants },
      { recordedAt: createdAt, accountId: caller.accountId, action: 'account-created', detail: { username, grants } },
    );
    return publicAccount(await getAccount(db, accountId, createdAt));
  });
}

/** @throws `password-too-weak` */
export function demandStrongPassword(password: string, username: string): void {
  const reason = findPasswordWeakness(password, username);
  if (reason) throw new Problem('password-too-weak', { reason });
}

/** @throws `outside-branch`, also for areas that do not exist: nothing is learned by asking; `area-closed` */
export async function demandGrantable(db: Db, caller: Caller, grants: readonly RoleGrant[], at: string): Promise<void> {
  for (const { areaId } of grants) {
    await demandOwnBranch(db, caller, areaId, at);
    await getOpenArea(db, areaId);
  }
}

export async function demandOwnBranch(db: Db, caller: Caller, areaId: string, at: string): Promise<void> {
  if (!isAdministratorOf(caller.grants, await listAncestry(db, areaId, at))) throw new Problem('outside-branch', { areaId });
}

export async function isRootAdministrator(db: Db, caller: Caller): Promise<boolean> {
  const rootAreaId = await findRootAreaId(db);
  return rootAreaId !== undefined && isAdministratorOf(caller.grants, [rootAreaId]);
}
