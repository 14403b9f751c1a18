import type { Session } from '#contract/account.ts';
import { recordBoundedAudit, settleLeftOutEntries } from '../audit/record-audit.ts';
import { type Db, inTransaction } from '../database/open-database.ts';
import { instantOf } from '../lib/clock.ts';
import { Problem } from '../lib/problem.ts';
import type { AccountDeps } from './account-deps.ts';
import { findAccountNamed, getAccount, type StoredAccount } from './account-store.ts';
import { findAccountArea, recordAccountAudit } from './record-account-audit.ts';
import { takeCode } from './second-factor.ts';
import { openSession } from './session.ts';
import { addressGroupOf, countAttempt, FORGET_ATTEMPTS_AFTER_MS, type Reach } from './sign-in-attempt-rules.ts';
import {
  ALL_STRANGERS,
  countStandings,
  deleteStanding,
  deleteStandingsBefore,
  findStanding,
  isKnownAddress,
  saveKnownAddress,
  saveStanding,
} from './sign-in-attempt-store.ts';

export interface SignInRequest {
  username: string;
  password: string;
  /** Of the second factor, where there is one. */
  code?: string | undefined;
  /** The caller's IP address. */
  address: string;
}

const KNOWN_ADDRESS_DAYS = 30;
const KNOWN_ADDRESSES_MAX = 20;
/** When so many are counted, names without an account are not any more: a flood of made-up names must not fill the disk. */
const STANDINGS_MAX = 20_000;
const DAY_MS = 86_400_000;

interface Attempt {
  username: string;
  address: string;
  account: StoredAccount | undefined;
  isKnown: boolean;
  hasLockedAddress: boolean;
  hasLockedStrangers: boolean;
}

/**
 * Opens a session. A name without an account is counted, locked and answered like one with, and costs the same work.
 * A wrong or missing code counts like a wrong password, and only who knows the password learns that one is asked for.
 * @throws `too-many-requests`, `account-locked`, `credentials-wrong`; only to who knows the password: `account-disabled`,
 * `second-factor-required`, `second-factor-wrong`
 */
export async function signIn(deps: AccountDeps, request: SignInRequest): Promise<{ token: string; session: Session }> {
  const address = addressGroupOf(request.address);
  deps.limiter.take(`address ${address}`);
  const username = request.username.normalize('NFKC').trim().toLowerCase();
  const attempt = await inTransaction(deps.db, (db) => claimAttempt(db, username, address, deps.clock.now()));
  const isRight = await deps.passwords.verify(attempt.account?.passwordHash, request.password);
  if (!isRight || !attempt.account) {
    await inTransaction(deps.db, (db) => recordFailure(db, attempt, 'credentials-wrong', deps.clock.now()));
    throw new Problem('credentials-wrong');
  }
  const { accountId, passwordHash } = attempt.account;
  const opened = await inTransaction(deps.db, async (db) => {
    const nowMs = deps.clock.now();
    // Read anew: while the password was looked at, it may have been changed or the account disabled.
    const account = await getAccount(db, accountId, instantOf(nowMs));
    const refusal = account.state === 'disabled' ? 'account-disabled' : 'credentials-wrong';
    if (account.state === 'disabled' || account.passwordHash !== passwordHash) {
      await recordFailure(db, attempt, refusal, nowMs);
      return { refusal } as const;
    }
    const lack = await findLackOfCode(db, deps, account, request.code);
    if (lack !== undefined) {
      await recordFailure(db, attempt, lack, nowMs);
      return { refusal: lack } as const;
    }
    await forgiveAttempt(db, attempt, nowMs);
    await saveKnownAddress(db, accountId, address, instantOf(nowMs), KNOWN_ADDRESSES_MAX);
    const recordedAt = instantOf(nowMs);
    await settleLeftOutEntries(db, recordedAt);
    await recordAccountAudit(db, account, { recordedAt, accountId, action: 'signed-in', detail: { address } });
    return openSession(db, deps, await getAccount(db, accountId, recordedAt));
  });
  // Thrown only here: within the transaction it would take the entry back.
  if ('refusal' in opened) throw new Problem(opened.refusal);
  return opened;
}

async function findLackOfCode(
  db: Db,
  deps: AccountDeps,
  { accountId, hasSecondFactor }: StoredAccount,
  code: string | undefined,
): Promise<'second-factor-required' | 'second-factor-wrong' | undefined> {
  if (!hasSecondFactor) return undefined;
  if (code === undefined || code === '') return 'second-factor-required';
  return (await takeCode(db, deps, accountId, code)) ? undefined : 'second-factor-wrong';
}

/** Counted before the password is looked at. @throws `account-locked` */
async function claimAttempt(db: Db, username: string, address: string, nowMs: number): Promise<Attempt> {
  await deleteStandingsBefore(db, instantOf(nowMs - FORGET_ATTEMPTS_AFTER_MS));
  const account = await findAccountNamed(db, username, instantOf(nowMs));
  const since = instantOf(nowMs - KNOWN_ADDRESS_DAYS * DAY_MS);
  const isKnown = account !== undefined && (await isKnownAddress(db, account.accountId, address, since));
  const attempt = { username, address, account, isKnown, hasLockedAddress: false, hasLockedStrangers: false };
  if (!account && (await countStandings(db)) >= STANDINGS_MAX) return attempt;
  // The narrow count comes first: what it refuses is not counted against all strangers.
  attempt.hasLockedAddress = await count(db, username, address, isKnown ? 'known-address' : 'strange-address', nowMs);
  if (!isKnown) attempt.hasLockedStrangers = await count(db, username, ALL_STRANGERS, 'all-strangers', nowMs);
  return attempt;
}

/** @returns whether this attempt was the last one allowed. */
async function count(db: Db, username: string, address: string, reach: Reach, nowMs: number): Promise<boolean> {
  const counted = countAttempt(await findStanding(db, username, address), reach, nowMs);
  if (counted.isLocked) throw new Problem('account-locked', { lockedUntil: instantOf(counted.lockedUntilMs) });
  await saveStanding(db, username, address, counted.standing, nowMs);
  return counted.hasLockedNow;
}

async function forgiveAttempt(db: Db, attempt: Attempt, nowMs: number): Promise<void> {
  await deleteStanding(db, attempt.username, attempt.address);
  if (attempt.isKnown) return;
  const all = await findStanding(db, attempt.username, ALL_STRANGERS);
  if (!all) return;
  const lock = attempt.hasLockedStrangers ? { locks: Math.max(0, all.locks - 1), lockedUntilMs: null } : {};
  await saveStanding(db, attempt.username, ALL_STRANGERS, { ...all, failures: Math.max(0, all.failures - 1), ...lock }, nowMs);
}

async function recordFailure(db: Db, attempt: Attempt, reason: string, nowMs: number): Promise<void> {
  const { account, address } = attempt;
  const recordedAt = instantOf(nowMs);
  // A name without an account is not written down: people type their password into the wrong field.
  const subject = {
    recordedAt,
    accountId: null,
    subjectKind: 'account',
    subjectId: account?.accountId ?? 'no-such-account',
    areaId: account ? await findAccountArea(db, account.grants, recordedAt) : null,
  };
  // Being asked for a code is a step of every sign-in with one: it is counted, but no failure to write down.
  if (reason !== 'second-factor-required') {
    await recordBoundedAudit(db, { ...subject, action: 'sign-in-failed', detail: { address, reason } });
  }
  if (attempt.hasLockedAddress) {
    await recordBoundedAudit(db, { ...subject, action: 'sign-in-locked', detail: { address, reach: 'address' } });
  }
  if (attempt.hasLockedStrangers) {
    await recordBoundedAudit(db, { ...subject, action: 'sign-in-locked', detail: { address, reach: 'all-strangers' } });
  }
}
