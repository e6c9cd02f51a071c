import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { deliveryOf, sendEvents } from '../support/app.ts';
import { eventually } from '../support/eventually.ts';
import { type Receiver, startReceiver } from '../support/receiver.ts';
import { barriers, chooseEvent, openTab, startConsole } from './browser.ts';
import { countedHand } from './counted-hand.ts';

let console_: Awaited<ReturnType<typeof startConsole>>;
let receiver: Receiver;
let key: string;

before(async () => {
  console_ = await startConsole();
  receiver = await startReceiver();
  const { client } = console_.app;
  key = (await client.call('createCollector', { body: { name: 'Shop' } })).key;
  const { id } = await client.call('createConnection', { body: { name: 'CRM', baseUrl: receiver.url } });
  const params = { id };
  await client.call('createDestination', { params, body: { name: 'Orders', path: '/orders', status: 'enabled' } });
  await client.call('createDestination', { params, body: { name: 'Carts', path: '/carts' } });
});
after(async () => {
  await console_[Symbol.asyncDispose]();
  await receiver[Symbol.asyncDispose]();
});

test('from New Action over its four steps to a delivered event, by role and name', async () => {
  const { app, browser } = console_;
  await using tab = await openTab(browser, { url: app.url, path: '/actions' });
  const { page } = tab;
  await page.getByRole('heading', { level: 1, name: 'View Actions' }).waitFor();
  await page.getByRole('link', { name: 'New Action' }).click();
  await page.getByRole('textbox', { name: 'Action Name' }).fill('Orders to CRM');
  await page.getByRole('button', { name: 'Save and Enable' }).click();
  const description = page.getByRole('textbox', { name: 'Description' });
  await description.and(page.locator(':focus')).waitFor();
  await description.fill('Tells sales about every order.');
  await page.getByRole('button', { name: 'Continue' }).click();

  await page.getByRole('combobox', { name: 'Select Scenario' }).selectOption('Purchase');
  await page.getByText('Summary: Purchase').waitFor();
  await page.getByRole('button', { name: 'Continue' }).click();

  await page.getByRole('region', { name: 'Event', exact: true }).waitFor();
  await page.getByRole('button', { name: 'Continue' }).click();

  await page.getByRole('combobox', { name: 'Connection', exact: true }).selectOption('CRM');
  const destination = page.getByRole('combobox', { name: 'Destination', exact: true });
  const carts = destination.getByRole('option', { name: /Carts/ });
  assert.equal(await carts.isDisabled(), true);
  assert.match((await carts.textContent()) ?? '', /disabled/);
  await destination.selectOption('Orders');
  await page.getByRole('button', { name: 'Add field' }).click();
  await page.getByRole('textbox', { name: 'Field' }).fill('order');
  await page.getByRole('combobox', { name: 'Parameter' }).fill('wt.tx_i');
  await page.getByRole('button', { name: 'Save and Enable' }).click();

  await page.getByRole('heading', { level: 1, name: 'Orders to CRM' }).waitFor();
  const [event = ''] = await sendEvents(app, key, { 'wt.ev': 'Purchase', 'wt.tx_i': '4711', other: 'kept back' });
  await deliveryOf(app, event);
  assert.deepEqual(JSON.parse(receiver.at('/orders').at(-1)?.body ?? ''), { order: '4711' });
  assert.deepEqual(tab.problems, []);
});

test('a scenario starts an action with its rules, and each clause says how many events match it', async () => {
  const { app, browser } = console_;
  await sendEvents(app, key, { 'wt.ev': 'Purchase', shop: 'Rome' }, { 'wt.ev': 'Search', shop: 'Oslo' });
  await eventually('the events to be countable', async () => {
    const body = { conditions: [{ parameter: 'shop', operator: 'exists' as const }] };
    return (await app.client.call('countConditions', { body })).counts[0] === 2 || null;
  });
  await using tab = await openTab(browser, { url: app.url, path: '/actions/new?scenario=purchase&step=rules' });
  const { page } = tab;
  const chosen = page.getByRole('combobox', { name: 'Select Scenario' }).locator('option:checked');
  await chosen.filter({ hasText: 'Purchase' }).waitFor({ state: 'attached' });
  await page.getByRole('tab', { name: 'Filters' }).click();
  await page.getByRole('button', { name: 'Add filter', exact: true }).click();
  await page.getByRole('combobox', { name: 'Parameter' }).fill('shop');
  await page.getByRole('combobox', { name: 'Operator' }).selectOption('is');
  await page.getByRole('combobox', { name: 'Value' }).fill('Oslo');
  const clause = page
    .getByRole('listitem')
    .filter({ has: page.getByRole('button', { name: 'Remove shop is “Oslo”' }) });
  await clause.getByText(/^1 of \d+ events match$/).waitFor();

  await page.getByRole('tab', { name: 'Events' }).click();
  await page.getByText(/^0 of the last \d+ events match\.$/).waitFor();
  await page.getByText('Don’t match').click();
  await page.getByRole('tabpanel').getByRole('button', { name: 'Purchase' }).first().click();
  await page.getByText('Purchase doesn’t match.').waitFor();
  await page.getByText('Expected shop is “Oslo”, got “Rome”.').waitFor();

  // Nothing matches, so that nothing was rendered.
  await page.getByRole('button', { name: 'Check on last 100 events' }).click();
  const check = page.getByRole('dialog', { name: 'Check on last 100 events' });
  await check.getByText(/^0 events match\./).waitFor();
  assert.equal(await check.getByText('failed to render').count(), 0);
  await check.getByRole('button', { name: 'Close' }).last().click();

  await page.getByText('Paste an event', { exact: true }).click();
  await page.getByRole('textbox', { name: 'Paste an event' }).fill('{"wt.ev": "Purchase", "shop": "Oslo"}');
  await page.getByRole('button', { name: 'Check this event' }).click();
  await page.getByText('Purchase matches.').waitFor();
  assert.deepEqual(tab.problems, []);
});

test('without the right to view behaviors, rules show the id of a behavior and do not call it deleted', async () => {
  const { app, browser } = console_;
  const body = { name: 'Seen by others', description: '-', rules: { behavior: 'beh_std_purchase' } };
  const { id } = await app.client.call('createAction', { body });
  const { token } = await app.client.call('createToken', { body: { name: 'Actions only', rights: ['actions:view'] } });
  await using tab = await openTab(browser, { url: app.url, path: `/actions/${id}`, token });
  const { page } = tab;
  await page.getByText('beh_std_purchase', { exact: true }).waitFor();
  assert.equal(await page.getByText('deleted behavior').count(), 0);
  assert.deepEqual(tab.problems, []);
});

test('a name that is taken is refused at its field, while it is typed and when it is saved', async () => {
  const { app, browser } = console_;
  await app.client.call('createAction', { body: { name: 'Taken', description: 'There already' } });
  await using tab = await openTab(browser, { url: app.url, path: '/actions/new?step=destinations' });
  const { page } = tab;
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  const name = page.getByRole('textbox', { name: 'Action Name' });
  await name.and(page.locator(':focus')).waitFor();
  await name.fill('taken');
  await page.getByText('Another action has this name.').waitFor();
  await page.getByRole('textbox', { name: 'Description' }).fill('x');
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await name.and(page.locator(':focus')).waitFor();
  await name.fill('Not taken');
  await page.getByText('This name is available.').waitFor();
  await page.getByRole('button', { name: 'Save and Enable' }).click();
  const connection = page.getByRole('combobox', { name: 'Connection', exact: true });
  await connection.and(page.locator(':focus')).waitFor();
  await page.getByText('To enable the action, choose a connection and a destination.').waitFor();
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await page.getByRole('heading', { level: 1, name: 'Not taken' }).waitFor();
  const [made] = (await app.client.call('listActions', { query: { name: 'Not taken' } })).data;
  assert.deepEqual([made?.status, made?.rules], ['disabled', { all: [] }]);
  await page.getByText('Every event', { exact: true }).waitFor();
  assert.deepEqual(tab.problems, []);
});

test('the four steps are walked with the keyboard alone', async () => {
  const { app, browser } = console_;
  await using tab = await openTab(browser, { url: app.url, path: '/actions' });
  const { page } = tab;
  const press = async (key: string, times = 1) => {
    for (let i = 0; i < times; i++) await page.keyboard.press(key);
  };
  /** Tabs on until a control of this name has the focus. */
  async function reach(name: string | RegExp) {
    for (let i = 0; i < 80; i++) {
      await page.keyboard.press('Tab');
      const label: string = await page.evaluate(
        'document.activeElement.ariaLabel ?? document.activeElement.labels?.[0]?.textContent ?? document.activeElement.textContent',
      );
      if (typeof name === 'string' ? label.replace(' *', '') === name : name.test(label)) return;
    }
    throw new Error(`the keyboard does not reach ${name}`);
  }
  await page.getByRole('link', { name: 'New Action' }).waitFor();
  await press('n');
  await page.getByRole('textbox', { name: 'Action Name' }).waitFor();
  await reach('Action Name');
  await page.keyboard.type('By keyboard');
  await reach('Description');
  await page.keyboard.type('No mouse needed.');
  await reach('Continue');
  await press('Enter');
  await reach('Select Scenario');
  await page.keyboard.type('Sea');
  await reach('Add filter');
  await press('Enter');
  await reach('Parameter');
  await page.keyboard.type('wt.oss');
  await reach('Value');
  await page.keyboard.type('shoes');
  await press('Escape');
  await reach('Continue');
  await press('Enter');
  await page.getByRole('region', { name: 'Event', exact: true }).waitFor();
  await reach('Continue');
  await press('Enter');
  const option = (name: string) => page.getByRole('option', { name }).waitFor({ state: 'attached' });
  await option('CRM');
  await reach('Connection');
  await page.keyboard.type('CRM');
  await option('Orders');
  await reach('Destination');
  await page.keyboard.type('Ord');
  await reach('Add field');
  await press('Enter');
  await page.keyboard.type('words');
  await reach('Parameter');
  await page.keyboard.type('wt.oss');
  await page.keyboard.press('Control+s');
  await page.getByRole('heading', { level: 1, name: 'By keyboard' }).waitFor();
  const [made] = (await app.client.call('listActions', { query: { name: 'By keyboard' } })).data;
  assert.deepEqual(made?.rules, {
    all: [{ behavior: 'beh_std_search' }, { parameter: 'wt.oss', operator: 'equals', value: 'shoes' }],
  });
  assert.deepEqual(made?.destinations[0]?.mapping, [{ field: 'words', parameter: 'wt.oss' }]);
  assert.deepEqual(tab.problems, []);
});

test('the preview of an event is what is delivered, and the check shows the effects of a change', async () => {
  const { app, browser } = console_;
  const { client } = app;
  const [destination] = (await client.call('listAllDestinations', { query: { name: 'Orders' } })).data;
  assert.ok(destination !== undefined);
  const made = await client.call('createAction', {
    body: {
      name: 'Checked',
      description: 'x',
      status: 'enabled',
      rules: { parameter: 'check', operator: 'equals', value: 'yes' },
      destinations: [{ destinationId: destination.id, mapping: [{ field: 'n', parameter: 'n' }] }],
    },
  });
  const [event = ''] = await sendEvents(app, key, { check: 'yes', n: '7', name: 'Checked event' });
  const { id } = await deliveryOf(app, event);
  await using tab = await openTab(browser, { url: app.url, path: `/actions/${made.id}/edit?step=destinations` });
  const { page } = tab;
  const sent = page.getByRole('region', { name: 'Request preview' });
  await chooseEvent(sent, 'check yes');
  await sent.getByText('"7"').waitFor();
  await page.getByRole('textbox', { name: 'Field' }).fill('number');
  await page.getByRole('combobox', { name: 'Value from' }).selectOption('Expression');
  await page.getByRole('textbox', { name: 'Expression' }).fill('Number(it.n) * 6');
  await page
    .getByRole('row', { name: /number/ })
    .or(page.getByRole('row'))
    .getByText('42')
    .waitFor();
  await sent.getByText('Raw', { exact: true }).click();
  await sent.getByText('{"number":42}').waitFor();
  await page.getByRole('button', { name: 'Check on last 100 events' }).click();
  const dialog = page.getByRole('dialog', { name: 'Check on last 100 events' });
  await dialog.getByText('1 request changed').waitFor();
  await dialog.getByText('"number": 42').waitFor();
  await dialog.getByText('0 requests failed to render').waitFor();
  await dialog.getByRole('button', { name: 'Close' }).last().click();
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await page.getByRole('heading', { level: 1, name: 'Checked' }).waitFor();
  await page.getByRole('tab', { name: 'Deliveries' }).click();
  await page.locator(`a[href*="${id}"]`).first().waitFor();
  const [next = ''] = await sendEvents(app, key, { check: 'yes', n: '7', name: 'Again' });
  await deliveryOf(app, next);
  assert.equal(receiver.at('/orders').at(-1)?.body, '{"number":42}');
  assert.deepEqual(tab.problems, []);
});

test('the check of an action counts first what will be sent, what its template skips and why, and what fails', async () => {
  const { app, browser } = console_;
  const { client } = app;
  const [connection] = (await client.call('listConnections', { query: { name: 'CRM' } })).data;
  const template =
    '{{! const { email, age } = it.data[0]; if (!email) skip("no e-mail address"); if (age < 18) skip("too young"); return JSON.stringify({ email }); }}';
  const { id: destinationId } = await client.call('createDestination', {
    params: { id: connection?.id ?? '' },
    body: { name: 'Letters', template, status: 'enabled' },
  });
  const mapping = ['email', 'age'].map((name) => ({ field: name, parameter: name }));
  const rules = { parameter: 'letter', operator: 'equals' as const, value: 'yes' };
  const made = await client.call('createAction', {
    body: { name: 'Letters', description: 'x', rules, destinations: [{ destinationId, mapping }] },
  });
  const letter = { letter: 'yes' };
  await sendEvents(app, key, ...['ada', 'bo', 'cy'].map((name) => ({ ...letter, email: `${name}@example.com` })));
  await sendEvents(app, key, letter, letter, { letter: 'no' });
  await using tab = await openTab(browser, { url: app.url, path: `/actions/${made.id}/edit?step=destinations` });
  const { page } = tab;
  const dialog = page.getByRole('dialog', { name: 'Check on last 100 events' });
  const check = page.getByRole('button', { name: 'Check on last 100 events' });
  await check.click();
  await dialog.getByText('3 will be sent · 2 not sent: no e-mail address · 0 fail').waitFor();
  await dialog.getByText(/^5 of the last \d+ events match\.$/).waitFor();
  await dialog.getByText('2 requests not sent, because the template skips them').waitFor();
  assert.equal(await dialog.getByRole('listitem').getByText('no e-mail address').count(), 2);
  assert.deepEqual(await barriers(page), []);
  await dialog.getByRole('button', { name: 'Close' }).last().click();

  await sendEvents(app, key, { ...letter, email: 'di@example.com', age: '12' });
  await check.click();
  await dialog.getByText('3 will be sent · 3 not sent: too young, no e-mail address · 0 fail').waitFor();
  assert.deepEqual(tab.problems, []);
});

test('a field is sent as its type, a value that does not fit is shown before saving, and Send test shows the response', async () => {
  const { app, browser } = console_;
  const { client } = app;
  const [destination] = (await client.call('listAllDestinations', { query: { name: 'Orders' } })).data;
  const made = await client.call('createAction', {
    body: {
      name: 'Typed',
      description: 'x',
      rules: { parameter: 'typed', operator: 'exists' },
      destinations: [{ destinationId: destination?.id ?? '', mapping: [{ field: 'total', parameter: 'total' }] }],
    },
  });
  await sendEvents(app, key, { typed: '1', total: '120.90', name: 'Typed event' });
  await using tab = await openTab(browser, {
    url: app.url,
    path: `/actions/${made.id}/edit?step=destinations`,
    expected: /^422 .*preview$/,
  });
  const { page } = tab;
  const sent = page.getByRole('region', { name: 'Request preview' });
  await chooseEvent(sent, 'typed 1');
  const result = page.getByRole('cell').filter({ hasText: /120|Not valid/ });
  await result.getByText('"120.90"').waitFor();
  const type = page.getByRole('combobox', { name: 'Type' });
  await type.selectOption('Number');
  await result.getByText('120.9', { exact: true }).waitFor();
  await page.getByRole('combobox', { name: 'Parameter' }).fill('name');
  await page.getByText('Not a number. This event would fail.').waitFor();
  await page.getByRole('combobox', { name: 'Parameter' }).fill('total');
  await result.getByText('120.9', { exact: true }).waitFor();
  for (const [width, least] of [
    [1440, 120],
    [1024, 120],
    [390, 120],
  ] as const) {
    await page.setViewportSize({ width, height: 800 });
    for (const field of ['Field', 'Parameter', 'Type'])
      assert.ok(
        ((await page.locator(`:is(input, select)[aria-label="${field}"]`).boundingBox())?.width ?? 0) >= least,
        `${field} ${width}`,
      );
  }
  await page.setViewportSize({ width: 1280, height: 800 });
  await sent.getByRole('button', { name: 'Send test' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Send test' }).click();
  await sent.getByText('Delivered', { exact: true }).waitFor();
  assert.equal(receiver.at('/orders').at(-1)?.body, '{"total":120.9}');

  // A preview that fails while the question is open says so in its place.
  await page.getByRole('textbox', { name: 'Field', exact: true }).fill('');
  await page.getByRole('textbox', { name: 'Field', exact: true }).fill('a'.repeat(300));
  await sent.getByRole('button', { name: 'Send test' }).click();
  const question = page.getByRole('dialog', { name: 'Send a real request?' });
  await question.getByText('Fix these fields to see a preview:').waitFor();
  await question.getByText('Close', { exact: true }).click();
  await page.getByRole('textbox', { name: 'Field', exact: true }).fill('total');
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await page.getByRole('link', { name: 'Edit', exact: true }).waitFor();
  const saved = await client.call('getAction', { params: { id: made.id } });
  assert.deepEqual(saved.destinations[0]?.mapping, [{ field: 'total', parameter: 'total', as: 'number' }]);
  assert.deepEqual(tab.problems, []);
});

test('parameters are found by the words of shops, and those never seen come last', async () => {
  const { app, browser } = console_;
  await sendEvents(app, key, { 'wt.tx_s': '10.00' });
  await eventually('the parameter to be known', async () => {
    const { data } = await app.client.call('listParameters', { query: { name: 'wt.tx_s' } });
    return data.some(({ share }) => share > 0) || null;
  });
  await using tab = await openTab(browser, { url: app.url, path: '/actions/new?step=rules' });
  const { page } = tab;
  await page.getByRole('tab', { name: 'Filters' }).click();
  await page.getByRole('textbox', { name: 'Find a parameter' }).fill('total');
  await page
    .getByRole('region', { name: 'Order and cart' })
    .getByRole('button', { name: /wt\.tx_s/ })
    .waitFor();
  await page
    .getByRole('region', { name: 'Not seen on events yet' })
    .getByRole('button', { name: /wt\.currency/ })
    .waitFor();
  await page.getByRole('textbox', { name: 'Find a parameter' }).fill('event type');
  await page.getByRole('button', { name: /^Add filter by Event type/ }).click();
  await page.getByRole('combobox', { name: 'Value' }).click();
  await page.getByRole('option', { name: '$AbandonCart' }).waitFor();
  assert.deepEqual(tab.problems, []);
});

test('Field Mapping offers rows for what the template reads, and the parameters that events have before those never seen', async () => {
  const { app, browser } = console_;
  const { client } = app;
  await sendEvents(app, key, { email: 'ada@example.com', total: '12.50' });
  await eventually('the parameters to be known', async () => {
    const { data } = await client.call('listParameters', { query: { seen: 'true' } });
    return ['email', 'total'].every((name) => data.some((one) => one.name === name));
  });
  const [connection] = (await client.call('listConnections', { query: { name: 'CRM' } })).data;
  const params = { id: connection?.id ?? '' };
  const template = '{{! const one = it.data[0]; return JSON.stringify({ email: one.email, sum: one.total }); }}';
  await client.call('createDestination', { params, body: { name: 'Contacts', template, status: 'enabled' } });
  await using tab = await openTab(browser, { url: app.url, path: '/actions/new?step=destinations' });
  const { page } = tab;
  await page.getByRole('combobox', { name: 'Connection', exact: true }).selectOption('CRM');
  const destination = page.getByRole('combobox', { name: 'Destination', exact: true });
  // Why others are grey is said until one is chosen that can be.
  await page.getByText('To use a disabled destination').waitFor();
  await destination.selectOption('Contacts');
  assert.equal(await page.getByText('To use a disabled destination').count(), 0);
  await page.getByText('The template also reads: email, total.').waitFor();
  await page.getByRole('button', { name: 'Add these fields' }).click();
  const values = async (name: string) => {
    const inputs = await page.locator(`input[aria-label="${name}"]`).all();
    return Promise.all(inputs.map((input) => input.inputValue()));
  };
  assert.deepEqual(await values('Field'), ['email', 'total']);
  assert.deepEqual(await values('Parameter'), ['email', 'total']);
  assert.equal(await page.getByText('Read by the template').count(), 2);
  assert.deepEqual(await barriers(page), []);

  await page.getByRole('button', { name: 'Add field', exact: true }).click();
  await page.getByRole('combobox', { name: 'Parameter' }).last().click();
  const groups = page.getByRole('listbox').locator('.mantine-Autocomplete-groupLabel');
  await groups.first().waitFor();
  const headings = await groups.allTextContents();
  assert.equal(headings.at(-1), 'Not seen on events yet', headings.join(', '));
  const first = (await page.getByRole('option').first().textContent()) ?? '';
  assert.doesNotMatch(first, /Not seen/);
  assert.deepEqual(tab.problems, []);
});

test('a template that takes what is left of a record has rows for what it names, and says that it sends the rest', async () => {
  const { app, browser } = console_;
  const { client } = app;
  const [connection] = (await client.call('listConnections', { query: { name: 'CRM' } })).data;
  const params = { id: connection?.id ?? '' };
  const template =
    '{{! return JSON.stringify(it.data.map(({ email, ...fields }) => ({ email, sum: fields.total, fields }))); }}';
  await client.call('createDestination', { params, body: { name: 'Rest', template, status: 'enabled' } });
  await using tab = await openTab(browser, { url: app.url, path: '/actions/new?step=destinations' });
  const { page } = tab;
  const rest = page.getByText('The template also sends any other field that you add.');
  await page.getByRole('combobox', { name: 'Connection', exact: true }).selectOption('CRM');
  await page.getByRole('combobox', { name: 'Destination', exact: true }).selectOption('Rest');
  await page.getByText('The template also reads: email, total.').waitFor();
  await rest.waitFor();
  await page.getByRole('combobox', { name: 'Destination', exact: true }).selectOption('Orders');
  await rest.waitFor({ state: 'detached' });
  assert.deepEqual(tab.problems, []);
});

test('an action saved without a destination leads to choosing one, and nothing says to press Enable, which is grey', async () => {
  const { app, browser } = console_;
  await using tab = await openTab(browser, { url: app.url, path: '/actions/new' });
  const { page } = tab;
  await page.getByRole('textbox', { name: 'Action Name' }).fill('Not yet sent');
  await page.getByRole('textbox', { name: 'Description' }).fill('Without a destination.');
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await page.getByText('Not yet sent saved. Choose a destination to start sending.').waitFor();
  await page.getByRole('button', { name: 'Enable', disabled: true }).waitFor();
  await page.getByText('No destination yet: nothing is sent').waitFor();
  await page.getByRole('link', { name: 'Choose a destination' }).click();
  await page.getByRole('combobox', { name: 'Connection', exact: true }).selectOption('CRM');
  await page.getByRole('combobox', { name: 'Destination', exact: true }).selectOption('Orders');
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await page.getByRole('button', { name: 'Enable', disabled: false }).click();
  await page.getByRole('button', { name: 'Disable' }).waitFor();
  assert.deepEqual(tab.problems, []);
});

test('a save after a change by another person shows both versions; a change of status can be undone', async () => {
  const { app, browser } = console_;
  const { client } = app;
  const rules = { parameter: 'wt.ev', operator: 'equals' as const, value: 'x' };
  const made = await client.call('createAction', { body: { name: 'Shared', description: 'first', rules } });
  const params = { id: made.id };
  await using tab = await openTab(browser, { url: app.url, path: `/actions/${made.id}/edit`, expected: /^412 / });
  const { page } = tab;
  await page.getByRole('textbox', { name: 'Description' }).fill('mine');
  await client.call('changeAction', { params, body: { description: 'theirs' } });
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  const dialog = page.getByRole('dialog', { name: 'Someone else made changes' });
  await dialog
    .getByText(/theirs/)
    .first()
    .waitFor();
  assert.deepEqual(await dialog.getByRole('rowheader').allTextContents(), ['Description'], 'rules are the same');
  await page.getByRole('button', { name: 'Save mine over theirs' }).click();
  await page.getByRole('link', { name: 'Edit' }).waitFor();
  assert.equal((await client.call('getAction', { params })).description, 'mine');

  // Without a destination it would send nothing: Enable is grey and says so, here and in the list.
  const missing = 'To enable the action, choose a connection and a destination.';
  await page.getByRole('button', { name: 'Enable', description: missing, disabled: true }).waitFor();
  await page.getByRole('link', { name: 'View Actions' }).click();
  await page.getByRole('button', { name: 'More for Shared' }).click();
  await page.getByRole('menuitem', { name: `Enable ${missing}`, disabled: true }).waitFor();
  await page.getByRole('menuitem', { name: 'Open', exact: true }).click();
  const [orders] = (await client.call('listAllDestinations', { query: { name: 'Orders' } })).data;
  assert.ok(orders !== undefined);
  await client.call('changeAction', { params, body: { destinations: [{ destinationId: orders.id, mapping: [] }] } });
  await page.reload();

  await page.getByRole('button', { name: 'Enable', disabled: false }).click();
  // With the focus it stays as long as one looks.
  await page.getByRole('button', { name: 'Undo' }).focus();
  // Messages cover none of the buttons in the head of the page.
  for (const width of [1024, 390, 1280]) {
    await page.setViewportSize({ width, height: 800 });
    for (const name of ['Disable', 'Duplicate', 'Delete'])
      await page.getByRole('button', { name }).or(page.getByRole('link', { name })).click({ trial: true });
  }
  await page.getByRole('button', { name: 'Undo' }).click();
  await page.getByRole('button', { name: 'Enable' }).waitFor();
  assert.equal((await client.call('getAction', { params })).status, 'disabled');
  await page.keyboard.press('e');
  await page.getByRole('textbox', { name: 'Description' }).waitFor();
  assert.deepEqual(tab.problems, []);
});

test('a check of an action with an unfinished clause leads to the clause, as a save does', async () => {
  const { app, browser } = console_;
  await using tab = await openTab(browser, { url: app.url, path: '/actions/new?step=rules', expected: /^422 / });
  const { page } = tab;
  await page.getByRole('button', { name: 'Add filter' }).click();
  const parameter = page.getByRole('combobox', { name: 'Parameter' });
  await page.getByRole('button', { name: 'Destinations' }).click();
  await page.getByRole('button', { name: 'Check on last 100 events' }).click();
  await parameter.and(page.locator(':focus')).waitFor();
  await page.getByText('A value is required.').waitFor();
  assert.equal(await page.getByRole('dialog').count(), 0);

  await page.getByRole('combobox', { name: 'Operator' }).selectOption('is greater than');
  await page.getByRole('combobox', { name: 'Value' }).fill('lots');
  const never = page.getByText('Neither a number nor a time: no event matches.');
  await never.waitFor();
  await page.getByRole('combobox', { name: 'Value' }).fill('100');
  await never.waitFor({ state: 'detached' });
  assert.deepEqual(tab.problems, []);
});

test('rules say human names first, offer what fits a number, and name each event by its customer', async () => {
  const { app, browser } = console_;
  await sendEvents(app, key, { 'wt.ev': 'Order', price: '99', email: 'hans@example.com' });
  await sendEvents(app, key, { 'wt.ev': 'Order', price: '250', email: 'greta@example.com' });
  await eventually('the parameter to be known', async () => {
    const { data } = await app.client.call('listParameters', { query: { name: 'price' } });
    return data.some(({ name, share }) => name === 'price' && share > 0) || null;
  });
  await using tab = await openTab(browser, { url: app.url, path: '/actions/new?step=rules' });
  const { page } = tab;
  await page.getByRole('tab', { name: 'Filters' }).click();
  await page.getByRole('textbox', { name: 'Find a parameter' }).fill('event type');
  const pick = page.getByRole('button', { name: /^Add filter by Event type/ });
  await pick.filter({ hasText: /Event type\s*wt\.ev · / }).waitFor();

  await page.getByRole('textbox', { name: 'Find a parameter' }).fill('price');
  await page.getByRole('button', { name: /^Add filter by Price/i }).click();
  const operator = page.getByRole('combobox', { name: 'Operator' });
  assert.equal(await operator.locator('option:checked').textContent(), 'is greater than');
  await page
    .getByText(/Enter a value/)
    .first()
    .waitFor();
  assert.equal(await page.getByText('Ignore case').count(), 0);
  await page.getByRole('combobox', { name: 'Value' }).fill('100');

  await page.getByRole('tab', { name: 'Events' }).click();
  const events = page.getByRole('tabpanel').getByRole('listitem');
  await events
    .filter({ hasText: /greta@example\.com.*250/ })
    .first()
    .waitFor();
  await page.getByText('Don’t match').click();
  await events
    .filter({ hasText: /hans@example\.com.*99/ })
    .first()
    .waitFor();
  assert.deepEqual(await barriers(page), []);
  assert.deepEqual(tab.problems, []);
});

test('a problem of the rules as a whole is shown above their clauses', async () => {
  const { app, browser } = console_;
  await using tab = await openTab(browser, { url: app.url, path: '/actions/new', expected: /^422 / });
  const { page } = tab;
  await page.route(/\/api\/v1\/actions$/, (route) =>
    route.fulfill({
      status: 422,
      contentType: 'application/problem+json',
      json: {
        title: 'Invalid value',
        status: 422,
        code: 'invalid_value',
        errors: [{ pointer: '/rules', detail: 'A condition may have 200 comparisons.' }],
      },
    }),
  );
  await page.getByRole('textbox', { name: 'Action Name' }).fill('Large');
  await page.getByRole('textbox', { name: 'Description' }).fill('x');
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await page.getByRole('group', { name: 'Rules', exact: true }).getByText('A condition may have 200').waitFor();
  assert.deepEqual(tab.problems, []);
});

test('an unfinished action survives a reload, and leaving it asks first', async () => {
  const { app, browser } = console_;
  await using tab = await openTab(browser, { url: app.url, path: '/actions/new' });
  const { page } = tab;
  await page.getByRole('textbox', { name: 'Action Name' }).fill('Half');
  await page.getByText('This name is available.').waitFor();
  page.on('dialog', (dialog) => void dialog.accept());
  await page.reload();
  await page.getByText(/Restored unsaved changes/).waitFor();
  assert.equal(await page.getByRole('textbox', { name: 'Action Name' }).inputValue(), 'Half');
  await page.getByRole('button', { name: 'Cancel' }).click();
  await page.getByRole('button', { name: 'Leave without saving' }).click();
  await page.getByRole('heading', { level: 1, name: 'View Actions' }).waitFor();
  assert.deepEqual(tab.problems, []);
});

test('from New Action to an enabled “purchase over 100 → e-mail tool” whose connection does not exist takes 20 clicks', async () => {
  const { app, browser } = console_;
  await sendEvents(app, key, { 'wt.ev': 'Purchase', total: '189.90', email: 'ada@example.com' });
  await eventually('the parameters of the event to be known', async () => {
    const { data } = await app.client.call('listParameters', { query: { name: 'total' } });
    return data.some(({ share }) => share > 0) || null;
  });
  await using tab = await openTab(browser, { url: app.url, path: '/actions' });
  const { page } = tab;
  // Choosing in a list is two clicks; typing begins with one.
  const { click, choose, type, clicks } = countedHand({ choosing: 2 });
  await click(page.getByRole('link', { name: 'New Action' }));
  await type(page.getByRole('textbox', { name: 'Action Name' }), 'Big orders');
  await page.getByRole('textbox', { name: 'Description' }).fill('Reached with Tab.');
  await click(page.getByRole('button', { name: 'Continue' }));
  await choose(page.getByRole('combobox', { name: 'Select Scenario' }), 'Purchase');
  await click(page.getByRole('tab', { name: 'Filters' }));
  await click(page.getByRole('button', { name: /^Add filter by Total/ }));
  await type(page.getByRole('combobox', { name: 'Value' }), '100');
  await page.getByText('Summary: Purchase and total is greater than “100”').waitFor();
  await click(page.getByRole('button', { name: /^Destinations/ }));
  await click(page.getByRole('button', { name: 'New Connection' }));
  const dialog = page.getByRole('dialog', { name: 'New Connection' });
  await click(dialog.getByRole('button', { name: 'HubSpot' }));
  await dialog.getByRole('textbox', { name: 'Base URL' }).fill(receiver.url);
  await type(dialog.getByLabel('Token', { exact: true }).first(), 'pat-a-token-for-tests');
  assert.deepEqual(await barriers(page), []);
  await click(dialog.getByRole('button', { name: 'Create and use' }));
  await dialog.waitFor({ state: 'detached' });
  // What the template reads is a row, with the parameter of its name.
  assert.equal(await page.getByRole('textbox', { name: 'Field' }).inputValue(), 'email');
  assert.equal(await page.getByRole('combobox', { name: 'Parameter' }).inputValue(), 'email');
  await click(page.getByRole('button', { name: 'Save and Enable' }));
  await page.getByRole('heading', { level: 1, name: 'Big orders' }).waitFor();
  assert.ok(clicks() <= 20, `${clicks()} clicks`);

  const purchase = { 'wt.ev': 'Purchase', email: 'bo@example.com' };
  const [small = '', big = ''] = await sendEvents(
    app,
    key,
    { ...purchase, total: '99' },
    { ...purchase, total: '100.5' },
  );
  await deliveryOf(app, big);
  const at = '/crm/v3/objects/contacts/batch/upsert';
  const sent = receiver.at(at).map(({ body }) => JSON.parse(body).inputs[0].id);
  assert.deepEqual(sent, ['bo@example.com']);
  const explained = await app.client.call('explainEvent', { params: { id: small } });
  assert.equal(explained.actions.find(({ name }) => name === 'Big orders')?.matched, false);
  assert.deepEqual(tab.problems, []);
});
