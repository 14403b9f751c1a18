import { pino } from 'pino';
import { expect, test } from 'vitest';
import { accountRoutes } from '../../../server/accounts/account-routes.ts';
import { endpoints, type EndpointName } from '#contract/endpoints.ts';
import { closeServer, createHttpServer, listen } from '../../../server/http/http-server.ts';
import { Problem } from '../../../server/lib/problem.ts';
import { GroundFloor } from '../../support/ground-floor.ts';

/** Signs in as through proxies that name these addresses. @returns the address that the trail says it came from. */
async function addressSeen(trustProxy: number | undefined, forwardedFor: string): Promise<unknown> {
  await using floor = await GroundFloor.open();
  const given = accountRoutes(floor);
  const names = new Set(given.map(({ name }) => name));
  const others = (Object.keys(endpoints) as EndpointName[]).filter((name) => !names.has(name));
  const nobody = () => Promise.resolve(undefined);
  const server = createHttpServer({
    logger: pino({ level: 'silent' }),
    gatekeeper: { findSession: nobody, findReceiver: nobody, findAreaOf: nobody, listAncestry: () => Promise.resolve([]) },
    routes: [...given, ...others.map((name) => ({ name, handle: () => Promise.reject(new Problem('not-found')) }))],
    mounts: [],
    requestsPerMinute: 1_000,
    ...(trustProxy === undefined ? {} : { trustProxy }),
  });
  try {
    const port = await listen(server, 0, '127.0.0.1');
    const response = await fetch(`http://127.0.0.1:${port}/api/session`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-forwarded-for': forwardedFor },
      body: JSON.stringify({ username: 'admin', password: floor.adminPassword }),
    });
    expect(response.status).toBe(200);
    const entry = await floor.db('audit_entries').where('action', 'signed-in').first<{ detail: string }>('detail');
    return (JSON.parse(entry.detail) as { address: unknown }).address;
  } finally {
    await closeServer(server);
  }
}

test.each([
  ['without proxies nobody names his own address', undefined, '127.0.0.1'],
  ['behind one proxy its word counts, not what stood there before', 1, '198.51.100.4'],
  ['behind two proxies the word of the outer one', 2, '203.0.113.9'],
])('%s', async (_name, trustProxy, address) => {
  expect(await addressSeen(trustProxy, '203.0.113.9, 198.51.100.4')).toBe(address);
});
