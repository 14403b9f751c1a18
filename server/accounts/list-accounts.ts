import type { Account } from '#contract/account.ts';
import type { Db } from '../database/open-database.ts';
import type { Caller } from '../http/bind-endpoint.ts';
import { listAccounts as listStoredAccounts } from './account-store.ts';
import { isRootAdministrator } from './create-account.ts';
import { publicAccount } from './session.ts';

/** `next` is the last username of the page. */
export async function listAccounts(
  db: Db,
  caller: Caller,
  page: { after?: string; limit: number },
  now: string,
): Promise<{ entries: Account[]; next: string | null }> {
  const branchAreaIds = caller.grants.filter((grant) => grant.role === 'administrator').map((grant) => grant.areaId);
  const found = await listStoredAccounts(
    db,
    {
      ...((await isRootAdministrator(db, caller)) ? {} : { branchAreaIds }),
      ...(page.after === undefined ? {} : { afterUsername: page.after }),
      limit: page.limit + 1,
    },
    now,
  );
  const entries = found.slice(0, page.limit).map(publicAccount);
  return { entries, next: found.length > page.limit ? (entries.at(-1)?.username ?? null) : null };
}
