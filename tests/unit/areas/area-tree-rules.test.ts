import { describe, expect, test } from 'vitest';
import type { Area, AreaLevel } from '#contract/area.ts';
import { cutToBranches, isLevelBelow, nameAt } from '../../../server/areas/area-tree-rules.ts';

function area(areaId: string, parentId: string | null): Area {
  const level: AreaLevel = 'commune';
  return { areaId, parentId, code: areaId, name: areaId, formerNames: [], level, validFrom: '2025', validTo: null };
}

const tree = [
  area('province', null),
  area('north', 'province'),
  area('south', 'province'),
  area('n1', 'north'),
  area('n2', 'north'),
  area('s1', 'south'),
];
const idsOf = (areas: Area[]) => areas.map((one) => one.areaId);

test.each([
  ['district', 'province', true],
  ['commune', 'province', true],
  ['hamlet', 'commune', true],
  ['commune', 'commune', false],
  ['province', 'province', false],
  ['district', 'commune', false],
  ['commune', 'hamlet', false],
] as const)('a %s below a %s: %s', (level, parent, expected) => {
  expect(isLevelBelow(level, parent)).toBe(expected);
});

describe('a branch', () => {
  test('is an area with all below it and the way up to the root', () => {
    expect(idsOf(cutToBranches(tree, ['north']))).toEqual(['province', 'north', 'n1', 'n2']);
    expect(idsOf(cutToBranches(tree, ['n2']))).toEqual(['province', 'north', 'n2']);
  });

  test('shows nothing of what stands beside it, and two branches show both', () => {
    expect(idsOf(cutToBranches(tree, ['n1', 's1']))).toEqual(['province', 'north', 'south', 'n1', 's1']);
  });

  test('is the whole tree at the root, and empty where the area did not exist', () => {
    expect(idsOf(cutToBranches(tree, ['province']))).toEqual(idsOf(tree));
    expect(cutToBranches(tree, ['unheard-of'])).toEqual([]);
    expect(cutToBranches(tree, [])).toEqual([]);
  });
});

describe('the name at an instant', () => {
  const former = [
    { name: 'Điện Nam Trung', usedUntil: '2024' },
    { name: 'Điện Nam Đông', usedUntil: '2020' },
  ];

  test('is the one that was in use then, with those before it as former names', () => {
    expect(nameAt('An Thắng', former, '2019')).toEqual({ name: 'Điện Nam Đông', formerNames: [] });
    expect(nameAt('An Thắng', former, '2020')).toEqual({ name: 'Điện Nam Trung', formerNames: ['Điện Nam Đông'] });
    expect(nameAt('An Thắng', former, '2026')).toEqual({ name: 'An Thắng', formerNames: ['Điện Nam Đông', 'Điện Nam Trung'] });
  });

  test('is not among the former ones when it came back', () => {
    expect(nameAt('Điện Nam Đông', former, '2026')).toEqual({ name: 'Điện Nam Đông', formerNames: ['Điện Nam Trung'] });
  });
});
