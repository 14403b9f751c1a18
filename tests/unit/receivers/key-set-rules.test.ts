import { describe, expect, test } from 'vitest';
import type { KeySet, WorkingKey } from '#contract/key-set.ts';
import { instantOf } from '../../../server/lib/clock.ts';
import { findSigningKey, keepKeys, planNewKeys } from '../../../server/receivers/key-set-rules.ts';

const NOW = Date.parse('2026-11-22T05:00:00.000Z');
const DAY = 86_400_000;

function key(purpose: WorkingKey['purpose'], fromDays: number, untilDays: number): WorkingKey {
  const keyId = `${purpose}${fromDays}`.padEnd(43, 'A').slice(0, 43);
  return { keyId, purpose, validFrom: instantOf(NOW + fromDays * DAY), validUntil: instantOf(NOW + untilDays * DAY) };
}

const healthy = [
  key('programme', -10, 355),
  key('emergency', -10, 355),
  key('command', -10, 355),
  key('update', -10, 355),
  key('record', -10, 355),
];

describe('planNewKeys', () => {
  test('makes one key a purpose at the start, valid already for clocks that lag', () => {
    const planned = planNewKeys([], NOW);
    expect(planned.map(({ purpose }) => purpose)).toEqual(['programme', 'emergency', 'command', 'update', 'record']);
    for (const { validFromMs, validUntilMs } of planned) {
      expect(validFromMs).toBe(NOW - 3_600_000);
      expect(validUntilMs - validFromMs).toBe(365 * DAY);
    }
  });

  test('plans nothing while every purpose has 60 days left', () => {
    expect(planNewKeys(healthy, NOW)).toEqual([]);
    expect(planNewKeys([...healthy.slice(1), key('programme', -305, 60)], NOW)).toEqual([]);
  });

  test('plans a successor that begins two weeks later, so that receivers know it before it signs', () => {
    const [planned, ...others] = planNewKeys([...healthy.slice(1), key('programme', -306, 59)], NOW);
    expect(others).toEqual([]);
    expect(planned).toMatchObject({ purpose: 'programme', validFromMs: NOW + 14 * DAY });
  });

  test('begins at once where the old key ends before that, or has ended', () => {
    expect(planNewKeys([...healthy.slice(1), key('programme', -360, 5)], NOW)[0]?.validFromMs).toBe(NOW - 3_600_000);
    expect(planNewKeys([...healthy.slice(1), key('programme', -400, -35)], NOW)[0]?.validFromMs).toBe(NOW - 3_600_000);
  });

  test('plans no second successor', () => {
    expect(planNewKeys([...healthy, key('programme', -306, 59), key('programme', 14, 379)], NOW)).toEqual([]);
  });
});

test('ended keys leave the set, save record keys, under which old exports are checked', () => {
  const kept = keepKeys([key('programme', -400, -1), key('record', -400, -1), key('command', -300, 65)], NOW);
  expect(kept.map(({ purpose }) => purpose)).toEqual(['record', 'command']);
});

describe('findSigningKey', () => {
  const setOf = (...keys: WorkingKey[]): KeySet => ({ type: 'key-set', v: 1, version: 1, issuedAt: instantOf(NOW), keys });

  test('takes the newest that is valid now, not one that begins later', () => {
    const set = setOf(key('programme', -300, 65), key('programme', -1, 364), key('programme', 10, 375));
    expect(findSigningKey(set, 'programme', NOW)?.validFrom).toBe(instantOf(NOW - DAY));
  });

  test('finds none of another purpose and none that has ended', () => {
    const set = setOf(key('command', -1, 364), key('programme', -400, -1));
    expect(findSigningKey(set, 'programme', NOW)).toBeUndefined();
  });
});
