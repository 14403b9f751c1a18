import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findBarriers, isWiderThanScreen, signInByLabel, takeShot, TestBrowser, WIDTHS, type Width } from '../support/browser.ts';
import { type CommuneSite, openCommuneSite, PASSWORD } from '../support/commune-site.ts';

const POLL = { timeout: 20_000 };

let folder: string;
let site: CommuneSite;
let browser: TestBrowser;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'truyen-thanh-administration-'));
  // Each page of these tests signs in anew.
  const environment = { TT_SIGN_INS_PER_MINUTE: '1000' };
  site = await openCommuneSite({ folder, sound: 'nowhere', receivers: 1, environment });
  browser = await TestBrowser.open(site.server.url);
}, 180_000);

afterAll(async () => {
  await browser?.[Symbol.asyncDispose]();
  await site?.[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

/** A page of the administrator, at one part of administration. */
async function openAs(username: string, path: string, title: string) {
  const opened = await browser.openPage();
  const password = username === 'admin' ? (site.server.password ?? '') : PASSWORD;
  await signInByLabel(opened.page, username, password);
  await opened.page.goto(`${path}?area=${site.communeId}`);
  await opened.page.getByRole('heading', { level: 1, name: title }).waitFor();
  return opened;
}

async function fill(page: Page, label: string, text: string): Promise<void> {
  await page.getByRole('dialog').getByLabel(label, { exact: true }).fill(text);
}

describe('areas and clusters', () => {
  const open = () => openAs('admin', '/administration/areas', 'Địa bàn và cụm loa');

  test('adds a hamlet below the commune, renames it and shows its former name, moves its cluster away and closes it', async () => {
    const { page, context, errors } = await open();
    const tree = page.getByRole('list', { name: 'Cây địa bàn' });
    await tree.getByRole('button', { name: /Xã Long Thới/ }).click();
    await page.getByRole('button', { name: 'Thêm địa bàn bên dưới' }).click();
    const dialog = page.getByRole('dialog', { name: 'Thêm địa bàn thuộc Xã Long Thới' });
    await dialog.getByText('Nhập tên trước.').waitFor();
    await fill(page, 'Tên địa bàn', 'Ấp Quân An');
    await fill(page, 'Mã địa bàn', 'quan-an');
    await dialog.getByRole('button', { name: 'Thêm', exact: true }).click();
    await page.getByText('Đã thêm Ấp Quân An.').waitFor();

    await tree.getByRole('button', { name: /Ấp Quân An/ }).click();
    await page.getByRole('button', { name: 'Đổi tên' }).click();
    await fill(page, 'Tên mới', 'Ấp Quân Phong');
    await page.getByRole('dialog').getByRole('button', { name: 'Lưu' }).click();
    await page.getByText('Trước đây là: Ấp Quân An').waitFor();

    await page.getByRole('button', { name: 'Thêm cụm loa' }).click();
    await fill(page, 'Tên cụm loa', 'Cổng chào ấp Quân Phong');
    await fill(page, 'Vĩ độ', '10.2437');
    await page.getByRole('dialog').getByText('Toạ độ: nhập cả hai số').waitFor();
    await fill(page, 'Kinh độ', '106.1176');
    await page.getByRole('dialog').getByRole('button', { name: 'Thêm', exact: true }).click();
    const row = page.getByRole('row', { name: /Cổng chào ấp Quân Phong/ });
    await row.getByText('10.2437, 106.1176').waitFor();
    await row.getByText('chưa lắp').waitFor();
    await page.getByText('Còn cụm loa; chuyển cụm loa đi trước.').waitFor();

    await row.getByRole('button', { name: 'Sửa' }).click();
    const select = page.getByRole('dialog').getByRole('combobox', { name: 'Thuộc địa bàn' });
    await select.click();
    await select.fill('long vinh');
    await page.getByRole('option', { name: 'Ấp Long Vinh' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Lưu' }).click();
    await page.getByText('Chưa có cụm loa nào').waitFor();

    await page.getByRole('button', { name: 'Đóng địa bàn' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Đóng Ấp Quân Phong' }).click();
    await page.getByText('Đã đóng Ấp Quân Phong.').waitFor();
    await expect.poll(() => tree.getByRole('button', { name: /Ấp Quân Phong/ }).count(), POLL).toBe(0);
    expect(errors).toEqual([]);
    await context.close();
  }, 90_000);

  test('shows who is installed, and leads to the receiver', async () => {
    const { page, context } = await open();
    await page.getByRole('button', { name: /Ấp Long Hiệp/ }).click();
    await page.getByRole('link', { name: 'Xem thiết bị của Cụm loa Ấp Long Hiệp: có kết nối' }).click();
    await page.waitForURL('**/receivers/*');
    expect(new URL(page.url()).pathname).toBe(`/receivers/${site.receivers[0]?.receiverId}`);
    await context.close();
  });

  test('shows the tree as it was on another day, and changes nothing then', async () => {
    const { page, context } = await open();
    await page.getByLabel('Xem theo ngày').fill('2020-01-01');
    await page.getByText('Ngày đó chưa có địa bàn nào').waitFor();
    expect(await page.getByRole('button', { name: 'Đổi tên' }).count()).toBe(0);
    await page.getByRole('button', { name: 'Về hôm nay' }).click();
    await page.getByRole('button', { name: 'Đổi tên' }).waitFor();
    await context.close();
  });

  test('tells an author why nothing can be changed', async () => {
    const { page, context } = await openAs('can-bo-van-hoa', '/administration/areas', 'Địa bàn và cụm loa');
    const rename = page.getByRole('button', { name: 'Đổi tên' });
    await rename.waitFor();
    expect(await rename.getAttribute('aria-disabled')).toBe('true');
    await page.getByText('Chỉ người quản trị làm được việc này.').first().waitFor();
    await context.close();
  });
});

describe('accounts', () => {
  const open = () => openAs('admin', '/administration/accounts', 'Tài khoản');

  test('makes an account with a role, which then signs in; disabled, it does not', async () => {
    const { page, context, errors } = await open();
    await page.getByRole('button', { name: 'Thêm tài khoản' }).click();
    const dialog = page.getByRole('dialog', { name: 'Thêm tài khoản' });
    await dialog.getByText('Thêm cụm loa, ghi danh và thay thiết bị thu.').waitFor();
    await fill(page, 'Họ tên', 'Lê Văn Tám, kỹ thuật');
    await fill(page, 'Tên đăng nhập', 'ky-thuat');
    await dialog.getByRole('button', { name: 'Tạo giúp tôi' }).click();
    const password = await dialog.getByLabel('Mật khẩu', { exact: true }).inputValue();
    await dialog.getByText('Chọn ít nhất một vai trò.').waitFor();
    await dialog.getByRole('checkbox', { name: 'kỹ thuật' }).check();
    await dialog.getByRole('button', { name: 'Thêm tài khoản' }).click();
    await page.getByText('Đã thêm tài khoản Lê Văn Tám, kỹ thuật.').waitFor();
    await page
      .getByRole('row', { name: /ky-thuat/ })
      .getByText('kỹ thuật – Xã Long Thới')
      .waitFor();

    const own = await browser.openPage();
    await signInByLabel(own.page, 'ky-thuat', password);
    await own.page.getByRole('link', { name: 'Quản trị' }).waitFor();

    await page.getByRole('button', { name: 'Sửa tài khoản Lê Văn Tám, kỹ thuật' }).click();
    await page.getByText('Người này chưa bật xác thực hai bước.').waitFor();
    await page.getByRole('button', { name: 'Ngừng tài khoản' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Ngừng tài khoản' }).click();
    await page.getByText('đã ngừng', { exact: true }).waitFor();
    await own.page.reload();
    await own.page.getByRole('heading', { level: 1, name: 'Đăng nhập' }).waitFor();
    expect(errors).toEqual([]);
    await own.context.close();
    await context.close();
  }, 90_000);

  test('resets a password and takes a role away', async () => {
    const body = {
      username: 'nguoi-moi',
      displayName: 'Người mới',
      password: 'mot-mat-khau-dai-dong',
      grants: [
        { role: 'viewer' as const, areaId: site.communeId },
        { role: 'author' as const, areaId: site.communeId },
      ],
    };
    const { accountId } = await site.admin.call('createAccount', { body });
    const { page, context } = await open();
    await page.getByRole('button', { name: 'Sửa tài khoản Người mới' }).click();
    await page.getByRole('checkbox', { name: 'soạn bản tin' }).uncheck();
    await page.getByRole('button', { name: 'Lưu' }).click();
    await page.getByText('Đã lưu tài khoản Người mới.').waitFor();
    await page.getByRole('button', { name: 'Đặt lại mật khẩu' }).click();
    await fill(page, 'Mật khẩu', 'mat-khau-hoan-toan-khac');
    await page.getByRole('dialog').getByRole('button', { name: 'Đặt lại mật khẩu' }).click();
    await page.getByText('Đã đặt lại mật khẩu của Người mới.').waitFor();
    const { entries } = await site.admin.call('listAccounts', {});
    expect(entries.find((account) => account.accountId === accountId)?.grants).toEqual([
      { role: 'viewer', areaId: site.communeId },
    ]);
    const fresh = await browser.openPage();
    await signInByLabel(fresh.page, 'nguoi-moi', 'mat-khau-hoan-toan-khac');
    await fresh.context.close();
    await context.close();
  }, 60_000);

  test('shows an account that was locked by wrong passwords, and till when', async () => {
    const body = { username: 'hay-quen', displayName: 'Người hay quên', password: 'mot-mat-khau-dai-dong' };
    await site.admin.call('createAccount', { body: { ...body, grants: [{ role: 'viewer', areaId: site.communeId }] } });
    for (let attempt = 0; attempt < 12; attempt += 1)
      await site.admin.fetch(
        { method: 'POST', path: '/api/session', access: { kind: 'public' }, summary: '' },
        {
          body: { username: 'hay-quen', password: 'sai-mat-khau-roi' },
        },
      );
    const { page, context } = await open();
    const badge = page.getByRole('row', { name: /hay-quen/ }).getByText(/tạm khoá đến/);
    await badge.waitFor();
    expect(await badge.textContent()).toMatch(/\d\d:\d\d/);
    await context.close();
  });
});

describe('the dictionary', () => {
  test('reads a text aloud in letters, learns a word of it, and forgets it again', async () => {
    const { page, context, errors } = await openAs('can-bo-van-hoa', '/administration/dictionary', 'Từ điển');
    await page.getByRole('textbox', { name: 'Câu hoặc đoạn cần thử' }).fill('Mời bà con đến TTVHXTT lúc 7h30.');
    await page.getByRole('button', { name: 'Xem cách đọc' }).click();
    await page.getByText(/bảy giờ ba mươi/).waitFor();
    await page.getByRole('button', { name: 'Thêm “TTVHXTT” vào từ điển' }).click();
    await fill(page, 'Đọc là', 'trung tâm văn hoá xã');
    await page.getByRole('dialog').getByRole('button', { name: 'Thêm từ' }).click();
    await page.getByText(/đến trung tâm văn hoá xã lúc/).waitFor();
    await page.getByText('Không có từ lạ.').waitFor();
    const row = page.getByRole('row', { name: /TTVHXTT/ });
    await row.getByText('địa bàn này').waitFor();
    await row.getByRole('button', { name: 'Bỏ từ “TTVHXTT”' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Bỏ', exact: true }).click();
    await expect.poll(() => row.count(), POLL).toBe(0);
    expect(errors).toEqual([]);
    await context.close();
  }, 60_000);

  test('shows words from above as inherited, and says where to change them', async () => {
    const { entries } = await site.admin.call('listAreas', {});
    const root = entries.find((area) => area.parentId === null);
    await site.admin.call('createDictionaryEntry', {
      params: { areaId: root?.areaId ?? '' },
      body: { written: 'THCS', spoken: 'trung học cơ sở' },
    });
    const { page, context } = await openAs('can-bo-van-hoa', '/administration/dictionary', 'Từ điển');
    const row = page.getByRole('row', { name: /THCS/ });
    await row.getByText(`thừa hưởng từ ${root?.name}`).waitFor();
    expect(await row.getByRole('button').getAttribute('aria-disabled')).toBe('true');
    await context.close();
  });
});

describe('the audit trail', () => {
  test('tells in sentences who did what, and finds by action and by subject', async () => {
    const hamlet = (await site.admin.call('listAreas', {})).entries.find((area) => area.name === 'Ấp Long Quới');
    const areaId = hamlet?.areaId ?? '';
    await site.admin.call('changeArea', { params: { areaId }, body: { name: 'Ấp Long Quới A' } });
    const { page, context, errors } = await openAs('admin', '/administration/audit', 'Nhật ký thao tác');
    const list = page.getByRole('region', { name: 'Các thao tác, mới nhất trước' });
    const renaming = list.getByText('Quản trị hệ thống đổi tên địa bàn “Ấp Long Quới” thành “Ấp Long Quới A”');
    await renaming.waitFor();
    await list.getByText('thêm địa bàn “Xã Long Thới”').waitFor();

    const action = page.getByRole('combobox', { name: 'Loại thao tác' });
    await action.click();
    await page.getByRole('option', { name: 'Đổi tên địa bàn' }).click();
    await expect.poll(() => list.getByText('thêm địa bàn').count(), POLL).toBe(0);
    await renaming.waitFor();
    expect(new URL(page.url()).searchParams.get('action')).toBe('area-renamed');

    await page.getByRole('button', { name: 'Bỏ lọc' }).last().click();
    const subject = page.getByRole('combobox', { name: 'Về ai, về cái gì' });
    await subject.click();
    await subject.fill('long quoi a');
    await page.getByRole('option', { name: 'Ấp Long Quới A' }).first().click();
    await expect.poll(() => list.getByRole('listitem').count(), POLL).toBe(2);
    expect(new URL(page.url()).searchParams.get('subject')).toBe(areaId);
    expect(errors).toEqual([]);
    await context.close();
  }, 60_000);

  test('goes on to older actions page by page, down to the first', async () => {
    const hamlet = (await site.admin.call('listAreas', {})).entries.find((area) => area.name === 'Ấp Long Vinh');
    const params = { areaId: hamlet?.areaId ?? '' };
    for (let turn = 0; turn < 30; turn += 1)
      for (const name of ['Ấp Long Vinh cũ', 'Ấp Long Vinh']) await site.admin.call('changeArea', { params, body: { name } });
    const { page, context } = await openAs('admin', '/administration/audit', 'Nhật ký thao tác');
    const list = page.getByRole('region', { name: 'Các thao tác, mới nhất trước' });
    const older = page.getByRole('button', { name: 'Xem các thao tác cũ hơn' });
    const first = page.getByText('Đã hết, đây là thao tác đầu tiên.');
    for (let shown = 50; (await first.count()) === 0; shown += 50) {
      await list
        .getByRole('listitem')
        .nth(shown - 1)
        .waitFor();
      await older.click();
      await list.getByRole('listitem').nth(shown).waitFor();
    }
    expect(await list.getByRole('listitem').count()).toBeGreaterThan(60);
    await page.getByText('Hệ thống').first().waitFor();
    await context.close();
  }, 60_000);
});

describe.each(['vi', 'en'] as const)('in %s', (language) => {
  test.each(Object.keys(WIDTHS) as Width[])(
    'has no serious barrier at the width of a %s, and nothing stands out',
    async (width) => {
      const { page, context } = await browser.openPage({ width, language });
      await signInByLabel(page, 'admin', site.server.password ?? '');
      for (const part of ['areas', 'accounts', 'dictionary', 'audit']) {
        await page.goto(`/administration/${part}?area=${site.communeId}`);
        await page.getByRole('heading', { level: 1 }).waitFor();
        const content = {
          areas: 'Đổi tên|Rename',
          accounts: 'Phó chủ tịch',
          dictionary: 'Thêm từ|Add a word',
          audit: 'Chi tiết|Details',
        };
        await page
          .getByText(new RegExp(content[part as keyof typeof content]))
          .first()
          .waitFor();
        await takeShot(page, `${part}-${width}-${language}`);
        expect(await findBarriers(page), part).toEqual([]);
        expect(await isWiderThanScreen(page), part).toBe(false);
      }
      await page.goto('/administration/accounts');
      await page.getByRole('button', { name: /^(Thêm tài khoản|Add an account)$/ }).click();
      await page.getByRole('dialog').waitFor();
      await takeShot(page, `account-form-${width}-${language}`);
      expect(await findBarriers(page)).toEqual([]);
      await page.keyboard.press('Escape');
      await page
        .getByRole('button', { name: /Phó chủ tịch$/ })
        .last()
        .click();
      await page.getByRole('heading', { level: 2, name: 'Phó chủ tịch' }).waitFor();
      await takeShot(page, `account-${width}-${language}`);
      expect(await findBarriers(page)).toEqual([]);
      expect(await isWiderThanScreen(page)).toBe(false);
      await context.close();
    },
    120_000,
  );
});
