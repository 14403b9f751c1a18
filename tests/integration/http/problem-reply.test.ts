import { afterEach, beforeEach, expect, it } from 'vitest';
import { HttpBench } from '../../support/http-bench.ts';

let thrown: unknown;
let bench: HttpBench;
beforeEach(async () => {
  const routes = [{ name: 'signIn', handle: () => Promise.reject(thrown) }] as unknown as Parameters<typeof HttpBench.open>[0];
  bench = await HttpBench.open(routes, {});
});
afterEach(() => bench[Symbol.asyncDispose]());

const ask = (body: unknown = { username: 'admin', password: 'mat-khau-long-thoi' }) =>
  bench.request('POST', '/api/session', { body });

it('a body longer than any of ours is refused as that', async () => {
  expect(await ask({ username: 'x'.repeat(3_000_000) })).toMatchObject({ status: 413, body: { code: 'body-too-large' } });
});

it('a database on a full disk is called so', async () => {
  thrown = Object.assign(new Error('database or disk is full'), { code: 'SQLITE_FULL' });
  expect(await ask()).toMatchObject({ status: 507, body: { code: 'disk-full' } });
});

it('what nobody foresaw tells the caller nothing of the inside', async () => {
  thrown = new Error('SELECT secret FROM keys');
  const reply = await ask();
  expect(reply).toMatchObject({ status: 500, body: { code: 'internal-error' } });
  expect(JSON.stringify(reply.body)).not.toContain('secret');
});
