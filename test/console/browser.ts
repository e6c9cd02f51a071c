import { existsSync, mkdtempSync, readFileSync, renameSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Browser, type BrowserContextOptions, chromium, type Locator, type Page } from 'playwright-core';
import { buildConsole, isConsoleStale } from '../../scripts/console.ts';
import { buildTag, isTagStale } from '../../scripts/tag.ts';
import { adminToken, startTestApp, type TestApp } from '../support/app.ts';

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** The whole program on a folder of its own, serving the console as its present sources make it, and a browser. */
export async function startConsole(
  env: Record<string, string> = {},
  how: { thrifty?: boolean } = {},
): Promise<{ app: TestApp; browser: Browser } & AsyncDisposable> {
  await prepare();
  await using started = new AsyncDisposableStack();
  const app = started.use(await startTestApp(env));
  const browser = started.use(await startBrowser(how));
  const stack = started.move();
  return { app, browser, [Symbol.asyncDispose]: () => stack.disposeAsync() };
}

/** Makes what these tests need and is not there yet: the console as its sources are now, and the browser. */
export async function prepare(): Promise<void> {
  prepared ??= (async () => {
    if (isConsoleStale()) await buildConsole();
    if (isTagStale()) await buildTag();
    await unpacked();
  })();
  await prepared;
}

let prepared: Promise<void> | undefined;

/** Browsers that run for this process, and how many use each. */
const running = new Map<boolean, { browser: Promise<Browser>; users: number }>();

/**
 * A real Chromium, one that spares the processor unless speed is what is looked at. Those who use it at the same time in
 * one process share it; it ends with the last. Fails in words where none can run.
 */
export async function startBrowser({ thrifty = true } = {}): Promise<Browser & AsyncDisposable> {
  const shared = running.get(thrifty) ?? { browser: launch(thrifty), users: 0 };
  running.set(thrifty, shared);
  shared.users++;
  const browser = await shared.browser;
  return Object.assign(browser, {
    async [Symbol.asyncDispose]() {
      if (--shared.users > 0) return;
      running.delete(thrifty);
      await browser.close();
    },
  });
}

const thriftyFlags = [
  // Pages live for seconds here: the slower of V8's optimizing compilers, and collecting garbage in parallel, cost more than they give.
  '--js-flags=--no-opt --single-threaded-gc --min-semi-space-size=16',
  // Messages between processes cost more than those between threads.
  '--in-process-gpu',
  '--enable-features=NetworkServiceInProcess2',
];

/**
 * Chromium itself crashes at about one start in some hundred (a fault in its libc, before there is a page): it is started
 * again then.
 */
async function launch(thrifty: boolean, startsLeft = 3): Promise<Browser> {
  try {
    return await launchOnce(thrifty);
  } catch (error) {
    if (startsLeft <= 1 || !(error instanceof Error) || !/signal=SIG/.test(error.message)) throw error;
    return await launch(thrifty, startsLeft - 1);
  }
}

async function launchOnce(thrifty: boolean): Promise<Browser> {
  const dir = await unpacked();
  return chromium.launch({
    executablePath: join(dir, 'chromium'),
    // Playwright's default, for containers with little shared memory, makes a file on the disk for each picture of a tile.
    ignoreDefaultArgs: hasSharedMemory() ? ['--disable-dev-shm-usage'] : [],
    args: ['--no-sandbox', '--disable-gpu', '--font-render-hinting=none', ...(thrifty ? thriftyFlags : [])],
    env: {
      ...process.env,
      HOME: dir,
      FONTCONFIG_PATH: join(dir, 'fonts'),
      LD_LIBRARY_PATH: join(dir, 'al2023', 'lib'),
    },
  });
}

/** Whether there is room for what the processes of a browser share: containers often have 64 MiB, which it can fill. */
function hasSharedMemory(): boolean {
  const { bavail, bsize } = statfsSync('/dev/shm');
  return bavail * bsize >= 2 ** 30;
}

/** A tab, and everything in it that should not be: errors on its console, uncaught ones, requests that failed. */
export type Tab = AsyncDisposable & { readonly page: Page; readonly problems: string[] };

type NewSession = {
  url: string;
  path?: string;
  /** The token of the session; null: signed out. */
  token?: string | null;
  /** Answers that are meant to fail, as `404 /api/v1/…`. */
  expected?: RegExp;
  /** Whether the browser never saw the console before. Otherwise it may have, and forgot all but the code. */
  isFirst?: boolean;
  /** Whether the server stops during the test: what the page asks for then fails, or is answered with 503. */
  restarts?: boolean;
} & BrowserContextOptions;

/**
 * Pages that are done with, and left empty. Their process stays, and the code that it compiled: a console opens there
 * in half the time.
 */
const done = new WeakMap<Browser, Page[]>();

/**
 * Opens the console in a window (storage and cookies empty, English, 1,280 × 800, nothing in motion, unless said
 * otherwise). Nothing that was done to a page outlives its tab: routes, listeners, storage, size, media. Scripts for every
 * page (`page.addInitScript`) are for the test to dispose of.
 */
export async function openTab(browser: Browser, session: NewSession): Promise<Tab> {
  const { url, path = '/', token = adminToken, expected, isFirst = false, restarts = false, ...how } = session;
  const { reducedMotion = 'reduce', ...more } = how;
  const isKept = !isFirst && Object.keys(more).length === 0;
  const page = (isKept && done.get(browser)?.pop()) || (await newPage(browser, more));
  if (isKept) await forget(page, url);
  await page.emulateMedia({ reducedMotion });
  const problems: string[] = [];
  page.on('pageerror', (error) => problems.push(`uncaught: ${error.message}`));
  page.on('console', (message) => {
    const isAnswer = message.text().startsWith('Failed to load resource');
    if (['error', 'warning'].includes(message.type()) && !isAnswer) problems.push(message.text());
  });
  page.on('requestfailed', (request) => {
    const reason = request.failure()?.errorText;
    if (reason !== 'net::ERR_ABORTED' && !restarts) problems.push(`${reason} ${request.url()}`);
  });
  page.on('response', (response) => {
    const status = response.status();
    const line = `${status} ${new URL(response.url()).pathname}`;
    if (status < 400 || (status === 503 && restarts)) return;
    if (expected?.test(line) !== true) problems.push(line);
  });
  await page.goto(token === null ? `${url}${path}` : `${url}${path}#token=${token}`);
  return {
    page,
    problems,
    async [Symbol.asyncDispose]() {
      if (!isKept || page.isClosed()) return page.context().close();
      await leave(page, url);
      done.set(browser, [...(done.get(browser) ?? []), page]);
    },
  };
}

const size = { width: 1280, height: 800 };

async function newPage(browser: Browser, options: BrowserContextOptions): Promise<Page> {
  const context = await browser.newContext({
    locale: 'en-US',
    timezoneId: 'Europe/Berlin',
    viewport: size,
    ...options,
  });
  // Longer than the 15 s after which a page asks again automatically, on a slow machine too.
  context.setDefaultTimeout(60_000);
  return context.newPage();
}

const emptyPath = '/empty-page';
/** What the console's page says of itself: with the same, the browser goes on from one to the other in one process. */
const isolation = {
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-embedder-policy': 'require-corp',
  'origin-agent-cluster': '?1',
};

/**
 * Opens an empty page of a server, which only this tab sees. Not by a route of the page: while there is one, nothing is cached.
 * The requests of the console's page are not intercepted: that would take a detour through the browser's process.
 */
async function openEmptyPage(page: Page, url: string): Promise<void> {
  const session = await page.context().newCDPSession(page);
  const responseHeaders = Object.entries({ 'content-type': 'text/html', ...isolation }).map(([name, value]) => ({
    name,
    value,
  }));
  session.on('Fetch.requestPaused', ({ requestId }) => {
    void session.send('Fetch.fulfillRequest', { requestId, responseCode: 200, responseHeaders });
  });
  await session.send('Fetch.enable', { patterns: [{ urlPattern: `*${emptyPath}` }] });
  await page.goto(url + emptyPath);
  await session.detach();
}

/** Leaves the console, and undoes what a test did to the page. */
async function leave(page: Page, url: string): Promise<void> {
  const context = page.context();
  page.removeAllListeners();
  await page.unrouteAll({ behavior: 'ignoreErrors' });
  await context.setOffline(false);
  for (const other of context.pages()) if (other !== page) await other.close();
  await openEmptyPage(page, url);
  await page.emulateMedia({ colorScheme: null });
  await page.setViewportSize(size);
}

/** Empties what a page keeps. Storage can be reached from a page of its server alone. */
async function forget(page: Page, url: string): Promise<void> {
  await page.context().clearCookies();
  if (page.url() !== url + emptyPath) await openEmptyPage(page, url);
  await page.evaluate('localStorage.clear(); sessionStorage.clear()');
}

/**
 * The violations that axe-core finds on the page, also in dark mode and in a window of 320 px. Colours come from the theme and
 * widths from a page or part, not from its state: every-page.test.ts looks at each page so, and this is for each kind of dialog,
 * menu, notice and form that those pages do not show.
 */
export async function barriersInAllLooks(page: Page): Promise<string[]> {
  const wide = page.viewportSize() ?? size;
  const light = await barriers(page);
  await goDark(page);
  const dark = await barriers(page, 'colours');
  await page.emulateMedia({ colorScheme: 'light' });
  await page.setViewportSize({ width: 320, height: 640 });
  // Clear of the sticky header.
  await page.evaluate('scrollTo(0, 0)');
  const narrow = await barriers(page, 'layout');
  if (await overflows(page)) narrow.push('wider than its window');
  await page.setViewportSize(wide);
  await page.locator('html[data-mantine-color-scheme="light"]').waitFor({ state: 'attached' });
  return [...light, ...dark.map((one) => `dark: ${one}`), ...narrow.map((one) => `320 px: ${one}`)];
}

/** Shows the console in its dark colours from now on. */
export async function goDark(page: Page): Promise<void> {
  await page.emulateMedia({ colorScheme: 'dark' });
  await page.locator('html[data-mantine-color-scheme="dark"]').waitFor({ state: 'attached' });
}

/** axe-core's rules, by what can have changed. */
const rulesAbout = {
  all: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
  colours: ['color-contrast'],
  layout: ['target-size', 'scrollable-region-focusable', 'button-name', 'link-name', 'label', 'page-has-heading-one'],
};

/**
 * What axe-core finds on the page as it is against WCAG 2.2 AA: one line per rule, with the first places. Each state of each page
 * has none. In dark mode only colours differ from light mode, and in a narrow window only the layout: there the other rules
 * would find nothing new.
 */
export async function barriers(page: Page, about: keyof typeof rulesAbout = 'all'): Promise<string[]> {
  if ((await page.evaluate('typeof axe')) === 'undefined') await addAxe(page);
  return page.evaluate(`(async () => {
    // A changed element may still be fading; endless animations are not waited for.
    const frame = () => new Promise(requestAnimationFrame);
    await frame().then(frame);
    const fading = document.getAnimations().filter(({ effect }) => effect.getComputedTiming().endTime < 2_000);
    await Promise.allSettled(fading.map(({ finished }) => finished));
    const { violations } = await axe.run(document, {
      runOnly: ${JSON.stringify(rulesAbout[about])},
      resultTypes: ['violations'],
      preload: false, // style sheets and media, for rules that are not asked here or have nothing to find
      // An open menu is no landmark, and is at the end of the document so that nothing cuts it off.
      rules: ${about !== 'all'} ? {} : { region: { enabled: document.querySelector('[role=menu]') === null } },
    });
    return violations.map(({ id, help, nodes }) => id + ': ' + help + ' — ' +
      nodes.slice(0, 3).map((node) => node.target.join(' ') + ' ' + (node.any[0]?.message ?? '')).join(' | '));
  })()`);
}

/**
 * Adds axe-core to a document as the browser's own code, because the page's policy allows no scripts. It is sent to the
 * browser's own protocol: the evaluation of the script by Playwright takes twice the processor time.
 */
async function addAxe(page: Page): Promise<void> {
  const session = await page.context().newCDPSession(page);
  const { exceptionDetails } = await session.send('Runtime.evaluate', {
    // Without the text of each element that a rule looks at.
    expression: `${axeSource}; axe.configure({ noHtml: true });`,
  });
  await session.detach();
  if (exceptionDetails !== undefined) throw new Error(`axe-core could not start: ${exceptionDetails.text}`);
}

/** Goes to another page of the console as a link does, without loading the program again, and waits for it. */
export async function visit(page: Page, path: string): Promise<void> {
  await page.evaluate(`(async () => {
    __TSR_ROUTER__.history.push(${JSON.stringify(path)});
    const isThere = ({ status, location, resolvedLocation }) => status === 'idle' && resolvedLocation?.href === location.href;
    do await new Promise(requestAnimationFrame);
    while (!isThere(__TSR_ROUTER__.state));
  })()`);
  await settled(page);
}

/** Opens what is read for editing. */
export async function edit(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Edit', exact: true }).click();
}

/** Waits until a page has loaded its data. */
export async function loaded(page: Page): Promise<void> {
  await page.getByRole('heading', { level: 1 }).waitFor();
  const waiting = page.locator('main :is([aria-busy=true], .mantine-Skeleton-root)');
  while ((await waiting.count()) > 0) await waiting.first().waitFor({ state: 'detached' });
}

/** The same for a page whose document stays, in one evaluation: a search by role goes over all elements each time. */
export async function settled(page: Page): Promise<void> {
  await page.evaluate(`(async () => {
    const isLoaded = () => document.querySelector('h1')?.checkVisibility() === true &&
      document.querySelector('main :is([aria-busy=true], .mantine-Skeleton-root)') === null;
    while (!isLoaded()) await new Promise(requestAnimationFrame);
  })()`);
}

/** Whether the page is wider than its window, so that people would scroll in two directions. */
export async function overflows(page: Page): Promise<boolean> {
  return page.evaluate('document.documentElement.scrollWidth > document.documentElement.clientWidth');
}

/**
 * Chromium with its fonts and libraries, unpacked once per version for all tests of this machine. The package unpacks
 * into the folder for temporary files and takes for whole whatever it finds there: so it gets a folder of its own, which
 * takes its final name when it is complete.
 */
async function unpacked(): Promise<string> {
  if (process.platform !== 'linux' || process.arch !== 'x64')
    throw new Error(
      `The console's tests bring a Chromium for Linux on x64 (@sparticuz/chromium); this is ${process.platform} on ${process.arch}. Run them in such a container.`,
    );
  const manifest = new URL('../../node_modules/@sparticuz/chromium/package.json', import.meta.url);
  const { version }: { version: string } = JSON.parse(readFileSync(manifest, 'utf8'));
  const dir = join(process.env['TEST_BROWSER_DIR'] ?? tmpdir(), `millrace-chromium-${version}`);
  if (existsSync(dir)) return dir;
  const before = { TMPDIR: process.env['TMPDIR'], AWS_LAMBDA_JS_RUNTIME: process.env['AWS_LAMBDA_JS_RUNTIME'] };
  const made = mkdtempSync(`${dir}-`);
  try {
    // Read when the module is loaded: with these it unpacks the libraries that a bare machine lacks.
    Object.assign(process.env, { TMPDIR: made, AWS_LAMBDA_JS_RUNTIME: 'nodejs24.x' });
    const { default: packed } = await import('@sparticuz/chromium');
    await packed.executablePath();
    const fonts = join(made, 'fonts', 'fonts.conf');
    // It names another folder, and without a font Chromium ends at the first input.
    writeFileSync(fonts, readFileSync(fonts, 'utf8').replace(/<dir>[^<]*<\/dir>/, `<dir>${dir}/fonts</dir>`));
    if (!existsSync(dir)) renameSync(made, dir);
  } finally {
    for (const [name, value] of Object.entries(before)) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
    rmSync(made, { recursive: true, force: true });
  }
  return dir;
}

/** Chooses a document in a field that the server searches. */
export async function chooseDocument(within: Locator, field: string, name: string): Promise<void> {
  await within.getByRole('combobox', { name: field, exact: true }).click();
  await within.getByRole('option', { name, exact: true }).click();
}

/** Chooses the event to try something on, by a text of its line in the list. */
export async function chooseEvent(within: Page | Locator, text: string | RegExp): Promise<void> {
  await within.getByRole('combobox', { name: 'Event', exact: true }).click();
  await within.getByRole('option').filter({ hasText: text }).first().click();
}

/** Chooses a value of a list's filter, which is a chip with a list of values behind it. */
export async function chooseFilter(page: Page, name: string, value: string): Promise<void> {
  await page.getByRole('combobox', { name, exact: true }).click();
  await page.getByRole('option', { name: value, exact: true }).click();
}

/** What a button copies. That the button says so for a moment can be missed on a busy machine. */
export async function copiedBy(page: Page, button: Locator): Promise<string> {
  await page.bringToFront();
  await page.evaluate("navigator.clipboard.writeText('')");
  await button.click();
  const copied = await page.waitForFunction('navigator.clipboard.readText()', undefined, { polling: 100 });
  return String(await copied.jsonValue());
}
