import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { NoticeKind } from '#contract/report.ts';
import { instantOf } from '../../../server/lib/clock.ts';
import { saveClosed } from '../../../server/scheduling/airing-store.ts';
import { ApiClient, RefusedError } from '../../support/api-client.ts';
import { GroundFloor } from '../../support/ground-floor.ts';
import { storeBulletin } from '../../support/store-bulletin.ts';
import { HOUR_MS, ReportBench } from './report-bench.ts';

async function noticesOf(client: ApiClient, areaId: string) {
  const { entries } = await client.call('listNotices', { query: { areaId } });
  return (kind: NoticeKind) =>
    entries
      .filter((notice) => notice.kind === kind)
      .map(({ subjectId, title, since, count }) => ({ subjectId, title, since, count }));
}

/** Late enough in the morning of the bench's zone, an hour ahead at least. */
function soon(bench: ReportBench, hours = 0): string {
  const { clock } = bench.floor;
  const dayMs = 86_400_000;
  // 01:00 UTC is 08:00 in Việt Nam.
  return instantOf(Math.ceil(clock.now() / dayMs) * dayMs + HOUR_MS * (1 + hours));
}

async function refusalOf(work: Promise<unknown>): Promise<string> {
  return work.then(
    () => 'let in',
    (error: unknown) => (error instanceof RefusedError ? error.problem.code : String(error)),
  );
}

describe('notices', () => {
  test('name the bulletins that wait, were rejected or could not be rendered, in this branch and no other', async () => {
    await using bench = await ReportBench.open();
    const { floor, places } = bench;
    const viewer = await bench.person('nguoi-xem', 'viewer');
    const since = floor.clock.at;
    const waiting = await storeBulletin(floor, places.hamletIds[0], { title: 'Chờ duyệt', state: 'submitted' });
    const rejected = await storeBulletin(floor, places.communeId, { title: 'Bị trả lại', state: 'rejected' });
    const failed = await storeBulletin(floor, places.communeId, { title: 'Lỗi', state: 'draft', rendering: 'failed' });
    await storeBulletin(floor, places.communeId);
    await storeBulletin(floor, places.otherId, { state: 'submitted' });
    const notices = await noticesOf(viewer, places.communeId);
    expect(notices('awaiting-approval')).toEqual([{ subjectId: waiting, title: 'Chờ duyệt', since, count: 1 }]);
    expect(notices('bulletin-rejected')).toEqual([{ subjectId: rejected, title: 'Bị trả lại', since, count: 1 }]);
    expect(notices('rendering-failed')).toEqual([{ subjectId: failed, title: 'Lỗi', since, count: 1 }]);
    expect(await refusalOf(viewer.call('listNotices', { query: { areaId: places.otherId } }))).toBe('outside-branch');
  });

  test('are fifty of each kind at most, the newest', async () => {
    await using bench = await ReportBench.open();
    const { floor, places } = bench;
    const viewer = await bench.person('nguoi-xem', 'viewer');
    for (let index = 0; index < 52; index += 1) {
      await storeBulletin(floor, places.communeId, { title: `Bản tin ${index}`, state: 'submitted' });
      floor.clock.advance(1000);
    }
    const waiting = (await noticesOf(viewer, places.communeId))('awaiting-approval');
    expect(waiting).toHaveLength(50);
    expect(waiting[0]?.title).toBe('Bản tin 51');
  });

  test('name an airing of the last seven days with how many receivers did not play it whole', async () => {
    await using bench = await ReportBench.open();
    const { site, floor, places } = bench;
    const viewer = await bench.person('nguoi-xem', 'viewer');
    const receivers: { receiverId: string }[] = [];
    for (const clusterId of places.clusterIds) receivers.push(await site.addReceiver(clusterId));
    const { airingId, endsAt } = await site.addAiring([{ kind: 'area', id: places.communeId }], { areaId: places.communeId });
    await bench.plan(airingId);
    const set = (index: number, state: string) =>
      floor.db('deliveries').where({ airing_id: airingId, receiver_id: receivers[index]?.receiverId }).update({ state });
    await set(0, 'played');
    await set(1, 'missed');
    await set(2, 'interrupted');
    const missed = async () => (await noticesOf(viewer, places.communeId))('airing-missed');
    expect(await missed()).toEqual([]);
    floor.clock.advance(2 * HOUR_MS);
    expect(await missed()).toEqual([{ subjectId: airingId, title: 'Thông báo', since: endsAt, count: 1 }]);
    await saveClosed(floor.db, airingId, floor.clock.at);
    expect(await missed()).toMatchObject([{ count: 2 }]);
    floor.clock.advance(8 * 24 * HOUR_MS);
    const viewerLater = await ApiClient.signIn(bench.http.url, 'nguoi-xem', GroundFloor.passwordOf('nguoi-xem'));
    expect((await noticesOf(viewerLater, places.communeId))('airing-missed')).toEqual([]);
  });

  test('name clusters that are silent or empty, and none that is heard or not asked yet', async () => {
    await using bench = await ReportBench.open();
    const { site, floor, places } = bench;
    const viewer = await bench.person('nguoi-xem', 'viewer');
    const [silentId, onlineId, emptyId] = places.clusterIds;
    const silent = await site.addReceiver(silentId);
    const online = await site.addReceiver(onlineId);
    const at = floor.clock.at;
    const present = (receiverId: string, presence: string) =>
      floor.db('receivers').where({ receiver_id: receiverId }).update({ presence, presence_since: at, last_seen_at: at });
    let notices = await noticesOf(viewer, places.communeId);
    expect(
      notices('cluster-silent')
        .map(({ subjectId }) => subjectId)
        .toSorted(),
    ).toEqual([silentId, onlineId].toSorted());
    await present(silent.receiverId, 'offline');
    await present(online.receiverId, 'unknown');
    notices = await noticesOf(viewer, places.communeId);
    expect(notices('cluster-silent')).toEqual([{ subjectId: silentId, title: 'Cụm Long Hiệp', since: at, count: 1 }]);
    expect(notices('cluster-empty')).toMatchObject([{ subjectId: emptyId, title: 'Cụm trụ sở', count: 1 }]);
    floor.clock.advance(HOUR_MS);
    await site.takeAway(online.receiverId);
    expect((await noticesOf(viewer, places.communeId))('cluster-empty')[0]).toMatchObject({
      subjectId: onlineId,
      since: floor.clock.at,
    });
  });
});

describe('the day', () => {
  test('shows each airing with names, coverage, and where it sounds, before it is planned and after', async () => {
    await using bench = await ReportBench.open();
    const { site, floor, places } = bench;
    const viewer = await bench.person('nguoi-xem', 'viewer');
    for (const clusterId of places.clusterIds.slice(0, 2)) await site.addReceiver(clusterId);
    const bulletinIds = [await storeBulletin(floor, places.communeId, { title: 'Bản tin sáng' })];
    const airingId = await bench.schedule({ bulletinIds, startsAt: soon(bench) });
    const later = await bench.schedule({ bulletinIds, startsAt: soon(bench, 2), clusterIds: [places.clusterIds[2]] });
    await bench.schedule({ bulletinIds, startsAt: soon(bench, 48) });
    const day = () =>
      viewer.call('summariseDay', { query: { areaId: places.communeId, from: floor.clock.at, to: soon(bench, 24) } });
    const { airings } = await day();
    expect(airings.map(({ airing, hamlets, clusters }) => [airing.airingId, hamlets, clusters])).toEqual([
      [airingId, 2, 3],
      [later, 0, 1],
    ]);
    expect(airings[0]).toMatchObject({
      airing: { areaName: 'Xã Long Thới', createdByName: 'Quản trị hệ thống', bulletins: [{ title: 'Bản tin sáng' }] },
      coverage: { receivers: 0 },
    });
    await bench.plan(airingId);
    await floor.db('deliveries').where({ cluster_id: places.clusterIds[0] }).update({ state: 'played', evidence: 'rendered' });
    const [planned] = (await day()).airings;
    expect(planned).toMatchObject({
      hamlets: 2,
      clusters: 2,
      coverage: { receivers: 2, byState: { played: 1, planned: 1 }, rendered: 1, heard: 0, notConfirmable: 0 },
    });
  });

  test('is refused for a span that is upside down or too long', async () => {
    await using bench = await ReportBench.open();
    const viewer = await bench.person('nguoi-xem', 'viewer');
    const areaId = bench.places.communeId;
    const at = (days: number) => instantOf(bench.floor.clock.now() + days * 24 * HOUR_MS);
    expect(await refusalOf(viewer.call('summariseDay', { query: { areaId, from: at(1), to: at(0) } }))).toBe('request-invalid');
    expect(await refusalOf(viewer.call('summariseDay', { query: { areaId, from: at(0), to: at(63) } }))).toBe('request-invalid');
    expect(await refusalOf(viewer.call('summariseDay', { query: { areaId, from: at(0), to: at(62) } }))).toBe('let in');
  });
});

test('the deliveries of one receiver come newest first, page by page', async () => {
  await using bench = await ReportBench.open();
  const { site, places, floor } = bench;
  const viewer = await bench.person('nguoi-xem', 'viewer');
  const { receiverId } = await site.addReceiver(places.clusterIds[0]);
  await site.addReceiver(places.clusterIds[1]);
  const airingIds: string[] = [];
  for (let index = 0; index < 5; index += 1) {
    const { airingId } = await site.addAiring([{ kind: 'area', id: places.communeId }]);
    await bench.plan(airingId);
    airingIds.unshift(airingId);
    floor.clock.advance(60_000);
  }
  const page = (after?: string) =>
    viewer.call('listReceiverDeliveries', {
      params: { receiverId },
      query: { limit: 2, ...(after === undefined ? {} : { after }) },
    });
  const first = await page();
  const second = await page(first.next ?? '');
  const third = await page(second.next ?? '');
  const all = [first, second, third].flatMap(({ entries }) => entries);
  expect(all.map(({ airing }) => airing.airingId)).toEqual(airingIds);
  expect(all.every(({ delivery }) => delivery.receiverId === receiverId)).toBe(true);
  expect(all[0]?.airing).toMatchObject({ class: 'normal', titles: ['Thông báo'] });
  expect(third.next).toBeNull();
  const stranger = { params: { receiverId: randomUUID() } };
  expect(await refusalOf(viewer.call('listReceiverDeliveries', stranger))).toBe('not-found');
});
