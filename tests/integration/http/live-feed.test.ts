import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import type { Caller } from '../../../server/http/bind-endpoint.ts';
import { LiveFeed } from '../../../server/http/live-feed.ts';
import { operationRoutes } from '../../../server/http/operation-routes.ts';
import { HttpBench } from '../../support/http-bench.ts';
import { waitFor } from '../../support/wait-for.ts';

const TOKEN = 'a'.repeat(43);

interface Reading extends AsyncDisposable {
  text(): string;
  hasEnded(): boolean;
}

async function read(bench: HttpBench): Promise<Reading> {
  const cut = new AbortController();
  const response = await fetch(`${bench.url}/api/feed`, { headers: { cookie: `tt_session=${TOKEN}` }, signal: cut.signal });
  expect(response.status).toBe(200);
  let text = '';
  let hasEnded = false;
  const decoder = new TextDecoder();
  const reading = (async () => {
    for await (const piece of response.body ?? []) text += decoder.decode(piece);
    hasEnded = true;
  })();
  return {
    text: () => text,
    hasEnded: () => hasEnded,
    [Symbol.asyncDispose]: async () => {
      cut.abort();
      await reading.catch(() => undefined);
    },
  };
}

async function openFeed(findCaller: () => Promise<Caller | undefined>) {
  const feed = new LiveFeed({ recheckMs: 20 });
  const findSession = async () => {
    const caller = await findCaller();
    return caller && { caller, csrfToken: 'right' };
  };
  const routes = operationRoutes({ feed, findSession, listMissing: () => Promise.resolve([]) });
  const bench = await HttpBench.open(routes, { findSession });
  const publish = (areaId: string) => {
    const bulletinId = randomUUID();
    feed.publish({ type: 'bulletin-changed', bulletinId, state: 'approved' }, [areaId]);
    return bulletinId;
  };
  const close = async () => {
    feed.close();
    await bench[Symbol.asyncDispose]();
  };
  return { bench, publish, [Symbol.asyncDispose]: close };
}

test('a reader whose session has ended is cut off, one whose session holds reads on', async () => {
  const areaId = randomUUID();
  const caller: Caller = { accountId: randomUUID(), grants: [{ role: 'viewer', areaId }] };
  let isSignedIn = true;
  let checks = 0;
  await using feed = await openFeed(async () => {
    checks += 1;
    return isSignedIn ? caller : undefined;
  });
  await using reading = await read(feed.bench);
  await waitFor('some checks', () => checks > 4);
  const bulletinId = feed.publish(areaId);
  await waitFor('the event', () => reading.text().includes(bulletinId));
  expect(reading.hasEnded()).toBe(false);
  isSignedIn = false;
  await waitFor('the end of the stream', () => reading.hasEnded());
});

test('a role that is taken away is taken away from open feeds as well', async () => {
  const [kept, lost] = [randomUUID(), randomUUID()];
  let areaIds = [kept, lost];
  let checks = 0;
  await using feed = await openFeed(async () => {
    checks += 1;
    return { accountId: randomUUID(), grants: areaIds.map((areaId) => ({ role: 'viewer' as const, areaId })) };
  });
  await using reading = await read(feed.bench);
  const before = feed.publish(lost);
  await waitFor('the event', () => reading.text().includes(before));
  areaIds = [kept];
  const checksThen = checks;
  await waitFor('two checks more', () => checks > checksThen + 2);
  const unseen = feed.publish(lost);
  const seen = feed.publish(kept);
  await waitFor('the event that may be read', () => reading.text().includes(seen));
  expect(reading.text()).not.toContain(unseen);
});

test('a reader that can not be checked is cut off', async () => {
  let isBroken = false;
  await using feed = await openFeed(async () => {
    if (isBroken) throw new Error('the database is busy');
    return { accountId: randomUUID(), grants: [] };
  });
  await using reading = await read(feed.bench);
  expect(reading.hasEnded()).toBe(false);
  isBroken = true;
  await waitFor('the end of the stream', () => reading.hasEnded());
});
