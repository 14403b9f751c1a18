// `npm run screenshots`: pictures of the console for the README, of the commune that `npm run demo` brings up.
import { mkdir, mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { type PageOptions, signInByLabel, TestBrowser } from '../../tests/support/browser.ts';
import { type CommuneSite, PASSWORD } from '../../tests/support/commune-site.ts';
import { waitFor } from '../../tests/support/wait-for.ts';
import { bringToLife, openLivingSite } from './living-commune.ts';
import { VACCINE_TEXT } from './commune-texts.ts';

const FOLDER = 'docs/images';
const BYTES_MAX = 250_000;
const PLAYING_WITHIN_MS = 3 * 60_000;
const say = (text: string) => process.stderr.write(`${new Date().toISOString().slice(11, 19)} ${text}\n`);

const folder = await mkdtemp(join(tmpdir(), 'truyen-thanh-screenshots-'));
try {
  await using site = await openLivingSite(folder, 0, say);
  await bringToLife(site, say);
  await using browser = await TestBrowser.open(site.server.url);
  await mkdir(FOLDER, { recursive: true });
  await takeAll(site, browser);
} finally {
  await rm(folder, { recursive: true, force: true });
}

async function takeAll(site: CommuneSite, browser: TestBrowser): Promise<void> {
  const open = async (username: string, options: PageOptions = {}) => {
    const { page } = await browser.openPage(options);
    await signInByLabel(page, username, PASSWORD);
    return page;
  };
  const author = await open('can-bo-van-hoa');
  await take(author, 'home');

  await author.goto('/bulletins/new');
  await author.getByRole('heading', { level: 1 }).waitFor();
  await author.getByLabel('Tiêu đề', { exact: true }).fill('Lịch tiêm chủng ngày 25/11');
  await author.getByRole('textbox', { name: 'Lời đọc' }).fill(VACCINE_TEXT);
  await author.getByText(/^Đọc khoảng [1-9]/).waitFor();
  await take(author, 'compose');

  const approver = await open('pho-chu-tich');
  const { entries } = await site.approver.call('listBulletins', { query: { areaId: site.communeId, state: 'submitted' } });
  await approver.goto(`/approvals/${entries[0]?.bulletinId}`);
  // The waveform is drawn once the sound is there.
  await approver.locator('canvas').first().waitFor();
  await take(approver, 'approve');
  await approver.goto('/schedule');
  await take(approver, 'schedule');

  const airingId = await findAiringOnAir(site);
  await approver.goto(`/airings/${airingId}`);
  await take(approver, 'on-air');
  await take(await open('pho-chu-tich', { width: 'phone' }), 'phone');
}

async function findAiringOnAir(site: CommuneSite): Promise<string> {
  return waitFor(
    'an airing that sounds',
    async () => {
      const { entries } = await site.approver.call('listAirings', { query: { areaId: site.communeId, limit: 200 } });
      for (const { airingId, state } of entries) {
        if (state !== 'planned') continue;
        const { coverage } = await site.approver.call('readAiring', { params: { airingId } });
        if (coverage.byState.playing) return airingId;
      }
      return undefined;
    },
    PLAYING_WITHIN_MS,
  );
}

/** Once nothing on the page is loading any more. @throws when the picture is too heavy for a README. */
async function take(page: Page, name: string): Promise<void> {
  await page.getByRole('heading', { level: 1 }).waitFor();
  await page.waitForLoadState('load');
  await waitFor(`${name} is at rest`, async () => (await page.getByText('Đang tải…').count()) === 0);
  // The browser draws what it has just been given.
  await page.evaluate('new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)))');
  await page.evaluate('document.fonts.ready.then(() => undefined)');
  const path = join(FOLDER, `${name}.png`);
  await page.screenshot({ path, fullPage: false });
  const { size } = await stat(path);
  if (size > BYTES_MAX) throw new Error(`${path} has ${size} bytes, more than ${BYTES_MAX}`);
  say(`${path}: ${Math.round(size / 1000)} kB`);
}
