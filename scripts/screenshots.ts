import { mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Browser, Page } from 'playwright-core';
import { loaded, openTab, startConsole } from '../test/console/browser.ts';
import { fillWithDemoData } from '../test/console/demo-data.ts';
import type { TestApp } from '../test/support/app.ts';
import { consolePages } from './console-pages.ts';

// Takes the pictures of docs/images from the demo's data: npm run screenshots, or npm run screenshots home events for some.
// Chromium writes WebP over its DevTools protocol, at a quality that keeps all pictures below 3 MB in total.

const target = new URL('../docs/images/', import.meta.url).pathname;
const bytesMax = 3 * 1_024 * 1_024;
const quality = 64;
const statisticsMs = 7_000;
const settledMs = 2_000;
const wanted = new Set(process.argv.slice(2));

await using running = await startConsole({ MILLRACE_INBOX: 'on' });
const shown = await fillWithDemoData(running.app, {
  // Statistics of the last seconds are in memory and written at intervals.
  sent: () => sleep(statisticsMs),
  rejected: () => sleep(settledMs),
});
mkdirSync(target, { recursive: true });
await drawAll(running);
const names = new Set(consolePages.flatMap(({ name }) => [`${name}-light.webp`, `${name}-dark.webp`]));
for (const file of readdirSync(target)) if (!names.has(file)) rmSync(`${target}${file}`);
const bytes = readdirSync(target).reduce((sum, file) => sum + statSync(`${target}${file}`).size, 0);
if (bytes > bytesMax) throw new Error(`The pictures have ${bytes} bytes in total; the limit is ${bytesMax}.`);

async function drawAll({ app, browser }: { app: TestApp; browser: Browser }) {
  await using tab = await openTab(browser, { url: app.url, colorScheme: 'light', deviceScaleFactor: 1 });
  const { page } = tab;
  await page.evaluate(`localStorage.setItem('millrace.welcome', 'hidden')`);
  for (const { name, path, height = 800 } of consolePages) {
    if (wanted.size > 0 && !wanted.has(name)) continue;
    await page.setViewportSize({ width: 1280, height });
    await page.goto(`${app.url}${path(shown)}`);
    await page.getByRole('heading', { level: 1 }).waitFor();
    await loaded(page);
    await page.getByText('Rendering …').waitFor({ state: 'detached' });
    // Live pages change all the time, so wait a fixed time.
    await sleep(settledMs);
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      await page.locator(`html[data-mantine-color-scheme="${colorScheme}"]`).waitFor({ state: 'attached' });
      await page.evaluate('new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)))');
      await draw(page, `${target}${name}-${colorScheme}.webp`);
    }
    await page.emulateMedia({ colorScheme: 'light' });
  }
}

async function draw(page: Page, path: string): Promise<void> {
  const protocol = await page.context().newCDPSession(page);
  const { data } = await protocol.send('Page.captureScreenshot', { format: 'webp', quality });
  const picture = Buffer.from(data, 'base64');
  writeFileSync(path, picture);
  console.log(`${path} ${picture.length} bytes`);
}
