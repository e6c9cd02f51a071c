import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { adminToken } from '../support/app.ts';
import { startReceiver } from '../support/receiver.ts';
import { openTab, startConsole } from './browser.ts';

let console_: Awaited<ReturnType<typeof startConsole>>;
before(async () => {
  console_ = await startConsole();
});
after(() => console_[Symbol.asyncDispose]());

test('from signing in to a saved connection and its Destinations tab, by role and name', async () => {
  const { app, browser } = console_;
  await using tab = await openTab(browser, { url: app.url, token: null, path: '/connections' });
  const { page } = tab;
  await page.getByLabel('API token').fill(adminToken);
  await page.getByRole('button', { name: 'Sign in' }).click();

  await page.getByRole('link', { name: 'New Connection' }).click();
  await page.getByRole('link', { name: /Webhook/ }).click();
  await page.getByRole('textbox', { name: 'Connection Name' }).fill('CRM');
  await page.getByRole('textbox', { name: 'Description' }).fill('Orders and carts');
  await page.getByRole('textbox', { name: 'Base URL' }).fill('https://crm.example.com:8443/v2');
  await page.getByRole('button', { name: 'Move :8443 to Port' }).click();
  assert.equal(await page.getByRole('textbox', { name: 'Port' }).inputValue(), '8443');
  await page.getByRole('combobox', { name: 'Authentication Type' }).selectOption('OAuth V2');
  await page.getByRole('combobox', { name: 'Grant Type' }).selectOption('User Name and Password');
  await page.getByRole('textbox', { name: 'Client ID' }).fill('millrace');
  await page.getByLabel('Client Secret', { exact: true }).fill('client secret');
  await page.getByRole('textbox', { name: 'Access Token URL' }).fill('https://crm.example.com/token');
  await page.getByRole('textbox', { name: 'Scope' }).fill('orders carts');
  await page.getByRole('textbox', { name: 'User Name' }).fill('robot');
  await page.getByLabel('Password', { exact: true }).fill('pass word');
  await page.getByRole('button', { name: 'Save and Continue' }).click();
  await page.getByRole('tab', { name: 'Destinations', selected: true }).waitFor();
  await page.getByRole('heading', { name: 'No destinations yet' }).waitFor();
  assert.match(await page.title(), /^CRM · Destinations · Millrace$/);

  const [made] = (await app.client.call('listConnections')).data;
  assert.ok(made?.auth.type === 'oauth2' && made.auth.grant === 'password');
  assert.deepEqual([made.baseUrl, made.port, made.auth.scope], ['https://crm.example.com/v2', 8443, 'orders carts']);

  await page.getByRole('button', { name: 'Done' }).click();
  await page.getByRole('link', { name: 'CRM' }).waitFor();
  assert.deepEqual(tab.problems, []);
});

test('what is wrong is said at its field, first by the page and then by the server', async () => {
  const { app, browser } = console_;
  await using tab = await openTab(browser, { url: app.url, path: '/connections/new/webhook', expected: /^422 / });
  const { page } = tab;
  await page.getByRole('button', { name: 'Save and Continue' }).click();
  const name = page.getByRole('textbox', { name: 'Connection Name' });
  await name.and(page.locator(':focus')).waitFor();
  await name.fill('Mail');
  await page.getByRole('textbox', { name: 'Base URL' }).fill('https://user:secret@mail.example.com');
  await page.getByRole('button', { name: 'Save and Continue' }).click();
  await page.getByText('Must not contain a user name or password').waitFor();
  assert.deepEqual(tab.problems, []);
});

test('a stored secret is never shown, stays when it is left alone and changes when it is replaced', async () => {
  const { app, browser } = console_;
  await using receiver = await startReceiver();
  const made = await app.client.call('createConnection', {
    body: { name: 'Secret', baseUrl: receiver.url, auth: { type: 'bearer', token: 'first-token' } },
  });
  const destination = await app.client.call('createDestination', { params: { id: made.id }, body: { name: 'In' } });
  const sent = async () => {
    await app.client.call('testDestination', { params: { id: destination.id }, body: { data: [{}] } });
    return receiver.requests.at(-1)?.headers['authorization'];
  };
  await using tab = await openTab(browser, { url: app.url, path: `/connections/${made.id}` });
  const { page } = tab;
  await page.getByText('It is never shown again').waitFor();
  await page.getByRole('textbox', { name: 'Description' }).fill('changed');
  await page.getByRole('button', { name: 'Save and Continue' }).click();
  await page.getByRole('tab', { name: 'Destinations', selected: true }).waitFor();
  assert.equal(await sent(), 'Bearer first-token');

  await page.getByRole('tab', { name: 'Connection Details' }).click();
  await page.getByRole('button', { name: 'Replace Token' }).click();
  await page.getByRole('textbox', { name: 'Token', exact: true }).fill('second-token');
  await page.getByRole('button', { name: 'Done' }).click();
  await page.getByRole('heading', { level: 1, name: 'Connections' }).waitFor();
  assert.equal(await sent(), 'Bearer second-token');
  assert.deepEqual(tab.problems, []);
});

test('Test authentication shows each step with what stands in the form', async () => {
  const { app, browser } = console_;
  await using receiver = await startReceiver();
  await using tab = await openTab(browser, { url: app.url, path: '/connections/new/webhook' });
  const { page } = tab;
  await page.getByRole('textbox', { name: 'Base URL' }).fill(receiver.url);
  await page.getByRole('button', { name: 'Test authentication' }).click();
  await page.getByText('Millrace can reach the system').waitFor();
  await page.getByRole('listitem').filter({ hasText: 'Connect' }).first().waitFor();
  assert.deepEqual(tab.problems, []);
});

test('leaving with unsaved changes asks, and stays when told so', async () => {
  const { app, browser } = console_;
  await using tab = await openTab(browser, { url: app.url, path: '/connections/new/webhook' });
  const { page } = tab;
  await page.getByRole('textbox', { name: 'Connection Name' }).fill('Half');
  await page.getByRole('link', { name: 'Home' }).click();
  await page.getByRole('button', { name: 'Stay' }).click();
  assert.equal(await page.getByRole('textbox', { name: 'Connection Name' }).inputValue(), 'Half');
  await page.getByRole('button', { name: 'Cancel' }).click();
  await page.getByRole('button', { name: 'Leave without saving' }).click();
  await page.getByRole('heading', { level: 1, name: 'Connections' }).waitFor();
  assert.deepEqual(tab.problems, []);
});

test('who saves after somebody else sees both versions and can save over', async () => {
  const { app, browser } = console_;
  const made = await app.client.call('createConnection', { body: { name: 'Shared', baseUrl: 'https://a.example' } });
  const params = { id: made.id };
  await using tab = await openTab(browser, { url: app.url, path: `/connections/${made.id}`, expected: /^412 / });
  const { page } = tab;
  await page.getByRole('textbox', { name: 'Description' }).fill('mine');
  await app.client.call('changeConnection', { params, body: { description: 'theirs' } });
  await page.getByRole('button', { name: 'Save and Continue' }).click();
  const row = page.getByRole('dialog', { name: 'Changed meanwhile' }).getByRole('row', { name: /description/ });
  assert.match((await row.textContent()) ?? '', /"mine".*"theirs"/);
  await page.getByRole('button', { name: 'Save mine over theirs' }).click();
  await page.getByRole('tab', { name: 'Destinations', selected: true }).waitFor();
  const saved = await app.client.call('getConnection', { params });
  assert.deepEqual([saved.description, saved.version], ['mine', 3]);
  assert.deepEqual(tab.problems, []);
});

test('a destination is switched on in its row, and a connection with destinations says why it stays', async () => {
  const { app, browser } = console_;
  const made = await app.client.call('createConnection', { body: { name: 'Busy', baseUrl: 'https://b.example' } });
  await app.client.call('createDestination', { params: { id: made.id }, body: { name: 'Orders', path: '/orders' } });
  await using tab = await openTab(browser, { url: app.url, path: `/connections/${made.id}?tab=destinations` });
  const { page } = tab;
  await page.getByRole('switch', { name: 'Orders is enabled' }).check({ force: true });
  await page
    .getByRole('row', { name: /Orders/ })
    .getByText('Enabled', { exact: true })
    .waitFor();
  await page.getByRole('button', { name: 'Delete' }).click();
  await page.getByText('1 destination belongs to it').waitFor();
  assert.equal(await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).count(), 0);
  assert.deepEqual(tab.problems, []);
});

test('the list is filtered in the address, so that a link shows the same', async () => {
  const { app, browser } = console_;
  await using tab = await openTab(browser, { url: app.url, path: '/connections' });
  const { page } = tab;
  await page.getByRole('textbox', { name: 'Filter' }).fill('nothing like it');
  await page.getByRole('heading', { name: 'No connections match.' }).waitFor();
  assert.match(page.url(), /\?filter=nothing\+like\+it$/);
  await page.reload();
  assert.equal(await page.getByRole('textbox', { name: 'Filter' }).inputValue(), 'nothing like it');
  await page.getByRole('button', { name: 'Clear filters' }).click();
  await page.getByRole('link', { name: 'CRM' }).waitFor();
  assert.deepEqual(tab.problems, []);
});
