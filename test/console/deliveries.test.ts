import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, test } from 'node:test';
import { isDeepStrictEqual } from 'node:util';
import type { RouteResponse } from '../../src/client/client.ts';
import { reaches, type Wired, wire } from '../support/app.ts';
import { eventually } from '../support/eventually.ts';
import { type Receiver, startReceiver } from '../support/receiver.ts';
import { barriers, barriersInAllLooks, chooseFilter, openTab, startConsole, visit } from './browser.ts';
import { countedHand } from './counted-hand.ts';

let console_: Awaited<ReturnType<typeof startConsole>>;
let receiver: Receiver;
let wired: Wired;
before(async () => {
  console_ = await startConsole();
  receiver = await startReceiver();
  wired = await wire(console_.app, receiver, {
    connection: {
      name: 'CRM',
      auth: { type: 'bearer', token: 'very-secret-token' },
      settings: { retry: { scheduleMs: [0, 200, 60_000], jitter: 0 } },
    },
    destination: { name: 'Orders' },
    action: { name: 'Purchase' },
  });
});
after(async () => {
  await console_[Symbol.asyncDispose]();
  await receiver[Symbol.asyncDispose]();
});

test('a delivery shows its attempts with the time between them, each request with its response, and the differences', async () => {
  const { app, browser } = console_;
  receiver.answer(
    '/in',
    { status: 503, body: 'busy' },
    { status: 429, headers: { 'retry-after': '1' }, body: '{"error":"slow down"}' },
    { status: 201, body: '{"ok":true}' },
  );
  const sent = await wired.deliver({ 'wt.ev': 'purchase', total: '12' });
  await using tab = await openTab(browser, { url: app.url, path: '/deliveries' });
  const { page } = tab;
  const row = page.getByRole('row', { name: /purchase/ });
  await row.getByText('201 Created').waitFor();
  await row.getByText('CRM › Orders').waitFor();
  await row.getByRole('link', { name: 'Delivered' }).click();

  await page.getByText('Delivered after 3 attempts.').waitFor();
  await page.getByText('(retry schedule)').waitFor();
  await page.getByText('(Retry-After: 1)').waitFor();
  await page.getByRole('button', { name: /Attempt 3: delivered/, pressed: true }).waitFor();
  await page.keyboard.press('[');
  await page.getByRole('button', { name: /Attempt 2: will retry/, pressed: true }).waitFor();
  await page.getByText('Rate limited').waitFor();
  assert.match(page.url(), /attempt=att_/);
  await page.keyboard.press(']');
  await page.getByRole('button', { name: /Attempt 3: delivered/, pressed: true }).waitFor();
  await page.keyboard.press('[');
  await page.keyboard.press('r');
  await page.getByRole('dialog').getByRole('button', { name: 'Retry now' }).waitFor();
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  await page.getByText('Request headers').click();
  await page.getByRole('img', { name: 'secret, hidden' }).waitFor();
  await page.getByText('Changes since attempt 1').click();
  await page.getByText('slow down').nth(1).waitFor();
  assert.doesNotMatch(await page.content(), /very-secret-token/);
  await page.getByRole('link', { name: 'purchase', exact: true }).click();
  await page.getByRole('heading', { level: 1, name: 'purchase' }).waitFor();
  assert.equal(sent.attemptLog?.length, 3);
  assert.deepEqual(tab.problems, []);
});

test('a failed delivery shows the reason and what to do, and Retry now delivers it while its page is open', async () => {
  const { app, browser } = console_;
  receiver.answer('/in', { status: 404, body: '{"message":"no such thing"}' });
  const failed = await wired.deliver({ 'wt.ev': 'view' }, 'failed');
  await using tab = await openTab(browser, { url: app.url, path: `/deliveries/${failed.id}` });
  const { page } = tab;
  const summary = page.getByRole('region', { name: 'Status' });
  await summary.getByText('Failed: the destination rejected the request.').waitFor();
  await summary.getByRole('link', { name: 'Open destination' }).waitFor();
  receiver.answer('/in', { status: 200 });
  await summary.getByRole('link', { name: 'Open the template with this event' }).waitFor();
  const retries = page.getByRole('button', { name: /^Retry/ });
  assert.deepEqual(await retries.allTextContents(), ['Retry with current template', 'Retry now']);
  await page.getByText(failed.id, { exact: true }).first().waitFor();
  await page
    .getByText(failed.eventId ?? '', { exact: true })
    .first()
    .waitFor();
  await page.getByRole('button', { name: 'Retry now' }).click();
  await summary.getByText('Delivered after 2 attempts.').waitFor();
  await page.getByRole('button', { name: 'Retry now' }).click();
  await page.getByRole('dialog', { name: 'Send it again?' }).getByRole('button', { name: 'Cancel' }).click();
  await page.getByRole('link', { name: /^destination \d/ }).click();
  await page.getByRole('dialog', { name: 'Versions' }).getByText('Current').waitFor();
  assert.deepEqual(tab.problems, []);
});

test('a held delivery shows the reason and can be cancelled, and selected deliveries are retried after a count', async () => {
  const { app, browser } = console_;
  const params = { id: wired.destination.id };
  await app.client.call('changeDestination', { params, body: { status: 'paused' } });
  const held = await wired.deliver({ 'wt.ev': 'held' }, 'held');
  for (const name of ['held too', 'held as well']) await wired.deliver({ 'wt.ev': name }, 'held');
  await using tab = await openTab(browser, { url: app.url, path: `/deliveries/${held.id}` });
  const { page } = tab;
  await page.getByText('On hold because the destination is paused.').waitFor();
  await page.getByRole('heading', { name: 'Request to be sent' }).waitFor();
  await page.getByText(`${receiver.url}/in`).first().waitFor();
  await page.getByRole('button', { name: 'Cancel delivery' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Cancel delivery' }).click();
  await page.getByText('Cancelled').first().waitFor();

  await page.getByRole('link', { name: 'Deliveries' }).first().click();
  await page.getByRole('group', { name: 'Status' }).getByRole('button', { name: /^Held/ }).click();
  await page.getByRole('row', { name: /held too/ }).waitFor();
  await page.getByRole('row', { name: /purchase/ }).waitFor({ state: 'detached' });
  assert.match(page.url(), /status=held/);
  await page.getByRole('checkbox', { name: 'Select all on this page' }).check();
  await page.getByText('2 selected').waitFor();
  await page.getByRole('button', { name: 'Select all matching deliveries' }).click();
  await app.client.call('changeDestination', { params, body: { status: 'enabled' } });
  await wired.deliver({ 'wt.ev': 'later' });
  await page
    .getByRole('group', { name: 'Status' })
    .getByRole('button', { name: /^Delivered/ })
    .click();
  await page.getByRole('row', { name: /later/ }).waitFor();
  for (const name of ['held too', 'held as well']) await page.getByRole('row', { name }).waitFor();
  await page.getByRole('checkbox', { name: 'Select all on this page' }).check();
  await page.getByRole('button', { name: 'Retry', exact: true }).click();
  const dialog = page.getByRole('dialog', { name: 'Retry deliveries' });
  await dialog.getByText('would arrive twice').waitFor();
  const before = receiver.at('/in').length;
  const count = Number(/\d+/.exec((await dialog.getByRole('button', { name: /^Retry \d+/ }).textContent()) ?? '')?.[0]);
  await dialog.getByRole('button', { name: /^Retry \d+/ }).click();
  await dialog.getByText(`${count} deliveries done`).waitFor();
  await dialog.getByRole('button', { name: 'Close' }).last().click();
  const { data } = await app.client.call('listDeliveries', { query: { limit: 200 } });
  for (const one of data) if (one.status !== 'cancelled') await reaches(app, one.id, 'delivered');
  assert.equal(receiver.at('/in').length - before, count);
  assert.deepEqual(tab.problems, []);
});

test('selecting deliveries moves no row: what can be done with them floats over the list', async () => {
  const { app, browser } = console_;
  await using tab = await openTab(browser, { url: app.url, path: '/deliveries' });
  const { page } = tab;
  const row = page.getByRole('row', { name: /purchase/ }).first();
  const topOf = async () => (await row.boundingBox())?.y;
  await row.waitFor();
  const before = await topOf();
  await page.getByRole('checkbox', { name: 'Select all on this page' }).check();
  const bar = page.getByRole('group', { name: /selected$/ });
  await bar.getByRole('button', { name: 'Retry', exact: true }).waitFor();
  assert.equal(await topOf(), before);
  const box = (await bar.boundingBox()) ?? assert.fail();
  assert.ok(box.y + box.height <= 800, `the bar ends ${box.y + box.height} px below the top of the window`);
  assert.deepEqual(await barriers(page), []);
  await bar.getByRole('button', { name: 'Clear selection' }).click();
  await bar.waitFor({ state: 'detached' });
  assert.equal(await topOf(), before);
  assert.deepEqual(tab.problems, []);
});

test('the deliveries of the filter are exported, and the filter is in the address', async () => {
  const { app, browser } = console_;
  await using tab = await openTab(browser, { url: app.url, path: '/deliveries?status=cancelled' });
  const { page } = tab;
  await page.getByRole('row', { name: /held/ }).waitFor();
  const file = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Export' }).click();
  await page.getByRole('menuitem', { name: 'As CSV' }).click();
  const lines = (await readFile(await (await file).path(), 'utf8')).trim().split('\r\n');
  assert.equal(lines.length, 2);
  assert.match(lines[1] ?? '', /^dlv_.*,cancelled,/);
  await page.getByRole('button', { name: 'Add filter' }).click();
  const error = page.getByRole('combobox', { name: 'Error' });
  await error.fill('no such');
  await error.press('Escape');
  await error.fill('timed');
  await page.getByRole('option', { name: 'Timed out' }).click();
  await page.getByRole('button', { name: 'Apply' }).click();
  await page.getByRole('heading', { name: 'No deliveries match.' }).waitFor();
  assert.match(page.url(), /error=timeout/);
  await page.getByRole('button', { name: 'Remove filter Error: Timed out' }).click();
  await page.getByRole('row', { name: /held/ }).waitFor();
  assert.deepEqual(tab.problems, []);
});

test('deliveries are found by text, code, cell and time, and the histogram is used with mouse and keyboard', async () => {
  const { app, browser } = console_;
  receiver.answer('/in', { status: 422, body: '{"error":"unknown sku 4711"}' });
  const refused = await wired.deliver({ 'wt.ev': 'refused', 'wt.dcsvid': 'ada3' }, 'failed');
  await using tab = await openTab(browser, { url: app.url, path: '/deliveries' });
  const { page } = tab;
  const row = page.getByRole('row', { name: /refused/ });
  const other = page.getByRole('row', { name: /purchase/ });
  await other.first().waitFor();
  const filter = page.getByRole('textbox', { name: 'Filter' });
  await filter.fill('SKU 4711');
  await page.getByText(/^Searched all \d+ deliveries\.$/).waitFor();
  await row.waitFor();
  await other.first().waitFor({ state: 'detached' });
  await chooseFilter(page, 'Search in', 'Visitor ID');
  await filter.fill('ada3');
  await row.waitFor();
  await filter.fill('');
  await other.first().waitFor();
  await row.hover();
  await row.getByRole('button', { name: 'Filter by 422' }).click();
  await other.first().waitFor({ state: 'detached' });
  await page.getByRole('button', { name: 'Remove filter Status code: 422' }).click();
  await other.first().waitFor();

  const bars = page.getByRole('slider', { name: 'Time range' });
  await bars.focus();
  await page.keyboard.press('Home');
  assert.match((await bars.getAttribute('aria-valuetext')) ?? '', /\d+ Delivered/);
  await page.keyboard.press('Enter');
  await page.waitForURL(/range=custom/);
  await page.getByRole('button', { name: 'Remove filter Time: Custom…' }).click();
  await page.waitForURL((url) => !url.searchParams.has('range'));
  const { width } = (await bars.boundingBox()) ?? assert.fail();
  await bars.hover({ position: { x: 1, y: 10 } });
  await page.mouse.down();
  await bars.hover({ position: { x: width - 1, y: 10 } });
  await page.mouse.up();
  await page.waitForURL(/range=custom/);
  await row.waitFor();
  await filter.fill(refused.id);
  await page.getByRole('heading', { level: 1, name: /CRM › Orders/ }).waitFor();
  assert.deepEqual(tab.problems, []);
});

test('the histogram keeps the focus and what is chosen when it is counted again', async () => {
  const { app, browser } = console_;
  receiver.answer('/in', { status: 200 });
  await wired.deliver({ 'wt.ev': 'counted' });
  await using tab = await openTab(browser, { url: app.url, path: '/deliveries' });
  const { page } = tab;
  const bars = page.getByRole('slider', { name: 'Time range' });
  await bars.focus();
  await page.keyboard.press('Home');
  await bars.and(page.locator('[aria-valuenow="0"]')).waitFor();
  await page.route('**/deliveries/histogram?*', async (route) => {
    const response = await route.fetch();
    const { buckets, bucketMs, ...counted } = await response.json();
    const earlier = { ...buckets[0], at: new Date(Date.parse(buckets[0].at) - bucketMs).toISOString() };
    await route.fulfill({ response, json: { ...counted, bucketMs, buckets: [earlier, ...buckets] } });
  });
  // A change: everything is asked for again.
  await page.keyboard.press('Control+k');
  await page.getByRole('combobox', { name: 'Search pages and objects' }).fill('crm');
  await page.getByRole('option', { name: 'Pause CRM' }).click();
  await bars.and(page.locator('[aria-valuenow="1"]')).and(page.locator(':focus')).waitFor();
  await page.getByRole('button', { name: 'Undo' }).click();
  await page.getByText('CRM resumed').waitFor();
  assert.deepEqual(tab.problems, []);
});

test('from the e-mail of a customer it takes three clicks at most to the response of the third party', async () => {
  const { app, browser } = console_;
  const email = 'ada3@shop.example';
  receiver.answer('/in', { status: 422, body: '{"error":"unknown postcode"}' }, { status: 200 });
  await wired.deliver({ 'wt.ev': 'moved', email }, 'failed');
  await wired.deliver({ 'wt.ev': 'moved', email: 'bob@shop.example' });
  await using tab = await openTab(browser, { url: app.url });
  const { page } = tab;
  const fromHome = countedHand();
  const response = page.getByRole('region', { name: 'Response' }).getByText('"unknown postcode"');

  await fromHome.click(page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Deliveries' }));
  await page.getByRole('textbox', { name: 'Filter' }).fill(email);
  await page.getByText(/^Searched all/).waitFor();
  const rows = page.getByRole('row', { name: /CRM › Orders/ });
  await rows.nth(1).waitFor({ state: 'detached' });
  await fromHome.click(rows.first());
  await response.waitFor();
  assert.ok(fromHome.clicks() <= 3, `${fromHome.clicks()} clicks from Home`);

  const byPalette = countedHand();
  await page.goto(`${app.url}/`);
  await byPalette.click(page.getByRole('button', { name: 'Search' }));
  await page.getByRole('combobox', { name: 'Search pages and objects' }).fill(email);
  await page.getByRole('option', { name: `Deliveries with ${email}` }).waitFor();
  await byPalette.click(page.getByRole('option', { name: /^CRM › Orders · Failed · 422 · / }));
  await response.waitFor();
  await page.getByRole('region', { name: 'Status' }).getByText('HTTP 422: unknown postcode').waitFor();
  assert.ok(byPalette.clicks() <= 3, `${byPalette.clicks()} clicks by the palette`);
  assert.deepEqual(tab.problems, []);
});

test('a customer of a batch of 50 is found by the values of the own event, failed first, and no one else; the list says who and why', async () => {
  const { app, browser } = console_;
  const batched = await wire(app, receiver, {
    connection: { name: 'Contacts API' },
    destination: {
      name: 'Batch',
      path: '/batch',
      template: '{{! return JSON.stringify(it.data); }}',
      settings: { batch: { records: 50, waitMs: 300 } },
    },
  });
  const messages = '{"errors":[{"message":"phone must be E.164"}]}';
  receiver.answer('/batch', ({ body }) =>
    body.includes('olaf9@') ? { status: 400, body: messages } : { status: 200 },
  );
  const people = ['quinn9', 'olaf9', ...Array.from({ length: 48 }, (_, n) => `guest${n}`)];
  await batched.send(
    ...people.map((name) => ({ 'wt.ev': 'signup', 'wt.dcsvid': `v-${name}`, email: `${name}@example.com` })),
  );
  const states = async () => {
    const { data } = await app.client.call('listDeliveries', {
      query: { destinationId: batched.destination.id, limit: 200 },
    });
    return data.map(({ status }) => status);
  };
  await eventually('the bad record stands alone', async () => {
    const found = await states();
    return found.filter((status) => status === 'delivered').length === 49 && found.includes('failed');
  });

  await using tab = await openTab(browser, { url: app.url, path: '/deliveries?filter=olaf9%40example.com' });
  const { page } = tab;
  await page.getByText(/^Searched all/).waitFor();
  const rows = page.getByRole('row', { name: /Contacts API › Batch/ });
  // The names of connections and destinations can come after the search has ended.
  await rows.first().waitFor();
  assert.equal(await rows.count(), 1, 'the others of the batch are other people');
  await rows.getByText('v-olaf9').waitFor();
  await rows.getByText('signup').waitFor();
  await rows.getByText('400: phone must be E.164').waitFor();
  assert.deepEqual(await barriers(page), []);

  // What events and bodies say needs their rights, in lists too.
  const { token } = await app.client.call('createToken', { body: { name: 'States', rights: ['deliveries:view'] } });
  const list = `${app.url}/api/v1/deliveries?destinationId=${batched.destination.id}&status=failed`;
  const answer = await fetch(list, { headers: { authorization: `Bearer ${token}` } });
  const { data } = (await answer.json()) as RouteResponse<'listDeliveries'>; // of this route
  assert.deepEqual(
    data.map(({ event, visitorId, lastAttempt }) => [event, visitorId, lastAttempt?.status, lastAttempt?.message]),
    [[null, null, 400, null]],
  );

  // One answer has all that a row shows.
  const asked: string[] = [];
  page.on('request', (request) => {
    if (request.url().includes('/api/v1/')) asked.push(new URL(request.url()).pathname);
  });
  await page.getByRole('textbox', { name: 'Filter' }).fill('quinn9@example.com');
  await rows.getByText('v-quinn9').waitFor();
  assert.deepEqual(
    asked.filter((path) => path.includes('last-attempts') || path.includes('/events')),
    [],
  );

  // From the e-mail to the response to this customer's request: one click and Enter.
  const { click, clicks } = countedHand();
  await click(page.getByRole('button', { name: 'Search' }).first());
  await page.getByRole('combobox', { name: 'Search pages and objects' }).fill('olaf9@example.com');
  await page.getByRole('option', { name: /^Contacts API › Batch · Failed · 400 · / }).waitFor();
  assert.equal(await page.getByRole('option', { name: /^Contacts API › Batch/ }).count(), 1);
  await page.keyboard.press('Enter');
  await page.getByText('HTTP 400: phone must be E.164').waitFor();
  await page.getByRole('region', { name: 'Response' }).getByText('"phone must be E.164"').waitFor();
  assert.ok(clicks() <= 3, `${clicks()} clicks`);
  assert.deepEqual(tab.problems, []);
});

test('a skipped delivery is found by its customer, in the list and in the palette', async () => {
  const { app, browser } = console_;
  const template = '{{! if (it.data[0].age < 18) skip("too young"); return JSON.stringify(it.data[0]); }}';
  const { deliver } = await wire(app, receiver, {
    connection: { name: 'Wines' },
    destination: { name: 'Offers', template },
  });
  await deliver({ 'wt.ev': 'signup', email: 'young9@example.com', age: '12' }, 'skipped');
  await deliver({ 'wt.ev': 'signup', email: 'older9@example.com', age: '40' });
  await using tab = await openTab(browser, { url: app.url, path: '/deliveries?filter=young9%40example.com' });
  const { page } = tab;
  await page.getByText(/^Searched all/).waitFor();
  const rows = page.getByRole('row', { name: /Wines › Offers/ });
  await rows.getByText('Skipped').waitFor();
  assert.equal(await rows.count(), 1);
  await page.getByRole('button', { name: 'Search' }).first().click();
  await page.getByRole('combobox', { name: 'Search pages and objects' }).fill('young9@example.com');
  await page.getByRole('option', { name: /^Wines › Offers · Skipped · / }).waitFor();
  await page.keyboard.press('Enter');
  await page.getByText('too young').first().waitFor();
  assert.deepEqual(tab.problems, []);
});

test('neither the list of deliveries nor a delivery has a barrier, in any of its states', async () => {
  const { app, browser } = console_;
  receiver.answer('/in', { status: 503 }, { status: 200 });
  const sent = await wired.deliver({ 'wt.ev': 'seen' });
  receiver.answer('/in', { status: 404 });
  const failed = await wired.deliver({ 'wt.ev': 'unseen' }, 'failed');
  await using tab = await openTab(browser, {
    url: app.url,
    expected: /^500 |^404 /,
  });
  const { page } = tab;
  async function look(path: string, seen: string, isAnew = false) {
    await (isAnew ? page.goto(`${app.url}${path}`) : visit(page, path));
    await page.getByText(seen).first().waitFor();
    assert.deepEqual(await barriers(page), [], path);
  }
  await look('/deliveries', '200 OK');
  await page.getByRole('checkbox', { name: 'Select all on this page' }).check();
  await page.getByRole('button', { name: 'Retry', exact: true }).click();
  await page.getByRole('dialog').waitFor();
  assert.deepEqual(await barriersInAllLooks(page), [], 'bulk');
  await look('/deliveries?status=failed&error=dns&range=custom', 'No deliveries match.');
  await look(`/deliveries/${failed.id}`, 'What to do:');
  await look(`/deliveries/${sent.id}`, '(retry schedule)');
  await page.getByText('Changes since').click();
  assert.deepEqual(await barriersInAllLooks(page), [], 'differences');
  await look('/deliveries/dlv_none', 'There is no delivery dlv_none');
  const empty = { data: [], page: { next: null, prev: null } };
  await page.route(/\/api\/v1\/deliveries(\?|$)/, (route) => route.fulfill({ json: empty }));
  await look('/deliveries', 'No deliveries yet', true);
  const problem = { title: 'Failed', status: 500, detail: 'Something broke.', code: 'internal', requestId: 'req_1' };
  await page.route(/\/api\/v1\/deliveries(\?|$)/, (route) =>
    route.fulfill({ status: 500, json: problem, contentType: 'application/problem+json' }),
  );
  await look('/deliveries', 'Something broke.', true);
  assert.deepEqual(tab.problems, []);
});

test('a window of 1,024 px has the destination and the response of each delivery, one of 1,280 px the action too', async () => {
  const { app, browser } = console_;
  receiver.answer('/in', { status: 200 });
  await wired.deliver({ 'wt.ev': 'narrow' });
  await using tab = await openTab(browser, { url: app.url, path: '/deliveries?status=delivered' });
  const { page } = tab;
  await page.getByRole('cell', { name: 'CRM › Orders' }).first().waitFor();
  const heads = page.getByRole('region', { name: 'Deliveries' }).getByRole('columnheader');
  await heads.filter({ hasText: 'Action' }).waitFor();
  await page.setViewportSize({ width: 1024, height: 900 });
  const shown = () => heads.allTextContents();
  const columns = ['Status', 'Event', 'Visitor', 'Connection › Destination', 'Response', 'Created'];
  await eventually('the columns', async () => isDeepStrictEqual(await shown(), columns), { state: shown });
  assert.deepEqual(tab.problems, []);
});

test('a delivery that is retried says that its next attempt waits for the hold of its connection', async () => {
  const { app, browser } = console_;
  receiver.answer('/in', { status: 503 });
  const params = { id: (await wired.deliver({ 'wt.ev': 'view' }, 'retrying')).id };
  await eventually('a second attempt', async () => (await app.client.call('getDelivery', { params })).attempts === 2);
  const setStatus = (status: 'paused' | 'enabled') =>
    app.client.call('changeConnection', { params: { id: wired.connection.id }, body: { status } });
  await setStatus('paused');
  await using tab = await openTab(browser, { url: app.url, path: `/deliveries/${params.id}` });
  const { page } = tab;
  await page.getByText('The next attempt is on hold because the connection is paused.').waitFor();
  await page.getByText('Next attempt after the hold').waitFor();
  await visit(page, '/deliveries?status=retrying');
  await page.getByRole('cell', { name: 'after the hold' }).waitFor();
  await app.client.call('cancelDelivery', { params });
  await setStatus('enabled');
  receiver.answer('/in', { status: 200 });
  assert.deepEqual(tab.problems, []);
});

test('a delivery whose attempt failed tells that, not that it waits for its next batch', async () => {
  const { app, browser } = console_;
  const pairs = await wire(app, receiver, {
    connection: { name: 'Pairs', settings: { retry: { scheduleMs: [0, 100, 60_000], jitter: 0 } } },
    destination: {
      name: 'Pairs',
      path: '/pairs',
      template: '{{! return JSON.stringify(it.data); }}',
      settings: {
        batch: { records: 2, waitMs: 3_600_000 },
        // The response names the record that has to be sent again.
        outcomes: [{ when: { status: 200 }, items: { index: '' }, outcome: 'retry' }],
      },
    },
  });
  receiver.answer('/pairs', { status: 200, body: '[0]' });
  await pairs.send({ n: '1' }, { n: '2' });
  const [waiting] = await eventually('one of the pair to wait for another one', async () => {
    const query = { destinationId: pairs.destination.id, status: 'retrying' as const };
    const { data } = await app.client.call('listDeliveries', { query });
    const isLate = Date.parse(data[0]?.nextAttemptAt ?? '') > Date.now() + 600_000;
    return isLate ? data : null;
  });
  await using tab = await openTab(browser, { url: app.url, path: `/deliveries/${waiting?.id}` });
  const { page } = tab;
  await page.getByText(/^The last attempt failed: /).waitFor();
  assert.equal(await page.getByText('Waits for more deliveries').count(), 0);
  assert.deepEqual(tab.problems, []);
});
