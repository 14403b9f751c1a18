import { describe, expect, test } from 'vitest';
import { addressGroupOf, countAttempt, type Reach, type Standing } from '../../../server/accounts/sign-in-attempt-rules.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

/** Guesses on until the door closes. */
function guessUntilLocked(
  reach: Reach,
  nowMs: number,
  from?: Standing,
): { attempts: number; standing: Standing; lockMs: number } {
  let standing = from;
  for (let attempts = 1; attempts <= 1000; attempts += 1) {
    const counted = countAttempt(standing, reach, nowMs);
    if (counted.isLocked) throw new Error('locked before it said so');
    standing = counted.standing;
    if (counted.hasLockedNow) return { attempts, standing, lockMs: (standing.lockedUntilMs ?? 0) - nowMs };
  }
  throw new Error('never locked');
}

describe('wrong passwords from one address', () => {
  test('close the name for it at the tenth, for 15 minutes', () => {
    const { attempts, lockMs, standing } = guessUntilLocked('strange-address', 0);
    expect([attempts, lockMs]).toEqual([10, 15 * MINUTE_MS]);
    expect(countAttempt(standing, 'strange-address', lockMs - 1)).toEqual({ isLocked: true, lockedUntilMs: lockMs });
    expect(countAttempt(standing, 'strange-address', lockMs)).toMatchObject({
      isLocked: false,
      standing: { failures: 1, locks: 1 },
    });
  });

  test('close it twice as long each time, up to a day', () => {
    let nowMs = 0;
    let standing: Standing | undefined;
    const minutes: number[] = [];
    for (let round = 0; round < 9; round += 1) {
      const locked = guessUntilLocked('strange-address', nowMs, standing);
      minutes.push(locked.lockMs / MINUTE_MS);
      nowMs += locked.lockMs;
      standing = locked.standing;
    }
    expect(minutes).toEqual([15, 30, 60, 120, 240, 480, 960, 1440, 1440]);
  });

  test('close it for never more than 15 minutes where the account has signed in before', () => {
    const first = guessUntilLocked('known-address', 0);
    const second = guessUntilLocked('known-address', first.lockMs, first.standing);
    const third = guessUntilLocked('known-address', first.lockMs + second.lockMs, second.standing);
    expect([first, second, third].map(({ lockMs }) => lockMs)).toEqual([15, 15, 15].map((minutes) => minutes * MINUTE_MS));
  });

  test('are forgotten a day after the first', () => {
    const counted = countAttempt(
      { failures: 9, locks: 0, windowStartedMs: 0, lockedUntilMs: null },
      'strange-address',
      24 * HOUR_MS,
    );
    expect(counted).toMatchObject({ hasLockedNow: false, standing: { failures: 1 } });
  });
});

test('wrong passwords from all strangers together close the name at the hundredth within a quarter of an hour', () => {
  expect(guessUntilLocked('all-strangers', 0)).toMatchObject({ attempts: 100, lockMs: 15 * MINUTE_MS });
  const slow: Standing = { failures: 99, locks: 0, windowStartedMs: 0, lockedUntilMs: null };
  expect(countAttempt(slow, 'all-strangers', 15 * MINUTE_MS)).toMatchObject({ hasLockedNow: false, standing: { failures: 1 } });
});

test('a clock that was set back locks nobody out for years', () => {
  const { standing } = guessUntilLocked('strange-address', 1_000 * HOUR_MS);
  expect(countAttempt(standing, 'strange-address', 0)).toMatchObject({ isLocked: false });
});

test.each([
  ['203.0.113.7', '203.0.113.7'],
  ['::ffff:203.0.113.7', '203.0.113.7'],
  ['2001:db8:1:ab12::1', '2001:0db8:0001:ab00::/56'],
  ['2001:db8:1:abff:ffff:ffff:ffff:ffff', '2001:0db8:0001:ab00::/56'],
  ['2001:0db8:0001:ac00::', '2001:0db8:0001:ac00::/56'],
  ['::1', '0000:0000:0000:0000::/56'],
  ['fe80::1%eth0', 'fe80:0000:0000:0000::/56'],
])('the address %s counts as %s', (address, group) => {
  expect(addressGroupOf(address)).toBe(group);
});
