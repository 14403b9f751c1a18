import { expect, test } from 'vitest';
import { compareGrants, findCommonArea, isAdministratorOf } from '../../../server/accounts/grant-rules.ts';

const author = { role: 'author', areaId: 'a' } as const;
const approver = { role: 'approver', areaId: 'a' } as const;
const authorThere = { role: 'author', areaId: 'b' } as const;

test('roles are compared by role and area, and one named twice is one', () => {
  expect(compareGrants([author, approver], [author, authorThere, authorThere])).toEqual({
    added: [authorThere],
    removed: [approver],
  });
  expect(compareGrants([author], [author])).toEqual({ added: [], removed: [] });
});

test('an administrator of an area is one of all below it, and nobody else is', () => {
  const grants = [
    { role: 'administrator', areaId: 'district' },
    { role: 'author', areaId: 'province' },
  ] as const;
  expect(isAdministratorOf(grants, ['commune', 'district', 'province'])).toBe(true);
  expect(isAdministratorOf(grants, ['province'])).toBe(false);
  expect(isAdministratorOf(grants, [])).toBe(false);
});

test('the common area is the lowest that holds all', () => {
  const hamlet = ['hamlet', 'commune', 'province'];
  const other = ['other', 'province'];
  expect(findCommonArea([hamlet])).toBe('hamlet');
  expect(findCommonArea([hamlet, ['commune', 'province']])).toBe('commune');
  expect(findCommonArea([hamlet, other])).toBe('province');
  expect(findCommonArea([])).toBeNull();
});
