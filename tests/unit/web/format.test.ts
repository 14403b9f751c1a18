import { describe, expect, test } from 'vitest';
import type { Area } from '#contract/area.ts';
import { branchOf, orderAreas, withoutMarks } from '../../../web/format/area-tree.ts';
import { formatDuration, formatSpan } from '../../../web/format/durations.ts';
import {
  addDays,
  dayOf,
  formatInstant,
  formatRelativeInstant,
  formatTime,
  instantAt,
  startOfDay,
} from '../../../web/format/instants.ts';
import { formatBytes } from '../../../web/format/sizes.ts';

describe('instants', () => {
  test('are shown by the clock of the commune, also across midnight', () => {
    expect(formatInstant('2026-11-21T22:00:00.000Z')).toBe('05:00 22/11/2026');
    expect(formatTime('2026-11-22T17:00:00.000Z')).toBe('00:00');
    expect(dayOf('2026-11-22T16:59:59.999Z')).toBe('2026-11-22');
    expect(dayOf('2026-11-22T17:00:00.000Z')).toBe('2026-11-23');
  });

  test('are made of a day and a time there', () => {
    expect(instantAt('2026-11-22', '05:00')).toBe('2026-11-21T22:00:00.000Z');
    expect(startOfDay('2026-11-22')).toBe('2026-11-21T17:00:00.000Z');
    expect(addDays('2026-12-31', 1)).toBe('2027-01-01');
  });

  test('near now are told by the name of the day', () => {
    const words = { today: 'hôm nay', yesterday: 'hôm qua', tomorrow: 'ngày mai' };
    const nowMs = Date.parse('2026-11-22T01:00:00.000Z');
    expect(formatRelativeInstant('2026-11-21T22:00:00.000Z', nowMs, words)).toBe('hôm nay 05:00');
    expect(formatRelativeInstant('2026-11-22T22:00:00.000Z', nowMs, words)).toBe('ngày mai 05:00');
    expect(formatRelativeInstant('2026-11-25T22:00:00.000Z', nowMs, words)).toBe('05:00 26/11/2026');
  });
});

test('durations, spans and sizes are written short', () => {
  expect([7_000, 65_000, 3_723_000].map(formatDuration)).toEqual(['0:07', '1:05', '1:02:03']);
  const units = { seconds: 'giây', minutes: 'phút', hours: 'giờ', days: 'ngày' };
  expect([5_000, 180_000, 10_800_000, 500_000_000].map((ms) => formatSpan(ms, units))).toEqual([
    '5 giây',
    '3 phút',
    '3 giờ',
    '5 ngày',
  ]);
  expect([512, 1_400, 2_000_000].map((bytes) => formatBytes(bytes, 'vi'))).toEqual(['512 B', '1,4 kB', '2 MB']);
});

describe('the tree of areas', () => {
  const area = (areaId: string, parentId: string | null, name: string): Area => ({
    areaId,
    parentId,
    name,
    code: areaId,
    formerNames: [],
    level: 'hamlet',
    validFrom: '2026-01-01T00:00:00.000Z',
    validTo: null,
  });
  const areas = [
    area('h10', 'c', 'Ấp 10'),
    area('h2', 'c', 'Ấp 2'),
    area('c', 'not-mine', 'Xã Long Thới'),
    area('x', 'h2', 'Tổ 1'),
  ];

  test('has parents before children and numbers in their order', () => {
    expect(orderAreas(areas).map(({ area: { name }, depth }) => `${depth} ${name}`)).toEqual([
      '0 Xã Long Thới',
      '1 Ấp 2',
      '2 Tổ 1',
      '1 Ấp 10',
    ]);
  });

  test('gives an area with all below it', () => {
    expect([...branchOf(areas, 'h2')]).toEqual(['h2', 'x']);
  });

  test('is searched without marks', () => {
    expect(withoutMarks('Ấp Đông Hiệp')).toBe('ap dong hiep');
  });
});
