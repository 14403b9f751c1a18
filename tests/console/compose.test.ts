import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import type { Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Bulletin } from '#contract/bulletin.ts';
import { findBarriers, isWiderThanScreen, signInByLabel, takeShot, TestBrowser, WIDTHS, type Width } from '../support/browser.ts';
import { type CommuneSite, openCommuneSite, PASSWORD, signInAgain } from '../support/commune-site.ts';
import { makeSilence, makeSpeech, makeTone } from '../support/make-audio.ts';
import { submitBulletin } from '../support/make-bulletin.ts';
import { waitFor } from '../support/wait-for.ts';

const TEXT =
  'UBND xã Long Thới mời bà con mang sổ tiêm đến nhà văn hoá ấp lúc 7h30 ngày 19/12/2026 để tiêm phòng cho trâu bò. Xin cảm ơn bà con.';
/** A name that no rule knows. */
const STRANGE = 'Bà con tải ứng dụng Zokvexly về điện thoại.';
const CLICKS_MAX = 8;

let folder: string;
let site: CommuneSite;
let browser: TestBrowser;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'truyen-thanh-compose-'));
  // Everybody here comes from one address, as no office does.
  const environment = { TT_REQUESTS_PER_MINUTE: '100000' };
  site = await openCommuneSite({ folder, sound: 'nowhere', receivers: 0, environment });
  browser = await TestBrowser.open(site.server.url);
}, 120_000);

afterAll(async () => {
  await browser?.[Symbol.asyncDispose]();
  await site?.[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

async function openAsAuthor(): Promise<Awaited<ReturnType<TestBrowser['openPage']>>> {
  const opened = await browser.openPage();
  await signInByLabel(opened.page, 'can-bo-van-hoa', PASSWORD);
  await opened.page.getByRole('heading', { level: 1, name: 'Trang đầu' }).waitFor();
  return opened;
}

async function openNew(page: Page): Promise<void> {
  await page.getByRole('link', { name: 'Soạn bản tin' }).first().click();
  await page.getByRole('heading', { level: 1, name: 'Soạn bản tin' }).waitFor();
}

const titleOf = (page: Page): Locator => page.getByLabel('Tiêu đề', { exact: true });
const textOf = (page: Page): Locator => page.getByLabel('Lời đọc', { exact: true });
/** The bulletin that the address names. */
const idOf = (page: Page): string | undefined => /\/bulletins\/([0-9a-f-]{36})/.exec(page.url())?.[1];

async function draftOf(page: Page): Promise<Bulletin> {
  await page.getByText(/^Đã lưu lúc/).waitFor();
  const bulletinId = await waitFor('the address of the draft', () => Promise.resolve(idOf(page)));
  return site.author.call('readBulletin', { params: { bulletinId } });
}

describe('composing text', () => {
  test('goes from the first page to submitted in few clicks, having listened', async () => {
    const { page, context, errors } = await openAsAuthor();
    const beganAtMs = performance.now();
    let clicks = 0;
    const click = async (target: Locator) => {
      clicks += 1;
      await target.click();
    };
    await click(page.getByRole('link', { name: 'Soạn bản tin' }).first());
    await titleOf(page).waitFor();
    // The field has the cursor already.
    await page.keyboard.type('Tiêm phòng trâu bò');
    await click(textOf(page));
    await page.keyboard.insertText(TEXT);
    await page.getByText(/^Đọc khoảng \d+ giây$/).waitFor();
    await click(page.getByRole('button', { name: 'Tạo tiếng để nghe thử' }));
    await page.getByRole('group', { name: 'Trình phát: Tiêm phòng trâu bò' }).waitFor();
    await click(page.getByRole('button', { name: 'Nghe', exact: true }));
    await page.getByRole('button', { name: 'Tạm dừng' }).waitFor();
    await takeShot(page, 'compose-listening-desktop');
    await click(page.getByRole('button', { name: 'Trình duyệt' }));
    await page.getByText('Đã trình duyệt', { exact: true }).waitFor();
    const seconds = (performance.now() - beganAtMs) / 1000;
    console.info(`author, from the first page to submitted, text pasted: ${clicks} clicks, ${seconds.toFixed(1)} s`);
    expect(clicks).toBeLessThanOrEqual(CLICKS_MAX);
    await page.getByText('Lên lịch được sau khi bản tin được duyệt.').waitFor();
    const bulletinId = idOf(page);
    const bulletin = await site.author.call('readBulletin', { params: { bulletinId: bulletinId ?? '' } });
    expect(bulletin).toMatchObject({ state: 'submitted', title: 'Tiêm phòng trâu bò', text: TEXT, field: 1, class: 'normal' });
    expect(errors).toEqual([]);
    await context.close();
  });

  test('tells within a fifth how long the finished sound will be', async () => {
    const { page, context } = await openAsAuthor();
    await openNew(page);
    await titleOf(page).fill('Độ dài');
    await textOf(page).fill(TEXT);
    const said = (await page.getByText(/^Đọc khoảng [1-9]\d* giây$/).textContent()) ?? '';
    const { bulletinId, revision } = await draftOf(page);
    await site.author.call('previewBulletin', { params: { bulletinId }, body: { revision } });
    await page.getByText(/^Dài 0:\d\d\./).waitFor();
    const { renditions } = await site.author.call('readBulletin', { params: { bulletinId } });
    const measuredMs = renditions[0]?.durationMs ?? 0;
    const estimatedMs = Number(/\d+/.exec(said)?.[0]) * 1000;
    expect(Math.abs(estimatedMs - measuredMs) / measuredMs).toBeLessThan(0.2);
    await context.close();
  });

  test('underlines a word that it does not know, and learns it', async () => {
    const { page, context, errors } = await openAsAuthor();
    await openNew(page);
    await textOf(page).fill(STRANGE);
    const unknown = page.getByRole('region', { name: 'Từ máy chưa chắc cách đọc' });
    await unknown.getByText(/“Zokvexly” sẽ đọc là “.+”/).waitFor();
    expect(await page.locator('mark').allTextContents()).toEqual(['Zokvexly']);
    await takeShot(page, 'compose-unknown-desktop');
    await unknown.getByRole('button', { name: 'Thêm vào từ điển: Zokvexly' }).click();
    const dialogue = page.getByRole('dialog', { name: 'Dạy máy cách đọc' });
    await dialogue.getByLabel('Đọc là').fill('dốc véc li');
    await dialogue.getByRole('button', { name: 'Thêm vào từ điển' }).click();
    await unknown.waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'Xem máy sẽ đọc từng chữ thế nào' }).click();
    await page.getByText(/tải ứng dụng dốc véc li về/).waitFor();
    expect(errors).toEqual([]);
    await context.close();
  });

  test('says what is missing beside the buttons that need it', async () => {
    const { page, context } = await openAsAuthor();
    await openNew(page);
    const submit = page.getByRole('button', { name: 'Trình duyệt' });
    expect(await submit.getAttribute('aria-disabled')).toBe('true');
    await page.getByText('Đặt tiêu đề trước.').first().waitFor();
    await titleOf(page).fill('Họp ấp');
    await page.getByText('Gõ lời đọc trước.').first().waitFor();
    await context.close();
  });

  test('stops the making of sound when asked to', async () => {
    const { page, context } = await openAsAuthor();
    await openNew(page);
    await titleOf(page).fill('Bản tin rất dài');
    await textOf(page).fill(`${TEXT}\n`.repeat(140).slice(0, 19_000));
    await page.getByRole('button', { name: 'Tạo tiếng để nghe thử' }).click();
    await page.getByRole('button', { name: 'Dừng tạo tiếng' }).click();
    await page.getByText('Đã dừng tạo tiếng.').waitFor();
    await page.getByRole('button', { name: 'Tạo tiếng để nghe thử' }).waitFor();
    expect((await draftOf(page)).rendering.state).toBe('cancelled');
    await context.close();
  });
});

describe('a draft', () => {
  test('is saved while it is written, under the hands of the author, and opens again by its address', async () => {
    const { page, context, errors } = await openAsAuthor();
    await openNew(page);
    await titleOf(page).fill('Vệ sinh đường làng');
    await textOf(page).click();
    await page.keyboard.insertText('Sáng chủ nhật bà con quét dọn đường ấp.');
    const { bulletinId } = await draftOf(page);
    expect(await page.evaluate('document.activeElement?.tagName')).toBe('TEXTAREA');
    await page.keyboard.insertText(' Mang theo chổi.');
    await waitFor('the second save', async () => {
      const { text } = await site.author.call('readBulletin', { params: { bulletinId } });
      return text?.endsWith('Mang theo chổi.');
    });
    await page.getByText(/^Đã lưu lúc/).waitFor();
    await page.reload();
    await expectValue(textOf(page), 'Sáng chủ nhật bà con quét dọn đường ấp. Mang theo chổi.');
    expect(errors).toEqual([]);
    await context.close();
  });

  test('is saved also when its author leaves before the pause, who is not called back', async () => {
    const { page, context } = await openAsAuthor();
    await openNew(page);
    await titleOf(page).fill('Viết vội');
    await textOf(page).fill('Đang viết thì có điện thoại.');
    await page.getByRole('link', { name: 'Bản tin', exact: true }).click();
    await page.getByRole('link', { name: 'Viết vội' }).click();
    await expectValue(textOf(page), 'Đang viết thì có điện thoại.');
    expect(new URL(page.url()).pathname).toMatch(/^\/bulletins\/[0-9a-f-]{36}$/);
    await page.getByRole('navigation').getByRole('link', { name: 'Trang đầu', exact: true }).click();
    await openNew(page);
    expect(await textOf(page).inputValue()).toBe('');
    await context.close();
  });

  test('that was edited elsewhere meanwhile is not overwritten: both texts are shown, and one is chosen', async () => {
    const { page, context } = await openAsAuthor();
    await openNew(page);
    await titleOf(page).fill('Lịch cúp điện');
    await textOf(page).fill('Cúp điện từ 8h.');
    const { bulletinId } = await draftOf(page);
    const other = await openAsAuthor();
    await other.page.goto(`/bulletins/${bulletinId}`);
    await expectValue(textOf(other.page), 'Cúp điện từ 8h.');
    await context.setOffline(true);
    await textOf(page).fill('Cúp điện từ 9h.');
    await page.getByText(/^Chưa lưu được\./).waitFor();
    await textOf(other.page).fill('Không cúp điện.');
    await waitFor('the save of the other tab', async () => {
      const { text } = await site.author.call('readBulletin', { params: { bulletinId } });
      return text === 'Không cúp điện.';
    });
    await context.setOffline(false);
    await page.getByText('Bản tin này vừa được sửa ở nơi khác').waitFor();
    await page.getByRole('region', { name: 'Bản đang viết ở đây' }).getByText('Cúp điện từ 9h.').waitFor();
    await page.getByRole('region', { name: 'Bản đã lưu trên máy chủ' }).getByText('Không cúp điện.').waitFor();
    await takeShot(page, 'compose-conflict-desktop');
    expect(await findBarriers(page)).toEqual([]);
    expect((await site.author.call('readBulletin', { params: { bulletinId } })).text).toBe('Không cúp điện.');
    await page.getByRole('button', { name: 'Giữ bản đang viết ở đây' }).click();
    await page.getByText(/^Đã lưu lúc/).waitFor();
    expect((await site.author.call('readBulletin', { params: { bulletinId } })).text).toBe('Cúp điện từ 9h.');
    // The other tab had nothing unsaved: it shows what holds now.
    await expectValue(textOf(other.page), 'Cúp điện từ 9h.');
    await other.context.close();
    await context.close();
  });

  test('that came back shows why on top, also while it is mended, and can be submitted again', async () => {
    const { bulletinId, revision } = await submitBulletin(site, { title: 'Giá lúa', field: 5, text: 'Giá lúa hôm nay.' });
    await site.approver.call('rejectBulletin', { params: { bulletinId }, body: { revision, reason: 'Thiếu giá cụ thể.' } });
    const { page, context, errors } = await openAsAuthor();
    await page.goto(`/bulletins/${bulletinId}`);
    const reason = page.getByText('Thiếu giá cụ thể.');
    await reason.waitFor();
    await takeShot(page, 'compose-rejected-desktop');
    await textOf(page).fill('Giá lúa hôm nay 8.200 đồng một ký.');
    await page.getByText(/^Đã lưu lúc/).waitFor();
    await waitFor('the next revision', async () => {
      const { state } = await site.author.call('readBulletin', { params: { bulletinId } });
      return state === 'draft';
    });
    expect(await reason.isVisible()).toBe(true);
    await page.getByRole('button', { name: 'Trình duyệt' }).click();
    await page.getByText('Đã trình duyệt', { exact: true }).waitFor();
    await page.getByRole('button', { name: 'Rút lại để sửa' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Rút lại' }).click();
    await expectValue(textOf(page), 'Giá lúa hôm nay 8.200 đồng một ký.');
    expect(errors).toEqual([]);
    await context.close();
  });
});

describe('a recording', () => {
  test('is uploaded with a pause, goes on where it stopped, and is said to be good', async () => {
    const { page, context, errors } = await openAsAuthor();
    const file = await makeTone(folder, 'tieng-chuong.wav', 60);
    await openNew(page);
    await titleOf(page).fill('Bài hát đầu giờ');
    await page.getByText('Tải tệp', { exact: true }).click();
    const network = await context.newCDPSession(page);
    const speed = { offline: false, latency: 0, downloadThroughput: -1 };
    await network.send('Network.emulateNetworkConditions', { ...speed, uploadThroughput: 1_000_000 });
    let begun = 0;
    page.on('request', (request) => {
      if (request.method() === 'POST' && new URL(request.url()).pathname === '/api/tus') begun += 1;
    });
    await page.locator('input[type=file]').setInputFiles(file);
    await page.getByText(/^Đang tải lên: [1-9]\d?% /).waitFor();
    await page.getByRole('button', { name: 'Tạm dừng' }).click();
    await page.getByText(/^Đã tạm dừng ở \d+%/).waitFor();
    await takeShot(page, 'compose-upload-desktop');
    await network.send('Network.emulateNetworkConditions', { ...speed, uploadThroughput: -1 });
    await page.getByRole('button', { name: 'Tiếp tục' }).click();
    await page.getByText('Đã nhận và kiểm tra: dài 1:00, có tiếng rõ.').waitFor();
    expect(begun).toBe(1);
    const bulletin = await draftOf(page);
    expect(bulletin).toMatchObject({ kind: 'recording', state: 'draft', title: 'Bài hát đầu giờ' });
    expect(bulletin.uploadId).not.toBeNull();
    await page.getByRole('button', { name: 'Trình duyệt' }).click();
    await page.getByText('Đã trình duyệt', { exact: true }).waitFor();
    expect(errors).toEqual([]);
    await context.close();
  });

  test('that can not be used is refused in a sentence: silence when chosen, no sound at all when dropped', async () => {
    const { page, context } = await openAsAuthor();
    await openNew(page);
    await titleOf(page).fill('Tệp hỏng');
    await page.getByText('Tải tệp', { exact: true }).click();
    await page.locator('input[type=file]').setInputFiles(await makeSilence(folder, 'im-lang.wav', 3));
    await page.getByText(/^Bản thu gần như im lặng/).waitFor();
    await takeShot(page, 'compose-upload-refused-desktop');
    const pretender = join(folder, 'gia-mp3.mp3');
    await writeFile(pretender, 'không phải âm thanh '.repeat(500));
    await drop(page, page.getByText(/^Hoặc kéo tệp thả vào đây/), pretender);
    await page.getByText(/^Tệp không phải là âm thanh đọc được|^Đuôi tệp không khớp/).waitFor();
    await page.getByText('Tải tệp lên hoặc thu âm trước.').first().waitFor();
    // Nothing was begun with it.
    expect(idOf(page)).toBeUndefined();
    await context.close();
  });

  test('is made in the browser, listened to, and used', async () => {
    const opened = await browser.openPage();
    const { page, context, errors } = opened;
    const speech = (await readFile(await makeSpeech(folder))).toString('base64');
    // The one thing stood in for: the machine of the tests has no microphone.
    await context.addInitScript(`navigator.mediaDevices.getUserMedia = async () => {
      const room = new AudioContext();
      const bytes = Uint8Array.from(atob('${speech}'), (character) => character.codePointAt(0));
      const voice = new AudioBufferSourceNode(room, { buffer: await room.decodeAudioData(bytes.buffer), loop: true });
      const microphone = room.createMediaStreamDestination();
      voice.connect(microphone);
      voice.start();
      return microphone.stream;
    }`);
    await signInByLabel(page, 'can-bo-van-hoa', PASSWORD);
    await openNew(page);
    await titleOf(page).fill('Lời nhắn của trưởng ấp');
    await page.getByText('Thu âm', { exact: true }).click();
    await page.getByRole('button', { name: 'Bắt đầu thu' }).click();
    await page.getByText('Đang thu: 0:03').waitFor();
    await takeShot(page, 'compose-recording-desktop');
    await page.getByRole('button', { name: 'Dừng thu' }).click();
    await page.getByRole('group', { name: 'Trình phát: Bản vừa thu' }).waitFor();
    await page.getByRole('button', { name: 'Dùng bản thu này' }).click();
    await page.getByText(/^Đã nhận và kiểm tra: dài 0:0[2-5], có tiếng rõ\.$/).waitFor();
    expect(await draftOf(page)).toMatchObject({ kind: 'recording', title: 'Lời nhắn của trưởng ấp' });
    expect(errors).toEqual([]);
    await context.close();
  });

  test('is not offered where the browser gives no microphone, and the page says why and what to do', async () => {
    const { page, context } = await browser.openPage();
    await context.addInitScript("Object.defineProperty(window, 'isSecureContext', { value: false })");
    await signInByLabel(page, 'can-bo-van-hoa', PASSWORD);
    await openNew(page);
    await page.getByText('Thu âm', { exact: true }).click();
    await page.getByText(/khi địa chỉ trang bắt đầu bằng https:/).waitFor();
    expect(await page.getByRole('button', { name: 'Bắt đầu thu' }).count()).toBe(0);
    await context.close();
  });
});

describe('the list of bulletins', () => {
  test('is filtered by state in the address, searched without marks, and says when nothing is found', async () => {
    await submitBulletin(site, { title: 'Phòng chống sốt xuất huyết', field: 5, text: 'Bà con diệt lăng quăng.' });
    const { page, context, errors } = await openAsAuthor();
    await page.getByRole('link', { name: 'Bản tin', exact: true }).click();
    await page.getByRole('link', { name: 'Phòng chống sốt xuất huyết' }).waitFor();
    await page.getByLabel('Trạng thái').selectOption('chờ duyệt');
    await waitFor('the address', () => Promise.resolve(new URL(page.url()).searchParams.get('state') === 'submitted'));
    await page.getByLabel('Tìm trong tiêu đề').fill('sot xuat');
    await page.getByRole('link', { name: 'Phòng chống sốt xuất huyết' }).waitFor();
    expect(await page.getByRole('row').count()).toBe(2);
    await page.getByLabel('Tìm trong tiêu đề').fill('không có');
    await page.getByText('Không có tiêu đề nào như vậy').waitFor();
    await page.getByLabel('Tìm trong tiêu đề').fill('');
    await page.getByLabel('Trạng thái').selectOption('đã duyệt');
    await page.getByText('Không có bản tin nào ở trạng thái này').waitFor();
    expect(errors).toEqual([]);
    await context.close();
  });
});

describe.each(['vi', 'en'] as const)('in %s', (language) => {
  test.each(Object.keys(WIDTHS) as Width[])(
    'has no serious barrier at the width of a %s, and nothing stands out',
    async (width) => {
      // An account keeps its newest sessions only, and many pages were signed in by now.
      site = await signInAgain(site, site.server);
      const { bulletinId } = await submitBulletin(site, { title: `Họp dân ${language} ${width}`, field: 4, text: TEXT });
      const draft = await site.author.call('composeBulletin', {
        body: {
          areaId: site.communeId,
          kind: 'text',
          title: 'Bản nháp',
          text: STRANGE.replace('Zok', 'Qux'),
          field: 3,
          topics: ['CĐS'],
        },
      });
      for (const scheme of ['light', 'dark'] as const) {
        const { page, context, errors } = await browser.openPage({ width, language, scheme });
        const expectOpen = async (name: string) => {
          await takeShot(page, `${name}-${width}-${language}-${scheme}`);
          expect(await findBarriers(page), `${name}, ${scheme}`).toEqual([]);
          expect(await isWiderThanScreen(page), `${name}, ${scheme}`).toBe(false);
        };
        await signInByLabel(page, 'can-bo-van-hoa', PASSWORD);
        await page.goto('/bulletins');
        await page.getByRole('link', { name: `Họp dân ${language} ${width}` }).waitFor();
        await expectOpen('bulletin-list');
        await page.goto('/bulletins/new');
        await page.getByRole('heading', { level: 2 }).first().waitFor();
        await expectOpen('compose-new');
        for (const way of [/^(Tải tệp|Upload)$/, /^(Thu âm|Record)$/]) {
          await page.getByText(way).click();
          await expectOpen(`compose-${way.source.slice(2, 5).trim() === 'Tải' ? 'file' : 'microphone'}`);
        }
        await page.goto(`/bulletins/${draft.bulletinId}`);
        await page.getByRole('region', { name: /^(Từ máy chưa chắc|Words whose)/ }).waitFor();
        await expectOpen('compose-draft');
        await page.goto(`/bulletins/${bulletinId}`);
        await page.getByRole('group', { name: /^(Trình phát|Player)/ }).waitFor();
        await expectOpen('compose-submitted');
        expect(errors).toEqual([]);
        await context.close();
      }
    },
    150_000,
  );
});

async function expectValue(field: Locator, value: string): Promise<void> {
  await field.waitFor();
  await waitFor(`the field to hold “${value}”`, async () => (await field.inputValue()) === value);
}

/** A file let go over the page, as from the desktop. */
async function drop(page: Page, over: Locator, path: string): Promise<void> {
  const text = JSON.stringify(await readFile(path, 'utf8'));
  const transfer = await page.evaluateHandle(`(() => {
    const held = new DataTransfer();
    held.items.add(new File([${text}], ${JSON.stringify(basename(path))}, { type: 'audio/mpeg' }));
    return held;
  })()`);
  await over.dispatchEvent('drop', { dataTransfer: transfer });
}
