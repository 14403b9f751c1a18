import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { findQuietStart, isQuietAt, isTimeZoneKnown } from '../../../../edge-agent/programme/quiet-hours-rules.ts';
import { nightPolicy } from '../../../support/signed-fixtures.ts';

const at = (text: string) => Date.parse(text);

describe('quiet hours from 21:30 to 04:45 in Việt Nam', () => {
  test.each([
    ['2026-11-22T14:29:59.000Z', false],
    ['2026-11-22T14:30:00.000Z', true],
    ['2026-11-22T20:15:00.000Z', true], // 03:15
    ['2026-11-22T21:44:59.000Z', true],
    ['2026-11-22T21:45:00.000Z', false],
  ])('at %s: %s', (instant, isQuiet) => {
    expect(isQuietAt(nightPolicy, at(instant))).toBe(isQuiet);
  });

  test('begin within a span that runs into them, and not in one that ends with them', () => {
    expect(findQuietStart(nightPolicy, at('2026-11-22T14:20:30.500Z'), at('2026-11-22T14:31:00.000Z'))).toBe(
      at('2026-11-22T14:30:00.000Z'),
    );
    expect(findQuietStart(nightPolicy, at('2026-11-22T14:20:30.500Z'), at('2026-11-22T14:30:00.000Z'))).toBeUndefined();
    expect(findQuietStart({ ...nightPolicy, quietHours: [] }, 0, 1e9)).toBeUndefined();
  });

  test('found arithmetically are those found minute by minute, also where clocks are put forward', () => {
    const zones = fc.constantFrom('Asia/Ho_Chi_Minh', 'Europe/Berlin', 'Asia/Kathmandu');
    const start = fc.integer({ min: at('2026-03-27T00:00:00.000Z'), max: at('2026-03-31T00:00:00.000Z') });
    fc.assert(
      fc.property(zones, start, fc.integer({ min: 1, max: 20 * 3_600_000 }), (timeZone, fromMs, lengthMs) => {
        const policy = { ...nightPolicy, timeZone };
        const found = findQuietStart(policy, fromMs, fromMs + lengthMs);
        for (let atMs = fromMs; atMs < fromMs + lengthMs; atMs += 60_000) {
          if (found === undefined || atMs < found) expect(isQuietAt(policy, atMs)).toBe(false);
        }
        if (found !== undefined) expect(isQuietAt(policy, found)).toBe(true);
      }),
      { numRuns: 40 },
    );
  });

  test('of the same beginning and end last all day', () => {
    const policy = { ...nightPolicy, quietHours: [{ from: '00:00', until: '00:00' }] };
    expect(isQuietAt(policy, 12_345)).toBe(true);
  });
});

test('a time zone that nobody knows is told from a real one', () => {
  expect(isTimeZoneKnown('Asia/Ho_Chi_Minh')).toBe(true);
  expect(isTimeZoneKnown('Asia/Nowhere')).toBe(false);
});
