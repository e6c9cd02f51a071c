import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { Browser, Locator, Page } from 'playwright-core';
import { createClient } from '../../src/client/client.ts';
import { temporaryFolder } from '../../src/sqlite/temporary-folder.testing.ts';
import { sendEvents, startTestApp, wire } from '../support/app.ts';
import { eventually } from '../support/eventually.ts';
import { freePort } from '../support/free-port.ts';
import { environment, adminToken as processToken, setUpAddress, spawnProcess } from '../support/process.ts';
import { type Receiver, startReceiver } from '../support/receiver.ts';
import { startTokenServer } from '../support/token-server.ts';
import { openTab, prepare, startBrowser, visit } from './browser.ts';
import { countedHand } from './counted-hand.ts';

let browser: Browser & AsyncDisposable;
before(async () => {
  await prepare();
  browser = await startBrowser();
});
after(() => browser[Symbol.asyncDispose]());

test('from an empty folder to a delivered event, by keyboard alone', async () => {
  await using receiver = await startReceiver();
  using folder = temporaryFolder();
  await using server = spawnProcess(environment(folder.path));
  const url = await server.listening;
  const app = { url, client: createClient({ url, token: processToken }) };
  const { pathname, hash } = setUpAddress(server) ?? new URL(url);
  // The preview may reject a value that is half typed.
  const expected = /^422 .*\/preview$/;
  await using tab = await openTab(browser, { url, path: pathname + hash, token: null, expected });
  const { page } = tab;
  const worker = keyboard(page);
  receiver.answer('/orders', { headers: { 'content-type': 'application/json' }, body: '{"taken":"by the CRM"}' });

  await worker.type(page.getByLabel('E-mail'), 'ada@example.com');
  await worker.type(page.getByLabel('Password'), 'correct horse battery');
  await worker.press(page.getByRole('button', { name: 'Create administrator' }));
  await page.getByRole('heading', { level: 1, name: /Welcome/ }).waitFor();
  await makeConnection(page, worker, receiver);
  await makeAction(page, worker);
  const key = await makeCollector(page, worker);

  await worker.press(menu(page, 'Deliveries'));
  await page.getByRole('heading', { name: 'No deliveries yet' }).waitFor();
  await sendEvents(app, key, { 'wt.ev': 'Purchase', 'wt.tx_i': '4711', other: 'kept back' });
  await worker.press(page.getByRole('row', { name: /CRM › Orders/ }).getByRole('link', { name: 'Delivered' }));
  await page.getByText('Delivered at the first attempt.').waitFor();
  await page.getByRole('heading', { name: 'Request', exact: true }).waitFor();
  await page.getByText('"4711"').first().waitFor();
  await page.getByRole('heading', { name: 'Response', exact: true }).waitFor();
  await page.getByText('"by the CRM"').first().waitFor();
  const [received] = receiver.at('/orders');
  assert.deepEqual([received?.method, received?.headers['content-type']], ['PUT', 'application/json']);
  assert.deepEqual(JSON.parse(received?.body ?? ''), { number: '4711' });
  assert.deepEqual(tab.problems, []);
});

test('a marketer sends abandoned carts over 100 to a CRM with OAuth V2 in 20 clicks, without code', async () => {
  await using receiver = await startReceiver();
  await using tokens = await startTokenServer();
  await using app = await startTestApp();
  const { key } = await app.client.call('createCollector', { body: { name: 'Shop' } });
  await sendEvents(app, key, {
    'wt.ev': '$AbandonCart',
    first_name: 'Ada',
    email: 'ada@shop.example',
    'wt.tx_s': '120.90',
  });
  await eventually('the parameters to be known', async () => {
    const { data } = await app.client.call('listParameters', { query: { name: 'email' } });
    return data.some(({ share }) => share > 0) || null;
  });
  await using tab = await openTab(browser, { url: app.url, path: '/connections' });
  const { page } = tab;
  const { click, choose, pick, clicks } = countedHand();
  const button = (name: string) => page.getByRole('button', { name, exact: true });
  const box = (name: string) => page.getByRole('textbox', { name });
  const list = (name: string) => page.getByRole('combobox', { name, exact: true });

  await click(page.getByRole('link', { name: 'New Connection' }));
  await click(page.getByRole('link', { name: /^Webhook/ }));
  await box('Connection Name').fill('CRM');
  await box('Base URL').fill(receiver.url);
  await choose(list('Authentication Type'), 'OAuth V2');
  await box('Client ID').fill('client');
  await box('Client Secret').fill('secret');
  await box('Access Token URL').fill(tokens.url);
  await click(button('Save and Continue'));

  await click(page.getByRole('link', { name: 'New Destination' }));
  await box('Destination Name').fill('Contacts');
  await box('Endpoint Path').fill('/contacts');
  await click(page.getByRole('switch', { name: 'Status' }));
  await click(button('Save'));
  await click(page.getByRole('link', { name: 'Use it in an Action' }));

  await box('Action Name').fill('Abandoned carts');
  await box('Description').fill('Sales calls customers who left an expensive cart.');
  await click(button('Continue'));
  await choose(list('Select Scenario'), 'Abandoned cart');
  await click(button('Add filter'));
  await pick(list('Parameter'), 'total', /Order value/);
  await choose(list('Operator'), 'is greater than');
  await list('Value').fill('100');
  await click(page.getByRole('button', { name: /Destinations/ }));

  for (const [at, field] of ['firstName', 'email', 'orderValue'].entries()) {
    await click(button('Add field'));
    await box('Field').nth(at).fill(field);
  }
  await choose(list('Type').nth(2), 'Number');
  await click(button('Send test'));
  await click(page.getByRole('dialog').getByRole('button', { name: 'Send test' }));
  await page.getByText('Delivered').waitFor();
  const received = receiver.at('/contacts').at(-1);
  assert.deepEqual(JSON.parse(received?.body ?? ''), {
    firstName: 'Ada',
    email: 'ada@shop.example',
    orderValue: 120.9,
  });
  assert.match(String(received?.headers['authorization']), /^Bearer /);
  await page.getByText(/^new token/).waitFor();
  assert.ok(clicks() <= 20, `${clicks()} clicks`);

  await button('Send test').click();
  await page.getByRole('dialog').getByRole('button', { name: 'Send test' }).click();
  await page.getByText('cached token').waitFor();
  assert.deepEqual(tab.problems, []);
});

test('no list is wider than a window of 1,280 px', async () => {
  await using receiver = await startReceiver();
  await using app = await startTestApp();
  const [base, path] = ['/a/rather/long/base/of/all/addresses', '/api/v2/contacts/purchases'];
  receiver.answer(base + path, {}, { status: 503 });
  const { connection, deliver } = await wire(app, receiver, {
    connection: { name: 'Marketing automation', baseUrl: receiver.url + base },
    destination: { name: 'New and returning customers', path },
    action: { name: 'Purchases of new customers become contacts' },
  });
  const event = { 'wt.ev': '$AddProductToCart', 'wt.dcsvid': 'visitor-4711-0815' };
  await deliver(event);
  await deliver(event, 'retrying');
  await using tab = await openTab(browser, { url: app.url });
  const { page } = tab;
  for (const [path, name, shown] of [
    ['/connections', 'Connections', '100%'],
    [`/connections/${connection.id}?tab=destinations`, 'Destinations', '100%'],
    ['/actions', 'View Actions', '100%'],
    ['/behaviors', 'Behaviors', 'Not used'],
    ['/events', 'Events', '1 Delivered'],
    ['/deliveries', 'Deliveries', 'Retrying'],
    ['/data-collection', 'Collectors', /\d\d:\d\d/],
    ['/data-collection/parameters', 'Parameters', /\d\d:\d\d/],
  ] as const) {
    await visit(page, path);
    const list = page.getByRole('region', { name, exact: true });
    await list.getByText(shown).first().waitFor();
    type Table = { offsetWidth: number; parentElement: { clientWidth: number } | null };
    const over = ({ offsetWidth, parentElement }: Table) => offsetWidth - (parentElement?.clientWidth ?? 0);
    assert.ok((await list.getByRole('table').evaluate(over)) <= 0, `${name} is wider than its page`);
  }
  assert.deepEqual(tab.problems, []);
});

test('a page left open during a restart of the server recovers automatically and keeps typed values', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'millrace-e2e-'));
  await using stack = new AsyncDisposableStack();
  stack.defer(() => rm(dir, { recursive: true, force: true }));
  const env = { ...environment(dir), MILLRACE_PORT: String(await freePort()) };
  const start = () => stack.use(spawnProcess(env));
  const first = start();
  const url = await first.listening;
  await using tab = await openTab(browser, {
    url,
    path: '/connections/new/webhook',
    token: processToken,
    restarts: true,
  });
  const { page } = tab;
  await page.getByRole('textbox', { name: 'Connection Name' }).fill('Typed before');
  await first.end();
  await page.getByRole('textbox', { name: 'Base URL' }).fill('https://typed.example/offline');
  await page.getByRole('button', { name: 'Save and Continue' }).click();
  await page.getByText('Connection lost').waitFor();
  await start().listening;
  await page.getByText('Connected').waitFor();
  await page.getByRole('button', { name: 'Save and Continue' }).click();
  await page.getByRole('heading', { level: 1, name: 'Typed before' }).waitFor();
  await page.getByRole('tab', { name: 'Connection Details' }).click();
  await page.getByRole('group', { name: 'Base URL' }).getByText('https://typed.example/offline').waitFor();
  assert.deepEqual(tab.problems, []);
});

const menu = (page: Page, name: string) =>
  page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name, exact: true });

async function makeConnection(page: Page, worker: Keyboard, receiver: Receiver) {
  await worker.press(menu(page, 'Connections'));
  await worker.press(page.getByRole('link', { name: 'New Connection' }));
  await worker.press(page.getByRole('link', { name: /^Webhook/ }));
  await page.getByRole('heading', { name: 'Connection Details' }).waitFor();
  await worker.type(page.getByRole('textbox', { name: 'Connection Name' }), 'CRM');
  await worker.type(page.getByRole('textbox', { name: 'Base URL' }), receiver.url);
  await worker.press(page.getByRole('button', { name: 'Save and Continue' }));

  await page.getByRole('tab', { name: 'Destinations', selected: true }).waitFor();
  await worker.press(page.getByRole('link', { name: 'New Destination' }));
  await worker.type(page.getByRole('textbox', { name: 'Destination Name' }), 'Orders');
  await worker.choose(page.getByRole('combobox', { name: 'Select a request method' }), 'PUT');
  await worker.type(page.getByLabel('Content Type'), 'application/json');
  await worker.type(page.getByRole('textbox', { name: 'Endpoint Path' }), '/orders');
  await worker.toggle(page.getByRole('switch', { name: 'Status' }));
  await worker.type(page.getByRole('textbox', { name: 'Template' }), '{"number": "{{ it.data[0].order }}"}');
  await worker.press(page.getByRole('button', { name: 'Save', exact: true }));
  await page
    .getByRole('row', { name: /Orders/ })
    .getByText('Enabled', { exact: true })
    .waitFor();
  await worker.press(page.getByRole('button', { name: 'Done' }));
  await page.getByRole('heading', { level: 1, name: 'Connections' }).waitFor();
}

async function makeAction(page: Page, worker: Keyboard) {
  const next = () => worker.press(page.getByRole('button', { name: 'Continue' }));
  await worker.press(menu(page, 'Actions'));
  await worker.press(page.getByRole('link', { name: 'New Action' }));
  await worker.type(page.getByRole('textbox', { name: 'Action Name' }), 'Orders to the CRM');
  await worker.type(page.getByRole('textbox', { name: 'Description' }), 'Tells sales about every order.');
  await next();
  await worker.choose(page.getByRole('combobox', { name: 'Select Scenario' }), 'Purchase');
  await next();
  await page.getByRole('region', { name: 'Event', exact: true }).waitFor();
  await next();
  await worker.choose(page.getByRole('combobox', { name: 'Connection', exact: true }), 'CRM');
  await worker.choose(page.getByRole('combobox', { name: 'Destination', exact: true }), 'Orders');
  await worker.press(page.getByRole('button', { name: 'Add field' }));
  await worker.type(page.getByRole('textbox', { name: 'Field' }), 'order');
  await worker.type(page.getByRole('combobox', { name: 'Parameter' }), 'wt.tx_i');
  await worker.press(page.getByRole('button', { name: 'Save and Enable' }));
  await page.getByRole('heading', { level: 1, name: 'Orders to the CRM' }).waitFor();
}

/** Gives its key, as the page shows it. */
async function makeCollector(page: Page, worker: Keyboard): Promise<string> {
  await worker.press(menu(page, 'Data Collection'));
  await worker.press(page.getByRole('link', { name: 'New Collector' }));
  await worker.type(page.getByRole('textbox', { name: 'Collector Name' }), 'Web shop');
  await worker.press(page.getByRole('button', { name: 'Save' }));
  await page.getByRole('heading', { level: 1, name: 'Web shop' }).waitFor();
  const key = await page.getByText(/^[0-9a-f]{32}$/).textContent();
  return key ?? '';
}

/** What is known in the browser about an element: where it is, seen from the focus, or that it is no longer in the page. */
function placeOf(element: {
  isConnected: boolean;
  ownerDocument: { activeElement: unknown };
  compareDocumentPosition(other: unknown): number;
}) {
  if (!element.isConnected) return 'removed';
  const { activeElement } = element.ownerDocument;
  if (activeElement === element) return 'focused';
  const following = 4;
  return (element.compareDocumentPosition(activeElement) & following) === 0 ? 'ahead' : 'behind';
}

type Keyboard = ReturnType<typeof keyboard>;

/** Tab, arrows, Enter, Space and letters: nothing that needs a pointer. */
function keyboard(page: Page) {
  const { keyboard } = page;

  async function reach(target: Locator) {
    await target.waitFor();
    // Looked up once, and again when React has replaced it: a lookup by role takes longer than a key.
    let element = await target.elementHandle();
    for (let tabs = 0; tabs < 120; tabs++) {
      const place = await element?.evaluate(placeOf);
      if (place === 'focused') return;
      if (place === 'removed') element = await target.elementHandle();
      else await keyboard.press(place === 'behind' ? 'Shift+Tab' : 'Tab');
    }
    assert.fail(`the keyboard does not reach ${target}`);
  }

  return {
    async press(target: Locator) {
      await reach(target);
      await keyboard.press('Enter');
    },
    async toggle(target: Locator) {
      await reach(target);
      await keyboard.press('Space');
    },
    async type(target: Locator, text: string) {
      await reach(target);
      await keyboard.press('Control+a');
      await keyboard.type(text);
    },
    async choose(target: Locator, option: string) {
      await reach(target);
      const chosen = () => target.locator('option:checked').textContent();
      await keyboard.press('Home');
      for (let steps = 0; steps < 30 && (await chosen()) !== option; steps++) await keyboard.press('ArrowDown');
      assert.equal(await chosen(), option);
    },
  };
}
