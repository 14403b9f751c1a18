import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ApiClient } from '../support/api-client.ts';
import { findBarriers, isWiderThanScreen, signInByLabel, takeShot, TestBrowser, WIDTHS, type Width } from '../support/browser.ts';
import { type CommuneSite, openCommuneSite, PASSWORD } from '../support/commune-site.ts';
import { makeBulletin, opusOf, submitBulletin } from '../support/make-bulletin.ts';
import { waitFor } from '../support/wait-for.ts';

const AUTHOR = 'can-bo-van-hoa';
const APPROVER = 'pho-chu-tich';
/** Author and approver in one, so that only the second person is missing. */
const BOTH = 'chu-tich';

let folder: string;
let site: CommuneSite;
let browser: TestBrowser;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'truyen-thanh-console-'));
  // Each test signs in and loads the console anew; people do so less often.
  const environment = { TT_QUIET_HOURS: '22:00-04:30', TT_SIGN_INS_PER_MINUTE: '1000', TT_REQUESTS_PER_MINUTE: '100000' };
  site = await openCommuneSite({ folder, sound: 'nowhere', receivers: 1, environment });
  const { communeId: areaId, admin } = site;
  const grants = (['author', 'approver'] as const).map((role) => ({ role, areaId }));
  await admin.call('createAccount', { body: { username: BOTH, displayName: 'Chủ tịch', password: PASSWORD, grants } });
  browser = await TestBrowser.open(site.server.url);
}, 180_000);

afterAll(async () => {
  await browser?.[Symbol.asyncDispose]();
  await site?.[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

async function openAs(username: string, path: string, options: Parameters<TestBrowser['openPage']>[0] = {}) {
  const opened = await browser.openPage(options);
  await signInByLabel(opened.page, username, PASSWORD);
  await opened.page.goto(path);
  await opened.page.getByRole('heading', { level: 1 }).waitFor();
  return opened;
}

/** The commune's day, so many days from now. */
function dayAhead(days: number): string {
  return new Date(Date.now() + 7 * 3_600_000 + days * 86_400_000).toISOString().slice(0, 10);
}

function readBulletin(bulletinId: string) {
  return site.approver.call('readBulletin', { params: { bulletinId } });
}

function listAirings() {
  return site.author.call('listAirings', { query: { areaId: site.communeId } });
}

describe('approving', () => {
  test('goes from the queue to a decision on the very audio that was played to its end', async () => {
    const { bulletinId } = await submitBulletin(site, { title: 'Tiêm phòng dại', field: 3, text: 'Chiều nay tiêm phòng.' });
    const { page, context, errors } = await openAs(APPROVER, '/approvals');
    await page.getByRole('link', { name: 'Tiêm phòng dại' }).click();
    await page.getByRole('heading', { level: 1, name: 'Tiêm phòng dại' }).waitFor();
    await page.getByText('Bạn chưa nghe hết bản thu này').waitFor();
    await page.getByText(/LUFS – đúng mức/).waitFor();
    await page.getByRole('button', { name: 'Nghe', exact: true }).click();
    await page.getByText('Bạn đã nghe hết bản thu này').waitFor({ timeout: 60_000 });
    await page.reload();
    await page.getByText('Bạn đã nghe hết bản thu này').waitFor();
    await takeShot(page, 'approval-listened');
    await page.getByRole('button', { name: 'Duyệt bản tin' }).click();
    await page.getByRole('link', { name: 'Lên lịch bản tin này' }).waitFor();
    const approved = await readBulletin(bulletinId);
    expect(approved.state).toBe('approved');
    expect(approved.decision?.renditionSha256).toBe(opusOf(approved).sha256);
    expect(errors).toEqual([]);
    await context.close();
  });

  test('asks in words before what was not heard to its end is approved', async () => {
    const { bulletinId } = await submitBulletin(site, { title: 'Họp ấp', field: 1, text: 'Bảy giờ tối họp ấp.' });
    const { page, context } = await openAs(APPROVER, `/approvals/${bulletinId}`);
    await page.getByRole('button', { name: 'Duyệt bản tin' }).click();
    const question = page.getByRole('dialog');
    await question.getByText('Duyệt “Họp ấp” mà không nghe hết?').waitFor();
    expect((await readBulletin(bulletinId)).state).toBe('submitted');
    await question.getByRole('button', { name: 'Duyệt dù chưa nghe hết' }).click();
    await page.getByText(/^Đã duyệt lúc/).waitFor();
    expect((await readBulletin(bulletinId)).state).toBe('approved');
    await context.close();
  });

  test('rejects with a reason only, and shows later what changed since and what was asked for', async () => {
    const text = 'Sáng mai cúp điện từ 7 giờ đến 11 giờ.';
    const { bulletinId, revision } = await submitBulletin(site, { title: 'Lịch cúp điện', field: 2, text });
    const { page, context } = await openAs(APPROVER, `/approvals/${bulletinId}`);
    await page.getByText('Đây là lần đầu bản tin này được trình.').waitFor();
    await page.getByRole('button', { name: 'Trả lại' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('button', { name: 'Trả lại cho người soạn' }).click();
    await dialog.getByText('Chưa ghi lý do.').waitFor();
    await dialog.getByLabel('Lý do trả lại').fill('Sai giờ, phải là 8 giờ');
    await dialog.getByRole('button', { name: 'Trả lại cho người soạn' }).click();
    await page.getByText('Đã trả lại lúc', { exact: false }).waitFor();
    const content = { title: 'Lịch cúp điện', field: 2, text: 'Sáng mai cúp điện từ 8 giờ đến 11 giờ.' };
    const params = { bulletinId };
    const edited = await site.author.call('editBulletin', { params, body: { revision, ...content } });
    await site.author.call('submitBulletin', { params, body: { revision: edited.revision } });
    await waitFor('the new rendition', async () => (await readBulletin(bulletinId)).rendering.state === 'done', 120_000);
    const changes = page.getByRole('region', { name: 'Thay đổi so với bản trước' });
    await changes.getByText('Sai giờ, phải là 8 giờ', { exact: false }).waitFor();
    expect((await changes.getByRole('deletion').innerText()).trim()).toMatch(/7$/);
    expect((await changes.getByRole('insertion').innerText()).trim()).toMatch(/8$/);
    await page.getByText('Bạn chưa nghe hết bản thu này').waitFor();
    await context.close();
  });

  test('tells who wrote a bulletin that another person must approve it', async () => {
    const chair = await ApiClient.signIn(site.server.url, BOTH, PASSWORD);
    const own = await submitBulletin(
      { ...site, author: chair },
      { title: 'Thư của chủ tịch', field: 1, text: 'Kính gửi bà con.' },
    );
    const { page, context } = await openAs(BOTH, `/approvals/${own.bulletinId}`);
    await page.getByText('Bạn là người soạn bản tin này nên không tự duyệt được. Nhờ người duyệt khác.').waitFor();
    const approve = page.getByRole('button', { name: 'Duyệt bản tin' });
    expect(await approve.getAttribute('aria-disabled')).toBe('true');
    await approve.click({ force: true });
    expect(await page.getByRole('dialog').count()).toBe(0);
    expect((await readBulletin(own.bulletinId)).state).toBe('submitted');
    await context.close();
  });

  test('says how unknown words are spoken, beside the text', async () => {
    const { bulletinId } = await submitBulletin(site, { title: 'Ký hiệu lạ', field: 1, text: 'Mời bà con dùng zpqx mới.' });
    const { rendering } = await readBulletin(bulletinId);
    expect(rendering.unknownTokens.map(({ written }) => written)).toContain('zpqx');
    const { page, context } = await openAs(APPROVER, `/approvals/${bulletinId}`);
    await page.getByText('1 chỗ máy không chắc cách đọc', { exact: false }).waitFor();
    const text = page.getByRole('region', { name: 'Chữ trong bản tin' });
    await text.getByText(`đọc là “${rendering.unknownTokens[0]?.spoken}”`).waitFor();
    await context.close();
  });
});

describe('scheduling', () => {
  test('takes approved bulletins in the order that is set by keys, places by tree and a time, and shows what will come of it', async () => {
    const first = await makeBulletin(site, { title: 'Dự báo thời tiết', field: 3, text: 'Trời nắng.' });
    const second = await makeBulletin(site, { title: 'Bản tin sáng', field: 1, text: 'Chào bà con.' });
    const { page, context, errors } = await openAs(AUTHOR, `/schedule/new?bulletin=${first.bulletinId}`);
    await chooseBulletin(page, 'Bản tin sáng');
    const up = page.getByRole('button', { name: 'Đưa “Bản tin sáng” lên trước' });
    await up.focus();
    await page.keyboard.press('Enter');
    await page.getByText('“Bản tin sáng” ở vị trí 1 trên 2').waitFor({ state: 'attached' });
    await page.getByRole('checkbox', { name: 'Xã Long Thới' }).check();
    await page.getByRole('button', { name: '05:00 ngày mai' }).click();
    const review = page.getByRole('region', { name: '4. Xem lại và lưu' });
    await review.getByText('1 ấp, 1 cụm loa, 1 thiết bị').waitFor();
    await review.getByText(/xong lúc 05:00:/).waitFor();
    await review.getByText(/mỗi thiết bị, cả thảy/).waitFor();
    await review.getByText('Không có lượt nào khác ở các nơi này.').waitFor();
    await review.getByRole('button', { name: 'Lưu vào lịch' }).click();
    await page.getByRole('heading', { level: 1, name: 'Lịch phát' }).waitFor();
    const list = page.getByRole('list', { name: 'Các lượt phát trong ngày' });
    await list.getByRole('link', { name: 'Bản tin sáng · Dự báo thời tiết' }).waitFor();
    expect(new URL(page.url()).searchParams.get('day')).toBe(dayAhead(1));
    const { entries } = await listAirings();
    const made = entries.find(({ bulletins }) => bulletins[0]?.bulletinId === second.bulletinId);
    expect(made?.bulletins.map(({ bulletinId }) => bulletinId)).toEqual([second.bulletinId, first.bulletinId]);
    expect(made?.startsAt).toBe(`${dayAhead(0)}T22:00:00.000Z`);
    expect(made?.targets).toEqual([{ kind: 'area', id: site.communeId }]);
    expect(errors).toEqual([]);
    await context.close();
  });

  test('is refused in quiet hours with the reason before it is saved, and in words at another time what else sounds then', async () => {
    const { bulletinId } = await makeBulletin(site, { title: 'Tin đêm', field: 1, text: 'Tin đêm.' });
    const { page, context } = await openAs(AUTHOR, `/schedule/new?bulletin=${bulletinId}&day=${dayAhead(1)}`);
    await page.getByRole('checkbox', { name: 'Ấp Long Hiệp', exact: true }).check();
    const time = page.getByLabel('Giờ phát');
    await time.fill('23h');
    await page.getByText(/Lượt phát rơi vào giờ yên tĩnh 22:00-04:30\. Chọn giờ khác/).waitFor();
    const save = page.getByRole('button', { name: 'Lưu vào lịch' });
    expect(await save.getAttribute('aria-disabled')).toBe('true');
    await save.click({ force: true });
    await page.getByRole('button', { name: 'Ngày', exact: true }).click();
    await page
      .getByRole('dialog')
      .getByText(/tháng \d+/i)
      .first()
      .waitFor();
    await takeShot(page, 'calendar');
    expect(await findBarriers(page)).toEqual([]);
    await page.keyboard.press('Escape');
    await time.fill('25:00');
    await page.getByText('Giờ chưa đúng. Gõ như 05:00 hoặc 17h30.').waitFor();
    await time.fill('5h');
    await page.getByText(/05:00–05:00 Bản tin sáng · Dự báo thời tiết \(thông thường, Xã Long Thới\)/).waitFor();
    const { entries } = await listAirings();
    expect(entries.filter(({ bulletins }) => bulletins.some((one) => one.bulletinId === bulletinId))).toEqual([]);
    await context.close();
  });

  test('takes a hamlet out of the commune and leaves the others', async () => {
    const { page, context } = await openAs(AUTHOR, '/schedule/new');
    const box = (name: string) => page.getByRole('checkbox', { name, exact: true });
    await box('Xã Long Thới').check();
    expect(await box('Ấp Long Hiệp').isChecked()).toBe(true);
    await box('Ấp Long Hiệp').uncheck();
    expect(await box('Xã Long Thới').isChecked()).toBe(false);
    await page.getByText('Chọn đủ bản tin, nơi phát và giờ trước.').waitFor();
    await context.close();
  });

  test('moves an airing and cancels it after a question that names it', async () => {
    const { bulletinId } = await makeBulletin(site, { title: 'Tin chiều', field: 1, text: 'Tin chiều.' });
    const startsAt = `${dayAhead(2)}T10:00:00.000Z`;
    const targets = [{ kind: 'area' as const, id: site.communeId }];
    const body = { areaId: site.communeId, bulletinIds: [bulletinId], targets, startsAt };
    const { airingId } = await site.author.call('scheduleAiring', { body });
    const { page, context } = await openAs(AUTHOR, `/schedule?day=${dayAhead(1)}`);
    await page.getByRole('link', { name: 'Ngày sau' }).click();
    const entry = page.getByRole('listitem').filter({ hasText: 'Tin chiều' });
    await entry.getByRole('button', { name: 'Dời giờ' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Giờ phát').fill('18:30');
    await dialog.getByRole('button', { name: 'Dời sang giờ này' }).click();
    await entry.getByText('18:30', { exact: true }).waitFor();
    await entry.getByRole('button', { name: 'Huỷ lượt' }).click();
    await dialog.getByText(/Huỷ lượt 18:30 .* – “Tin chiều”, 1 ấp, 1 cụm loa\?/).waitFor();
    await dialog.getByRole('button', { name: 'Huỷ lượt phát này' }).click();
    await entry.getByText('đã huỷ').waitFor();
    const { airing } = await site.author.call('readAiring', { params: { airingId } });
    expect(airing).toMatchObject({ state: 'cancelled', startsAt: `${dayAhead(2)}T11:30:00.000Z` });
    await context.close();
  });

  test('leaves emergencies to the duty officer, who types where it will sound', async () => {
    const content = { title: 'Lũ quét', field: 4, text: 'Lũ quét, lên chỗ cao.', class: 'emergency' as const };
    const { bulletinId } = await makeBulletin(site, content);
    const author = await openAs(AUTHOR, '/schedule/new');
    await author.page.getByText('Khẩn cấp: chỉ cán bộ trực ban được phát.').waitFor();
    await author.context.close();
    const { page, context } = await openAs(APPROVER, `/schedule/new?bulletin=${bulletinId}`);
    await page.getByRole('checkbox', { name: 'Xã Long Thới' }).check();
    const send = page.getByRole('button', { name: 'Phát KHẨN CẤP ngay' });
    expect(await send.getAttribute('aria-disabled')).toBe('true');
    await page.getByText('Loa sẽ phát ngay ở 1 cụm loa.', { exact: false }).waitFor();
    await takeShot(page, 'emergency');
    await page.getByLabel('Gõ tên địa bàn “Xã Long Thới” để xác nhận').fill('xa long thoi');
    await send.click();
    await page.waitForURL(/\/airings\//);
    const { entries } = await listAirings();
    expect(entries.filter((airing) => airing.class === 'emergency').map(({ targets }) => targets)).toEqual([
      [{ kind: 'area', id: site.communeId }],
    ]);
    await context.close();
  });
});

async function chooseBulletin(page: Page, title: string): Promise<void> {
  await page.getByRole('combobox', { name: 'Thêm bản tin đã duyệt' }).fill(title);
  await page.getByRole('option', { name: title }).first().click();
}

describe.each(['vi', 'en'] as const)('in %s', (language) => {
  test.each(Object.keys(WIDTHS) as Width[])(
    'has no serious barrier at the width of a %s, and nothing stands out',
    async (width) => {
      const approved = (await site.author.call('listBulletins', { query: { areaId: site.communeId, state: 'approved' } }))
        .entries;
      const waiting = (await site.author.call('listBulletins', { query: { areaId: site.communeId, state: 'submitted' } }))
        .entries;
      const airable = approved.find((bulletin) => bulletin.class === 'normal');
      const pages = {
        queue: '/approvals',
        // One with an earlier revision, so that changes show.
        approval: `/approvals/${waiting.toSorted((a, b) => b.revision - a.revision)[0]?.bulletinId}`,
        schedule: `/schedule?day=${dayAhead(1)}`,
        'empty-schedule': `/schedule?day=${dayAhead(9)}`,
        'new-airing': `/schedule/new?bulletin=${airable?.bulletinId}&day=${dayAhead(1)}`,
      };
      for (const scheme of ['light', 'dark'] as const) {
        const { page, context, errors } = await openAs(APPROVER, '/approvals', { width, language, scheme });
        for (const [name, path] of Object.entries(pages)) {
          await page.goto(path);
          await page.getByRole('heading', { level: 1 }).waitFor();
          await page
            .getByRole('status')
            .filter({ hasText: /^(Đang tải…|Loading…)$/ })
            .first()
            .waitFor({ state: 'detached' });
          if (name === 'new-airing') await fillForm(page);
          await takeShot(page, `${name}-${width}-${language}-${scheme}`);
          expect(await findBarriers(page), `${name}, ${scheme}`).toEqual([]);
          expect(await isWiderThanScreen(page), `${name}, ${scheme}`).toBe(false);
        }
        expect(errors).toEqual([]);
        await context.close();
      }
    },
  );
});

/** Wrong on purpose, so that problems show as well. */
async function fillForm(page: Page): Promise<void> {
  await page.getByRole('checkbox', { name: 'Xã Long Thới' }).check();
  await page.getByLabel(/^(Giờ phát|Time)$/).fill('23:00');
  await page
    .getByText(/giờ yên tĩnh 22:00|quiet hours/)
    .first()
    .waitFor();
}
