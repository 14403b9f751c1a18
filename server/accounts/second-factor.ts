import { randomBytes } from 'node:crypto';
import type { SecondFactorOffer, Session } from '#contract/account.ts';
import { recordBoundedAudit } from '../audit/record-audit.ts';
import { type Db, inTransaction } from '../database/open-database.ts';
import type { Caller } from '../http/bind-endpoint.ts';
import { instantOf } from '../lib/clock.ts';
import { Problem } from '../lib/problem.ts';
import { qrSvgOf } from '../lib/qr-svg.ts';
import type { AccountDeps } from './account-deps.ts';
import { getAccount, type StoredAccount } from './account-store.ts';
import { findAccountArea, recordAccountAudit } from './record-account-audit.ts';
import { CONFIRM_WITHIN_MS, describeSecret, findStep, SECRET_BYTES } from './totp.ts';
import {
  deleteSecondFactor,
  findSecondFactor,
  saveSecondFactorBegun,
  saveSecondFactorConfirmed,
  saveStepTaken,
} from './second-factor-store.ts';
import type { SecretBox } from './secret-box.ts';
import { hashToken, readSession } from './session.ts';
import { deleteSessionsOf } from './session-store.ts';
import { countAttempt } from './sign-in-attempt-rules.ts';
import { deleteStanding, findStanding, saveStanding } from './sign-in-attempt-store.ts';

/** Stands where an address would: wrong codes given within a session are counted apart from sign-ins, by the same rules. */
const WITHIN_SESSION = 'second-factor';

/** Makes a new secret; it counts for nothing until it is confirmed. @throws `second-factor-exists` */
export async function beginSecondFactor(
  deps: Pick<AccountDeps, 'db' | 'clock' | 'secrets'>,
  caller: Caller,
): Promise<SecondFactorOffer> {
  const { accountId } = caller;
  const secret = randomBytes(SECRET_BYTES);
  const sealed = deps.secrets.seal(accountId, secret);
  const { username } = await inTransaction(deps.db, async (db) => {
    const now = instantOf(deps.clock.now());
    if ((await findSecondFactor(db, accountId))?.confirmedAt) throw new Problem('second-factor-exists');
    await saveSecondFactorBegun(db, accountId, sealed, now);
    return getAccount(db, accountId, now);
  });
  const offer = describeSecret(secret, username);
  return { ...offer, qrSvg: await qrSvgOf(offer.otpauthUrl) };
}

/**
 * From now on signing in takes a code. Ends all other sessions: they were opened with a password alone.
 * @throws `second-factor-wrong`, `second-factor-exists`, `second-factor-not-begun`, `account-locked`
 */
export async function confirmSecondFactor(deps: AccountDeps, caller: Caller, token: string, code: string): Promise<Session> {
  await giveCode(deps, caller, async (db, account, now) => {
    const found = await findSecondFactor(db, caller.accountId);
    if (found?.confirmedAt) throw new Problem('second-factor-exists');
    const isOld = found && Date.parse(found.begunAt) + CONFIRM_WITHIN_MS < Date.parse(now);
    if (!found || isOld) throw new Problem('second-factor-not-begun');
    if (!(await takeCode(db, deps, account.accountId, code))) return false;
    await saveSecondFactorConfirmed(db, account.accountId, now);
    const sessionsEnded = await deleteSessionsOf(db, account.accountId, hashToken(token));
    await recordOwn(db, account, now, 'second-factor-set', { sessionsEnded });
    return true;
  });
  return readSession(deps, token);
}

/** @throws `second-factor-wrong`, `not-found`, `account-locked` */
export async function removeSecondFactor(deps: AccountDeps, caller: Caller, code: string): Promise<void> {
  await giveCode(deps, caller, async (db, account, now) => {
    if (!account.hasSecondFactor) throw new Problem('not-found', { kind: 'second-factor' });
    if (!(await takeCode(db, deps, account.accountId, code))) return false;
    await deleteSecondFactor(db, account.accountId);
    await recordOwn(db, account, now, 'second-factor-removed', {});
    return true;
  });
}

/** Whether the code is right and was not taken before; it is taken hereby. Within the caller's transaction. */
export async function takeCode(
  db: Db,
  deps: { secrets: SecretBox; clock: AccountDeps['clock'] },
  accountId: string,
  code: string,
): Promise<boolean> {
  const found = await findSecondFactor(db, accountId);
  if (!found) return false;
  const secret = deps.secrets.unseal(accountId, found.sealedSecret);
  const step = findStep(secret, code, found.lastStep, deps.clock.now());
  if (step === undefined) return false;
  await saveStepTaken(db, accountId, step);
  return true;
}

/** Counts the try before the code is looked at; `use` says whether it was right. */
async function giveCode(
  deps: AccountDeps,
  caller: Caller,
  use: (db: Db, account: StoredAccount, now: string) => Promise<boolean>,
): Promise<void> {
  deps.limiter.take(`account ${caller.accountId}`);
  const isRight = await inTransaction(deps.db, async (db) => {
    const nowMs = deps.clock.now();
    const now = instantOf(nowMs);
    const account = await getAccount(db, caller.accountId, now);
    const counted = countAttempt(await findStanding(db, account.username, WITHIN_SESSION), 'known-address', nowMs);
    if (counted.isLocked) throw new Problem('account-locked', { lockedUntil: instantOf(counted.lockedUntilMs) });
    if (await use(db, account, now)) {
      await deleteStanding(db, account.username, WITHIN_SESSION);
      return true;
    }
    await saveStanding(db, account.username, WITHIN_SESSION, counted.standing, nowMs);
    await recordBoundedAudit(db, {
      recordedAt: now,
      accountId: account.accountId,
      action: 'sign-in-failed',
      subjectKind: 'account',
      subjectId: account.accountId,
      areaId: await findAccountArea(db, account.grants, now),
      detail: { reason: 'second-factor-wrong' },
    });
    return false;
  });
  // Thrown only here: within the transaction it would take the count back.
  if (!isRight) throw new Problem('second-factor-wrong');
}

function recordOwn(
  db: Db,
  account: StoredAccount,
  recordedAt: string,
  action: string,
  detail: Record<string, unknown>,
): Promise<void> {
  return recordAccountAudit(db, account, { recordedAt, accountId: account.accountId, action, detail });
}
