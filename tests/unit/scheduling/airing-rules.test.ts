import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isProblem } from '../../../server/lib/problem.ts';
import { type ApprovedBulletin, lengthOf, moveAiringTo, planAiring } from '../../../server/scheduling/airing-rules.ts';

const media = (durationMs: number) => ({ sha256: 'a'.repeat(64), bytes: 1000, durationMs, codec: 'opus' as const });
const tones = { chime: media(3000), endTone: media(2000) };
const policy = { timeZone: 'Asia/Ho_Chi_Minh', quietHours: [{ from: '22:00', until: '04:30' }], volumePercentMax: 100 };
const limits = { startWithinMs: 600_000, emergencyValidMs: 3_600_000, airingDaysAheadMax: 366, airingMsMax: 14_400_000 };
const nowMs = Date.parse('2026-11-22T12:00:00.000+07:00');
const bulletin: ApprovedBulletin = {
  bulletinId: 'b1',
  areaId: 'a1',
  revision: 1,
  title: 'Lịch tiêm chủng',
  class: 'normal',
  purpose: 'real',
  media: media(40_000),
};
const request = {
  class: 'normal' as const,
  startsAt: '2026-11-22T10:00:00.000Z',
  repeats: 2,
  gapMs: 2000,
  targets: [{ kind: 'area' as const, id: 'a1' }],
};
type Asked = Parameters<typeof planAiring>[0];
const plan = (changes: Partial<Asked> = {}, bulletins = [bulletin], quietHours = policy.quietHours) =>
  planAiring({ ...request, ...changes } as Asked, bulletins, tones, { ...policy, quietHours }, limits, nowMs);
const codeOf = (work: () => unknown) => {
  try {
    work();
    return undefined;
  } catch (error) {
    if (isProblem(error)) return error.code;
    throw error;
  }
};

describe('an airing', () => {
  it('lasts from the chime to the end tone, with gaps between its repeats only', () => {
    const planned = plan();
    expect(planned.endsAtMs - planned.startsAtMs).toBe(3000 + 40_000 + 2000 + 40_000 + 2000);
    expect(planned.startBeforeMs - planned.startsAtMs).toBe(600_000);
    expect(planned.validUntilMs - planned.endsAtMs).toBe(30 * 60_000);
  });

  it.each([
    ['without bulletins', {}, [], 'airing-without-bulletins'],
    ['without targets', { targets: [] }, undefined, 'airing-without-targets'],
    ['in the past', { startsAt: '2026-11-22T04:59:58.999Z' }, undefined, 'airing-in-past'],
    ['too far ahead', { startsAt: '2027-12-22T05:00:00.000Z' }, undefined, 'airing-too-far-ahead'],
    ['too long', { repeats: 20, gapMs: 3_600_000 }, undefined, 'airing-too-long'],
    ['at 03:15', { startsAt: '2026-11-22T20:15:00.000Z' }, undefined, 'airing-in-quiet-hours'],
    ['that would end in quiet hours', { startsAt: '2026-11-22T14:59:00.000Z' }, undefined, 'airing-in-quiet-hours'],
    [
      'over a whole night',
      { startsAt: '2026-11-22T14:00:00.000Z', gapMs: 3_600_000, repeats: 3 },
      undefined,
      'airing-in-quiet-hours',
    ],
    ['of no class, at once', { startsAt: null }, undefined, 'request-invalid'],
    ['of an emergency bulletin as a normal one', {}, [{ ...bulletin, class: 'emergency' as const }], 'class-mismatch'],
    ['of a normal bulletin as an emergency', { class: 'emergency' as const, startsAt: null }, undefined, 'class-mismatch'],
    ['of a real bulletin and a drill', {}, [bulletin, { ...bulletin, purpose: 'drill' as const }], 'class-mismatch'],
    [
      'of an emergency that is to wait',
      { class: 'emergency' as const },
      [{ ...bulletin, class: 'emergency' as const }],
      'request-invalid',
    ],
  ])('%s is refused', (_what, changes, bulletins, code) => {
    expect(codeOf(() => plan(changes, bulletins))).toBe(code);
  });

  it('may begin a click ago, just before quiet hours end, and right after them', () => {
    expect(plan({ startsAt: '2026-11-22T04:59:59.000Z' }).startsAtMs).toBe(nowMs - 1000);
    expect(codeOf(() => plan({ startsAt: '2026-11-22T21:29:59.999Z' }))).toBe('airing-in-quiet-hours');
    expect(codeOf(() => plan({ startsAt: '2026-11-22T21:30:00.000Z' }))).toBeUndefined();
  });

  it('of an emergency starts at once, without tones, whatever the hour', () => {
    const always = [{ from: '00:00', until: '00:00' }];
    const planned = plan({ class: 'emergency', startsAt: null }, [{ ...bulletin, class: 'emergency' }], always);
    expect(planned).toMatchObject({ startsAtMs: nowMs, chime: null, endTone: null });
    expect(planned.validUntilMs - planned.endsAtMs).toBe(3_600_000);
  });

  it('gives a receiver an order that is consistent, however short it may be valid', () => {
    const anyMs = fc.integer({ min: 1, max: 60_000 });
    fc.assert(
      fc.property(
        fc.array(anyMs, { minLength: 1, maxLength: 5 }),
        fc.option(fc.nat(86_400_000), { nil: undefined }),
        fc.boolean(),
        (durations, validForMs, isEmergency) => {
          const kind = isEmergency ? ('emergency' as const) : ('normal' as const);
          const bulletins = durations.map((durationMs) => ({ ...bulletin, class: kind, media: media(durationMs) }));
          const changes = {
            class: kind,
            startsAt: isEmergency ? null : request.startsAt,
            ...(validForMs === undefined ? {} : { validForMs }),
          };
          const planned = plan(changes, bulletins);
          expect(planned.startsAtMs).toBeLessThanOrEqual(planned.startBeforeMs);
          expect(planned.startBeforeMs).toBeLessThanOrEqual(planned.validUntilMs);
          expect(planned.endsAtMs).toBeLessThanOrEqual(planned.validUntilMs);
          expect(planned.endsAtMs - planned.startsAtMs).toBe(
            lengthOf({
              items: bulletins.map((one) => one.media),
              repeats: 2,
              gapMs: 2000,
              chime: planned.chime,
              endTone: planned.endTone,
            }),
          );
        },
      ),
    );
  });
});

describe('a moved airing', () => {
  const planned = { ...plan(), class: 'normal' as const };
  const move = (startsAt: string, airing: Parameters<typeof moveAiringTo>[0] = planned) =>
    moveAiringTo(airing, Date.parse(startsAt), policy, limits, nowMs);

  it('keeps every distance from its start', () => {
    const moved = move('2026-11-23T00:00:00.000Z');
    const byMs = moved.startsAtMs - planned.startsAtMs;
    expect(moved).toEqual({
      startsAtMs: planned.startsAtMs + byMs,
      endsAtMs: planned.endsAtMs + byMs,
      startBeforeMs: planned.startBeforeMs + byMs,
      validUntilMs: planned.validUntilMs + byMs,
    });
  });

  it.each([
    ['2026-11-22T04:59:58.000Z', 'airing-in-past'],
    ['2026-11-22T20:15:00.000Z', 'airing-in-quiet-hours'],
    ['2026-11-22T14:59:30.000Z', 'airing-in-quiet-hours'],
    ['2028-11-22T05:00:00.000Z', 'airing-too-far-ahead'],
  ])('can not be moved to %s', (startsAt, code) => {
    expect(codeOf(() => move(startsAt))).toBe(code);
  });

  it('is never an emergency', () => {
    expect(codeOf(() => move('2026-11-23T00:00:00.000Z', { ...planned, class: 'emergency' }))).toBe('airing-not-changeable');
  });
});
