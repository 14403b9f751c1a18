import { expect, test } from 'vitest';
import { accountRoutes } from '../../../server/accounts/account-routes.ts';
import { findSession } from '../../../server/accounts/session.ts';
import { areaRoutes } from '../../../server/areas/area-routes.ts';
import { findArea, listAncestry } from '../../../server/areas/area-store.ts';
import { findClusterArea } from '../../../server/areas/cluster-store.ts';
import { findDictionaryEntry } from '../../../server/areas/dictionary-store.ts';
import { auditRoutes } from '../../../server/audit/audit-routes.ts';
import { GroundFloor } from '../../support/ground-floor.ts';
import { HttpBench, Visitor } from '../../support/http-bench.ts';

function openBench(floor: GroundFloor): Promise<HttpBench> {
  return HttpBench.open([...accountRoutes(floor), ...areaRoutes(floor), ...auditRoutes(floor)], {
    findSession: (token) => findSession(floor, token),
    listAncestry: (areaId) => listAncestry(floor.db, areaId, floor.clock.at),
    findAreaOf: async (branch, id) => {
      if (branch === 'area') return (await findArea(floor.db, id))?.areaId;
      if (branch === 'cluster') return findClusterArea(floor.db, id, floor.clock.at);
      return branch === 'entry' ? (await findDictionaryEntry(floor.db, id))?.areaId : undefined;
    },
  });
}

test('signing in gives a cookie that scripts and other sites never get, and Secure where the way is encrypted', async () => {
  await using floor = await GroundFloor.open();
  await using bench = await openBench(floor);
  const body = { username: 'admin', password: floor.adminPassword };
  const plain = await bench.request('POST', '/api/session', { body });
  expect(plain.status).toBe(200);
  expect(plain.headers.get('set-cookie')).toMatch(
    /^tt_session=[A-Za-z0-9_-]{43}; Max-Age=43200; Path=\/; Expires=[^;]+; HttpOnly; SameSite=Strict$/,
  );
  expect(plain.headers.get('cache-control')).toBe('no-store');
  const secure = await bench.request('POST', '/api/session', { body, headers: { 'x-forwarded-proto': 'https' } });
  expect(secure.headers.get('set-cookie')).toMatch(/; HttpOnly; Secure; SameSite=Strict$/);
  const wrong = await bench.request('POST', '/api/session', { body: { ...body, password: 'sai rồi' } });
  expect([wrong.status, wrong.body, wrong.headers.get('set-cookie')]).toMatchObject([401, { code: 'credentials-wrong' }, null]);
});

test('a session reads without and changes only with its own CSRF token, until it is signed out', async () => {
  await using floor = await GroundFloor.open();
  await using bench = await openBench(floor);
  const visitor = new Visitor(bench);
  const other = new Visitor(bench);
  await visitor.signIn('admin', floor.adminPassword);
  await other.signIn('admin', floor.adminPassword);
  const session = await visitor.request('GET', '/api/session');
  expect(session.body).toMatchObject({ account: { username: 'admin' }, csrfToken: visitor.csrfToken });
  const body = { parentId: floor.rootAreaId, code: 'x1', name: 'Xã 1', level: 'commune' };
  for (const csrfToken of ['', other.csrfToken]) {
    const headers = { cookie: visitor.cookie, 'x-csrf-token': csrfToken };
    const refused = await bench.request('POST', '/api/areas', { body, headers });
    expect([refused.status, refused.body]).toMatchObject([403, { code: 'csrf-token-wrong' }]);
  }
  expect(await visitor.request('POST', '/api/areas', body)).toMatchObject({ status: 200, body: { name: 'Xã 1' } });
  const signedOut = await visitor.request('DELETE', '/api/session');
  expect([signedOut.status, signedOut.headers.get('set-cookie')]).toEqual([204, expect.stringMatching(/^tt_session=; .*1970/)]);
  expect(await visitor.request('GET', '/api/session')).toMatchObject({ status: 401, body: { code: 'not-signed-in' } });
  expect(await other.request('GET', '/api/session')).toMatchObject({ status: 200 });
});

test('what a person may do depends on role and branch', async () => {
  await using floor = await GroundFloor.open();
  await using bench = await openBench(floor);
  const north = await floor.addArea(floor.rootAreaId, 'commune', 'Bắc');
  const south = await floor.addArea(floor.rootAreaId, 'commune', 'Nam');
  const cluster = await floor.addCluster(south, 'Cụm Nam');
  await floor.addAccount('ky.thuat', ['technician', north]);
  await floor.addAccount('tac.gia', ['author', north]);
  const technician = new Visitor(bench);
  const author = new Visitor(bench);
  await technician.signIn('ky.thuat', GroundFloor.passwordOf('ky.thuat'));
  await author.signIn('tac.gia', GroundFloor.passwordOf('tac.gia'));

  const here = { areaId: north, name: 'Cụm Bắc' };
  expect(await author.request('POST', '/api/clusters', here)).toMatchObject({ status: 403, body: { code: 'role-missing' } });
  expect(await technician.request('POST', '/api/clusters', here)).toMatchObject({ status: 200, body: { latitude: null } });
  const there = { areaId: south, name: 'Cụm Nam 2' };
  expect(await technician.request('POST', '/api/clusters', there)).toMatchObject({
    status: 403,
    body: { code: 'outside-branch' },
  });
  const renamed = await technician.request('PATCH', `/api/clusters/${cluster}`, { name: 'x' });
  expect(renamed).toMatchObject({ status: 403, body: { code: 'outside-branch' } });
  const list = await technician.request('GET', `/api/clusters?areaId=${north}`);
  expect(list).toMatchObject({ status: 200, body: { entries: [{ name: 'Cụm Bắc', areaId: north }] } });
  expect(await technician.request('GET', `/api/clusters?areaId=${south}`)).toMatchObject({ status: 403 });

  const word = { written: 'NVH', spoken: 'nhà văn hoá' };
  const entry = await author.request('POST', `/api/areas/${north}/dictionary`, word);
  expect(entry).toMatchObject({ status: 200, body: word });
  expect(await technician.request('GET', `/api/areas/${north}/dictionary`)).toMatchObject({ body: { entries: [word] } });
  const { entryId } = entry.body as { entryId: string };
  expect(await technician.request('DELETE', `/api/dictionary/${entryId}`)).toMatchObject({ status: 403 });
  expect(await author.request('DELETE', `/api/dictionary/${entryId}`)).toMatchObject({ status: 204 });

  expect(await author.request('GET', '/api/accounts')).toMatchObject({ status: 403, body: { code: 'role-missing' } });
  expect(await author.request('GET', '/api/audit')).toMatchObject({ status: 403, body: { code: 'role-missing' } });
  const areas = await author.request('GET', '/api/areas');
  expect((areas.body as { entries: { name: string }[] }).entries.map(({ name }) => name)).toEqual(['Bắc', 'Tỉnh Quảng Nam']);
});

test('an administrator runs accounts and reads the trail of it over HTTP', async () => {
  await using floor = await GroundFloor.open();
  await using bench = await openBench(floor);
  const visitor = new Visitor(bench);
  await visitor.signIn('admin', floor.adminPassword);
  const created = await visitor.request('POST', '/api/accounts', {
    username: 'duyet.tin',
    displayName: 'Phó chủ tịch',
    password: GroundFloor.passwordOf('duyet.tin'),
    grants: [{ role: 'approver', areaId: floor.rootAreaId }],
  });
  expect(created).toMatchObject({ status: 200, body: { username: 'duyet.tin', state: 'active' } });
  expect(JSON.stringify(created.body)).not.toContain('argon2');
  const { accountId } = created.body as { accountId: string };
  const approver = new Visitor(bench);
  expect(await approver.signIn('duyet.tin', GroundFloor.passwordOf('duyet.tin'))).toMatchObject({ status: 200 });
  const passwords = { currentPassword: GroundFloor.passwordOf('duyet.tin'), newPassword: 'cánh đồng sau mùa gặt' };
  expect(await approver.request('PUT', '/api/session/password', passwords)).toMatchObject({ status: 204 });
  expect(await visitor.request('PATCH', `/api/accounts/${accountId}`, { state: 'disabled' })).toMatchObject({ status: 200 });
  expect(await approver.request('GET', '/api/session')).toMatchObject({ status: 401 });
  const trail = await visitor.request('GET', `/api/audit?subjectId=${accountId}`);
  expect((trail.body as { entries: { action: string }[] }).entries.map(({ action }) => action)).toEqual([
    'account-disabled',
    'password-changed',
    'signed-in',
    'account-created',
  ]);
  expect(await visitor.request('GET', '/api/audit?after=abc')).toMatchObject({ status: 400, body: { code: 'request-invalid' } });
});
