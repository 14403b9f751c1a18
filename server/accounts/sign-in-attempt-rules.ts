// How many wrong passwords, from where, close which door and for how long.
//
// A lock closes a name for one address, not the account: an outsider who guesses on purpose locks himself out, and the duty
// officer, who is elsewhere, still gets in. Guessing spread over many addresses meets the count of all strangers together; it
// closes the name for 15 minutes, but never for addresses where the account has signed in before. There a lock does not grow
// either: behind one office line a neighbour's guesses cost the officer at most 15 minutes, and another line none.

export type Reach = 'strange-address' | 'known-address' | 'all-strangers';

/** The standing of one name at one address, or at all strange addresses together. */
export interface Standing {
  failures: number;
  /** Locks in a row: each lasts twice as long as the one before. */
  locks: number;
  windowStartedMs: number;
  lockedUntilMs: number | null;
}

interface Policy {
  failuresMax: number;
  windowMs: number;
  lockMs: number;
  longestLockMs: number;
}

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
const POLICIES: Record<Reach, Policy> = {
  'strange-address': { failuresMax: 10, windowMs: DAY_MS, lockMs: 15 * MINUTE_MS, longestLockMs: DAY_MS },
  'known-address': { failuresMax: 10, windowMs: DAY_MS, lockMs: 15 * MINUTE_MS, longestLockMs: 15 * MINUTE_MS },
  'all-strangers': { failuresMax: 100, windowMs: 15 * MINUTE_MS, lockMs: 15 * MINUTE_MS, longestLockMs: 15 * MINUTE_MS },
};
/** Longer than the longest lock, so that a second one still knows of the first. */
export const FORGET_ATTEMPTS_AFTER_MS = 2 * DAY_MS;

export type Count =
  | { isLocked: true; lockedUntilMs: number }
  /** `hasLockedNow`: this attempt was the last one allowed; a right password undoes it. */
  | { isLocked: false; standing: Standing; hasLockedNow: boolean };

/** Counts an attempt *before* its password is looked at, so that many at once can't slip past the limit. */
export function countAttempt(standing: Standing | undefined, reach: Reach, nowMs: number): Count {
  const policy = POLICIES[reach];
  const { lockedUntilMs = null } = standing ?? {};
  // A lock can't be further off than the longest: beyond that the clock was set back.
  if (lockedUntilMs !== null && lockedUntilMs > nowMs && lockedUntilMs <= nowMs + policy.longestLockMs) {
    return { isLocked: true, lockedUntilMs };
  }
  const ageMs = standing ? nowMs - standing.windowStartedMs : 0;
  const goesOn = standing !== undefined && lockedUntilMs === null && ageMs >= 0 && ageMs < policy.windowMs;
  const failures = (goesOn ? standing.failures : 0) + 1;
  const hasLockedNow = failures >= policy.failuresMax;
  const locks = (standing?.locks ?? 0) + (hasLockedNow ? 1 : 0);
  const lockMs = Math.min(policy.lockMs * 2 ** Math.max(0, locks - 1), policy.longestLockMs);
  return {
    isLocked: false,
    hasLockedNow,
    standing: {
      failures,
      locks,
      windowStartedMs: goesOn ? standing.windowStartedMs : nowMs,
      lockedUntilMs: hasLockedNow ? nowMs + lockMs : null,
    },
  };
}

/**
 * What counts as one address. A household or an attacker has a whole IPv6 network of at least 2^64 addresses: the first 56 bits
 * stand for it. IPv4 in IPv6 clothing is IPv4.
 */
export function addressGroupOf(address: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  if (mapped !== undefined) return mapped;
  if (!address.includes(':')) return address.slice(0, 64);
  const [head = '', tail] = (address.split('%')[0] ?? '').toLowerCase().split('::');
  const before = head === '' ? [] : head.split(':');
  const after = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = tail === undefined ? 0 : Math.max(0, 8 - before.length - after.length);
  const words = [...before, ...new Array<string>(zeros).fill('0'), ...after].slice(0, 4).map((word) => word.padStart(4, '0'));
  return `${words.join(':').slice(0, 17)}00::/56`;
}
