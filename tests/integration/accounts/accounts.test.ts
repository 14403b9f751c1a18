import { describe, expect, test } from 'vitest';
import type { RoleGrant } from '#contract/account.ts';
import { findAccount, findAccountNamed } from '../../../server/accounts/account-store.ts';
import { changeAccount } from '../../../server/accounts/change-account.ts';
import { createAccount } from '../../../server/accounts/create-account.ts';
import { listAccounts } from '../../../server/accounts/list-accounts.ts';
import { changeArea } from '../../../server/areas/change-area.ts';
import { listAudit } from '../../../server/audit/list-audit.ts';
import { expectProblem } from '../../support/expect-problem.ts';
import { GroundFloor } from '../../support/ground-floor.ts';

/** Two communes with an administrator each. */
async function openTwoCommunes() {
  const floor = await GroundFloor.open();
  const north = await floor.addArea(floor.rootAreaId, 'commune', 'Bắc');
  const south = await floor.addArea(floor.rootAreaId, 'commune', 'Nam');
  const northern = await floor.addAccount('bac', ['administrator', north]);
  return { floor, north, south, northern, [Symbol.asyncDispose]: () => floor[Symbol.asyncDispose]() };
}

const newAccount = (username: string, ...grants: RoleGrant[]) => ({
  username,
  displayName: username,
  password: GroundFloor.passwordOf(username),
  grants,
});

describe('an administrator', () => {
  test('gives roles in his branches and nowhere else', async () => {
    await using site = await openTwoCommunes();
    const { floor, north, south, northern } = site;
    const hamlet = await floor.addArea(north, 'hamlet', 'Thôn');
    const made = await createAccount(floor, northern, newAccount('tac.gia', { role: 'author', areaId: hamlet }));
    expect(made).toMatchObject({ state: 'active', grants: [{ role: 'author', areaId: hamlet }], lockedUntil: null });
    expect(made).not.toHaveProperty('passwordHash');
    for (const areaId of [south, floor.rootAreaId, crypto.randomUUID()]) {
      const wanted = newAccount('ke.khac', { role: 'author', areaId: north }, { role: 'administrator', areaId });
      await expectProblem(createAccount(floor, northern, wanted), 'outside-branch', { areaId });
      const grants = [...made.grants, { role: 'viewer', areaId } as const];
      await expectProblem(changeAccount(floor, northern, made.accountId, { grants }), 'outside-branch', { areaId });
    }
    await expectProblem(createAccount(floor, northern, newAccount('khong.vai')), 'outside-branch');
    await expectProblem(createAccount(floor, floor.admin, newAccount('tac.gia')), 'username-taken');
  });

  test('takes and leaves roles: those outside his branches stay untouched', async () => {
    await using site = await openTwoCommunes();
    const { floor, north, south, northern } = site;
    const both = await floor.addAccount('hai.noi', ['author', north], ['author', south]);
    const grants: RoleGrant[] = [
      { role: 'author', areaId: south },
      { role: 'approver', areaId: north },
    ];
    const changed = await changeAccount(floor, northern, both.accountId, { grants });
    expect(changed.grants).toEqual([...grants].toSorted((one, other) => (one.role < other.role ? -1 : 1)));
    const withoutSouth = { grants: [{ role: 'approver', areaId: north } as const] };
    await expectProblem(changeAccount(floor, northern, both.accountId, withoutSouth), 'outside-branch', { areaId: south });
  });

  test('gives himself nothing, neither roles nor a password', async () => {
    await using site = await openTwoCommunes();
    const { floor, north, northern } = site;
    for (const grant of [
      { role: 'approver', areaId: north },
      { role: 'administrator', areaId: floor.rootAreaId },
    ] as const) {
      const grants = [...northern.grants, grant];
      await expectProblem(changeAccount(floor, northern, northern.accountId, { grants }), 'conflict', { reason: 'own-grants' });
    }
    const password = 'cánh đồng sau mùa gặt';
    await expectProblem(changeAccount(floor, northern, northern.accountId, { password }), 'conflict', { reason: 'own-password' });
    expect(await findAccount(floor.db, northern.accountId, floor.clock.at)).toMatchObject({ grants: northern.grants });
  });

  test('can not take over, disable or find accounts that reach beyond his branches', async () => {
    await using site = await openTwoCommunes();
    const { floor, north, south, northern } = site;
    const province = await floor.addAccount('tinh', ['administrator', floor.rootAreaId], ['viewer', north]);
    const foreign = await floor.addAccount('nam', ['author', south]);
    const before = await findAccount(floor.db, province.accountId, floor.clock.at);
    const password = 'cánh đồng sau mùa gặt';
    for (const wanted of [{ password }, { state: 'disabled' }, { displayName: 'x' }] as const) {
      await expectProblem(changeAccount(floor, northern, province.accountId, wanted), 'outside-branch');
      await expectProblem(changeAccount(floor, northern, foreign.accountId, wanted), 'not-found');
    }
    const grants: RoleGrant[] = [...foreign.grants, { role: 'author', areaId: north }];
    await expectProblem(changeAccount(floor, northern, foreign.accountId, { grants }), 'not-found');
    expect(await findAccount(floor.db, province.accountId, floor.clock.at)).toEqual(before);
  });

  test('lists the accounts with a role in his branches, page by page', async () => {
    await using site = await openTwoCommunes();
    const { floor, north, south, northern } = site;
    const hamlet = await floor.addArea(north, 'hamlet', 'Thôn');
    for (const name of ['cuong', 'an.nguyen', 'binh']) await floor.addAccount(name, ['viewer', hamlet]);
    await floor.addAccount('nam', ['author', south]);
    await floor.addAccount('khong.vai');
    const first = await listAccounts(floor.db, northern, { limit: 3 }, floor.clock.at);
    expect(first.entries.map((account) => account.username)).toEqual(['an.nguyen', 'bac', 'binh']);
    const second = await listAccounts(floor.db, northern, { limit: 3, after: first.next ?? '' }, floor.clock.at);
    expect(second).toMatchObject({ entries: [{ username: 'cuong' }], next: null });
    const all = await listAccounts(floor.db, floor.admin, { limit: 50 }, floor.clock.at);
    expect(all.entries.map((account) => account.username)).toEqual([
      'admin',
      'an.nguyen',
      'bac',
      'binh',
      'cuong',
      'khong.vai',
      'nam',
    ]);
    expect(JSON.stringify(all)).not.toContain('argon2');
  });

  test('gives no roles in a closed area', async () => {
    await using site = await openTwoCommunes();
    const { floor, south } = site;
    floor.clock.advance(1000);
    await changeArea(floor, floor.admin, south, { isClosed: true });
    await expectProblem(createAccount(floor, floor.admin, newAccount('x.y.z', { role: 'author', areaId: south })), 'area-closed');
    expect(await findAccountNamed(floor.db, 'x.y.z', floor.clock.at)).toBeUndefined();
  });
});

test('the last active administrator of the root can be neither disabled nor stripped', async () => {
  await using floor = await GroundFloor.open();
  const second = await floor.addAccount('thu.hai', ['administrator', floor.rootAreaId]);
  const { accountId } = floor.admin;
  await changeAccount(floor, floor.admin, second.accountId, { state: 'disabled' });
  const last = { reason: 'last-administrator' };
  await expectProblem(changeAccount(floor, floor.admin, accountId, { state: 'disabled' }), 'conflict', last);
  await expectProblem(changeAccount(floor, floor.admin, accountId, { grants: [] }), 'conflict', last);
  await changeAccount(floor, floor.admin, second.accountId, { state: 'active' });
  expect(await changeAccount(floor, second, accountId, { grants: [] })).toMatchObject({ grants: [] });
  await expectProblem(changeAccount(floor, second, second.accountId, { state: 'disabled' }), 'conflict', last);
});

test('every change of an account is in the trail, under the area that holds its roles, without passwords', async () => {
  await using site = await openTwoCommunes();
  const { floor, north, northern } = site;
  const { accountId } = await createAccount(floor, northern, newAccount('tac.gia', { role: 'author', areaId: north }));
  const grants: RoleGrant[] = [{ role: 'approver', areaId: north }];
  const password = 'cánh đồng sau mùa gặt';
  await changeAccount(floor, northern, accountId, { displayName: 'Trần Thị Hoa', password, grants, state: 'disabled' });
  await changeAccount(floor, northern, accountId, { displayName: 'Trần Thị Hoa', grants, state: 'disabled' });
  const { entries } = await listAudit(floor.db, northern, { subjectId: accountId, limit: 50 }, floor.clock.at);
  expect(entries.map((entry) => entry.action)).toEqual([
    'account-disabled',
    'grants-changed',
    'password-reset',
    'account-renamed',
    'account-created',
  ]);
  expect(entries.every((entry) => entry.areaId === north && entry.accountId === northern.accountId)).toBe(true);
  expect(entries[1]?.detail).toEqual({ added: grants, removed: [{ role: 'author', areaId: north }] });
  expect(JSON.stringify(entries)).not.toContain(password);
});
