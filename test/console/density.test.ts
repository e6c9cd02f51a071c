import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Page, Request } from 'playwright-core';
import { type Driven, wire } from '../support/app.ts';
import { eventually } from '../support/eventually.ts';
import { startReceiver } from '../support/receiver.ts';
import { barriers, loaded, openTab, startConsole, visit } from './browser.ts';

/** How many rows are whole in the window, and the heights of the lowest and the highest one. */
const measure = (page: Page): Promise<{ whole: number; least: number; most: number }> =>
  page.evaluate(`(() => {
    const boxes = [...document.querySelectorAll('main tbody tr')].map((row) => row.getBoundingClientRect());
    const heights = boxes.map(({ height }) => Math.round(height));
    const whole = boxes.filter(({ bottom }) => bottom <= innerHeight).length;
    return { whole, least: Math.min(...heights), most: Math.max(...heights) };
  })()`);

test('a window of 900 px has 18 rows of Actions, Connections and Deliveries, each on one line of at most 40 px', async () => {
  await using receiver = await startReceiver();
  await using running = await startConsole();
  const { app, browser } = running;
  const { client } = app;
  const long = 'with a name and a description that no column has room for, so that both end in an ellipsis';
  const wired = await wire(app, receiver, { connection: { name: 'CRM' }, destination: { name: 'Orders' } });
  receiver.answer('/in', { status: 422, body: JSON.stringify({ message: `The phone must be E.164, ${long}` }) });
  await wired.send(...Array.from({ length: 30 }, (_, n) => ({ n, 'wt.dcsvid': `visitor-${n}`, 'wt.ev': 'purchase' })));
  for (let n = 0; n < 25; n++) {
    const baseUrl = `https://api-${n}.an-unusually-long-host-name-of-a-system.example.com/v2/some/long/path`;
    const name = `Connection ${n} ${n % 2 === 0 ? '' : long}`.trim();
    await client.call('createConnection', { body: { name, description: long, baseUrl } });
    const action = { name: `Action ${n} ${n % 2 === 0 ? '' : long}`.trim(), description: long };
    const rules = { parameter: 'wire', operator: 'equals' as const, value: `${n} ${long}` };
    const destinations = [{ destinationId: wired.destination.id }];
    await client.call('createAction', { body: { ...action, rules, destinations, status: 'enabled' } });
  }
  await eventually(
    'all have failed',
    async () => (await client.call('listDeliveries', { query: { status: 'failed' } })).data.length === 30,
  );
  await using tab = await openTab(browser, { url: app.url, path: '/actions', viewport: { width: 1_440, height: 900 } });
  const { page } = tab;
  for (const path of ['/actions', '/connections', '/deliveries']) {
    await visit(page, path);
    await loaded(page);
    await page.locator('main tbody tr').nth(20).waitFor({ state: 'attached' });
    const { whole, least, most } = await measure(page);
    assert.ok(whole >= 18, `${path} has ${whole} whole rows`);
    assert.ok(least >= 24 && most <= 40, `rows of ${path} are ${least} to ${most} px high`);
    assert.deepEqual(await barriers(page), []);
  }
  // What is cut off can be read on hover, and by assistive technology.
  await visit(page, '/actions');
  const name = page.getByRole('link', { name: `Action 23 ${long}` });
  assert.equal(await name.getAttribute('title'), `Action 23 ${long}`);
  await page.evaluate(`document.documentElement.dataset.density = 'compact'`);
  const { most } = await measure(page);
  assert.ok(most <= 32, `compact rows are ${most} px high`);
  await page.evaluate(`delete document.documentElement.dataset.density`);

  // Space shows a row beside the list, also what has no room in it; j goes on to the next one, and Escape gives the focus back.
  await page.keyboard.press('j');
  await page.keyboard.press(' ');
  await page.getByRole('region', { name: 'Action 0', exact: true }).getByText(long, { exact: true }).waitFor();
  await page.keyboard.press('j');
  await page.getByRole('region', { name: `Action 1 ${long}` }).waitFor();
  assert.deepEqual(await barriers(page), []);
  await page.keyboard.press('Escape');
  await page.getByRole('region', { name: `Action 1 ${long}` }).waitFor({ state: 'detached' });
  await page
    .locator(':focus')
    .and(page.getByRole('link', { name: `Action 1 ${long}` }))
    .waitFor();
  await visit(page, '/deliveries');
  await page.keyboard.press('j');
  await page.keyboard.press(' ');
  const response = page.locator('section').filter({ hasText: 'Response' });
  await response.getByText('The phone must be E.164').last().waitFor();

  // With 10,000 actions and 1,000 connections, no page reads a whole kind.
  await addMany(app);
  async function visitAsking(path: string, isShown: () => Promise<unknown>) {
    await visit(page, '/docs');
    // By address: on a slow machine a page asks again for what it shows, every few seconds.
    const asked = new Set<string>();
    const note = (request: Request) => {
      const { pathname, search } = new URL(request.url());
      // What the frame of each page asks now and then is not of this visit.
      if (pathname.startsWith('/api/v1') && !frame.has(pathname)) asked.add(pathname + search);
    };
    page.on('request', note);
    await visit(page, path);
    await loaded(page);
    await isShown();
    page.off('request', note);
    assert.ok(asked.size <= 3, `${path} asks ${asked.size} addresses: ${[...asked].join(' ')}`);
  }
  for (const path of ['/actions', '/connections', '/deliveries', '/actions?sort=-name', '/actions?filter=Bulk%209999'])
    await visitAsking(path, async () => {
      await page
        .getByRole('status')
        .getByText(path === '/deliveries' ? /deliveries/ : /(?:10,02|1,02)\d/)
        .waitFor();
      await page.locator('main tbody tr').nth(0).waitFor();
      // The names of what a row speaks of come after it.
      const unnamed = page.locator('main tbody').getByText('…', { exact: true });
      await eventually('each row has its names', async () => (await unnamed.count()) === 0);
    });
  await visitAsking('/data-collection/parameters', () =>
    page
      .getByRole('cell', { name: /places$/ })
      .first()
      .waitFor(),
  );
  await visitAsking('/data-collection/parameters?parameter=wire', () =>
    page.getByRole('link', { name: wired.action.name, exact: true }).waitFor(),
  );
  await visitAsking(`/data-collection/${wired.collector.id}?tab=details`, () =>
    page.getByText('No rule names this collector').waitFor(),
  );
  await visitAsking('/settings/alerts/new', () => page.getByRole('combobox', { name: 'Add a connection' }).waitFor());
  for (const path of ['/behaviors', '/data-collection'])
    await visitAsking(path, async () => {
      await page
        .getByRole('status')
        .getByText(/^(?:32|30)\d /)
        .waitFor();
      await page.locator('main tbody tr').nth(49).waitFor();
    });
  await visit(page, '/behaviors?filter=Bulk%20299');
  await page.getByRole('link', { name: 'Bulk 299', exact: true }).waitFor();
  await visit(page, '/actions?sort=-name');
  await page.getByRole('link', { name: 'Bulk 9999', exact: true }).waitFor();
  await page.getByRole('button', { name: 'Older' }).click();
  await page.getByRole('link', { name: 'Bulk 9949', exact: true }).waitFor();
  assert.deepEqual(tab.problems, []);
});

const frame = new Set(['/api/v1/me', '/api/v1/livez', '/api/v1/issues', '/livez']);

/** 1,000 connections, 10,000 actions with a destination of one of them each, 300 behaviors and 300 collectors. */
async function addMany({ client }: Driven): Promise<void> {
  const list = <One>(length: number, make: (i: number) => One) => Array.from({ length }, (_, i) => make(i));
  const documents = [
    ...list(1_000, (i) => ({ kind: 'connection' as const, name: `Bulk ${i}`, baseUrl: `https://b${i}.example.com` })),
    ...list(1_000, (i) => ({
      kind: 'destination' as const,
      connection: `Bulk ${i}`,
      name: 'Orders',
      status: 'enabled',
    })),
    ...list(10_000, (i) => ({
      kind: 'action' as const,
      name: `Bulk ${i}`,
      description: 'One of many',
      rules: { parameter: 'bulk', operator: 'equals', value: `${i}` },
      destinations: [{ destination: `Bulk ${i % 1_000}/Orders` }],
    })),
    ...list(300, (i) => ({
      kind: 'behavior' as const,
      name: `Bulk ${i}`,
      condition: { parameter: 'bulk', operator: 'equals', value: `${i}` },
    })),
    ...list(300, (i) => ({ kind: 'collector' as const, name: `Bulk ${i}` })),
  ];
  await client.call('importConfiguration', { body: { documents } });
}
