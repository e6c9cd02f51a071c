import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, test } from 'node:test';
import { allRights } from '../../src/contract/accounts/rights.ts';
import { deliveryOf, sendEvents, type Wired, wire } from '../support/app.ts';
import { freePort } from '../support/free-port.ts';
import { type Receiver, startReceiver } from '../support/receiver.ts';
import { barriers, barriersInAllLooks, chooseFilter, openTab, startConsole, visit } from './browser.ts';

let console_: Awaited<ReturnType<typeof startConsole>>;
let receiver: Receiver;
let wired: Wired;
before(async () => {
  // A port of its own, so that a restart keeps the address that the browser knows.
  console_ = await startConsole({ MILLRACE_PORT: String(await freePort()) });
  receiver = await startReceiver();
  wired = await wire(console_.app, receiver, {
    connection: { name: 'CRM' },
    destination: { name: 'Orders' },
    action: { name: 'Purchase' },
  });
});
after(async () => {
  await console_[Symbol.asyncDispose]();
  await receiver[Symbol.asyncDispose]();
});

test('events appear as they come, with their outcome, and the list stands still while the focus moves over it', async () => {
  const { app, browser } = console_;
  await wired.deliver({ 'wt.ev': 'first', 'wt.dcsvid': 'ada' });
  await using tab = await openTab(browser, {
    url: app.url,
    path: '/events',
    permissions: ['clipboard-read', 'clipboard-write'],
  });
  const { page } = tab;
  await page.getByText('Live', { exact: true }).waitFor();
  await wired.send({ 'wt.ev': 'purchase', 'wt.dcsvid': 'ada' });
  const row = page.getByRole('row', { name: /purchase/ });
  await row.getByText('1 Delivered').waitFor();
  await sendEvents(app, wired.collector.key, { 'wt.ev': 'look' });
  await page.getByRole('row', { name: /look/ }).getByText('–').waitFor();

  await page.keyboard.press('j');
  await page.getByText('Paused', { exact: true }).waitFor();
  await wired.send({ 'wt.ev': 'later' }, { 'wt.ev': 'later still' });
  await page.getByRole('button', { name: 'Show 2 new events' }).waitFor();
  assert.equal(await page.getByRole('link', { name: 'later still' }).count(), 0);
  await page.keyboard.press('c');
  await page.getByText('Event copied').waitFor();
  assert.equal(JSON.parse(String(await page.evaluate('navigator.clipboard.readText()'))).name, 'look');
  await page.keyboard.press('x');
  await page.getByRole('tab', { name: 'Explain', selected: true }).waitFor();
  await page.goBack();
  await page.getByRole('link', { name: 'later still' }).waitFor();
  assert.deepEqual(tab.problems, []);
});

test('after a restart of the server the list continues without a gap', async () => {
  const { app, browser } = console_;
  await using tab = await openTab(browser, { url: app.url, path: '/events' });
  const { page } = tab;
  await page.getByText('Live', { exact: true }).waitFor();
  await app.restart();
  await wired.send({ 'wt.ev': 'while away' });
  await page.getByRole('link', { name: 'while away' }).waitFor();
  await page.getByText('Live', { exact: true }).waitFor();
  await wired.send({ 'wt.ev': 'back again' });
  await page.getByRole('link', { name: 'back again' }).waitFor();
});

test('filters are in the address, apply to live events, and are removed one by one', async () => {
  const { app, browser } = console_;
  await wired.send({ 'wt.ev': 'cart', 'wt.dcsvid': 'bob', colour: 'red' }, { 'wt.ev': 'cart', colour: 'blue' });
  await using tab = await openTab(browser, { url: app.url, path: '/events' });
  const { page } = tab;
  await page.getByRole('textbox', { name: 'Filter' }).fill('cart');
  await page.getByRole('button', { name: 'Add filter' }).click();
  await page.getByRole('textbox', { name: 'Parameter' }).fill('colour');
  await page.getByRole('textbox', { name: 'equals' }).fill('red');
  await page.getByRole('button', { name: 'Apply' }).click();
  await page.getByRole('button', { name: 'Remove filter Parameter: colour = red' }).waitFor();
  await page.waitForURL(/filter=cart/);
  const { searchParams } = new URL(page.url());
  const filters = ['filter', 'parameter', 'value'].map((name) => searchParams.get(name));
  assert.deepEqual(filters, ['cart', 'colour', 'red']);
  const links = page.getByRole('link', { name: 'cart', exact: true });
  // The rows of the first filter may still be shown.
  await links.nth(1).waitFor({ state: 'detached' });
  await page.getByText('Searched back to the oldest event.').waitFor();
  assert.equal(await links.count(), 1);
  await wired.send({ 'wt.ev': 'cart', colour: 'green' }, { 'wt.ev': 'cart', 'wt.dcsvid': 'eve', colour: 'red' });
  await page.getByRole('row', { name: /eve/ }).waitFor();
  assert.equal(await links.count(), 2);
  const file = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Export' }).click();
  await page.getByRole('menuitem', { name: 'As NDJSON' }).click();
  const exported = (await readFile(await (await file).path(), 'utf8')).trim().split('\n');
  assert.deepEqual(
    exported.map((line) => JSON.parse(line).data.colour),
    ['red', 'red'],
  );
  await page.getByRole('button', { name: 'Remove filter Parameter: colour = red' }).click();
  await page.getByRole('row', { name: /cart/ }).nth(3).waitFor();

  await page.getByRole('button', { name: 'Add filter' }).click();
  await chooseFilter(page, 'Outcome', 'Not sent');
  await page.getByRole('button', { name: 'Apply' }).click();
  await page.getByRole('heading', { name: 'No events match.' }).waitFor();
  await sendEvents(app, wired.collector.key, { 'wt.ev': 'cart', 'wt.dcsvid': 'kim' });
  await page.getByRole('row', { name: /kim/ }).getByText('–').waitFor();
  assert.deepEqual(tab.problems, []);
});

test('the reason why nothing was sent is on top, with the clause and the value, and the whole tree below', async () => {
  const { app, browser } = console_;
  await app.client.call('createAction', {
    body: {
      name: 'Big order',
      description: 'For a test',
      status: 'enabled',
      rules: {
        all: [
          { parameter: 'wt.ev', operator: 'equals', value: 'look' },
          { not: { parameter: 'total', operator: 'lessThan', value: '100' } },
        ],
      },
      destinations: [],
    },
  });
  const [id] = await sendEvents(app, wired.collector.key, { 'wt.ev': 'look', total: '20', wire: 'other' });
  await using tab = await openTab(browser, { url: app.url, path: `/events/${id}` });
  const { page } = tab;
  const answer = page.getByRole('region', { name: 'Result' });
  await answer.getByText('Nothing was sent: none of the 2 actions matches this event.').waitFor();
  const big = page.getByRole('region', { name: 'Big order' });
  await big.getByText('Expected total is not less than “100”, got “20”.').waitFor();
  await big.getByText('1 of 2 conditions met', { exact: true }).waitFor();
  assert.equal(await big.getByRole('listitem').count(), 4);
  await page.getByRole('tab', { name: 'Payload' }).click();
  await page.getByText('"20"').waitFor();
  assert.match(page.url(), /tab=payload/);
  assert.deepEqual(tab.problems, []);
});

test('an event that one of several conditions lets match has enough of them', async () => {
  const { app, browser } = console_;
  const any = ['fast', 'slow'].map((value) => ({ parameter: 'pace', operator: 'equals' as const, value }));
  await app.client.call('createAction', {
    body: { name: 'Any pace', description: 'For a test', status: 'enabled', rules: { any }, destinations: [] },
  });
  const [id] = await sendEvents(app, wired.collector.key, { 'wt.ev': 'run', pace: 'slow', wire: 'other' });
  await using tab = await openTab(browser, { url: app.url, path: `/events/${id}` });
  const { page } = tab;
  const region = page.getByRole('region', { name: 'Any pace' });
  await region.getByText('Matched', { exact: true }).waitFor();
  await region.getByText('1 of 2 conditions met, which is enough').waitFor();
  assert.deepEqual(tab.problems, []);
});

test('a value that is compared by size and is no number is said to be none', async () => {
  const { app, browser } = console_;
  const rules = { parameter: 'total', operator: 'greaterThan' as const, value: '100' };
  const { id: made } = await app.client.call('createAction', {
    body: {
      name: 'Over 100',
      description: 'x',
      status: 'enabled',
      rules,
      destinations: [{ destinationId: wired.destination.id }],
    },
  });
  const [id] = await sendEvents(app, wired.collector.key, { 'wt.ev': 'look', total: '189,90', wire: 'other' });
  await using tab = await openTab(browser, { url: app.url, path: `/events/${id}` });
  const { page } = tab;
  const action = page.getByRole('region', { name: 'Over 100' });
  const got = 'got “189,90”, which is neither a number nor a time';
  await action.getByText(`Expected total is greater than “100”, ${got}.`).waitFor();
  await action.getByText(got, { exact: true }).waitFor();
  await app.client.call('deleteAction', { params: { id: made } });
  assert.deepEqual(tab.problems, []);
});

test('an event that was sent leads to its mapping, its request and its delivery', async () => {
  const { app, browser } = console_;
  const sent = await wired.deliver({ 'wt.ev': 'purchase', total: '12' });
  // The newest that fits: previews would begin with it.
  await wired.deliver({ 'wt.ev': 'purchase', total: '13' });
  await using tab = await openTab(browser, { url: app.url, path: `/events/${sent.eventId}` });
  const { page } = tab;
  await page.getByText('Delivered to 1 destination.').waitFor();
  await page.getByText('Request and response').click();
  await page.getByText('Accepted').waitFor();
  await page.getByRole('button', { name: 'Open in template studio' }).click();
  const preview = page.getByRole('menuitem', { name: 'CRM › Orders' });
  assert.match((await preview.getAttribute('href')) ?? '', new RegExp(`eventId=${sent.eventId}$`));
  await page.keyboard.press('Escape');
  await page.getByRole('tab', { name: 'Raw request' }).click();
  const raw = page.getByRole('region', { name: 'Rebuilt request' });
  await raw.getByText('The original request isn’t stored').waitFor();
  await raw.getByText(`${app.url}/v3/${wired.collector.key}`).waitFor();
  await page.getByRole('button', { name: 'Use as sample' }).click();
  await visit(page, `/connections/${sent.connectionId}/destinations/${sent.destinationId}`);
  const picker = page.getByRole('combobox', { name: 'Event' });
  await picker.click();
  await page.getByRole('group', { name: 'Chosen sample' }).getByRole('option', { selected: true }).waitFor();
  await page.keyboard.press('Escape');
  await visit(page, `/events/${sent.eventId}`);
  await page.getByRole('button', { name: 'Use as sample', pressed: true }).click();
  await page.getByRole('button', { name: 'Use as sample', pressed: false }).waitFor();
  await page.getByRole('link', { name: 'CRM › Orders' }).click();
  await page.getByRole('heading', { level: 1, name: 'CRM › Orders' }).waitFor();
  assert.deepEqual(tab.problems, []);
});

test('without the right to see payloads, the page says what is hidden and which right is missing', async () => {
  const { app, browser } = console_;
  const sent = await wired.deliver({ 'wt.ev': 'secret thing' });
  await using tab = await openTab(browser, { url: app.url });
  const { page } = tab;
  const rights = allRights.filter((right) => right !== 'payloads:view' && right !== 'collectors:view');
  await page.route('**/api/v1/me', (route) => route.fulfill({ json: { name: 'someone', rights } }));
  await page.goto(`${app.url}/events/${sent.eventId}`);
  await page.getByText('you need the right “View Payloads”').first().waitFor();
  await page.getByText('Delivered to 1 destination.').waitFor();
  assert.equal(await page.getByRole('button', { name: 'Copy as cURL' }).count(), 0);
  assert.equal(await page.getByText(/col_/).count(), 0);
  assert.deepEqual(tab.problems, []);
});

test('of more events than can be read the list shows a sample and says so', async () => {
  const { app, browser } = console_;
  await using tab = await openTab(browser, { url: app.url, path: '/events' });
  const { page } = tab;
  await page.getByText('Live', { exact: true }).waitFor();
  const sample = page.getByText(/Showing a sample of .*\/s/);
  const isSaid = sample.waitFor();
  const flood = Array.from({ length: 1_000 }, (_, at) => ({ 'wt.ev': 'flood', 'wt.dcsvid': `v${at}` }));
  await Promise.all(
    Array.from({ length: 10 }, (_, n) => sendEvents(app, wired.collector.key, ...flood.slice(n * 100, n * 100 + 100))),
  );
  await isSaid;
  await sample.waitFor({ state: 'detached' });
  const rows = await page.getByRole('row', { name: /flood/ }).count();
  assert.ok(rows >= 10 && rows <= 500, `${rows} rows`);
  await sendEvents(app, wired.collector.key, { 'wt.ev': 'after the flood' });
  await page.getByRole('row', { name: /after the flood/ }).waitFor();
  assert.deepEqual(tab.problems, []);
});

test('neither the list of events nor an event has a barrier, in any of its states', async () => {
  const { app, browser } = console_;
  const sent = await deliveryOf(app, (await wired.send({ 'wt.ev': 'seen', items: [{ sku: 'a' }] }))[0] ?? '');
  const at = `/events/${sent.eventId}`;
  await using tab = await openTab(browser, {
    url: app.url,
    expected: /^50[03] |^404 /,
  });
  const { page } = tab;
  async function look(path: string, seen: string, isAnew = false) {
    await (isAnew ? page.goto(`${app.url}${path}`) : visit(page, path));
    await page.getByText(seen).first().waitFor();
    assert.deepEqual(await barriers(page), [], path);
  }
  await look('/events?filter=nothing&visitor=unknown', 'No events match.');
  await look(at, 'Delivered to 1 destination.');
  await look(`${at}?tab=payload`, 'sku');
  await look(`${at}?tab=deliveries`, '200 OK');
  await look(`${at}?tab=raw`, 'API representation');
  await look('/events/evt_none', 'There is no event evt_none');
  const empty = { data: [], page: { next: null, prev: null } };
  await page.route(/\/api\/v1\/events(\?|$)/, (route) => route.fulfill({ json: empty }));
  await look('/events', 'No events yet', true);
  const problem = { title: 'Failed', status: 500, detail: 'Something broke.', code: 'internal', requestId: 'req_1' };
  await page.route(/\/api\/v1\/events(\?|$)/, (route) =>
    route.fulfill({ status: 500, json: problem, contentType: 'application/problem+json' }),
  );
  await look('/events', 'Something broke.', true);
  assert.deepEqual(tab.problems, []);
});

test('actions that did not match are one list with the deciding condition of each, and it is searched', async () => {
  const { app, browser } = console_;
  const is = (value: string) => ({ parameter: 'plan', operator: 'equals' as const, value });
  const base = { description: 'For a test', status: 'enabled' as const, destinations: [] };
  for (let n = 1; n <= 30; n++)
    await app.client.call('createAction', { body: { ...base, name: `Plan ${n}`, rules: { all: [is(`p${n}`)] } } });
  const either = { all: [{ any: [is('gold'), is('silver')] }] };
  await app.client.call('createAction', { body: { ...base, name: 'Alternatives', rules: either } });
  const [eventId] = await wired.send({ 'wt.ev': 'planned', plan: 'none' });
  await using tab = await openTab(browser, { url: app.url, path: `/events/${eventId}` });
  const { page } = tab;
  const others = page.getByRole('list', { name: 'Actions that didn’t match' });
  await others.getByText('Expected plan is “p30”, got “none”.').waitFor();
  assert.deepEqual(await barriersInAllLooks(page), []);
  const filter = page.getByRole('textbox', { name: 'Filter actions' });
  await filter.fill('p17');
  await others.getByRole('link', { name: 'Plan 17' }).waitFor();
  assert.equal(await others.getByRole('link').count(), 1);
  await filter.fill('alternatives');
  await others.getByText('Expected any of: plan is “gold”; plan is “silver”.').click();
  await others.getByText('Any of these').waitFor();
  assert.equal(await others.getByText('Reason', { exact: true }).count(), 1);
  assert.deepEqual(await barriers(page), []);
  await filter.fill('nothing like it');
  await page.getByText('No matching actions').waitFor();
  assert.deepEqual(tab.problems, []);
});
