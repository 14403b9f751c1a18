import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findQuietStart, isQuietAt, isTimeZoneKnown, touchesQuietHours } from '#contract/quiet-hours.ts';
import { nightPolicy } from '../../support/signed-fixtures.ts';

const night = { timeZone: 'Asia/Ho_Chi_Minh', quietHours: [{ from: '22:00', until: '04:30' }] };
const at = (local: string) => Date.parse(`2026-11-22T${local}+07:00`);
const MINUTE_MS = 60_000;

describe('quiet hours', () => {
  it.each([
    ['03:15:00.000', '03:20:00.000', true],
    ['04:29:59.999', '04:30:00.000', true],
    ['04:30:00.000', '04:35:00.000', false],
    ['05:00:00.000', '21:59:59.999', false],
    ['05:00:00.000', '22:00:00.000', false],
    ['05:00:00.000', '22:00:00.001', true],
    ['21:59:59.999', '22:00:00.001', true],
    ['00:00:00.000', '00:00:01.000', true],
  ])('over midnight: from %s until %s in Việt Nam is %s', (from, until, isQuiet) => {
    expect(touchesQuietHours(night, at(from), at(until))).toBe(isQuiet);
  });

  it('are none when none are set, and all day when they end where they begin', () => {
    expect(touchesQuietHours({ ...night, quietHours: [] }, at('03:15:00.000'), at('03:16:00.000'))).toBe(false);
    const always = { ...night, quietHours: [{ from: '00:00', until: '00:00' }] };
    expect(touchesQuietHours(always, at('12:00:00.000'), at('12:01:00.000'))).toBe(true);
  });

  it('are touched by whatever lasts a day', () => {
    const brief = { ...night, quietHours: [{ from: '12:00', until: '12:01' }] };
    expect(touchesQuietHours(brief, at('12:01:00.000'), at('12:01:00.000') + 1440 * MINUTE_MS)).toBe(true);
  });

  it('follow the wall clock where clocks are put back: the same minute twice', () => {
    const berlin = { timeZone: 'Europe/Berlin', quietHours: [{ from: '02:30', until: '02:40' }] };
    for (const instant of ['2026-10-25T00:30:00.000Z', '2026-10-25T01:30:00.000Z']) {
      expect(touchesQuietHours(berlin, Date.parse(instant), Date.parse(instant) + MINUTE_MS)).toBe(true);
    }
    const forward = Date.parse('2026-03-29T00:55:00.000Z'); // 01:55, then 03:00
    expect(touchesQuietHours(berlin, forward, forward + 10 * MINUTE_MS)).toBe(false);
  });

  it('agree with a walk over every minute, in zones of all kinds', () => {
    const time = fc
      .tuple(fc.nat(23), fc.nat(59))
      .map(([hour, minute]) => `${String(hour).padStart(2, '0')}:${String(minute).padStart(2, '0')}`);
    const spans = fc.array(fc.record({ from: time, until: time }), { maxLength: 3 });
    const zone = fc.constantFrom('Asia/Ho_Chi_Minh', 'Asia/Kathmandu', 'Europe/Berlin', 'America/St_Johns', 'Pacific/Apia');
    const start = fc.integer({ min: Date.parse('2026-01-01'), max: Date.parse('2027-01-01') });
    fc.assert(
      fc.property(spans, zone, start, fc.integer({ min: 1, max: 300 * MINUTE_MS }), (quietHours, timeZone, fromMs, lengthMs) => {
        const format = new Intl.DateTimeFormat('en-GB', { timeZone, hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
        let isQuiet = false;
        const firstMinute = Math.floor(fromMs / MINUTE_MS) * MINUTE_MS;
        for (let minute = firstMinute; minute < fromMs + lengthMs; minute += MINUTE_MS) {
          const clock = format.format(minute);
          isQuiet ||= quietHours.some(({ from, until }) =>
            from < until ? clock >= from && clock < until : clock >= from || clock < until,
          );
        }
        expect(touchesQuietHours({ timeZone, quietHours }, fromMs, fromMs + lengthMs)).toBe(isQuiet);
      }),
      { numRuns: 200 },
    );
  });
});

describe('quiet hours from 21:30 to 04:45 in Việt Nam', () => {
  it.each([
    ['2026-11-22T14:29:59.000Z', false],
    ['2026-11-22T14:30:00.000Z', true],
    ['2026-11-22T20:15:00.000Z', true], // 03:15
    ['2026-11-22T21:44:59.000Z', true],
    ['2026-11-22T21:45:00.000Z', false],
  ])('at %s: %s', (instant, isQuiet) => {
    expect(isQuietAt(nightPolicy, Date.parse(instant))).toBe(isQuiet);
  });

  it('begin within a span that runs into them, and not in one that ends with them', () => {
    expect(findQuietStart(nightPolicy, Date.parse('2026-11-22T14:20:30.500Z'), Date.parse('2026-11-22T14:31:00.000Z'))).toBe(
      Date.parse('2026-11-22T14:30:00.000Z'),
    );
    expect(
      findQuietStart(nightPolicy, Date.parse('2026-11-22T14:20:30.500Z'), Date.parse('2026-11-22T14:30:00.000Z')),
    ).toBeUndefined();
    expect(findQuietStart({ ...nightPolicy, quietHours: [] }, 0, 1e9)).toBeUndefined();
  });

  it('found arithmetically are those found minute by minute, also where clocks are put forward', () => {
    const zones = fc.constantFrom('Asia/Ho_Chi_Minh', 'Europe/Berlin', 'Asia/Kathmandu');
    const start = fc.integer({ min: Date.parse('2026-03-27T00:00:00.000Z'), max: Date.parse('2026-03-31T00:00:00.000Z') });
    fc.assert(
      fc.property(zones, start, fc.integer({ min: 1, max: 20 * 3_600_000 }), (timeZone, fromMs, lengthMs) => {
        const policy = { ...nightPolicy, timeZone };
        const found = findQuietStart(policy, fromMs, fromMs + lengthMs);
        const untilMs = found ?? fromMs + lengthMs;
        for (let atMs = fromMs; atMs < untilMs; atMs += 60_000) expect(isQuietAt(policy, atMs)).toBe(false);
        expect(found === undefined || isQuietAt(policy, found)).toBe(true);
      }),
      { numRuns: 40 },
    );
  });

  it('of the same beginning and end last all day', () => {
    const policy = { ...nightPolicy, quietHours: [{ from: '00:00', until: '00:00' }] };
    expect(isQuietAt(policy, 12_345)).toBe(true);
  });
});

it('a time zone that nobody knows is told from a real one', () => {
  expect(isTimeZoneKnown('Asia/Ho_Chi_Minh')).toBe(true);
  expect(isTimeZoneKnown('Asia/Nowhere')).toBe(false);
});
