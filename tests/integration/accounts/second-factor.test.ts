import { join } from 'node:path';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { Secret, TOTP } from 'otpauth';
import { describe, expect, test } from 'vitest';
import { accountRoutes } from '../../../server/accounts/account-routes.ts';
import { changeAccount } from '../../../server/accounts/change-account.ts';
import { SecretBox } from '../../../server/accounts/secret-box.ts';
import { findSession } from '../../../server/accounts/session.ts';
import { signIn } from '../../../server/accounts/sign-in.ts';
import { listAudit } from '../../../server/audit/list-audit.ts';
import { isProblem } from '../../../server/lib/problem.ts';
import { ApiClient, RefusedError } from '../../support/api-client.ts';
import { expectProblem } from '../../support/expect-problem.ts';
import { GroundFloor } from '../../support/ground-floor.ts';
import { HttpBench } from '../../support/http-bench.ts';
import { TempFolder } from '../../support/temp-folder.ts';

const HERE = '203.0.113.7';
const STEP_MS = 30_000;

/** An authenticator of its own: the reference that RFC 6238 codes are compared with. */
class Authenticator {
  readonly #totp: TOTP;

  constructor(base32: string) {
    this.#totp = new TOTP({ secret: Secret.fromBase32(base32), digits: 6, period: 30, algorithm: 'SHA1' });
  }

  codeAt(atMs: number): string {
    return this.#totp.generate({ timestamp: atMs });
  }
}

/** An author with a confirmed second factor, the clock one step after its confirmation. */
async function openWithSecondFactor(floor: GroundFloor) {
  const bench = await HttpBench.open(accountRoutes(floor), { findSession: (token) => findSession(floor, token) });
  const author = await floor.addAccount('tac.gia', ['author', floor.rootAreaId]);
  const client = await ApiClient.signIn(bench.url, 'tac.gia', GroundFloor.passwordOf('tac.gia'));
  const offer = await client.call('beginSecondFactor', { body: {} });
  const authenticator = new Authenticator(offer.secret);
  const session = await client.call('confirmSecondFactor', { body: { code: authenticator.codeAt(floor.clock.now()) } });
  floor.clock.advance(STEP_MS);
  return { bench, author, client, offer, authenticator, session };
}

const signInWith = (floor: GroundFloor, code?: string) =>
  signIn(floor, { username: 'tac.gia', password: GroundFloor.passwordOf('tac.gia'), code, address: HERE });

const refusalOf = (work: Promise<unknown>) =>
  work.then(
    () => 'let in',
    (error: unknown) => (isProblem(error) ? error.code : error instanceof RefusedError ? error.problem.code : String(error)),
  );

describe('a second factor', () => {
  test('is offered as an address, a picture and a secret, and counts only once it is confirmed', async () => {
    await using floor = await GroundFloor.open();
    await using bench = await HttpBench.open(accountRoutes(floor), { findSession: (token) => findSession(floor, token) });
    await floor.addAccount('tac.gia', ['author', floor.rootAreaId]);
    const client = await ApiClient.signIn(bench.url, 'tac.gia', GroundFloor.passwordOf('tac.gia'));
    const offer = await client.call('beginSecondFactor', { body: {} });
    expect(offer.otpauthUrl).toMatch(/^otpauth:\/\/totp\/.*tac\.gia\?.*secret=[A-Z2-7]{32}/);
    expect(offer.otpauthUrl).toContain(offer.secret);
    expect(offer.qrSvg).toMatch(/^<svg /);
    expect((await client.call('readSession')).account.hasSecondFactor).toBe(false);
    await signInWith(floor);
    const code = new Authenticator(offer.secret).codeAt(floor.clock.now());
    const wrong = code === '000000' ? '000001' : '000000';
    expect(await refusalOf(client.call('confirmSecondFactor', { body: { code: wrong } }))).toBe('second-factor-wrong');
    const session = await client.call('confirmSecondFactor', { body: { code: ` ${code.slice(0, 3)} ${code.slice(3)} ` } });
    expect(session.account.hasSecondFactor).toBe(true);
    expect(await refusalOf(client.call('beginSecondFactor', { body: {} }))).toBe('second-factor-exists');
  });

  test('that was begun half an hour ago can not be confirmed any more', async () => {
    await using floor = await GroundFloor.open();
    await using bench = await HttpBench.open(accountRoutes(floor), { findSession: (token) => findSession(floor, token) });
    const client = await ApiClient.signIn(bench.url, 'admin', floor.adminPassword);
    const { secret } = await client.call('beginSecondFactor', { body: {} });
    floor.clock.advance(31 * 60_000);
    const code = new Authenticator(secret).codeAt(floor.clock.now());
    expect(await refusalOf(client.call('confirmSecondFactor', { body: { code } }))).toBe('second-factor-not-begun');
  });

  test('is asked for at sign-in, and only of who knows the password', async () => {
    await using floor = await GroundFloor.open();
    const { bench, authenticator } = await openWithSecondFactor(floor);
    await using _bench = bench;
    await expectProblem(signInWith(floor), 'second-factor-required');
    await expectProblem(signInWith(floor, '12345'), 'second-factor-wrong');
    const code = authenticator.codeAt(floor.clock.now());
    await expectProblem(signIn(floor, { username: 'tac.gia', password: 'sai', code, address: HERE }), 'credentials-wrong');
    expect((await signInWith(floor, code)).session.account.hasSecondFactor).toBe(true);
    const body = { username: 'tac.gia', password: GroundFloor.passwordOf('tac.gia') };
    const asked = await bench.request('POST', '/api/session', { body });
    expect([asked.status, asked.body, asked.headers.get('set-cookie')]).toMatchObject([
      401,
      { code: 'second-factor-required' },
      null,
    ]);
  });

  test('takes the code before and after, none twice, and none that is older than one taken', async () => {
    await using floor = await GroundFloor.open();
    const { bench, authenticator } = await openWithSecondFactor(floor);
    await using _bench = bench;
    floor.clock.advance(10 * STEP_MS);
    const code = (steps: number) => authenticator.codeAt(floor.clock.now() + steps * STEP_MS);
    expect(await refusalOf(signInWith(floor, code(-2)))).toBe('second-factor-wrong');
    expect(await refusalOf(signInWith(floor, code(2)))).toBe('second-factor-wrong');
    expect(await refusalOf(signInWith(floor, code(-1)))).toBe('let in');
    expect(await refusalOf(signInWith(floor, code(-1)))).toBe('second-factor-wrong');
    expect(await refusalOf(signInWith(floor, code(1)))).toBe('let in');
    expect(await refusalOf(signInWith(floor, code(0)))).toBe('second-factor-wrong');
  });

  test('is guessed ten times at most, by the same rules as a password, and the trail tells of it', async () => {
    await using floor = await GroundFloor.open();
    const { bench, authenticator } = await openWithSecondFactor(floor);
    await using _bench = bench;
    const codes: string[] = [];
    for (let index = 0; index < 11; index += 1) codes.push(await refusalOf(signInWith(floor, 'abcdef')));
    expect(codes).toEqual([...new Array<string>(10).fill('second-factor-wrong'), 'account-locked']);
    expect(await refusalOf(signInWith(floor, authenticator.codeAt(floor.clock.now())))).toBe('account-locked');
    const { entries } = await listAudit(floor.db, floor.admin, { action: 'sign-in-failed', limit: 200 }, floor.clock.at);
    expect(entries[0]?.detail).toMatchObject({ reason: 'second-factor-wrong' });
  });

  test('ends the other sessions when it is set, and can be removed with a code alone', async () => {
    await using floor = await GroundFloor.open();
    await floor.addAccount('nguoi.khac', ['author', floor.rootAreaId]);
    const { bench, client, authenticator } = await openWithSecondFactor(floor);
    await using _bench = bench;
    expect(await floor.db('sessions')).toHaveLength(1);
    const wrongs: string[] = [];
    for (let index = 0; index < 11; index += 1) {
      wrongs.push(await refusalOf(client.call('removeSecondFactor', { body: { code: 'abcdef' } })));
    }
    expect(wrongs).toEqual([...new Array<string>(10).fill('second-factor-wrong'), 'account-locked']);
    floor.clock.advance(16 * 60_000);
    await client.call('removeSecondFactor', { body: { code: authenticator.codeAt(floor.clock.now()) } });
    expect((await client.call('readSession')).account.hasSecondFactor).toBe(false);
    expect(await refusalOf(signInWith(floor))).toBe('let in');
  });

  test('is cleared by an administrator of the whole account, never by oneself, and the trail says so', async () => {
    await using floor = await GroundFloor.open();
    const { bench, author } = await openWithSecondFactor(floor);
    await using _bench = bench;
    const communeId = await floor.addArea(floor.rootAreaId, 'commune', 'Xã Duy Hải');
    const lesser = await floor.addAccount('quan.tri.xa', ['administrator', communeId]);
    const clear = { clearSecondFactor: true } as const;
    await expectProblem(changeAccount(floor, lesser, author.accountId, clear), 'not-found');
    await expectProblem(changeAccount(floor, floor.admin, floor.admin.accountId, clear), 'conflict');
    expect((await changeAccount(floor, floor.admin, author.accountId, clear)).hasSecondFactor).toBe(false);
    await signInWith(floor);
    const { entries } = await listAudit(floor.db, floor.admin, { action: 'second-factor-cleared', limit: 10 }, floor.clock.at);
    expect(entries).toMatchObject([{ subjectId: author.accountId, accountId: floor.admin.accountId }]);
  });

  test('is not to be read from the database', async () => {
    await using floor = await GroundFloor.open();
    const { bench, offer } = await openWithSecondFactor(floor);
    await using _bench = bench;
    const secret = Secret.fromBase32(offer.secret);
    const stored = JSON.stringify(await floor.db('second_factors'));
    const bytes = Buffer.from(secret.buffer);
    for (const form of [secret.base32, secret.hex, bytes.toString('base64url'), bytes.toString('base64')]) {
      expect(stored).not.toContain(form);
    }
  });
});

describe('the box of secrets', () => {
  test('opens for the owner alone, after a restart too, and nothing altered', async () => {
    await using folder = await TempFolder.create();
    const file = join(folder.path, 'second-factor.key');
    const box = await SecretBox.open(file, () => Promise.resolve(false));
    const sealed = box.seal('owner', Buffer.from('bí mật'));
    const again = await SecretBox.open(file, () => Promise.resolve(true));
    expect(again.unseal('owner', sealed).toString()).toBe('bí mật');
    expect(() => again.unseal('another', sealed)).toThrow();
    const altered = Buffer.from(sealed, 'base64url');
    altered.writeUInt8(altered.readUInt8(altered.length - 1) ^ 1, altered.length - 1);
    expect(() => again.unseal('owner', altered.toString('base64url'))).toThrow();
  });

  test('is not made anew while something is sealed under the key that is gone, nor over a damaged one', async () => {
    await using folder = await TempFolder.create();
    const file = join(folder.path, 'second-factor.key');
    await SecretBox.open(file, () => Promise.resolve(false));
    await rm(file);
    await expect(SecretBox.open(file, () => Promise.resolve(true))).rejects.toThrow(/restore it from a backup/);
    await writeFile(file, 'short');
    await expect(SecretBox.open(file, () => Promise.resolve(false))).rejects.toThrow(/restore it from a backup/);
    expect(await readFile(file, 'utf8')).toBe('short');
  });
});
