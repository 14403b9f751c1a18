import { randomInt, randomUUID } from 'node:crypto';
import { findRootAreaId, insertArea } from '../areas/area-store.ts';
import { recordAudit } from '../audit/record-audit.ts';
import type { Config } from '../config.ts';
import { type Db, inTransaction } from '../database/open-database.ts';
import { type Clock, instantOf } from '../lib/clock.ts';
import { hasAccounts, insertAccount, insertGrants } from './account-store.ts';
import type { PasswordHasher } from './password-hasher.ts';

const USERNAME = 'admin';
/** Read aloud and typed by hand: nothing that looks like something else. */
const ALPHABET = 'abcdefghjkmnpqrstuvwxyz23456789';

/**
 * On a database without accounts: the root area, and an administrator of it who can do nothing else.
 * @returns the password, this once: only its hash is kept.
 */
export async function ensureFirstAdministrator(deps: {
  db: Db;
  clock: Clock;
  config: Pick<Config, 'rootName'>;
  passwords: PasswordHasher;
}): Promise<{ username: string; password: string } | undefined> {
  if (await hasAccounts(deps.db)) return undefined;
  const password = makePassword();
  const passwordHash = await deps.passwords.hash(password);
  return inTransaction(deps.db, async (db) => {
    if (await hasAccounts(db)) return undefined;
    const createdAt = instantOf(deps.clock.now());
    const areaId = (await findRootAreaId(db)) ?? (await insertRoot(db, deps.config.rootName.normalize('NFC'), createdAt));
    const accountId = randomUUID();
    await insertAccount(db, { accountId, username: USERNAME, displayName: 'Quản trị hệ thống', passwordHash, createdAt });
    const grants = [{ role: 'administrator', areaId } as const];
    await insertGrants(db, accountId, grants, createdAt);
    await recordAudit(db, {
      recordedAt: createdAt,
      accountId: null,
      action: 'account-created',
      subjectKind: 'account',
      subjectId: accountId,
      areaId,
      detail: { username: USERNAME, grants },
    });
    return { username: USERNAME, password };
  });
}

async function insertRoot(db: Db, name: string, validFrom: string): Promise<string> {
  const areaId = randomUUID();
  await insertArea(db, { areaId, parentId: null, code: 'root', name, level: 'province', validFrom });
  await recordAudit(db, {
    recordedAt: validFrom,
    accountId: null,
    action: 'area-created',
    subjectKind: 'area',
    subjectId: areaId,
    areaId,
    detail: { code: 'root', name, level: 'province' },
  });
  return areaId;
}

/** 20 characters, 99 bits, in groups of five. */
function makePassword(): string {
  const group = () => Array.from({ length: 5 }, () => ALPHABET[randomInt(ALPHABET.length)]).join('');
  return [group(), group(), group(), group()].join('-');
}
