import { describe, expect, test } from 'vitest';
import {
  basisOfExchange,
  chooseExchange,
  clockErrorMs,
  decideClockTrust,
  findClockBasis,
  readClock,
} from '../../../../edge-agent/clock/clock-trust-rules.ts';
import type { ClockFacts } from '../../../../edge-agent/clock/clock-trust-rules.ts';

const DAY_MS = 86_400_000;
const anchor = { trueMs: 1_000_000_000, errorMs: 20, steadyMs: 50_000, systemMs: 1_000_000_700, bootId: 'one' };
const base: ClockFacts = { anchor, bootId: 'one', steadyMs: 60_000, systemMs: 5, hasBatteryClock: false };
const judge = (facts: ClockFacts) => {
  const basis = findClockBasis(facts);
  return {
    trust: decideClockTrust(basis, facts.steadyMs),
    nowMs: readClock(basis, facts.steadyMs),
    errorMs: clockErrorMs(basis, facts.steadyMs),
  };
};

describe('the clock', () => {
  test('goes on from an anchor of this boot, whatever the system clock shows', () => {
    expect(judge(base)).toEqual({ trust: 'synchronised', nowMs: 1_000_010_000, errorMs: 21 });
  });

  test.each([
    ['without any anchor', { ...base, anchor: undefined }],
    ['after a reboot without a battery clock', { ...base, bootId: 'two', systemMs: anchor.systemMs + 60_000 }],
    [
      'whose battery clock shows a time before the anchor',
      { ...base, bootId: 'two', hasBatteryClock: true, systemMs: anchor.systemMs - 5_000 },
    ],
    [
      'whose anchor is older than 30 days',
      { ...base, bootId: 'two', hasBatteryClock: true, systemMs: anchor.systemMs + 31 * DAY_MS },
    ],
    ['whose steady clock went backwards', { ...base, steadyMs: 10 }],
  ])('%s is not to be trusted', (_what, facts) => {
    expect(judge(facts)).toEqual({ trust: 'untrusted', nowMs: facts.systemMs, errorMs: null });
  });

  test('of a battery holds over with an error that grows by 50 ppm', () => {
    const week = judge({ ...base, bootId: 'two', hasBatteryClock: true, systemMs: anchor.systemMs + 7 * DAY_MS });
    expect(week).toEqual({ trust: 'holdover', nowMs: anchor.trueMs + 7 * DAY_MS, errorMs: 20 + 30_240 + 1_000 });
  });

  test('is only in holdover once a day without the server has passed', () => {
    expect(judge({ ...base, steadyMs: anchor.steadyMs + DAY_MS }).trust).toBe('holdover');
    expect(judge({ ...base, steadyMs: anchor.steadyMs + 31 * DAY_MS }).trust).toBe('untrusted');
  });

  test('takes the exchange with the shortest round trip, in its middle', () => {
    const best = chooseExchange([
      { askedSteadyMs: 0, answeredSteadyMs: 400, serverTimeMs: 10_000 },
      { askedSteadyMs: 500, answeredSteadyMs: 560, serverTimeMs: 10_330 },
      { askedSteadyMs: 600, answeredSteadyMs: 700, serverTimeMs: 10_450 },
    ]);
    expect(best?.askedSteadyMs).toBe(500);
    expect(best && basisOfExchange(best)).toEqual({ atMs: 10_360, steadyMs: 560, errorMs: 31, source: 'anchor' });
    expect(chooseExchange([])).toBeUndefined();
  });
});
