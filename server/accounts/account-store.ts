import type { Account, RoleGrant } from '#contract/account.ts';
import { branchQuery } from '../areas/area-store.ts';
import type { Db } from '../database/open-database.ts';
import { Problem } from '../lib/problem.ts';
import { listWithSecondFactor } from './second-factor-store.ts';

/** With what never leaves the server. */
export interface StoredAccount extends Account {
  passwordHash: string;
}

/** `now` decides whether a lock still holds. */
export async function findAccount(db: Db, accountId: string, now: string): Promise<StoredAccount | undefined> {
  const [account] = await describe(db, await db<AccountRow>('accounts').where('account_id', accountId), now);
  return account;
}

export async function getAccount(db: Db, accountId: string, now: string): Promise<StoredAccount> {
  const account = await findAccount(db, accountId, now);
  if (!account) throw new Problem('not-found', { kind: 'account', id: accountId });
  return account;
}

export async function findAccountNamed(db: Db, username: string, now: string): Promise<StoredAccount | undefined> {
  const [account] = await describe(db, await db<AccountRow>('accounts').where('username', username), now);
  return account;
}

export interface AccountQuestion {
  /** Only accounts with a grant in these areas or below; absent: all. */
  branchAreaIds?: readonly string[];
  afterUsername?: string;
  limit: number;
}

/** By username. */
export async function listAccounts(db: Db, question: AccountQuestion, now: string): Promise<StoredAccount[]> {
  const rows = await db<AccountRow>('accounts')
    .modify((query) => {
      if (question.branchAreaIds) {
        const inside = db('role_grants').whereRaw('area_id IN (?)', [branchQuery(db, question.branchAreaIds, now)]);
        void query.whereIn('account_id', inside.select('account_id'));
      }
      if (question.afterUsername !== undefined) void query.where('username', '>', question.afterUsername);
    })
    .orderBy('username')
    .limit(question.limit);
  return describe(db, rows, now);
}

/** For showing who did something. */
export async function listDisplayNames(db: Db, accountIds: readonly string[]): Promise<Map<string, string>> {
  const rows = await db<AccountRow>('accounts')
    .whereIn('account_id', [...new Set(accountIds)])
    .select('account_id', 'display_name');
  return new Map(rows.map((row) => [row.account_id, row.display_name]));
}

export async function hasAccounts(db: Db): Promise<boolean> {
  return (await db('accounts').first('account_id')) !== undefined;
}

/** Active ones with the role administrator in exactly this area. */
export async function countActiveAdministrators(db: Db, areaId: string): Promise<number> {
  const [row] = await db('role_grants as g')
    .join('accounts as a', 'a.account_id', 'g.account_id')
    .where({ 'g.role': 'administrator', 'g.area_id': areaId, 'a.state': 'active' })
    .count({ count: '*' });
  return Number(row?.['count']);
}

export async function insertAccount(
  db: Db,
  account: Pick<StoredAccount, 'accountId' | 'username' | 'displayName' | 'passwordHash' | 'createdAt'>,
): Promise<void> {
  await db('accounts').insert({
    account_id: account.accountId,
    username: account.username,
    display_name: account.displayName,
    password_hash: account.passwordHash,
    state: 'active',
    created_at: account.createdAt,
  });
}

export async function saveAccount(
  db: Db,
  accountId: string,
  change: { displayName?: string; state?: Account['state']; passwordHash?: string },
): Promise<void> {
  const { displayName, state, passwordHash } = change;
  const columns = {
    ...(displayName === undefined ? {} : { display_name: displayName }),
    ...(state === undefined ? {} : { state }),
    ...(passwordHash === undefined ? {} : { password_hash: passwordHash }),
  };
  if (Object.keys(columns).length > 0) await db('accounts').where('account_id', accountId).update(columns);
}

export async function insertGrants(db: Db, accountId: string, grants: readonly RoleGrant[], at: string): Promise<void> {
  for (const { role, areaId } of grants) {
    await db('role_grants').insert({ account_id: accountId, role, area_id: areaId, granted_at: at });
  }
}

export async function deleteGrants(db: Db, accountId: string, grants: readonly RoleGrant[]): Promise<void> {
  for (const { role, areaId } of grants) {
    await db('role_grants').where({ account_id: accountId, role, area_id: areaId }).delete();
  }
}

export async function listGrants(db: Db, accountId: string): Promise<RoleGrant[]> {
  const rows = await db<GrantRow>('role_grants').where('account_id', accountId).orderBy(['role', 'area_id']);
  return rows.map(grantOf);
}

interface AccountRow {
  account_id: string;
  username: string;
  display_name: string;
  password_hash: string;
  state: Account['state'];
  created_at: string;
}

interface GrantRow {
  account_id: string;
  role: RoleGrant['role'];
  area_id: string;
}

function grantOf(row: GrantRow): RoleGrant {
  return { role: row.role, areaId: row.area_id };
}

async function describe(db: Db, rows: readonly AccountRow[], now: string): Promise<StoredAccount[]> {
  const ids = rows.map((row) => row.account_id);
  const names = rows.map((row) => row.username);
  const grants = await db<GrantRow>('role_grants').whereIn('account_id', ids).orderBy(['role', 'area_id']);
  const locks = await db('sign_in_attempts')
    .whereIn('username', names)
    .where('locked_until', '>', now)
    .groupBy('username')
    .select<{ username: string; until: string }[]>('username', db.raw('max(locked_until) AS until'));
  const withSecondFactor = await listWithSecondFactor(db, ids);
  return rows.map((row) => ({
    accountId: row.account_id,
    username: row.username,
    displayName: row.display_name,
    passwordHash: row.password_hash,
    state: row.state,
    grants: grants.filter((grant) => grant.account_id === row.account_id).map(grantOf),
    lockedUntil: locks.find((lock) => lock.username === row.username)?.until ?? null,
    hasSecondFactor: withSecondFactor.has(row.account_id),
    createdAt: row.created_at,
  }));
}
