import type { Page } from 'playwright-core';
import { edit, openTab, startConsole } from '../test/console/browser.ts';
import { budgets, measureConsole } from './budgets.ts';
import { packed, tagScript } from './tag.ts';

// Measures the console against its budgets of size and time, in a real browser: npm run budgets.
// Times are only meaningful on an idle machine. Tests check the sizes, but no times.

const rows: { what: string; found: number; most: number; unit: string }[] = [];
const note = (what: string, found: number, most: number, unit: string) => rows.push({ what, found, most, unit });

await using running = await startConsole({}, { thrifty: false });
const { app, browser } = running;
const asIs = { isFirst: true, reducedMotion: 'no-preference' } as const; // as for most visitors

const sizes = measureConsole(new URL('../dist/console', import.meta.url).pathname);
const largest = sizes.pages.reduce((most, one) => (one.bytes > most.bytes ? one : most));
note('script of the first load', sizes.firstScript / 1_024, budgets.firstScript / 1_024, 'KB');
note('style of the first load', sizes.firstStyle / 1_024, budgets.firstStyle / 1_024, 'KB');
note(`largest page beyond it, ${largest.name}`, largest.bytes / 1_024, budgets.page / 1_024, 'KB');
note('template editor', sizes.editor / 1_024, budgets.editor / 1_024, 'KB');
note('tag', packed(await tagScript()).length / 1_024, budgets.tag / 1_024, 'KB');

const listed = 50;
for (let made = 0; made < listed; made++)
  await app.client.call('createConnection', {
    body: { name: `Connection ${String(made).padStart(2, '0')}`, baseUrl: 'https://crm.example' },
  });
const firstPaints: number[] = [];
const lists: number[] = [];
for (let round = 0; round < 5; round++) {
  await using tab = await openTab(browser, { ...asIs, url: app.url, path: '/connections' });
  const { page } = tab;
  await page.getByRole('link', { name: 'Connection 49' }).click();
  lists.push(await page.evaluate(`performance.getEntriesByType('navigation')[0].startTime + performance.now()`));
  firstPaints.push(await page.evaluate(`performance.getEntriesByName('first-contentful-paint')[0].startTime`));
}
note('first contentful paint', middle(firstPaints), 1_000, 'ms');
note(`list of ${listed}, from opening the address to a followed link`, middle(lists), 1_500, 'ms');

const lines = Array.from({ length: 1_000 }, (_, at) => `  "k${at}": "{{ it.data[0].field${at} | upper }}",`);
const connection = await app.client.call('createConnection', {
  body: { name: 'Long', baseUrl: 'https://crm.example' },
});
const destination = await app.client.call('createDestination', {
  params: { id: connection.id },
  body: { name: 'Long', path: '/', template: `{\n${lines.join('\n')}\n}` },
});
note('key to painted frame in a template of 1,000 lines, p95', await templateKey(), 50, 'ms');
note('key to painted frame in the filter of 10,000 rows, p95', await filterKey(), 50, 'ms');
note('frame of the live list at 1,000 events/s, p95', await liveFrame(), 50, 'ms');

for (const { what, found, most, unit } of rows)
  console.log(`${found <= most ? 'ok    ' : 'MISSED'} ${what}: ${found.toFixed(1)} ${unit}, at most ${most} ${unit}`);
process.exitCode = rows.every(({ found, most }) => found <= most) ? 0 : 1;

async function templateKey(): Promise<number> {
  const path = `/connections/${connection.id}/destinations/${destination.id}`;
  await using tab = await openTab(browser, { ...asIs, url: app.url, path });
  const { page } = tab;
  await edit(page);
  await page.getByRole('textbox', { name: 'Template', exact: true }).press('Control+Home');
  await page.getByRole('list', { name: 'Template problems' }).or(page.getByText('No problems')).waitFor();
  return await keyToFrame(page, 'x'.repeat(100));
}

async function filterKey(): Promise<number> {
  for (let made = 0; made < 10_000; made += 1_000) {
    const documents = Array.from({ length: 1_000 }, (_, at) => ({
      kind: 'connection' as const,
      name: `Shop ${made + at}`,
      baseUrl: 'https://shop.example',
    }));
    await app.client.call('importConfiguration', { body: { documents } });
  }
  await using tab = await openTab(browser, { ...asIs, url: app.url, path: '/connections' });
  const { page } = tab;
  await page.getByText(/10,\d{3} connections/).waitFor();
  await page.getByRole('textbox', { name: 'Filter' }).focus();
  return await keyToFrame(page, 'shop 9999'.repeat(5));
}

/** Types a text, a key after each frame. */
async function keyToFrame(page: Page, text: string): Promise<number> {
  await page.evaluate(`
    globalThis.took = [];
    addEventListener('keydown', () => {
      const began = performance.now();
      requestAnimationFrame(() => setTimeout(() => took.push(performance.now() - began)));
    }, true);
  `);
  for (const key of text) {
    await page.keyboard.press(key);
    await page.evaluate('new Promise((done) => requestAnimationFrame(() => setTimeout(done)))');
  }
  return share(await page.evaluate<number[]>('took'), 0.95);
}

async function liveFrame(): Promise<number> {
  const { key } = await app.client.call('createCollector', { body: { name: 'Flood' } });
  const send = (events: object[]) =>
    fetch(`${app.url}/v3/${key}`, { method: 'POST', body: JSON.stringify({ events }) });
  await send([{ 'wt.ev': 'first' }]);
  await using tab = await openTab(browser, { ...asIs, url: app.url, path: '/events' });
  const { page } = tab;
  await page.getByText('Live', { exact: true }).waitFor();
  await watchFrames(page);
  const until = performance.now() + 5_000;
  for (let turn = 1; performance.now() < until; turn++) {
    await send(Array.from({ length: 100 }, (_, at) => ({ 'wt.ev': 'flood', turn, at })));
    const next = until - 5_000 + turn * 100;
    await new Promise((resolve) => setTimeout(resolve, Math.max(0, next - performance.now())));
  }
  return share(await page.evaluate<number[]>('frames'), 0.95);
}

async function watchFrames(page: Page): Promise<void> {
  await page.evaluate(`
    globalThis.frames = [];
    let last = performance.now();
    requestAnimationFrame(function frame(now) {
      frames.push(now - last);
      last = now;
      requestAnimationFrame(frame);
    });
  `);
}

function middle(values: readonly number[]): number {
  return share(values, 0.5);
}

function share(values: readonly number[], part: number): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length * part)] ?? Number.NaN;
}
