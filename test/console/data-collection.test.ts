import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { after, before, test } from 'node:test';
import { isDeepStrictEqual, promisify } from 'node:util';
import type { Page } from 'playwright-core';
import { sendEvents, startTestApp, wire } from '../support/app.ts';
import { eventually } from '../support/eventually.ts';
import { startReceiver } from '../support/receiver.ts';
import { runShell } from '../support/run-shell.ts';
import { barriers, barriersInAllLooks, copiedBy, edit, openTab, startConsole, visit } from './browser.ts';

const run = promisify(execFile);

let console_: Awaited<ReturnType<typeof startConsole>>;
before(async () => {
  console_ = await startConsole({ MILLRACE_INBOX: 'on' });
});
after(() => console_[Symbol.asyncDispose]());

/** The lines of a tab as they are copied. */
async function copied(page: Page, way: string): Promise<string> {
  await page.getByRole('tab', { name: way, exact: true }).click();
  const panel = page.getByRole('tabpanel', { name: way, exact: true });
  return copiedBy(page, panel.getByRole('button', { name: 'Copy', exact: true }));
}

test('from New Collector to the first event: the copied line is sent, and the page turns green', async () => {
  const { app, browser } = console_;
  await using tab = await openTab(browser, {
    url: app.url,
    path: '/data-collection',
    permissions: ['clipboard-read', 'clipboard-write'],
  });
  const { page } = tab;
  await page.getByRole('link', { name: 'New Collector' }).click();
  await page.getByRole('button', { name: 'Save' }).click();
  const name = page.getByRole('textbox', { name: 'Collector Name' });
  await name.and(page.locator(':focus')).waitFor();
  await name.fill('Web shop');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByRole('heading', { level: 1, name: 'Web shop' }).waitFor();
  await page.getByText('Waiting for the first event').waitFor();

  await runShell(await copied(page, 'cURL'), { curl: 'stand-in' });
  await page.getByText('Received page_view').waitFor();
  await page.getByRole('button', { name: 'Send a test event' }).click();
  await page.getByText('Received test_event').waitFor();
  await page.waitForFunction("document.title === 'Web shop · Send events · Millrace'");
  assert.deepEqual(tab.problems, []);
});

test('each snippet works as it is copied; from pages of allowed sites only', async () => {
  const { app, browser } = console_;
  await using site = await startReceiver();
  const collector = await app.client.call('createCollector', {
    body: { name: 'Ways', allowedOrigins: [site.url] },
  });
  await using tab = await openTab(browser, {
    url: app.url,
    path: `/data-collection/${collector.id}`,
    permissions: ['clipboard-read', 'clipboard-write'],
  });
  const { page } = tab;
  await page.getByText(`Only pages of ${site.url} can send`).waitFor();
  await run(process.execPath, ['--input-type=module', '-e', await copied(page, 'Node.js')]);

  const infinity = await copied(page, 'Oracle Infinity');
  const address = /POST\) (\S+)/.exec(infinity)?.[1] ?? '';
  await fetch(address, { method: 'POST', body: infinity.slice(infinity.indexOf('{')) });

  await runShell(await copied(page, 'CloudEvents'), { curl: 'stand-in' });

  const ways = ['Tag', 'Web page', 'Page unload', 'Image pixel'];
  const parts: string[] = [];
  for (const way of ways) parts.push(await copied(page, way));
  const headers = { 'content-type': 'text/html' };
  site.answer('/shop', { headers, body: `<title>Shop</title>${parts.join('')}` });
  site.answer('/away', { headers, body: 'Away' });
  const visit = await page.context().newPage();
  await visit.goto(`${site.url}/shop`);
  await visit.goto(`${site.url}/away`);

  const wanted = ['click', 'newsletter_opened', 'order', 'order_placed', 'page', 'page_left', 'page_view', 'view'];
  const seen = async () => {
    const { data } = await app.client.call('listEvents', { query: { collectorId: collector.id } });
    return data.map((event) => event.name ?? '').sort();
  };
  await eventually('all of them to come in', async () => (await seen()).length === wanted.length, { state: seen });
  assert.deepEqual(await seen(), wanted);
  assert.deepEqual(tab.problems, []);
});

test('the snippets have the server URL that was typed, and an invalid one is reported', async () => {
  const { app, browser } = console_;
  const { id } = await app.client.call('createCollector', { body: { name: 'Elsewhere' } });
  await using tab = await openTab(browser, { url: app.url, path: `/data-collection/${id}` });
  const { page } = tab;
  const address = page.getByRole('textbox', { name: 'Server URL' });
  await address.fill('in.shop.example');
  await page.getByText('Enter a URL that starts with https://').waitFor();
  await address.fill('https://in.shop.example');
  await page.getByRole('region', { name: 'Tag' }).getByText('https://in.shop.example/tag.js').waitFor();
  assert.deepEqual(tab.problems, []);
});

test('an invalid origin is reported with its line, and a second save shows both versions', async () => {
  const { app, browser } = console_;
  const made = await app.client.call('createCollector', { body: { name: 'Both' } });
  const params = { id: made.id };
  const path = `/data-collection/${made.id}?tab=details`;
  await using tab = await openTab(browser, { url: app.url, path, expected: /^4(12|22) / });
  const { page } = tab;
  const origins = page.getByRole('textbox', { name: 'Allowed origins' });
  await edit(page);
  await origins.fill('https://a.example/\n\nnonsense');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByText('Line 3: Must be * or an origin').waitFor();
  await app.client.call('changeCollector', { params, body: { name: 'Theirs' } });
  await origins.fill('https://a.example/');
  await page.getByRole('button', { name: 'Save' }).click();
  await page
    .getByRole('dialog', { name: 'Someone else made changes' })
    .getByRole('row', { name: /^Allowed origins/ })
    .waitFor();
  await page.getByRole('button', { name: 'Save mine over theirs' }).click();
  await page.getByText('Both saved').waitFor();
  const saved = await app.client.call('getCollector', { params });
  assert.deepEqual([saved.name, saved.allowedOrigins], ['Both', ['https://a.example']]);
  assert.deepEqual(tab.problems, []);
});

test('a collector can be disabled with Undo, get a new key, and be deleted from its row', async () => {
  const { app, browser } = console_;
  const made = await app.client.call('createCollector', { body: { name: 'Row' } });
  const params = { id: made.id };
  const send = async (key: string) =>
    (await fetch(`${app.url}/v3/${key}`, { method: 'POST', body: '{"events":[{"a":"1"}]}' })).status;
  const status = () => app.client.call('getCollector', { params }).then((one) => one.status);
  await using tab = await openTab(browser, { url: app.url, path: '/data-collection?filter=Row' });
  const { page } = tab;
  const choose = async (item: string) => {
    await page.getByRole('button', { name: 'More for Row' }).click();
    await page.getByRole('menuitem', { name: item }).click();
  };
  await choose('Disable');
  await page.getByText('Row disabled').waitFor();
  assert.equal(await status(), 'disabled');
  await page.getByRole('button', { name: 'Undo' }).first().click();
  await page.getByText('Row enabled').waitFor();
  assert.equal(await status(), 'enabled');

  assert.equal(await send(made.key), 200);
  await choose('Rotate key');
  await page.getByLabel('Old key works for').selectOption('1 hour');
  await page.getByRole('button', { name: 'Rotate key' }).click();
  await page.getByText('Key of Row rotated').waitFor();
  const { key } = await app.client.call('getCollector', { params });
  assert.deepEqual([await send(made.key), await send(key)], [200, 200]);
  await choose('Open');
  await page.getByText('last used').waitFor();
  assert.deepEqual(await barriers(page), []);
  await page.getByRole('button', { name: 'End now' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'End now' }).click();
  await page.getByText('Previous key ended').waitFor();
  await page.goBack();
  assert.deepEqual([await send(made.key), await send(key)], [404, 200]);

  await choose('Delete');
  await page.getByText('Stored events are kept.').waitFor();
  await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
  await page.getByRole('heading', { name: 'No collectors match.' }).waitFor();
  await assert.rejects(app.client.call('getCollector', { params }), { status: 404 });
  assert.deepEqual(tab.problems, []);
});

test('a parameter shows its examples and uses, can be described, and can be taken out of Actions', async () => {
  const { app, browser } = console_;
  const wired = await wire(app, { url: `${app.url}/inbox/crm` });
  await wired.deliver({ basket: 'full' });
  await using tab = await openTab(browser, { url: app.url, path: '/data-collection' });
  const { page } = tab;
  await page.getByRole('link', { name: 'Parameters', exact: true }).click();
  await page.getByRole('heading', { level: 1, name: 'Parameters' }).waitFor();
  // What is on events stands first; the standard ones that never came follow.
  await page.getByRole('row', { name: /%/ }).first().waitFor();
  const shares = await page
    .getByRole('row')
    .filter({ has: page.getByRole('checkbox') })
    .allTextContents();
  assert.match(shares[0] ?? '', /%/);
  await page.getByRole('textbox', { name: 'Filter' }).fill('wire');
  await page.getByRole('row', { name: /^wire/ }).getByText(wired.action.name, { exact: true }).first().waitFor();
  await page.waitForURL(/\?filter=wire$/);

  await page.getByRole('checkbox', { name: 'Make wire available in Actions' }).uncheck();
  await page.getByText('wire is no longer available in actions').waitFor();
  await page.getByRole('link', { name: 'wire', exact: true }).click();
  const inspector = page.getByRole('region', { name: 'wire' });
  await inspector.getByRole('link', { name: wired.action.name }).waitFor();
  await inspector.getByRole('textbox', { name: 'Description' }).fill('Which test it was');
  await inspector.getByRole('button', { name: 'Save' }).click();
  await page.getByRole('row', { name: /wire.*Which test it was/ }).waitFor();
  const [stored] = (await app.client.call('listParameters', { query: { name: 'wire' } })).data;
  assert.deepEqual([stored?.description, stored?.offered], ['Which test it was', false]);

  // From one to another and back: each shows a description of its own.
  await page.getByRole('textbox', { name: 'Filter' }).fill('');
  for (const [name, description] of [
    ['basket', ''],
    ['wire', 'Which test it was'],
    ['basket', ''],
  ] as const) {
    await page.getByRole('link', { name, exact: true }).click();
    const shown = page.getByRole('region', { name, exact: true }).getByRole('textbox', { name: 'Description' });
    assert.equal(await shown.inputValue(), description);
  }

  // What is typed and not saved comes back, and the page keeps its place when the panel is closed.
  const basket = page.getByRole('region', { name: 'basket', exact: true });
  await basket.getByRole('textbox', { name: 'Description' }).fill('Half a senten');
  await page.getByRole('link', { name: 'wire', exact: true }).click();
  await page.getByRole('link', { name: 'basket', exact: true }).click();
  await basket.getByText(/^Restored unsaved changes/).waitFor();
  assert.equal(await basket.getByRole('textbox', { name: 'Description' }).inputValue(), 'Half a senten');
  await basket.getByRole('button', { name: 'Discard' }).click();
  await page.evaluate('scrollTo(0, 60)');
  await page.keyboard.press('Escape');
  await basket.waitFor({ state: 'detached' });
  await page.getByRole('link', { name: 'basket', exact: true }).and(page.locator(':focus')).waitFor();
  assert.equal(await page.evaluate('scrollY'), 60);
  assert.deepEqual(tab.problems, []);
});

test('the Inbox shows a request as it comes, looks into it, finds it again and is cleared', async () => {
  const { app, browser } = console_;
  await app.client.call('clearInbox', {});
  await using tab = await openTab(browser, {
    url: app.url,
    path: '/inbox',
    permissions: ['clipboard-read', 'clipboard-write'],
  });
  const { page } = tab;
  await page.getByRole('heading', { name: 'No requests yet' }).waitFor();
  await page.getByRole('textbox', { name: 'Name' }).fill('shop');
  const url = await copiedBy(page, page.getByRole('button', { name: 'Copy URL', exact: true }));
  assert.equal(url, `${app.url}/inbox/shop`);
  await fetch(`${url}/orders?page=2`, { method: 'POST', body: '{"order":{"id":"1001"}}' });
  await page.getByRole('link', { name: 'POST /inbox/shop/orders' }).click();
  const inspector = page.getByRole('region', { name: 'POST /inbox/shop/orders' });
  await inspector.getByText('"1001"').waitFor();
  await inspector.getByRole('definition').filter({ hasText: '2' }).first().waitFor();
  assert.match(page.url(), /request=req_/);

  const command = await copiedBy(page, inspector.getByRole('button', { name: 'Copy as cURL', exact: true }));
  await runShell(command, { curl: 'stand-in' });
  await eventually('the same request again', async () => {
    const { data } = await app.client.call('listInboxRequests', { query: { text: '1001' } });
    return data.length === 2;
  });
  const { token } = await app.client.call('createToken', {
    body: { name: 'No payloads', rights: ['deliveries:view'] },
  });
  await using other = await openTab(browser, { url: app.url, path: '/inbox', token });
  await other.page.getByRole('link', { name: 'POST /inbox/shop/[hidden]' }).first().click();
  await other.page
    .getByText('To see requests and responses you need the right “View Payloads”: ask an administrator.')
    .waitFor();
  assert.equal(await other.page.getByRole('columnheader', { name: 'Size' }).count(), 0);
  assert.equal(await other.page.getByRole('button', { name: 'Copy as cURL' }).count(), 0);
  assert.deepEqual(other.problems, []);

  await page.getByRole('textbox', { name: 'Filter' }).fill('nothing like it');
  await page.getByRole('heading', { name: 'No requests match.' }).waitFor();
  await page.getByRole('button', { name: 'Clear filters' }).click();
  await page.getByRole('button', { name: 'Clear', exact: true }).click();
  await page.getByText('2 requests will be deleted').waitFor();
  await page.getByRole('dialog').getByRole('button', { name: 'Clear' }).click();
  await page.getByRole('heading', { name: 'No requests yet' }).waitFor();
  assert.deepEqual(tab.problems, []);
});

test('an inbox behaves like a system that is down until it is told otherwise', async () => {
  const { app, browser } = console_;
  await using tab = await openTab(browser, { url: app.url, path: '/inbox' });
  const { page } = tab;
  await page.getByRole('button', { name: 'Add rule' }).click();
  const dialog = page.getByRole('dialog', { name: 'Response rule' });
  await dialog.getByRole('textbox', { name: 'Inbox' }).fill('down');
  await dialog.getByRole('textbox', { name: 'Status' }).fill('often');
  await dialog.getByRole('button', { name: 'Save' }).click();
  await dialog.getByText('Enter a whole number.').waitFor();
  await dialog.getByRole('button', { name: 'Outage' }).click();
  await dialog.getByRole('button', { name: 'Save' }).click();
  await page.getByText('Returns 503 Service Unavailable').waitFor();
  assert.equal((await fetch(`${app.url}/inbox/down`)).status, 503);
  await page.getByRole('row', { name: /GET \/inbox\/down 503/ }).waitFor();
  await page.getByRole('button', { name: 'Delete the rule of down' }).click();
  await page.getByText('down responds with 200 again').waitFor();
  assert.equal((await fetch(`${app.url}/inbox/down`)).status, 200);
  assert.deepEqual(tab.problems, []);
});

test('rejected requests are listed with the reason, and unknown keys have a notice', async () => {
  const { app, browser } = console_;
  const { id, key } = await app.client.call('createCollector', { body: { name: 'Refusing' } });
  const send = (to: string) => fetch(`${app.url}/v3/${to}`, { method: 'POST', body: '{"events":[]}' });
  assert.deepEqual([(await send(key)).status, (await send('mistyped')).status], [400, 404]);
  await using tab = await openTab(browser, { url: app.url, path: '/data-collection' });
  const { page } = tab;
  await page.getByText(/requests? used an unknown key/).waitFor();
  await page.getByRole('link', { name: 'View requests' }).click();
  await page.getByRole('row', { name: /Unknown collector 404 .*Unknown key mistyped/ }).waitFor();
  assert.equal(await page.getByRole('row', { name: /Not events/ }).count(), 0);
  await page.getByRole('textbox', { name: 'Filter' }).fill('nothing like it');
  await page.getByRole('heading', { name: 'No rejected requests match.' }).waitFor();
  await page.goto(`${app.url}/data-collection/${id}?tab=rejected`);
  await page.getByRole('row', { name: /Not events 400/ }).waitFor();
  assert.deepEqual(tab.problems, []);
});

test('in a narrow window a rejected request keeps its reason, and says its collector below the time', async () => {
  const { app, browser } = console_;
  await fetch(`${app.url}/v3/narrowed`, { method: 'POST', body: '{"events":[]}' });
  await using tab = await openTab(browser, { url: app.url, path: '/data-collection/rejected' });
  const { page } = tab;
  await page.getByRole('row', { name: /Unknown collector 404 .*narrowed/ }).waitFor();
  const heads = page.getByRole('region', { name: 'Rejected requests' }).getByRole('columnheader');
  for (const [width, columns] of [
    [1024, ['Time', 'Reason', 'Collector', 'What to do']],
    [390, ['Time', 'Reason']],
  ] as const) {
    await page.setViewportSize({ width, height: 900 });
    // That of bodies goes where ids are long.
    const shown = async () => (await heads.allTextContents()).filter((one) => one !== 'Body');
    await eventually('the columns', async () => isDeepStrictEqual(await shown(), columns), { state: shown });
  }
  await page.getByRole('cell', { name: /Unknown key narrowed/ }).waitFor();
  assert.deepEqual(await barriers(page, 'layout'), []);
  assert.deepEqual(tab.problems, []);
});

test('a collector without an event for a day shows when it had its last one, up to seven days ago', async () => {
  const { app, browser } = console_;
  const { key } = await app.client.call('createCollector', { body: { name: 'Quiet' } });
  await app.client.call('createCollector', { body: { name: 'Silent' } });
  await sendEvents(app, key, { 'wt.ev': 'last' });
  await using tab = await openTab(browser, { url: app.url, path: '/' });
  const { page } = tab;
  // As a day later: the last 24 hours have none.
  await page.route('**/stats?kind=collector&range=24h', async (route) => {
    const response = await route.fetch();
    const { items: _, ...stats } = await response.json();
    await route.fulfill({ response, json: { ...stats, items: [] } });
  });
  await visit(page, '/data-collection');
  const row = (name: string) => page.getByRole('row', { name: new RegExp(`^${name} `) });
  await row('Quiet')
    .getByText(/\d\d:\d\d/)
    .waitFor();
  await row('Silent').getByText('None in 7 days').waitFor();
  assert.deepEqual(tab.problems, []);
});

test('a trace follows one visit from its event to the answer, ends when it is stopped, and is kept as a file', async () => {
  const { app, browser } = console_;
  const wired = await wire(app, { url: `${app.url}/inbox/traced` });
  await using tab = await openTab(browser, { url: app.url, path: '/trace' });
  const { page } = tab;
  await page.getByRole('textbox', { name: 'Name' }).fill('My basket');
  await page.getByRole('button', { name: 'Start Trace' }).click();
  await page.getByRole('heading', { level: 1, name: 'My basket' }).waitFor();
  await page.getByRole('heading', { name: 'Waiting for your first click' }).waitFor();
  await page.getByRole('textbox', { name: 'Page to visit' }).fill('https://shop.example/basket?a=1');
  const href = await page.getByRole('link', { name: 'Open page' }).getAttribute('href');
  assert.match(href ?? '', /^https:\/\/shop\.example\/basket\?a=1&millrace_trace=trc_/);

  await wired.send({ 'wt.ev': 'somebody_else' }, { 'wt.ev': 'basket', 'wt.es': href });
  const timeline = page.getByRole('region', { name: 'Timeline' });
  await timeline.getByRole('link', { name: 'basket', exact: true }).waitFor();
  await timeline.getByRole('link', { name: wired.action.name }).waitFor();
  await timeline.getByText('Delivered').waitFor();
  await timeline.getByText(/200 OK in/).waitFor();
  assert.equal(await timeline.getByText('somebody_else').count(), 0);

  await page.getByRole('link', { name: 'Trace my own visit' }).click();
  const running = page.getByRole('region', { name: 'Running traces' });
  await running.getByRole('link', { name: 'My basket' }).waitFor();
  await running.getByRole('button', { name: 'Stop My basket' }).click();
  await running.waitFor({ state: 'detached' });
  await page.goBack();
  await page.getByText('Stopped', { exact: true }).waitFor();
  const [file] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'Export JSON' }).click(),
  ]);
  assert.match(file.suggestedFilename(), /^trc_.*\.json$/);
  assert.deepEqual(tab.problems, []);
});

test('an Inbox that is off says so, and how to switch it on', async () => {
  await using app = await startTestApp({ MILLRACE_INBOX: 'off' });
  await using tab = await openTab(console_.browser, { url: app.url, path: '/inbox' });
  const { page } = tab;
  await page.getByRole('heading', { name: 'The Inbox is off' }).waitFor();
  await page.getByText('MILLRACE_INBOX=on npm start').waitFor();
  assert.equal(await page.getByRole('navigation').getByRole('link', { name: 'Inbox' }).count(), 0);
  assert.deepEqual(await barriers(page), []);
  await page.goto(`${app.url}/data-collection`);
  await page.getByRole('heading', { name: 'No collectors yet' }).waitFor();
  assert.deepEqual(await barriers(page), []);
  assert.deepEqual(tab.problems, []);
});

test('no state of the pages of Data Collection and the Inbox has a barrier that axe-core finds', async () => {
  const { app, browser } = console_;
  const { id, key } = await app.client.call('createCollector', { body: { name: 'Look' } });
  await sendEvents(app, key, { 'wt.ev': 'look', basket: ['a', 'b'] });
  await fetch(`${app.url}/inbox/look?x=1`, { method: 'POST', body: '{"a":{"b":1}}' });
  const [received] = (await app.client.call('listInboxRequests')).data;
  await using tab = await openTab(browser, {
    url: app.url,
    expected: /^500 /,
  });
  const { page } = tab;
  const judge = async (path: string) => {
    await page.locator('[aria-busy="true"]').first().waitFor({ state: 'detached' });
    assert.deepEqual(await barriers(page), [], path);
  };
  for (const path of [
    '/data-collection?filter=nothing',
    `/data-collection/${id}?tab=details`,
    '/data-collection/parameters?parameter=basket',
    '/inbox?filter=nothing',
    '/data-collection/rejected?filter=nothing',
    `/inbox?request=${received?.id}`,
  ]) {
    await visit(page, path);
    await judge(path);
  }
  await page.route(/\/api\/v1\/(collectors|inbox\/rules)(\?|$)/, (route) =>
    route.fulfill({
      status: 500,
      contentType: 'application/problem+json',
      body: JSON.stringify({ code: 'internal', detail: 'Something failed inside.', requestId: 'req_1' }),
    }),
  );
  await page.goto(`${app.url}/data-collection`);
  await page.getByRole('button', { name: 'Retry' }).waitFor();
  await judge('a list that failed');
  await visit(page, '/inbox');
  await page.getByRole('region', { name: 'Response rules' }).getByText('Something failed inside.').waitFor();
  assert.deepEqual(tab.problems, []);
});

test('a collector of webhooks shows their URL, and no way to send that it refuses', async () => {
  const { app, browser } = console_;
  const { id, key } = await app.client.call('createCollector', { body: { name: 'Hooks', formats: ['webhooks'] } });
  await using tab = await openTab(browser, { url: app.url, path: `/data-collection/${id}` });
  const { page } = tab;
  await page.getByText(`/hooks/${key}`).waitFor();
  assert.equal(await page.getByRole('tab', { name: 'cURL' }).count(), 0);
  assert.equal(await page.getByRole('button', { name: 'Send a test event' }).count(), 0);
  assert.deepEqual(await barriersInAllLooks(page), []);
  assert.deepEqual(tab.problems, []);
});

test('a collector of webhooks is made in the form, its secret is never shown again, and both secrets are good while they rotate', async () => {
  const { app, browser } = console_;
  await using tab = await openTab(browser, { url: app.url, path: '/data-collection' });
  const { page } = tab;
  const [first, second] = ['the-first-webhook-secret', 'the-second-webhook-secret'];
  await page.getByRole('link', { name: 'New Collector' }).click();
  await page.getByRole('textbox', { name: 'Collector Name' }).fill('Issues of GitHub');
  await page.getByRole('checkbox', { name: 'Webhooks' }).check();
  await page.getByRole('combobox', { name: 'Signature of the provider' }).selectOption('GitHub');
  await page.getByLabel('Webhook secret', { exact: true }).fill(first);
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByRole('heading', { level: 1, name: 'Issues of GitHub' }).waitFor();
  const url = await page.getByText(/^http\S+\/hooks\/\S+$/).textContent();
  const deliver = async (id: string, secret: string) => {
    const body = JSON.stringify({ action: 'opened', sender: { login: 'ann' }, id });
    const signature = createHmac('sha256', secret).update(body).digest('hex');
    const headers = {
      'x-github-event': `issue ${id}`,
      'x-github-delivery': id,
      'x-hub-signature-256': `sha256=${signature}`,
    };
    return (await fetch(url ?? '', { method: 'POST', body, headers })).status;
  };
  assert.equal(await deliver('forged', 'another-secret'), 401);
  assert.equal(await deliver('1', first), 200);
  await page.getByText('Received issue 1').waitFor();

  await page.getByRole('tab', { name: 'Collector Details' }).click();
  await edit(page);
  assert.equal((await page.content()).includes(first), false);
  await page.getByRole('button', { name: 'Replace Webhook secret' }).click();
  await page.getByLabel('Webhook secret', { exact: true }).fill(second);
  await page.getByLabel('Previous webhook secret', { exact: true }).fill(first);
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByRole('button', { name: 'Edit', exact: true }).waitFor();
  assert.deepEqual(
    [await deliver('2', first), await deliver('3', second), await deliver('4', 'another')],
    [200, 200, 401],
  );
  await page.reload();
  assert.equal((await page.content()).includes(second), false);
  await visit(page, '/events');
  for (const id of [1, 2, 3]) await page.getByRole('link', { name: `issue ${id}` }).waitFor();
  assert.equal(await page.getByRole('link', { name: /^issue (4|forged)$/ }).count(), 0);
  assert.deepEqual(tab.problems, []);
});
