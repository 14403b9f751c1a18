import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import type { z } from 'zod';
import type { PreviewTargets } from '#contract/report.ts';
import { instantOf } from '../../../server/lib/clock.ts';
import { storeBulletin } from '../../support/store-bulletin.ts';
import { HOUR_MS, ReportBench } from './report-bench.ts';

const DAY_MS = 86_400_000;

/** Hours after 07:00 in Việt Nam of the next day. */
function tomorrow(bench: ReportBench, hours = 0): string {
  return instantOf(Math.ceil(bench.floor.clock.now() / DAY_MS) * DAY_MS + hours * HOUR_MS);
}

function wanted(bench: ReportBench, changes: Partial<z.input<typeof PreviewTargets>> = {}): z.input<typeof PreviewTargets> {
  const { communeId } = bench.places;
  const targets = [{ kind: 'area' as const, id: communeId }];
  return { areaId: communeId, targets, bulletinIds: [], startsAt: tomorrow(bench), repeats: 1, gapMs: 0, ...changes };
}

test('a preview says whom the airing reaches and what it costs, and stores nothing', async () => {
  await using bench = await ReportBench.open();
  const { site, floor, places } = bench;
  const author = await bench.person('can-bo', 'author');
  const online = await site.addReceiver(places.clusterIds[0]);
  const gateway = await site.addReceiver(places.clusterIds[1]);
  await floor.db('receivers').where({ receiver_id: online.receiverId }).update({ presence: 'online' });
  await floor.db('receivers').where({ receiver_id: gateway.receiverId }).update({ kind: 'gateway', presence: 'offline' });
  const one = await storeBulletin(floor, places.communeId, { durationMs: 40_000, bytes: 120_000 });
  const two = await storeBulletin(floor, places.communeId, { durationMs: 20_000, bytes: 60_000 });
  const before = await floor.db('server_state').select();
  const body = wanted(bench, { bulletinIds: [one, two, one], repeats: 2, gapMs: 1_000 });
  expect(await author.call('previewTargets', { body })).toEqual({
    clusters: 3,
    hamlets: 2,
    receivers: 2,
    gateways: 1,
    offlineNow: 1,
    clustersWithoutReceiver: 1,
    lengthMs: 2 * 100_000 + 1_000 + 2 * 2_000,
    bytesPerReceiver: 180_000,
    bytesTotal: 360_000,
    alsoThen: [],
    problems: [],
  });
  expect(await floor.db('airings')).toEqual([]);
  expect(await floor.db('server_state').select()).toEqual(before);
});

test('what else sounds then in any of those clusters is named, whoever planned it, and nothing beside it', async () => {
  await using bench = await ReportBench.open();
  const { floor, places } = bench;
  const author = await bench.person('can-bo', 'author');
  const mine = await storeBulletin(floor, places.communeId);
  const provinces = await storeBulletin(floor, floor.rootAreaId, { title: 'Bản tin của tỉnh' });
  const [hereId, thereId] = places.clusterIds;
  const startsAt = tomorrow(bench);
  const above = await bench.schedule({ bulletinIds: [provinces], startsAt, areaId: floor.rootAreaId });
  await bench.schedule({ bulletinIds: [mine], startsAt, clusterIds: [thereId] });
  const inHamlet = await bench.schedule({ bulletinIds: [mine], startsAt, areaId: places.communeId, clusterIds: [hereId] });
  await bench.schedule({ bulletinIds: [mine], startsAt: tomorrow(bench, 2), clusterIds: [hereId] });
  await bench.schedule({ bulletinIds: [provinces], startsAt, areaId: places.otherId });
  const target = { kind: 'area' as const, id: places.hamletIds[0] };
  const preview = await author.call('previewTargets', { body: wanted(bench, { bulletinIds: [mine], targets: [target] }) });
  expect(preview.alsoThen.map(({ airingId }) => airingId).toSorted()).toEqual([above, inHamlet].toSorted());
  expect(preview.alsoThen.find(({ airingId }) => airingId === above)?.areaName).toBe('Tỉnh Quảng Nam');
});

test('all that would be refused is named at once, and what scheduling takes has no problems', async () => {
  await using bench = await ReportBench.open();
  const { floor, places } = bench;
  const author = await bench.person('can-bo', 'author');
  const problemsOf = async (changes: Partial<z.input<typeof PreviewTargets>>) =>
    (await author.call('previewTargets', { body: wanted(bench, changes) })).problems.map(({ code }) => code);
  const draft = await storeBulletin(floor, places.communeId, { state: 'draft' });
  const approved = await storeBulletin(floor, places.communeId);
  const strange = { kind: 'area' as const, id: places.otherId };
  expect(await problemsOf({ startsAt: tomorrow(bench, 16), targets: [] })).toEqual([
    'airing-without-bulletins',
    'airing-without-targets',
    'airing-in-quiet-hours',
  ]);
  expect(await problemsOf({ bulletinIds: [draft], startsAt: instantOf(floor.clock.now() - HOUR_MS) })).toEqual([
    'bulletin-not-approved',
    'airing-in-past',
  ]);
  expect(await problemsOf({ bulletinIds: [approved, draft], targets: [strange, { kind: 'cluster', id: randomUUID() }] })).toEqual(
    ['bulletin-not-approved', 'target-outside-branch', 'target-unknown'],
  );
  expect(await problemsOf({ class: 'emergency', startsAt: null, bulletinIds: [approved] })).toEqual([
    'role-missing',
    'target-outside-branch',
    'class-mismatch',
  ]);
  expect(await problemsOf({ bulletinIds: [approved] })).toEqual([]);
  const { repeats, gapMs, areaId, targets, startsAt } = wanted(bench);
  const made = await author.call('scheduleAiring', {
    body: { areaId, targets, startsAt, repeats, gapMs, bulletinIds: [approved] },
  });
  expect(made).toMatchObject({ areaName: 'Xã Long Thới', createdByName: 'can-bo' });
});

test('of places where the caller may not sound nothing is counted', async () => {
  await using bench = await ReportBench.open();
  const author = await bench.person('can-bo', 'author');
  await bench.floor.addCluster(bench.places.otherId, 'Cụm xã bên');
  const target = { kind: 'area' as const, id: bench.places.otherId };
  const preview = await author.call('previewTargets', { body: wanted(bench, { targets: [target] }) });
  expect(preview).toMatchObject({ clusters: 0, receivers: 0 });
});
