import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { AgentProcess } from '../support/agent-process.ts';
import { findBarriers, isWiderThanScreen, signInByLabel, takeShot, TestBrowser, WIDTHS, type Width } from '../support/browser.ts';
import { type CommuneSite, openCommuneSite, PASSWORD, type SiteReceiver } from '../support/commune-site.ts';
import { makeBulletin } from '../support/make-bulletin.ts';

/** Rendering is done before; this is for a loaded machine to draw the page in. */
const STARTS_IN_MS = 12_000;
const PLAY_MAX_MS = 90_000;
const TITLE = 'Lịch tiêm phòng tháng này';
const TEXT =
  'Trạm y tế xã Long Thới thông báo. Sáng thứ bảy tuần này, trạm tổ chức tiêm phòng cho trẻ em dưới năm tuổi. ' +
  'Bà con đưa các cháu đến trạm từ bảy giờ sáng, nhớ mang theo sổ tiêm chủng. Xin cảm ơn bà con.';

let folder: string;
let site: CommuneSite;
let browser: TestBrowser;
let receiver: SiteReceiver;
let airingId = '';
let gateway: AgentProcess | undefined;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'truyen-thanh-on-air-'));
  site = await openCommuneSite({ folder, sound: 'nowhere', receivers: 1 });
  receiver = site.receivers[0] as SiteReceiver;
  browser = await TestBrowser.open(site.server.url);
}, 180_000);

afterAll(async () => {
  await gateway?.[Symbol.asyncDispose]();
  await browser?.[Symbol.asyncDispose]();
  await site?.[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

async function openAs(path: string, who: 'author' | 'admin' = 'author') {
  const opened = await browser.openPage();
  if (who === 'author') await signInByLabel(opened.page, 'can-bo-van-hoa', PASSWORD);
  else await signInByLabel(opened.page, 'admin', site.server.password ?? '');
  await opened.page.goto(path);
  return opened;
}

/** The row or card of one cluster. */
const rowOf = (page: Page, name: string) => page.getByRole('row').filter({ hasText: name });

describe('receivers and what is on air', () => {
  test('shows an enrolled receiver as online, with its counts', async () => {
    const { page, context, errors } = await openAs('/receivers');
    await page.getByText('1 thiết bị: 1 có kết nối, 0 mất kết nối, 0 chưa rõ').waitFor();
    await rowOf(page, 'Cụm loa Ấp Long Hiệp').getByText('có kết nối').waitFor();
    expect(errors).toEqual([]);
    await context.close();
  });

  test('shows measured values, and says of the others that they were not measured', async () => {
    const { page, context, errors } = await openAs('/receivers');
    await page.getByRole('link', { name: 'Cụm loa Ấp Long Hiệp' }).click();
    await page.getByRole('heading', { level: 1, name: 'Cụm loa Ấp Long Hiệp' }).waitFor();
    const now = page.getByRole('region', { name: 'Số đo lúc này' });
    await now.getByText('Ổ lưu còn trống').waitFor();
    const { receiver: told } = await site.admin.call('readReceiver', { params: { receiverId: receiver.receiverId } });
    const { temperatureMilliCelsius, isMuted } = told.vitals ?? {};
    const absent = [temperatureMilliCelsius, isMuted].filter((value) => value === null).length;
    expect(await now.getByText('không đo được').count()).toBeGreaterThanOrEqual(absent);
    if (temperatureMilliCelsius === null) expect(await now.getByText('0 °C').count()).toBe(0);
    const plot = page.getByRole('region', { name: 'Số đo theo thời gian' });
    await plot.getByRole('combobox', { name: 'Số đo', exact: true }).click();
    await page.getByRole('option', { name: 'Ổ lưu còn trống' }).click();
    await plot.getByRole('img', { name: /^Ổ lưu còn trống, \d+ lần đo/ }).waitFor();
    await page.getByRole('region', { name: 'Đã lắp ở đâu' }).getByText('đang ở đây').waitFor();
    expect(errors).toEqual([]);
    await context.close();
  });

  test('enrols a gateway at a free cluster with a code that a real agent takes', { timeout: 120_000 }, async () => {
    const { entries } = await site.admin.call('listAreas', {});
    const hamlet = entries.find((area) => area.name === 'Ấp Long Vinh');
    await site.admin.call('createCluster', { body: { areaId: hamlet?.areaId ?? '', name: 'Trạm FM xã' } });
    const { page, context, errors } = await openAs('/receivers', 'admin');
    await page.getByRole('button', { name: 'Ghi danh ở Trạm FM xã' }).click();
    const dialog = page.getByRole('dialog', { name: 'Ghi danh ở Trạm FM xã' });
    await dialog.getByRole('combobox', { name: 'Loại thiết bị' }).click();
    await page.getByRole('option', { name: 'cổng chuyển (FM, ampli)' }).click();
    await dialog.getByRole('button', { name: 'Tạo mã ghi danh' }).click();
    await dialog.getByRole('img', { name: 'Mã QR ghi danh cho Trạm FM xã' }).waitFor();
    await takeShot(page, 'enrolment');
    expect(await findBarriers(page)).toEqual([]);
    const command = await dialog.getByText(/^truyen-thanh-agent enrol/).innerText();
    gateway = new AgentProcess(join(folder, 'gateway'), {
      TT_AGENT_AUDIO_OUTPUT: 'null',
      TT_AGENT_HARDWARE_ID: 'board-gateway',
      TT_AGENT_HEARTBEAT_EVERY_MS: '2000',
      TT_AGENT_PROGRAMME_POLL_EVERY_MS: '5000',
    });
    await gateway.enrol(/'(.+)'/.exec(command)?.[1] ?? '');
    await dialog.getByText('Đã ghi danh xong ở Trạm FM xã.').waitFor();
    await dialog.getByRole('link', { name: 'Mở trang thiết bị' }).click();
    await page.getByRole('heading', { level: 1, name: 'Trạm FM xã' }).waitFor();
    const presence = page.getByRole('region', { name: 'Kết nối lúc này' });
    await presence.getByText('chưa từng kết nối').waitFor();
    gateway.run();
    await presence.getByText('có kết nối').waitFor();
    expect(errors).toEqual([]);
    await context.close();
  });

  test('follows an airing from planned over playing to played, without being touched', { timeout: 300_000 }, async () => {
    const { bulletinId } = await makeBulletin(site, { title: TITLE, field: 1, text: TEXT });
    const { page: onAir, context, errors } = await openAs('/on-air');
    await onAir.getByText('Không có lượt nào đang phát').waitFor();
    const detail = await context.newPage();
    const airing = await site.author.call('scheduleAiring', {
      body: {
        areaId: site.communeId,
        bulletinIds: [bulletinId],
        targets: [{ kind: 'area', id: site.communeId }],
        startsAt: new Date(Date.now() + STARTS_IN_MS).toISOString(),
      },
    });
    airingId = airing.airingId;
    await detail.goto(`/airings/${airingId}`);
    await onAir.getByRole('region', { name: 'Sắp phát' }).getByText(TITLE).waitFor();
    const row = rowOf(detail, 'Cụm loa Ấp Long Hiệp');
    await row.getByText(/^(đã lên lịch|sẵn sàng)$/).waitFor();
    expect(await row.getByText('đã phát ra loa').count()).toBe(0);

    const now = onAir.getByRole('article', { name: `Lượt phát ${TITLE}` });
    await now.getByText('Đang phát ở 2/2 thiết bị').waitFor({ timeout: PLAY_MAX_MS });
    await takeShot(onAir, 'on-air-playing');
    await row.getByText('đang phát', { exact: true }).waitFor();
    expect(await row.getByText('đã phát ra loa').count()).toBe(0);

    await row.getByText('đã phát đủ').waitFor({ timeout: PLAY_MAX_MS });
    await row.getByText('đã phát ra loa').waitFor();
    // Rendered is not heard: nobody measured at the loudspeaker.
    await row.getByText('chưa có bằng chứng').waitFor();
    // Behind a gateway nothing is known, whatever it played itself.
    const behind = rowOf(detail, 'Trạm FM xã');
    await behind.getByText('đã gửi ra cổng').waitFor({ timeout: PLAY_MAX_MS });
    expect(await behind.getByText('không xác nhận được').count()).toBe(2);
    expect(await behind.getByText(/đã phát đủ|đã phát ra loa/).count()).toBe(0);
    await detail.getByRole('img', { name: `Kết quả phát của ${TITLE}: đã phát đủ: 1, đã gửi ra cổng: 1` }).waitFor();
    await takeShot(detail, 'airing-with-gateway');
    await onAir.getByRole('region', { name: 'Vừa xong' }).getByText('đã phát đủ: 1').waitFor({ timeout: PLAY_MAX_MS });
    expect(errors).toEqual([]);
    await context.close();
  });

  test('opens a delivery down to its soundings and signed receipts, and filters by state', async () => {
    const { page, context, errors } = await openAs(`/airings/${airingId}`);
    await page.getByRole('button', { name: 'Chi tiết: Cụm loa Ấp Long Hiệp' }).click();
    const dialog = page.getByRole('dialog', { name: 'Chi tiết: Cụm loa Ấp Long Hiệp' });
    await dialog.getByText('Lần 1, bản tin 1').waitFor();
    await dialog.getByRole('button', { name: 'Đọc biên nhận' }).click();
    await dialog.getByText('bắt đầu phát lần 1, bản tin 1').waitFor();
    await dialog.getByText(/^kết thúc: đã phát đủ/).waitFor();
    await takeShot(page, 'delivery-details');
    expect(await findBarriers(page)).toEqual([]);
    await page.keyboard.press('Escape');
    await page.getByRole('combobox', { name: 'Lọc theo trạng thái' }).click();
    await page.getByRole('option', { name: 'đã gửi ra cổng (1)' }).click();
    await rowOf(page, 'Cụm loa Ấp Long Hiệp').waitFor({ state: 'detached' });
    await rowOf(page, 'Trạm FM xã').waitFor();
    expect(errors).toEqual([]);
    await context.close();
  });

  test('gives the export as a file that the shown command verifies', async () => {
    const { page, context } = await openAs(`/airings/${airingId}`);
    const proof = page.getByRole('region', { name: 'Biên nhận để kiểm chứng' });
    const command = await proof.getByText(/^npm run verify-receipts/).innerText();
    const downloading = page.waitForEvent('download');
    await proof.getByRole('link', { name: 'Tải tệp biên nhận' }).click();
    const download = await downloading;
    const file = join(folder, download.suggestedFilename());
    await download.saveAs(file);
    const [, name, key] = /-- (\S+) --trust (\S+)$/.exec(command) ?? [];
    expect(name).toBe(download.suggestedFilename());
    const script = ['--import', 'tsx', 'scripts/verify-receipts.ts', file, '--trust', key ?? '', '--json'];
    const { stdout } = await promisify(execFile)(process.execPath, script);
    expect(JSON.parse(stdout)).toMatchObject({ verified: true, airingId });
    await context.close();
  });
});

describe.each(['vi', 'en'] as const)('in %s', (language) => {
  test.each(Object.keys(WIDTHS) as Width[])(
    'has no serious barrier at the width of a %s, and nothing stands out',
    { timeout: 120_000 },
    async (width) => {
      const { page, context } = await browser.openPage({ width, language });
      await signInByLabel(page, 'admin', site.server.password ?? '');
      for (const [name, path, loaded] of [
        ['on-air', '/on-air', 'region'],
        ['airing', `/airings/${airingId}`, 'table'],
        ['receiver-list', '/receivers', 'table'],
        ['receiver', `/receivers/${receiver.receiverId}`, 'table'],
      ] as const) {
        await page.goto(path);
        await page.getByRole('heading', { level: 1 }).waitFor();
        await page.getByRole(loaded).first().waitFor();
        await takeShot(page, `${name}-${width}-${language}`);
        expect(await findBarriers(page), name).toEqual([]);
        expect(await isWiderThanScreen(page), name).toBe(false);
      }
      await context.close();
    },
  );
});

describe('a receiver that goes', () => {
  test(
    'is shown as offline with since and reason, by itself, and found by the filter for silent ones',
    { timeout: 120_000 },
    async () => {
      const { page, context, errors } = await openAs('/receivers');
      const row = rowOf(page, 'Cụm loa Ấp Long Hiệp');
      await row.getByText('có kết nối').waitFor();
      await receiver.agent.kill('SIGKILL');
      await row.getByText('mất kết nối').waitFor({ timeout: 60_000 });
      await row.getByText(/^từ hôm nay \d\d:\d\d \(\d+ (giây|phút)\)$/).waitFor();
      await row.getByText('kiểm tra điện, sóng 4G, SIM tại chỗ').waitFor();
      await page.getByRole('combobox', { name: 'Kết nối' }).click();
      await page.getByRole('option', { name: 'im lặng' }).click();
      await row.waitFor();
      expect(new URL(page.url()).searchParams.get('presence')).toBe('silent');
      await takeShot(page, 'receiver-silent');
      await page.getByRole('combobox', { name: 'Kết nối' }).click();
      await page.getByRole('option', { name: 'có kết nối', exact: true }).click();
      await row.waitFor({ state: 'detached' });
      await rowOf(page, 'Trạm FM xã').waitFor();
      expect(errors).toEqual([]);
      await context.close();
    },
  );

  test('is revoked with a reason, which stands beside it from then on', async () => {
    const { page, context, errors } = await openAs('/receivers', 'admin');
    await page.getByRole('link', { name: 'Trạm FM xã' }).click();
    await page.getByRole('button', { name: 'Thu hồi' }).click();
    const dialog = page.getByRole('dialog', { name: 'Thu hồi' });
    await dialog.getByText('Ghi lý do trước.').waitFor();
    await dialog.getByLabel('Lý do thu hồi').fill('Bo mạch hỏng do sét');
    await dialog.getByRole('button', { name: 'Thu hồi thiết bị này' }).click();
    await page.getByText('đã thu hồi', { exact: true }).waitFor();
    await page.getByText('Bo mạch hỏng do sét').waitFor();
    expect(errors).toEqual([]);
    await context.close();
  });
});
