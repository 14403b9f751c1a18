import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findBarriers, isWiderThanScreen, signInByLabel, takeShot, TestBrowser, WIDTHS, type Width } from '../support/browser.ts';
import { type CommuneSite, openCommuneSite, PASSWORD } from '../support/commune-site.ts';

let folder: string;
let site: CommuneSite;
let browser: TestBrowser;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'truyen-thanh-console-'));
  site = await openCommuneSite({ folder, sound: 'nowhere', receivers: 0 });
  browser = await TestBrowser.open(site.server.url);
}, 120_000);

afterAll(async () => {
  await browser?.[Symbol.asyncDispose]();
  await site?.[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

describe('the frame of the console', () => {
  test('tells a wrong password in a sentence with the way out, and keeps what was typed', async () => {
    const { page, context, errors } = await browser.openPage();
    await page.goto('/');
    await page.getByLabel('Tên đăng nhập', { exact: true }).fill('can-bo-van-hoa');
    await page.getByLabel('Mật khẩu', { exact: true }).fill('khong-phai-mat-khau');
    await page.getByRole('button', { name: 'Đăng nhập' }).click();
    const alert = page.getByRole('alert');
    await alert.getByText('Tên đăng nhập hoặc mật khẩu không đúng.').waitFor();
    await alert.getByText('Kiểm tra phím Caps Lock').waitFor();
    expect(await page.getByLabel('Tên đăng nhập', { exact: true }).inputValue()).toBe('can-bo-van-hoa');
    expect(errors).toEqual([]);
    await context.close();
  });

  test('says on an empty first page what to do first, and leads there', async () => {
    const { page, context, errors } = await browser.openPage();
    await signInByLabel(page, 'can-bo-van-hoa', PASSWORD);
    await page.getByRole('heading', { level: 1, name: 'Trang đầu' }).waitFor();
    await page.getByText('Chưa có lượt phát nào trong 24 giờ tới').waitFor();
    await page.getByText('Không có việc gì đang chờ').waitFor();
    await page.getByRole('button', { name: 'Không phát' }).waitFor();
    await page.getByRole('link', { name: 'Thêm ấp và cụm loa' }).click();
    await page.getByRole('heading', { level: 1, name: 'Địa bàn và cụm loa' }).waitFor();
    expect(new URL(page.url()).pathname).toBe('/administration/areas');
    expect(errors).toEqual([]);
    await context.close();
  });

  test('speaks English when asked to, and still does after the page was loaded anew', async () => {
    const { page, context } = await browser.openPage();
    await signInByLabel(page, 'can-bo-van-hoa', PASSWORD);
    await page.getByRole('button', { name: 'Tài khoản Cán bộ văn hoá' }).click();
    await page.getByRole('menuitem', { name: 'English' }).click();
    await page.getByRole('link', { name: 'Receivers', exact: true }).waitFor();
    await page.reload();
    await page.getByRole('heading', { level: 1, name: 'Home' }).waitFor();
    expect(await page.getAttribute('html', 'lang')).toBe('en');
    await context.close();
  });

  test('shows the places of a role: an author does not approve', async () => {
    const { page, context } = await browser.openPage();
    await signInByLabel(page, 'can-bo-van-hoa', PASSWORD);
    await page.getByRole('link', { name: 'Lịch phát', exact: true }).waitFor();
    expect(await page.getByRole('link', { name: 'Phê duyệt', exact: true }).count()).toBe(0);
    await context.close();
  });

  test('goes to pages by keys, and by the skip link to the content', async () => {
    const { page, context } = await browser.openPage();
    await signInByLabel(page, 'pho-chu-tich', PASSWORD);
    await page.getByRole('heading', { level: 1, name: 'Trang đầu' }).waitFor();
    await page.keyboard.press('g');
    await page.keyboard.press('p');
    await page.getByRole('heading', { level: 1, name: 'Phê duyệt' }).waitFor();
    await page.keyboard.press('?');
    await page.getByRole('dialog', { name: 'Phím tắt' }).waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('link', { name: 'Đến nội dung chính' }).focus();
    await page.keyboard.press('Enter');
    expect(await page.evaluate('document.activeElement?.id')).toBe('content');
    await context.close();
  });

  test('keeps the chosen area in the address, and takes it along', async () => {
    const { page, context } = await browser.openPage();
    await signInByLabel(page, 'can-bo-van-hoa', PASSWORD);
    const area = page.getByRole('combobox', { name: 'Địa bàn' });
    await area.click();
    await area.fill('long vinh');
    await page.getByRole('option', { name: 'Ấp Long Vinh' }).click();
    await page.getByText('Ấp Long Vinh').first().waitFor();
    const chosen = new URL(page.url()).searchParams.get('area');
    expect(chosen).toMatch(/^[0-9a-f-]{36}$/);
    await page.getByRole('link', { name: 'Bản tin', exact: true }).click();
    await page.getByRole('heading', { level: 1, name: 'Bản tin' }).waitFor();
    expect(new URL(page.url()).searchParams.get('area')).toBe(chosen);
    await context.close();
  });

  test('has at 360 px its places at the bottom, the rest in a menu', async () => {
    const { page, context } = await browser.openPage({ width: 'phone' });
    await signInByLabel(page, 'can-bo-van-hoa', PASSWORD);
    await page.getByRole('button', { name: 'Thêm' }).click();
    await page.getByRole('menuitem', { name: 'Thiết bị thu' }).click();
    await page.getByRole('heading', { level: 1, name: 'Thiết bị thu' }).waitFor();
    expect(new URL(page.url()).pathname).toBe('/receivers');
    await context.close();
  });

  test('shows the sign-in page again after signing out, and nothing of before', async () => {
    const { page, context } = await browser.openPage();
    await signInByLabel(page, 'can-bo-van-hoa', PASSWORD);
    await page.getByRole('button', { name: 'Tài khoản Cán bộ văn hoá' }).click();
    await page.getByRole('menuitem', { name: 'Đăng xuất' }).click();
    await page.getByRole('heading', { level: 1, name: 'Đăng nhập' }).waitFor();
    await page.reload();
    await page.getByRole('heading', { level: 1, name: 'Đăng nhập' }).waitFor();
    expect(await page.getByRole('navigation').count()).toBe(0);
    await context.close();
  });
});

describe.each(['vi', 'en'] as const)('in %s', (language) => {
  test.each(Object.keys(WIDTHS) as Width[])(
    'has no serious barrier at the width of a %s, and nothing stands out',
    async (width) => {
      for (const scheme of ['light', 'dark'] as const) {
        const { page, context } = await browser.openPage({ width, language, scheme });
        const expectOpen = async (name: string) => {
          await takeShot(page, `${name}-${width}-${language}-${scheme}`);
          expect(await findBarriers(page), `${name}, ${scheme}`).toEqual([]);
          expect(await isWiderThanScreen(page), `${name}, ${scheme}`).toBe(false);
        };
        await page.goto('/');
        await page.getByRole('heading', { level: 1 }).waitFor();
        await expectOpen('sign-in');
        await signInByLabel(page, 'pho-chu-tich', PASSWORD);
        await page.getByText(/^(Không có việc gì đang chờ|Nothing waits for you)$/).waitFor();
        await expectOpen('home');
        await page.getByRole('button', { name: /^(Tài khoản|Account of)/ }).click();
        const secondFactor = page.getByRole('menuitem', { name: /hai bước|Two-step/ });
        await secondFactor.waitFor();
        await expectOpen('account-menu');
        await secondFactor.click();
        await page.getByRole('button', { name: /Bắt đầu cài|Set it up/ }).click();
        await page.getByRole('img', { name: /QR/ }).waitFor();
        await expectOpen('second-factor');
        await context.close();
      }
    },
  );
});
