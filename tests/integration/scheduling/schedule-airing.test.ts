import { createHash, randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ScheduleAiring } from '#contract/airing.ts';
import type { ProblemCode } from '#contract/problem.ts';
import type { Caller } from '../../../server/http/bind-endpoint.ts';
import { getAiring, listAirings, saveClosed, type StoredAiring } from '../../../server/scheduling/airing-store.ts';
import { cancelAiring, moveAiring } from '../../../server/scheduling/change-airing.ts';
import { scheduleAiring, type SchedulingDeps } from '../../../server/scheduling/schedule-airing.ts';
import { expectProblem } from '../../support/expect-problem.ts';
import { GroundFloor } from '../../support/ground-floor.ts';

const HOUR_MS = 3_600_000;
let floor: GroundFloor;
let deps: SchedulingDeps;
let handedOver: StoredAiring[];
let officer: Caller;
let duty: Caller;
let communeId: string;
let otherId: string;
let bulletinId: string;

beforeEach(async () => {
  floor = await GroundFloor.open();
  handedOver = [];
  communeId = await floor.addArea(floor.rootAreaId, 'commune', 'Xã Duy Hải');
  otherId = await floor.addArea(floor.rootAreaId, 'commune', 'Xã Duy Nghĩa');
  officer = await floor.addAccount('canbo', ['author', communeId], ['approver', communeId]);
  duty = await floor.addAccount('trucban', ['duty-officer', communeId]);
  const tone = { sha256: 'a'.repeat(64), bytes: 10, durationMs: 2000, codec: 'opus' as const };
  deps = {
    db: floor.db,
    clock: floor.clock,
    policy: { timeZone: 'Asia/Ho_Chi_Minh', quietHours: [{ from: '22:00', until: '04:30' }], volumePercentMax: 100 },
    limits: { startWithinMs: 600_000, emergencyValidMs: HOUR_MS, airingDaysAheadMax: 366, airingMsMax: 4 * HOUR_MS },
    readTones: () => ({ chime: tone, endTone: tone }),
    handOver: async (airing) => {
      // After commit: whoever is handed it finds it stored.
      handedOver.push(await getAiring(floor.db, airing.airingId));
    },
  };
  bulletinId = await addBulletin(communeId);
});
afterEach(() => floor[Symbol.asyncDispose]());

/** Approved, as its own stage would leave it; `changes` say what is otherwise. */
async function addBulletin(areaId: string, changes: { class?: string; state?: string; approved?: string } = {}): Promise<string> {
  const id = randomUUID();
  const at = floor.clock.at;
  const sha256 = createHash('sha256').update(id).digest('hex');
  const { db, admin } = floor;
  const key = { bulletin_id: id, revision: 1 };
  await db('bulletins').insert({
    ...key,
    area_id: areaId,
    author_id: admin.accountId,
    kind: 'text',
    state: changes.state ?? 'approved',
    created_at: at,
    updated_at: at,
  });
  await db('bulletin_revisions').insert({
    ...key,
    editor_id: admin.accountId,
    title: 'Lịch tiêm chủng',
    text: 'x',
    field: 1,
    topics: '[]',
    class: changes.class ?? 'normal',
    purpose: 'real',
    language: 'vi',
    source: '',
    voice: 'vi',
    words_per_minute: 150,
    created_at: at,
    frozen_at: at,
  });
  await db('renditions').insert({
    ...key,
    codec: 'opus',
    sha256,
    bytes: 10,
    duration_ms: 40_000,
    loudness_lufs: -16,
    true_peak_dbtp: -2,
    purpose: 'real',
    created_at: at,
  });
  await db('decisions').insert({
    ...key,
    decision_id: randomUUID(),
    decision: 'approved',
    rendition_sha256: changes.approved ?? sha256,
    approver_id: admin.accountId,
    decided_at: at,
  });
  return id;
}

const inHours = (hours: number) => new Date(floor.clock.now() + hours * HOUR_MS).toISOString();
const asked = (changes: object = {}) =>
  ScheduleAiring.parse({
    areaId: communeId,
    bulletinIds: [bulletinId],
    targets: [{ kind: 'area', id: communeId }],
    startsAt: inHours(1),
    ...changes,
  });
const countRows = async () => {
  const tables = ['airings', 'airing_bulletins', 'airing_targets', 'orders', 'audit_entries'];
  return Promise.all(tables.map(async (table) => Number((await floor.db(table).count({ count: '*' }))[0]?.['count'])));
};

describe('an airing', () => {
  it('is stored whole, handed over after its commit, and read back as it was made', async () => {
    const airing = await scheduleAiring(
      deps,
      officer,
      asked({
        targets: [
          { kind: 'area', id: communeId },
          { kind: 'area', id: communeId },
        ],
      }),
    );
    expect(handedOver).toEqual([airing]);
    expect(await getAiring(floor.db, airing.airingId)).toEqual(airing);
    expect(airing).toMatchObject({ state: 'planned', epoch: 1, counter: 1, targets: [{ kind: 'area', id: communeId }] });
    const question = { areaIds: [communeId], limit: 10 };
    expect(await listAirings(floor.db, question)).toEqual([airing]);
    expect(await listAirings(floor.db, { ...question, after: `${airing.startsAt}~${airing.airingId}` })).toEqual([]);
  });

  const bad: [string, () => Promise<object>, ProblemCode][] = [
    ['in the past', async () => ({ startsAt: inHours(-1) }), 'airing-in-past'],
    ['in quiet hours', async () => ({ startsAt: '2026-11-22T20:15:00.000Z' }), 'airing-in-quiet-hours'],
    ['without targets', async () => ({ targets: [] }), 'airing-without-targets'],
    ['without bulletins', async () => ({ bulletinIds: [] }), 'airing-without-bulletins'],
    ['of an unknown bulletin', async () => ({ bulletinIds: [bulletinId, randomUUID()] }), 'bulletin-not-approved'],
    [
      'of an unapproved bulletin',
      async () => ({ bulletinIds: [await addBulletin(communeId, { state: 'submitted' })] }),
      'bulletin-not-approved',
    ],
    [
      'of audio other than the approved',
      async () => ({ bulletinIds: [await addBulletin(communeId, { approved: 'b'.repeat(64) })] }),
      'bulletin-not-approved',
    ],
    ['of a neighbour’s bulletin', async () => ({ bulletinIds: [await addBulletin(otherId)] }), 'bulletin-not-approved'],
    [
      'of an emergency bulletin',
      async () => ({ bulletinIds: [await addBulletin(communeId, { class: 'emergency' })] }),
      'class-mismatch',
    ],
    ['at an unknown target', async () => ({ targets: [{ kind: 'cluster', id: randomUUID() }] }), 'target-unknown'],
    ['at a neighbour', async () => ({ targets: [{ kind: 'area', id: otherId }] }), 'target-outside-branch'],
    [
      'at a neighbour’s cluster',
      async () => ({ targets: [{ kind: 'cluster', id: await floor.addCluster(otherId, 'Bến') }] }),
      'target-outside-branch',
    ],
    ['in the whole province', async () => ({ targets: [{ kind: 'area', id: floor.rootAreaId }] }), 'target-outside-branch'],
    ['too long', async () => ({ repeats: 20, gapMs: HOUR_MS }), 'airing-too-long'],
    ['of class emergency without the office for it', async () => ({ class: 'emergency', startsAt: null }), 'role-missing'],
  ];
  it.each(bad)('%s is refused, and nothing of it is stored or handed over', async (_what, changes, code) => {
    const request = asked(await changes());
    const before = await countRows();
    await expectProblem(scheduleAiring(deps, officer, request), code);
    expect(await countRows()).toEqual(before);
    expect(handedOver).toEqual([]);
  });

  it('of class emergency starts at once, whatever the hour, when the duty officer says so', async () => {
    floor.clock.advance(15 * HOUR_MS + 15 * 60_000); // 03:15 in Việt Nam
    const bulletinIds = [await addBulletin(communeId, { class: 'emergency' })];
    const toneless = { ...deps, readTones: () => ({ chime: null, endTone: null }) };
    const airing = await scheduleAiring(toneless, duty, asked({ class: 'emergency', startsAt: null, bulletinIds }));
    expect(airing).toMatchObject({ startsAt: floor.clock.at, chime: null });
    await expectProblem(moveAiring(deps, duty, airing.airingId, inHours(5)), 'airing-not-changeable');
  });
});

describe('a change of an airing', () => {
  it('is a new order with a higher counter each time, also when several come at once', async () => {
    const airings = await Promise.all(
      [1, 2, 3].map((hours) => scheduleAiring(deps, officer, asked({ startsAt: inHours(hours) }))),
    );
    const moved = await Promise.all(airings.map(({ airingId }) => moveAiring(deps, officer, airingId, inHours(4))));
    const counters = [...airings, ...moved].map((airing) => airing.counter);
    expect(counters.toSorted((a, b) => a - b)).toEqual([1, 2, 3, 4, 5, 6]);
    expect(new Set([...airings, ...moved].map((airing) => airing.orderId)).size).toBe(6);
    expect(
      await floor.db('orders').whereIn(
        'airing_id',
        airings.map(({ airingId }) => airingId),
      ),
    ).toHaveLength(6);
    expect(await floor.db('airings').whereNotNull('planned_at')).toEqual([]);
    for (const airing of moved) expect(airing.startsAt).toBe(inHours(4));
  });

  it('is refused once it has begun, once it was cancelled, and once it is closed', async () => {
    const airing = await scheduleAiring(deps, officer, asked());
    floor.clock.advance(HOUR_MS);
    await expectProblem(moveAiring(deps, officer, airing.airingId, inHours(1)), 'airing-not-changeable', { why: 'begun' });
    expect((await cancelAiring(deps, officer, airing.airingId)).state).toBe('cancelled');
    await expectProblem(cancelAiring(deps, officer, airing.airingId), 'airing-not-changeable', { why: 'cancelled' });
    const closed = await scheduleAiring(deps, officer, asked());
    await saveClosed(floor.db, closed.airingId, floor.clock.at);
    await expectProblem(cancelAiring(deps, officer, closed.airingId), 'airing-not-changeable', { why: 'closed' });
    await expectProblem(moveAiring(deps, officer, randomUUID(), inHours(1)), 'not-found');
  });
});
