import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { touchesQuietHours } from '#contract/quiet-hours.ts';

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
