import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type Wired, wire } from '../support/app.ts';
import { type Receiver, startReceiver } from '../support/receiver.ts';
import { barriers, openTab, startConsole, visit } from './browser.ts';

let console_: Awaited<ReturnType<typeof startConsole>>;
let receiver: Receiver;
let wired: Wired;
before(async () => {
  console_ = await startConsole();
  receiver = await startReceiver();
  wired = await wire(console_.app, receiver, { connection: { name: 'CRM' }, destination: { name: 'Orders' } });
  await wired.deliver({ n: 1 });
  receiver.answer('/in', { status: 422 });
  for (const n of [2, 3]) await wired.deliver({ n }, 'failed');
  const params = { id: wired.connection.id };
  for (const status of ['paused', 'enabled'] as const)
    await console_.app.client.call('changeConnection', { params, body: { status } });
});
after(async () => {
  await console_[Symbol.asyncDispose]();
  await receiver[Symbol.asyncDispose]();
});

test('charts of a young server begin with a short range, show errors by code and changes, and lead to the list', async () => {
  const { app, browser } = console_;
  const path = `/connections/${wired.connection.id}?tab=activity`;
  await using tab = await openTab(browser, { url: app.url, path });
  const { page } = tab;
  await page.getByRole('radio', { name: '15 min', checked: true }).waitFor({ state: 'attached' });
  const errors = page.getByRole('figure', { name: 'Errors by code' });
  await errors.getByText('422 Unprocessable Content').waitFor();
  const marks = page.getByRole('list', { name: 'Changes and issues' }).first();
  await marks.getByText('CRM created by').waitFor();
  await marks.getByText('CRM paused by').waitFor();
  const { connectionId, id } = wired.destination;
  const link = await marks.getByRole('link', { name: /^Destination Orders created by/ }).getAttribute('href');
  assert.equal(link, `/connections/${connectionId}/destinations/${id}`);
  assert.deepEqual(await barriers(page), []);
  await page.getByRole('link', { name: '422 Unprocessable Content: 2' }).click();
  await page.waitForURL(/code=422/);
  await page.getByRole('button', { name: 'Remove filter Status code: 422' }).waitFor();
  await page
    .getByRole('row', { name: /Failed/ })
    .nth(1)
    .waitFor();
  assert.deepEqual(tab.problems, []);
});

test('charts load their range once, count in bars with their unit, and compare with the week before', async () => {
  const { app, browser } = console_;
  await using tab = await openTab(browser, { url: app.url, path: '/settings' });
  const { page } = tab;
  const asked: URLSearchParams[] = [];
  page.on('request', (request) => {
    const { pathname, searchParams } = new URL(request.url());
    if (pathname.endsWith('/stats')) asked.push(searchParams);
  });
  await visit(page, `/connections/${wired.connection.id}?tab=activity`);
  const chart = page.getByRole('figure', { name: 'Deliveries', exact: true });
  await chart.locator('canvas').waitFor();
  // By address: what is shown is asked for again every 15 s.
  assert.deepEqual([...new Set(asked.map(String))], [`kind=connection&range=auto&id=${wired.connection.id}`]);
  await page.getByRole('radio', { name: '15 min', checked: true }).waitFor({ state: 'attached' });
  await chart.getByText('Per minute').waitFor();
  await page.getByRole('button', { name: 'Compare with the week before' }).click();
  await chart.getByRole('listitem').filter({ hasText: 'Delivered, week before' }).waitFor();
  const weekBefore = asked.findLast((query) => query.has('from')) ?? assert.fail();
  const [now, before] = await Promise.all(
    [{}, Object.fromEntries(weekBefore)].map(({ from, until }: { from?: string; until?: string }) =>
      app.client.call('getStats', {
        query: {
          kind: 'connection',
          id: wired.connection.id,
          ...(from === undefined ? { range: 'auto' } : { from, until }),
        },
      }),
    ),
  );
  assert.deepEqual([now?.range, now?.stepMs, before?.stepMs], ['15m', 60_000, 7_200_000]);
  const apart = Date.parse(now?.from ?? '') - Date.parse(weekBefore.get('from') ?? '');
  assert.ok(Math.abs(apart - 7 * 86_400_000) <= 120_000, `${apart} ms apart`);
  assert.deepEqual(await barriers(page), []);
  assert.deepEqual(tab.problems, []);
});

test('a part of a chart is zoomed for the whole page, with the mouse or by its times, and taken back', async () => {
  const { app, browser } = console_;
  await using tab = await openTab(browser, { url: app.url, path: '/' });
  const { page } = tab;
  const chart = page.getByRole('figure', { name: 'Deliveries over time' });
  const plot = chart.locator('.u-over');
  const { width } = (await plot.boundingBox()) ?? assert.fail();
  await plot.hover({ position: { x: width - 2, y: 40 } });
  await chart.getByText(/\d\d:\d\d:\d\d\s–\s\d\d:\d\d:\d\d/).waitFor();
  await plot.hover({ position: { x: width * 0.5, y: 40 } });
  await page.mouse.down();
  await plot.hover({ position: { x: width * 0.8, y: 40 } });
  await page.mouse.up();
  await page.waitForURL(/from=.*until=/);
  await page.getByRole('button', { name: 'Reset zoom' }).click();
  await page.waitForURL((url) => !url.searchParams.has('from'));
  await page.getByRole('button', { name: 'Custom…' }).click();
  await page.getByRole('textbox', { name: 'From' }).fill('2026-01-01T00:00');
  await page.getByRole('textbox', { name: 'Until' }).fill('2026-01-01T01:00');
  await page.getByRole('button', { name: 'Apply' }).click();
  await page.getByRole('button', { name: 'Reset zoom' }).click();
  await chart.getByRole('radio', { name: 'Table' }).check();
  await chart.getByRole('row').nth(1).getByRole('button').click();
  await page.waitForURL(/\/deliveries\?.*range=custom/);
  assert.deepEqual(tab.problems, []);
});

test('a chart is drawn in a browser whose locale Intl does not know', async () => {
  const { app, browser } = console_;
  await using tab = await openTab(browser, { url: app.url, path: '/settings' });
  const { page } = tab;
  await using _ = await page.addInitScript(
    "Object.defineProperty(navigator, 'language', { value: 'en-US@posix', configurable: true })",
  );
  await page.goto(app.url);
  await page.getByRole('figure', { name: 'Deliveries over time' }).locator('canvas').waitFor();
  assert.deepEqual(tab.problems, []);
});
