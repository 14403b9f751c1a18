import { describe, expect, test } from 'vitest';
import { changeAccount } from '../../../server/accounts/change-account.ts';
import { changePassword } from '../../../server/accounts/change-password.ts';
import { ensureFirstAdministrator } from '../../../server/accounts/first-administrator.ts';
import { findSession, hashToken, signOut } from '../../../server/accounts/session.ts';
import { signIn } from '../../../server/accounts/sign-in.ts';
import { AttemptLimiter } from '../../../server/accounts/attempt-limiter.ts';
import { listAudit } from '../../../server/audit/list-audit.ts';
import { verifyAuditTrail } from '../../../server/audit/verify-audit-trail.ts';
import { isProblem } from '../../../server/lib/problem.ts';
import { expectProblem } from '../../support/expect-problem.ts';
import { GroundFloor } from '../../support/ground-floor.ts';

const HERE = '203.0.113.7';
const ELSEWHERE = '198.51.100.1';
const MINUTE_MS = 60_000;

const rightly = (floor: GroundFloor, username: string, address = HERE) =>
  signIn(floor, { username, password: GroundFloor.passwordOf(username), address });
const wrongly = (floor: GroundFloor, username: string, address = HERE) =>
  signIn(floor, { username, password: 'sai mật khẩu rồi', address });

async function codesOf(attempts: number, attempt: (index: number) => Promise<unknown>): Promise<string[]> {
  const codes: string[] = [];
  for (let index = 0; index < attempts; index += 1) {
    codes.push(
      await attempt(index).then(
        () => 'let in',
        (error: unknown) => (isProblem(error) ? error.code : String(error)),
      ),
    );
  }
  return codes;
}

const audited = async (floor: GroundFloor, action: string) =>
  (await listAudit(floor.db, floor.admin, { action, limit: 200 }, floor.clock.at)).entries;

describe('the first administrator', () => {
  test('is made once, administers the root and nothing else, and its password is nowhere in the database', async () => {
    await using floor = await GroundFloor.open();
    expect(floor.admin.grants).toEqual([{ role: 'administrator', areaId: floor.rootAreaId }]);
    expect(await ensureFirstAdministrator(floor)).toBeUndefined();
    const { session } = await signIn(floor, { username: 'admin', password: floor.adminPassword, address: HERE });
    expect(session.account.accountId).toBe(floor.admin.accountId);
    for (const table of ['accounts', 'sessions', 'audit_entries', 'server_state', 'sign_in_attempts']) {
      expect(JSON.stringify(await floor.db(table))).not.toContain(floor.adminPassword);
    }
    const [account] = await floor.db('accounts').select<{ password_hash: string }[]>('password_hash');
    expect(account?.password_hash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
  });
});

describe('a session', () => {
  test('is found by its token until it expires, and only the hash of the token is stored', async () => {
    await using floor = await GroundFloor.open();
    const author = await floor.addAccount('tac.gia', ['author', floor.rootAreaId]);
    const { token, session } = await signIn(floor, {
      username: ' Tac.Gia ',
      password: GroundFloor.passwordOf('tac.gia'),
      address: HERE,
    });
    expect(Buffer.from(token, 'base64url')).toHaveLength(32);
    expect(await findSession(floor, token)).toMatchObject({ caller: author, csrfToken: session.csrfToken });
    expect(JSON.stringify(await floor.db('sessions'))).not.toContain(token);
    expect(await floor.db('sessions').where('token_hash', hashToken(token))).toHaveLength(1);
    expect(await findSession(floor, `${token.slice(0, -1)}_`)).toBeUndefined();
    floor.clock.advance(12 * 60 * MINUTE_MS - 1);
    expect(await findSession(floor, token)).toBeDefined();
    floor.clock.advance(1);
    expect(await findSession(floor, token)).toBeUndefined();
  });

  test('ends by signing out, and alone', async () => {
    await using floor = await GroundFloor.open();
    const author = await floor.addAccount('tac.gia', ['author', floor.rootAreaId]);
    const one = await rightly(floor, 'tac.gia');
    const other = await rightly(floor, 'tac.gia');
    await signOut(floor, author, one.token);
    expect(await findSession(floor, one.token)).toBeUndefined();
    expect(await findSession(floor, other.token)).toBeDefined();
    expect(await audited(floor, 'signed-out')).toHaveLength(1);
  });

  test('loses roles at once when they are taken away, and ends at once when the account is disabled', async () => {
    await using floor = await GroundFloor.open();
    const author = await floor.addAccount('tac.gia', ['author', floor.rootAreaId]);
    const { token } = await rightly(floor, 'tac.gia');
    await changeAccount(floor, floor.admin, author.accountId, { grants: [] });
    expect(await findSession(floor, token)).toMatchObject({ caller: { grants: [] } });
    await changeAccount(floor, floor.admin, author.accountId, { state: 'disabled' });
    expect(await findSession(floor, token)).toBeUndefined();
    await expectProblem(rightly(floor, 'tac.gia'), 'account-disabled');
    await expectProblem(wrongly(floor, 'tac.gia'), 'credentials-wrong');
    await changeAccount(floor, floor.admin, author.accountId, { state: 'active' });
    expect(await findSession(floor, token)).toBeUndefined();
    const again = await rightly(floor, 'tac.gia');
    await floor.db('accounts').where('account_id', author.accountId).update({ state: 'disabled' });
    expect(await findSession(floor, again.token)).toBeUndefined();
  });

  test('is one of twenty at most: the oldest ends', async () => {
    await using floor = await GroundFloor.open();
    await floor.addAccount('tac.gia', ['author', floor.rootAreaId]);
    const tokens: string[] = [];
    for (let index = 0; index < 21; index += 1) {
      tokens.push((await rightly(floor, 'tac.gia')).token);
      floor.clock.advance(1000);
    }
    const found = await Promise.all(tokens.map((token) => findSession(floor, token)));
    expect(found.map((session) => session !== undefined)).toEqual([false, ...new Array<boolean>(20).fill(true)]);
  });
});

describe('a change of password', () => {
  test('needs the current one, ends the other sessions and keeps this one', async () => {
    await using floor = await GroundFloor.open();
    const author = await floor.addAccount('tac.gia', ['author', floor.rootAreaId]);
    const one = await rightly(floor, 'tac.gia');
    const other = await rightly(floor, 'tac.gia');
    const newPassword = 'sông Thu Bồn mùa nước nổi';
    const currentPassword = GroundFloor.passwordOf('tac.gia');
    const change = (wanted: { currentPassword: string; newPassword: string }) => changePassword(floor, author, one.token, wanted);
    await expectProblem(change({ currentPassword: 'sai rồi', newPassword }), 'credentials-wrong');
    await expectProblem(change({ currentPassword, newPassword: 'matkhau12345' }), 'password-too-weak', { reason: 'is-common' });
    await change({ currentPassword, newPassword });
    expect(await findSession(floor, one.token)).toBeDefined();
    expect(await findSession(floor, other.token)).toBeUndefined();
    await expectProblem(rightly(floor, 'tac.gia'), 'credentials-wrong');
    await signIn(floor, { username: 'tac.gia', password: newPassword.normalize('NFD'), address: HERE });
    expect(await audited(floor, 'password-changed')).toMatchObject([
      { accountId: author.accountId, detail: { sessionsEnded: 1 } },
    ]);
  });
});

describe('guessing', () => {
  test('is answered alike for a name that exists and one that does not, to the end', async () => {
    await using floor = await GroundFloor.open();
    await floor.addAccount('tac.gia', ['author', floor.rootAreaId]);
    const expected = [...new Array<string>(10).fill('credentials-wrong'), 'account-locked'];
    expect(await codesOf(11, () => wrongly(floor, 'tac.gia'))).toEqual(expected);
    expect(await codesOf(11, () => wrongly(floor, 'khong.co', ELSEWHERE))).toEqual(expected);
  });

  test('closes the door for the right password as well, but only there, and only for a while', async () => {
    await using floor = await GroundFloor.open();
    await floor.addAccount('truc.ban', ['duty-officer', floor.rootAreaId]);
    await codesOf(10, () => wrongly(floor, 'truc.ban'));
    const lockedUntil = new Date(floor.clock.now() + 15 * MINUTE_MS).toISOString();
    await expectProblem(rightly(floor, 'truc.ban'), 'account-locked', { lockedUntil });
    await rightly(floor, 'truc.ban', ELSEWHERE);
    floor.clock.advance(15 * MINUTE_MS);
    const { session } = await rightly(floor, 'truc.ban');
    expect(session.account.lockedUntil).toBeNull();
  });

  test('by ten at the same time gets ten tries, not more', async () => {
    await using floor = await GroundFloor.open();
    await floor.addAccount('tac.gia', ['author', floor.rootAreaId]);
    const outcomes = await Promise.allSettled(Array.from({ length: 25 }, () => wrongly(floor, 'tac.gia')));
    const codes = outcomes.map((outcome) =>
      outcome.status === 'rejected' && isProblem(outcome.reason) ? outcome.reason.code : '',
    );
    expect(codes.filter((code) => code === 'credentials-wrong')).toHaveLength(10);
    expect(codes.filter((code) => code === 'account-locked')).toHaveLength(15);
  });

  test('from many addresses closes the name to strangers, not to where the duty officer has been before', async () => {
    await using floor = await GroundFloor.open();
    await floor.addAccount('truc.ban', ['duty-officer', floor.rootAreaId]);
    await rightly(floor, 'truc.ban');
    const codes = await codesOf(101, (index) => wrongly(floor, 'truc.ban', `192.0.2.${index}`));
    expect(codes.slice(0, 100).every((code) => code === 'credentials-wrong')).toBe(true);
    expect(codes[100]).toBe('account-locked');
    await expectProblem(rightly(floor, 'truc.ban', ELSEWHERE), 'account-locked');
    await rightly(floor, 'truc.ban', HERE);
    floor.clock.advance(15 * MINUTE_MS);
    await rightly(floor, 'truc.ban', ELSEWHERE);
  });

  test('is wiped out by a right password at the last try', async () => {
    await using floor = await GroundFloor.open();
    await floor.addAccount('tac.gia', ['author', floor.rootAreaId]);
    for (let round = 0; round < 2; round += 1) {
      await codesOf(9, () => wrongly(floor, 'tac.gia'));
      await rightly(floor, 'tac.gia');
    }
    expect(await audited(floor, 'sign-in-locked')).toEqual([]);
  });

  test('is ended by an administrator who gives a new password', async () => {
    await using floor = await GroundFloor.open();
    const author = await floor.addAccount('tac.gia', ['author', floor.rootAreaId]);
    await codesOf(10, () => wrongly(floor, 'tac.gia'));
    const locked = await changeAccount(floor, floor.admin, author.accountId, { displayName: 'Tác giả' });
    expect(locked.lockedUntil).not.toBeNull();
    const password = 'cánh đồng sau mùa gặt';
    const opened = await changeAccount(floor, floor.admin, author.accountId, { password });
    expect(opened.lockedUntil).toBeNull();
    await signIn(floor, { username: 'tac.gia', password, address: HERE });
  });

  test('is limited by the minute for each address, IPv6 networks as one', async () => {
    await using floor = await GroundFloor.open();
    await floor.addAccount('tac.gia', ['author', floor.rootAreaId]);
    const strict = { db: floor.db, clock: floor.clock, config: floor.config, passwords: floor.passwords, secrets: floor.secrets };
    const deps = { ...strict, limiter: new AttemptLimiter(floor.clock, 3) };
    const attempt = (index: number) =>
      signIn(deps, { username: `ten-${index}`, password: 'sai mật khẩu', address: `2001:db8::${index + 1}` });
    expect(await codesOf(4, attempt)).toEqual([...new Array<string>(3).fill('credentials-wrong'), 'too-many-requests']);
    const elsewhere = { username: 'tac.gia', password: GroundFloor.passwordOf('tac.gia'), address: HERE };
    await signIn(deps, elsewhere);
    floor.clock.advance(MINUTE_MS);
    expect(await codesOf(1, attempt)).toEqual(['credentials-wrong']);
  });

  test('stands in the audit trail, bounded, and never with the name that was typed', async () => {
    await using floor = await GroundFloor.open();
    const author = await floor.addAccount('tac.gia', ['author', floor.rootAreaId]);
    await codesOf(10, () => wrongly(floor, 'tac.gia'));
    await codesOf(60, (index) => wrongly(floor, `mat-khau-go-nham-${index}`, `192.0.2.${index}`));
    const failures = await audited(floor, 'sign-in-failed');
    expect(failures).toHaveLength(60);
    expect(failures.at(-1)).toMatchObject({
      subjectId: author.accountId,
      areaId: floor.rootAreaId,
      accountId: null,
      detail: { address: HERE, reason: 'credentials-wrong' },
    });
    expect(failures[0]).toMatchObject({ subjectId: 'no-such-account', areaId: null });
    expect(JSON.stringify(await floor.db('audit_entries'))).not.toContain('go-nham');
    expect(await audited(floor, 'sign-in-locked')).toMatchObject([{ subjectId: author.accountId, detail: { reach: 'address' } }]);
    floor.clock.advance(60 * MINUTE_MS);
    await rightly(floor, 'tac.gia');
    expect(await audited(floor, 'entries-left-out')).toMatchObject([{ subjectId: 'sign-in-failed', detail: { count: 10 } }]);
    expect(await verifyAuditTrail(floor.db)).toMatchObject({ isIntact: true });
  });
});
