import { afterAll, beforeAll, expect, test } from 'vitest';
import type { ProblemCode } from '#contract/problem.ts';
import type { Bulletin } from '#contract/bulletin.ts';
import { RefusedError } from '../support/api-client.ts';
import { type CommuneSite, openCommuneSite } from '../support/commune-site.ts';
import { makeBulletin, opusOf, submitBulletin } from '../support/make-bulletin.ts';
import { TempFolder } from '../support/temp-folder.ts';

let folder: TempFolder;
let site: CommuneSite;
let approved: Bulletin;

beforeAll(async () => {
  folder = await TempFolder.create();
  const environment = { TT_QUIET_HOURS: '22:00-04:30', TT_TIME_ZONE: 'Asia/Ho_Chi_Minh' };
  site = await openCommuneSite({ folder: folder.path, sound: 'nowhere', receivers: 0, environment });
  approved = await makeBulletin(site, { title: 'Họp dân', field: 1, text: 'Mời bà con họp tổ lúc bảy giờ tối.' });
}, 120_000);

afterAll(async () => {
  await site[Symbol.asyncDispose]();
  await folder[Symbol.asyncDispose]();
});

/** 10:00 in Việt Nam on a day well ahead: outside quiet hours whatever the hour of the test. */
const LATE_MORNING = `${new Date(Date.now() + 3 * 86_400_000).toISOString().slice(0, 10)}T03:00:00.000Z`;
const QUARTER_PAST_THREE = `${new Date(Date.now() + 3 * 86_400_000).toISOString().slice(0, 10)}T20:15:00.000Z`;

function airingOf(changes: Record<string, unknown>) {
  const whole = {
    areaId: site.communeId,
    bulletinIds: [approved.bulletinId],
    targets: [{ kind: 'area' as const, id: site.communeId }],
    startsAt: LATE_MORNING as string | null,
  };
  return { body: { ...whole, ...changes } };
}

async function expectRefusal(call: Promise<unknown>, code: ProblemCode, status: number): Promise<void> {
  const error = await call.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(RefusedError);
  expect({ code: (error as RefusedError).problem.code, status: (error as RefusedError).status }).toEqual({ code, status });
}

test.each<[string, Record<string, unknown>, ProblemCode, number]>([
  ['in the past', { startsAt: '2026-01-01T03:00:00.000Z' }, 'airing-in-past', 422],
  ['at a quarter past three in the night', { startsAt: QUARTER_PAST_THREE }, 'airing-in-quiet-hours', 422],
  ['too far ahead', { startsAt: '2036-01-01T03:00:00.000Z' }, 'airing-too-far-ahead', 422],
  ['without targets', { targets: [] }, 'airing-without-targets', 422],
  ['without bulletins', { bulletinIds: [] }, 'airing-without-bulletins', 422],
  ['in an area that nobody knows', { targets: [{ kind: 'area', id: crypto.randomUUID() }] }, 'target-unknown', 422],
  ['of a bulletin that nobody knows', { bulletinIds: [crypto.randomUUID()] }, 'bulletin-not-approved', 409],
  ['at once though it is no emergency', { startsAt: null }, 'request-invalid', 400],
  ['with more repeats than allowed', { repeats: 21 }, 'request-invalid', 400],
])('an airing %s is refused and nothing of it is stored', async (_, changes, code, status) => {
  await expectRefusal(site.author.call('scheduleAiring', airingOf(changes)), code, status);
  const { entries } = await site.author.call('listAirings', { query: { areaId: site.communeId } });
  expect(entries).toEqual([]);
});

test('an area outside the branch is no target, and nobody issues in its name', async () => {
  const { entries } = await site.admin.call('listAreas', {});
  const root = entries.find((area) => area.parentId === null)!;
  const target = [{ kind: 'area', id: root.areaId }];
  await expectRefusal(site.author.call('scheduleAiring', airingOf({ targets: target })), 'target-outside-branch', 403);
  await expectRefusal(site.author.call('scheduleAiring', airingOf({ areaId: root.areaId })), 'outside-branch', 403);
});

test('only a duty officer issues an emergency, and only with an emergency bulletin', async () => {
  const emergency = { class: 'emergency', startsAt: null };
  await expectRefusal(site.author.call('scheduleAiring', airingOf(emergency)), 'role-missing', 403);
  await expectRefusal(site.approver.call('scheduleAiring', airingOf(emergency)), 'class-mismatch', 422);
});

test('an unapproved bulletin is not aired, and one edited after its approval has to be approved anew', async () => {
  const submitted = await submitBulletin(site, { title: 'Tiêm chủng', field: 1, text: 'Sáng mai tiêm chủng tại trạm y tế.' });
  const { bulletinId, revision } = submitted;
  const request = airingOf({ bulletinIds: [bulletinId] });
  await expectRefusal(site.author.call('scheduleAiring', request), 'bulletin-not-approved', 409);
  const approval = { revision, renditionSha256: opusOf(submitted).sha256 };
  await site.approver.call('approveBulletin', { params: { bulletinId }, body: approval });
  const edit = { revision, title: 'Tiêm chủng', field: 1, text: 'Chiều mai tiêm chủng tại trạm y tế.' };
  await site.author.call('editBulletin', { params: { bulletinId }, body: edit });
  await expectRefusal(site.author.call('scheduleAiring', request), 'bulletin-not-approved', 409);
});

test('the author is not the approver, and what is approved is the audio that was listened to', async () => {
  const submitted = await submitBulletin(site, { title: 'Vệ sinh', field: 1, text: 'Chủ nhật tổng vệ sinh đường làng.' });
  const { bulletinId, revision } = submitted;
  const renditionSha256 = opusOf(submitted).sha256;
  const approve = (client: typeof site.author, sha256: string) =>
    client.call('approveBulletin', { params: { bulletinId }, body: { revision, renditionSha256: sha256 } });
  await expectRefusal(approve(site.author, renditionSha256), 'role-missing', 403);
  await expectRefusal(approve(site.approver, opusOf(approved).sha256), 'audio-not-those-heard', 409);
  await approve(site.approver, renditionSha256);
});

test('an airing is moved and cancelled, and what is cancelled is not changed again', async () => {
  const airing = await site.author.call('scheduleAiring', airingOf({}));
  const params = { airingId: airing.airingId };
  await expectRefusal(
    site.author.call('moveAiring', { params, body: { startsAt: QUARTER_PAST_THREE } }),
    'airing-in-quiet-hours',
    422,
  );
  const later = LATE_MORNING.replace('T03', 'T05');
  const moved = await site.author.call('moveAiring', { params, body: { startsAt: later } });
  expect(moved.startsAt).toBe(later);
  expect(moved.orderId).not.toBe(airing.orderId);
  expect((await site.author.call('cancelAiring', { params })).state).toBe('cancelled');
  await expectRefusal(site.author.call('cancelAiring', { params }), 'airing-not-changeable', 409);
});
