import { mkdir, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';

const CHROMIUM = '/usr/bin/chromium';
const FLAGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--autoplay-policy=no-user-gesture-required',
];
/** How long a page may take to show what a test waits for: two cores are shared with servers and agents. */
const WAIT_MS = 20_000;
/** Where pictures go; none are taken unless it is set. */
const SHOTS_FOLDER = process.env['TT_SHOTS_FOLDER'];

export const WIDTHS = { desktop: 1280, phone: 360 } as const;
export type Width = keyof typeof WIDTHS;

export interface PageOptions {
  width?: Width;
  language?: 'vi' | 'en';
  scheme?: 'light' | 'dark';
}

/** A page of the built console, and what it said in the browser's console meanwhile. */
export interface ConsolePage {
  page: Page;
  context: BrowserContext;
  /** Errors of the page: exceptions, and what its policy forbade. Refused requests (4xx) are part of life and left out. */
  errors: string[];
}

/** The real Chromium. Each page has a context of its own, and so cookies of its own. */
export class TestBrowser implements AsyncDisposable {
  readonly #browser: Browser;
  readonly #baseUrl: string;

  private constructor(browser: Browser, baseUrl: string) {
    this.#browser = browser;
    this.#baseUrl = baseUrl;
  }

  static async open(baseUrl: string): Promise<TestBrowser> {
    return new TestBrowser(await chromium.launch({ executablePath: CHROMIUM, args: FLAGS, timeout: 60_000 }), baseUrl);
  }

  async openPage({ width = 'desktop', language = 'vi', scheme = 'light' }: PageOptions = {}): Promise<ConsolePage> {
    const context = await this.#browser.newContext({
      baseURL: this.#baseUrl,
      viewport: { width: WIDTHS[width], height: width === 'phone' ? 740 : 800 },
      colorScheme: scheme,
      // Neither the commune's zone nor its language: the console must not lean on the browser's.
      timezoneId: 'America/New_York',
      locale: 'de-DE',
      reducedMotion: 'reduce',
      hasTouch: width === 'phone',
    });
    context.setDefaultTimeout(WAIT_MS);
    await context.addInitScript(
      `localStorage.getItem('truyen-thanh.language') ?? localStorage.setItem('truyen-thanh.language', '${language}')`,
    );
    const page = await context.newPage();
    const errors: string[] = [];
    page.on('pageerror', (error) => errors.push(String(error)));
    page.on('console', (line) => {
      if (line.type() === 'error' && !/status of 4\d\d/.test(line.text())) errors.push(line.text());
    });
    return { page, context, errors };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#browser.close();
  }
}

/** What the sign-in page asks for, by its labels, in the language that the page shows. */
export async function signInByLabel(page: Page, username: string, password: string): Promise<void> {
  await page.goto('/');
  await page.getByLabel(/^(Tên đăng nhập|User name)$/).fill(username);
  await page.getByLabel(/^(Mật khẩu|Password)$/).fill(password);
  await page.getByRole('button', { name: /^(Đăng nhập|Sign in)$/ }).click();
  await page.getByRole('navigation').first().waitFor();
}

/** Serious and critical findings of axe on the page as it stands, a line each; empty when there are none. */
export async function findBarriers(page: Page): Promise<string[]> {
  const axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
  await page.evaluate(axe);
  const violations = (await page.evaluate(
    `axe.run(document, { resultTypes: ['violations'] }).then(({ violations }) =>
      violations.map(({ id, impact, help, nodes }) => ({ id, impact, help, targets: nodes.map(({ html }) => html.slice(0, 200)) })))`,
  )) as { id: string; impact: string | null; help: string; targets: string[] }[];
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, help, targets }) => `${id}: ${help}\n  ${targets.join('\n  ')}`);
}

/** Whether the page can be moved sideways: at 360 px nothing may stand out. */
export async function isWiderThanScreen(page: Page): Promise<boolean> {
  return (await page.evaluate('document.documentElement.scrollWidth > document.documentElement.clientWidth')) as boolean;
}

/** A picture of the whole page for people to look at, when they ask for pictures. */
export async function takeShot(page: Page, name: string): Promise<void> {
  if (SHOTS_FOLDER === undefined) return;
  await mkdir(SHOTS_FOLDER, { recursive: true });
  await page.screenshot({ path: join(SHOTS_FOLDER, `${name}.png`), fullPage: false });
}
