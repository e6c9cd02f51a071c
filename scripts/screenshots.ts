import { mkdirSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Page } from 'playwright-core';
import { seededRandom } from '../src/cli/demo/random.ts';
import { sampleShop } from '../src/cli/demo/sample-shop.ts';
import { setUpDemo } from '../src/cli/demo/set-up.ts';
import { connectTo } from '../src/cli/server.ts';
import { Secret } from '../src/contract/secret.ts';
import { openTab, startConsole } from '../test/console/browser.ts';
import { adminToken } from '../test/support/app.ts';

// Draws the pictures of docs/images from the demo's data: npm run screenshots
// Chromium writes them as WebP (over its DevTools protocol), whose quality keeps each below 60 KB.

const target = new URL('../docs/images/', import.meta.url).pathname;
const bytesMax = 60 * 1_024;
const events = 400;
const statisticsMs = 7_000;
const settledMs = 2_000;

await using running = await startConsole({ MILLRACE_INBOX: 'on' });
const { app, browser } = running;
const server = connectTo({ url: app.url, adminToken: new Secret(adminToken, '') });
const { collectorKey } = await setUpDemo(server);
const shop = sampleShop({ random: seededRandom(1), visitors: 6 });
for (let sent = 0; sent < events; sent++) await server.send(collectorKey, [shop.next(Date.now())]);
// The counts of the last seconds are kept together and written now and then.
await sleep(statisticsMs);

const destination = (await app.client.call('listAllDestinations')).data.at(-1);
const [action] = (await app.client.call('listActions')).data;
const [delivery] = (await app.client.call('listDeliveries', { query: { status: 'delivered' } })).data;
const pages = {
  welcome: '/welcome?with=demo',
  home: '/?range=15m',
  events: '/events',
  delivery: `/deliveries/${delivery?.id}`,
  connections: '/connections',
  template: `/connections/${destination?.connectionId}/destinations/${destination?.id}`,
  action: `/actions/${action?.id}/edit?step=rules`,
};

mkdirSync(target, { recursive: true });
for (const colorScheme of ['light', 'dark'] as const) {
  await using tab = await openTab(browser, {
    url: app.url,
    colorScheme,
    reducedMotion: 'reduce',
    deviceScaleFactor: 1,
  });
  await tab.page.evaluate(`localStorage.setItem('millrace.welcome', 'hidden')`);
  for (const [name, path] of Object.entries(pages)) {
    // The template stands below the fold.
    await tab.page.setViewportSize({ width: 1280, height: name === 'template' ? 1200 : 800 });
    await tab.page.goto(`${app.url}${path}`);
    await tab.page.getByRole('heading', { level: 1 }).waitFor();
    // Live pages never stop loading.
    await sleep(settledMs);
    await draw(tab.page, `${target}${name}-${colorScheme}.webp`);
  }
}

async function draw(page: Page, path: string): Promise<void> {
  const protocol = await page.context().newCDPSession(page);
  const { data } = await protocol.send('Page.captureScreenshot', { format: 'webp', quality: 80 });
  const picture = Buffer.from(data, 'base64');
  if (picture.length > bytesMax) throw new Error(`${path} has ${picture.length} bytes.`);
  writeFileSync(path, picture);
  console.log(`${path} ${picture.length} bytes`);
}
