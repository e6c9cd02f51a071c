import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { deliveryOf, sendEvents } from '../support/app.ts';
import { type Receiver, startReceiver } from '../support/receiver.ts';
import { openTab, startConsole } from './browser.ts';

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
  await page.getByRole('textbox', { name: 'Description' }).fill('Tells sales about every order.');
  await page.getByRole('button', { name: 'Continue' }).click();

  await page.getByRole('combobox', { name: 'Select Scenario' }).selectOption('Purchase');
  await page.getByText('In words: Purchase').waitFor();
  await page.getByRole('button', { name: 'Continue' }).click();

  await page.getByRole('region', { name: 'The event itself' }).waitFor();
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
