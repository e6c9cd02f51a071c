import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { adminToken, reaches, wire } from '../support/app.ts';
import { eventually } from '../support/eventually.ts';
import { startReceiver } from '../support/receiver.ts';
import { barriers, barriersInAllLooks, edit, loaded, openTab, startConsole, visit } from './browser.ts';

let console_: Awaited<ReturnType<typeof startConsole>>;
before(async () => {
  console_ = await startConsole({ MILLRACE_SECRET_REFS: 'env:CRM_*', CRM_TOKEN: 'kept-elsewhere' });
});
after(() => console_[Symbol.asyncDispose]());

test('from signing in to a saved connection and its Destinations tab, by role and name', async () => {
  const { app, browser } = console_;
  await using tab = await openTab(browser, { url: app.url, token: null, path: '/connections' });
  const { page } = tab;
  await page.getByRole('button', { name: 'Use an API token' }).click();
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
  await page.waitForFunction("document.title === 'CRM · Destinations · Millrace'");

  const [made] = (await app.client.call('listConnections')).data;
  assert.ok(made?.auth.type === 'oauth2' && made.auth.grant === 'password');
  assert.deepEqual([made.baseUrl, made.port, made.auth.scope], ['https://crm.example.com/v2', 8443, 'orders carts']);

  await page.getByRole('button', { name: 'Done' }).click();
  await page.getByRole('link', { name: 'CRM' }).waitFor();
  assert.deepEqual(await barriersInAllLooks(page), []);
  await page.getByRole('status').getByRole('button', { name: 'Close' }).click();
  assert.deepEqual(tab.problems, []);
});

test('a problem is shown at its field, whether the page finds it or the server', async () => {
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

  // Done saves a new connection too, and leads to the list with the next step.
  await page.getByRole('textbox', { name: 'Base URL' }).fill('https://mail.example.com');
  await page.getByRole('button', { name: 'Done' }).click();
  await page.getByRole('status').filter({ hasText: 'Mail' }).getByRole('link', { name: 'Open Destinations' }).waitFor();
  await page.getByRole('row', { name: /Mail/ }).getByRole('link', { name: 'Mail' }).waitFor();
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
  await page.getByText(/Set (now|\d)/).waitFor();
  await edit(page);
  await page.getByRole('textbox', { name: 'Description' }).fill('changed');
  await page.getByRole('button', { name: 'Save and Continue' }).click();
  await page.getByRole('tab', { name: 'Destinations', selected: true }).waitFor();
  assert.equal(await sent(), 'Bearer first-token');

  await page.getByRole('tab', { name: 'Connection Details' }).click();
  await edit(page);
  await page.getByRole('button', { name: 'Replace Token' }).click();
  await page.getByRole('textbox', { name: 'Token', exact: true }).fill('second-token');
  await page.getByRole('button', { name: 'Done' }).click();
  await page.getByRole('heading', { level: 1, name: 'Connections' }).waitFor();
  assert.equal(await sent(), 'Bearer second-token');

  await page.goto(`${app.url}/connections/${made.id}`);
  await edit(page);
  await page.getByRole('button', { name: 'Replace Token' }).click();
  await page.getByRole('button', { name: 'Use a secret reference' }).click();
  await page.getByRole('textbox', { name: 'Token', exact: true }).fill('env:CRM_TOKEN');
  await page.getByRole('button', { name: 'Save and Continue' }).click();
  await page.getByRole('tab', { name: 'Destinations', selected: true }).waitFor();
  assert.equal(await sent(), 'Bearer kept-elsewhere');
  await page.getByRole('tab', { name: 'Connection Details' }).click();
  await page.getByText('From env:CRM_TOKEN').waitFor();
  assert.deepEqual(tab.problems, []);
});

test('Test authentication shows each step with the values of the form', async () => {
  const { app, browser } = console_;
  await using receiver = await startReceiver();
  await using tab = await openTab(browser, { url: app.url, path: '/connections/new/webhook' });
  const { page } = tab;
  await page.getByRole('textbox', { name: 'Base URL' }).fill(receiver.url);
  await page.getByRole('button', { name: 'Test authentication' }).click();
  await page.getByText('Connection and authentication work').waitFor();
  await page.getByRole('listitem').filter({ hasText: 'Connect' }).first().waitFor();
  assert.deepEqual(tab.problems, []);
});

test('the path of a pasted URL moves to the first destination', async () => {
  const { app, browser } = console_;
  await using tab = await openTab(browser, { url: app.url, path: '/connections/new/webhook' });
  const { page } = tab;
  await page.getByRole('textbox', { name: 'Connection Name' }).fill('Hooks');
  await page.getByRole('textbox', { name: 'Base URL' }).fill('https://hooks.example/services/T1?x=1');
  await page.getByRole('button', { name: 'Move /services/T1 to the destination' }).click();
  assert.equal(await page.getByRole('textbox', { name: 'Base URL' }).inputValue(), 'https://hooks.example');
  await page.getByRole('button', { name: 'Save and Continue' }).click();
  await page.getByRole('tab', { name: 'Destinations', selected: true }).waitFor();
  await page.getByRole('link', { name: 'New Destination' }).click();
  assert.equal(await page.getByRole('textbox', { name: 'Endpoint Path' }).inputValue(), '/services/T1?x=1');
  assert.deepEqual(tab.problems, []);
});

test('leaving with unsaved changes asks first, and Stay keeps the form', async () => {
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

test('a save after another person has saved shows both versions and can replace theirs', async () => {
  const { app, browser } = console_;
  const made = await app.client.call('createConnection', { body: { name: 'Shared', baseUrl: 'https://a.example' } });
  const params = { id: made.id };
  await using tab = await openTab(browser, { url: app.url, path: `/connections/${made.id}`, expected: /^412 / });
  const { page } = tab;
  await edit(page);
  await page.getByRole('textbox', { name: 'Description' }).fill('mine');
  await app.client.call('changeConnection', { params, body: { description: 'theirs' } });
  await page.getByRole('button', { name: 'Save and Continue' }).click();
  const row = page
    .getByRole('dialog', { name: 'Someone else made changes' })
    .getByRole('row', { name: /^Description/ });
  assert.match((await row.textContent()) ?? '', /"mine".*"theirs"/);
  await page.getByRole('button', { name: 'Save mine over theirs' }).click();
  await page.getByRole('tab', { name: 'Destinations', selected: true }).waitFor();
  const saved = await app.client.call('getConnection', { params });
  assert.deepEqual([saved.description, saved.version], ['mine', 3]);
  assert.deepEqual(tab.problems, []);
});

test('a destination is switched in its row and that is taken back, and a connection in use says why it stays', async () => {
  const { app, browser } = console_;
  const made = await app.client.call('createConnection', { body: { name: 'Busy', baseUrl: 'https://b.example' } });
  const params = { id: made.id };
  const { id } = await app.client.call('createDestination', { params, body: { name: 'Orders', path: '/orders' } });
  await using tab = await openTab(browser, { url: app.url, path: `/connections/${made.id}?tab=destinations` });
  const { page } = tab;
  const row = page.getByRole('row', { name: /Orders/ });
  await page.getByRole('switch', { name: 'Enable Orders' }).check();
  await row.getByText('Enabled', { exact: true }).waitFor();
  await page.getByRole('button', { name: 'Undo' }).click();
  await row.getByText('Disabled', { exact: true }).waitFor();
  assert.equal((await app.client.call('getDestination', { params: { id } })).status, 'disabled');
  await page.getByRole('button', { name: 'Delete', disabled: true }).hover();
  await page.getByText('Delete its destination first.').waitFor();
  assert.deepEqual(tab.problems, []);
});

test('a deleted destination is gone at once and comes back with Restore, and one in use stays with the reason', async () => {
  const { app, browser } = console_;
  const made = await app.client.call('createConnection', { body: { name: 'Shrinking', baseUrl: 'https://b.example' } });
  const params = { id: made.id };
  const first = await app.client.call('createDestination', { params, body: { name: 'First', status: 'enabled' } });
  await app.client.call('createDestination', { params, body: { name: 'Second' } });
  const names = async () => (await app.client.call('listDestinations', { params })).data.map(({ name }) => name).sort();
  const path = `/connections/${made.id}?tab=destinations`;
  await using tab = await openTab(browser, { url: app.url, path, expected: /^409 / });
  const { page } = tab;
  const link = page.getByRole('link', { name: 'First' });
  async function remove(name: string) {
    await page.getByRole('button', { name: `More for ${name}` }).click();
    await page.getByRole('menuitem', { name: 'Delete' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
  }
  await remove('First');
  await link.waitFor({ state: 'detached' });
  assert.deepEqual(await names(), ['Second']);
  await page.getByRole('button', { name: 'Restore' }).click();
  await link.waitFor();
  assert.deepEqual(await names(), ['First', 'Second']);

  // Actions that came since the page was loaded.
  const users = ['1', '2', '3', '4', '5', '6', '7'].map((at) => `Late ${at}`);
  for (const name of users)
    await app.client.call('createAction', {
      body: { name, description: 'x', destinations: [{ destinationId: first.id }] },
    });
  await remove('First');
  const note = page.getByRole('region', { name: 'Messages' });
  await note.getByText('and 2 more').waitFor();
  // They are links once the new actions are known here.
  await note.getByRole('link', { name: /^Late/ }).nth(4).waitFor();
  assert.equal(await note.getByRole('link', { name: /^Late/ }).count(), 5);
  await link.waitFor();

  await remove('Second');
  await page.getByRole('link', { name: 'Second' }).waitFor({ state: 'detached' });
  await page.goto(`${app.url}/settings?tab=deleted`);
  await loaded(page);
  assert.deepEqual(await barriers(page), []);
  await page.getByRole('button', { name: 'Restore Second' }).click();
  await page.getByText('Second restored').waitFor();
  assert.deepEqual(await names(), ['First', 'Second']);
  assert.deepEqual(tab.problems, []);
});

test('a form that was not saved comes back after a reload without its secrets, and can be discarded', async () => {
  const { app, browser } = console_;
  await using tab = await openTab(browser, { url: app.url, path: '/connections/new/webhook' });
  const { page } = tab;
  const name = page.getByRole('textbox', { name: 'Connection Name' });
  const restored = page.getByText('Restored unsaved changes');
  await name.fill('Half done');
  await page.reload();
  await restored.waitFor();
  assert.doesNotMatch((await restored.textContent()) ?? '', /Enter secrets again/);
  await page.getByRole('combobox', { name: 'Authentication Type' }).selectOption('Bearer Token');
  await page.getByRole('textbox', { name: 'Token' }).fill('typed-secret');
  await page.reload();
  await restored.filter({ hasText: 'Enter secrets again' }).waitFor();
  assert.equal(await name.inputValue(), 'Half done');
  assert.equal(await page.getByRole('textbox', { name: 'Token' }).inputValue(), '');
  assert.doesNotMatch(String(await page.evaluate('JSON.stringify(localStorage)')), /typed-secret/);
  await page.getByRole('button', { name: 'Discard' }).click();
  assert.equal(await name.inputValue(), '');
  await page.reload();
  await name.waitFor();
  assert.equal(await name.inputValue(), '');
  assert.deepEqual(tab.problems, []);
});

test('every kind of authentication shows its fields, and those of another keep what was typed', async () => {
  const { app, browser } = console_;
  await using tab = await openTab(browser, { url: app.url, path: '/connections/new/webhook' });
  const { page } = tab;
  const labels = async () =>
    (await page.getByRole('region', { name: 'Authentication', exact: true }).locator('label').allTextContents()).map(
      (one) => one.replace(/ \*$/, ''),
    ); // the mark of a required field
  const type = page.getByRole('combobox', { name: 'Authentication Type' });
  const client = ['Client ID', 'Client Secret', 'Access Token URL', 'Scope'];
  await type.waitFor();
  assert.deepEqual(await labels(), ['Authentication Type']);
  await type.selectOption('Basic Authentication');
  assert.deepEqual(await labels(), ['Authentication Type', 'User Name', 'Password']);
  await page.getByRole('textbox', { name: 'User Name' }).fill('robot');
  await type.selectOption('Bearer Token');
  assert.deepEqual(await labels(), ['Authentication Type', 'Token']);
  await type.selectOption('OAuth V2');
  assert.deepEqual(await labels(), ['Authentication Type', 'Grant Type', ...client, 'Client Authentication']);
  const grant = page.getByRole('combobox', { name: 'Grant Type' });
  await grant.selectOption('User Name and Password');
  assert.deepEqual((await labels()).slice(2, 8), [...client, 'User Name', 'Password']);
  assert.equal(await page.getByRole('textbox', { name: 'User Name' }).inputValue(), 'robot');
  await grant.selectOption('JSON Web Token');
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const jwt = page.getByRole('textbox', { name: 'JSON Web Token', exact: true });
  await jwt.fill(`${part({ alg: 'RS256' })}.${part({ sub: 'robot', exp: 1_000_000_000 })}.c2ln`);
  await page.getByText(/Expired/).waitFor();
  await page.getByText('Claims', { exact: true }).click();
  await page.getByText('"exp": 1000000000').waitFor();
  await page.getByRole('combobox', { name: 'JSON Web Token source' }).selectOption({ index: 1 });
  await page.getByRole('textbox', { name: 'Private key', exact: true }).waitFor();
  assert.deepEqual(tab.problems, []);
});

test('the list shows when a token expires, and a pasted token that ends is warned about', async () => {
  const { app, browser } = console_;
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const ending = (inMs: number) =>
    `${part({ alg: 'RS256' })}.${part({ exp: Math.floor((Date.now() + inMs) / 1_000) })}.c2ln`;
  const made = await app.client.call('createConnection', {
    body: {
      name: 'Ending',
      baseUrl: 'https://e.example',
      auth: { type: 'bearer', token: ending(3 * 86_400_000 + 60_000) },
    },
  });
  await app.client.call('createConnection', {
    body: { name: 'Over', baseUrl: 'https://e.example', auth: { type: 'bearer', token: ending(-2 * 3_600_000) } },
  });
  await using tab = await openTab(browser, { url: app.url, path: '/connections' });
  const { page } = tab;
  await page
    .getByRole('row', { name: /Ending/ })
    .getByText('Pasted token expires in 3 days')
    .waitFor();
  await page.getByRole('row', { name: /Over/ }).getByText('Pasted token expired 2 hours ago').waitFor();
  await page.goto(`${app.url}/connections/${made.id}`);
  await page.getByRole('alert').filter({ hasText: 'The pasted token expires soon' }).waitFor();
  await edit(page);
  await page.getByRole('button', { name: 'Replace Token' }).click();
  await page.getByRole('textbox', { name: 'Token', exact: true }).fill(ending(90 * 86_400_000 + 60_000));
  await page.getByText(/^Expires in (3 months|90 days)/).waitFor();
  await page.getByRole('button', { name: 'Done' }).click();
  await page.getByText('Ending saved', { exact: true }).waitFor();
  await page.getByRole('row', { name: /Ending/ }).waitFor();
  await page.getByText('Pasted token expires').waitFor({ state: 'detached' });
  await page.goto(`${app.url}/`);
  await page.getByText('The pasted token of Over has expired').waitFor();
  assert.deepEqual(tab.problems, []);
});

test('a save is confirmed, even when the page shows the new version before the rest is read again', async () => {
  const { app, browser } = console_;
  const made = await app.client.call('createConnection', { body: { name: 'Early', baseUrl: 'https://e.example' } });
  await using tab = await openTab(browser, { url: app.url, path: `/connections/${made.id}` });
  const { page } = tab;
  await edit(page);
  await page.getByRole('textbox', { name: 'Connection Name' }).fill('Early bird');
  const isShown = Promise.withResolvers<void>();
  let held = 0;
  await page.route('**/api/v1/**', async (route) => {
    const isOther = route.request().method() === 'GET' && !route.request().url().endsWith(made.id);
    if (isOther && ++held > 0) await isShown.promise;
    await route.continue();
  });
  await page.getByRole('button', { name: 'Done' }).click();
  await page.getByRole('heading', { name: 'Early bird' }).waitFor();
  isShown.resolve();
  await page.getByText('Early bird saved', { exact: true }).waitFor();
  assert.ok(held > 0, 'something else was read again');
  assert.deepEqual(tab.problems, []);
});

test('everything under Advanced is saved, and a problem there opens it', async () => {
  const { app, browser } = console_;
  const made = await app.client.call('createConnection', { body: { name: 'Tuned', baseUrl: 'https://t.example' } });
  await using tab = await openTab(browser, { url: app.url, path: `/connections/${made.id}` });
  const { page } = tab;
  const field = (name: string) => page.getByRole('textbox', { name, exact: true });
  await edit(page);
  await page.getByText('Advanced', { exact: true }).click();
  await field('Request timeout').fill('soon');
  await page.getByText('Advanced', { exact: true }).click();
  await page.getByRole('button', { name: 'Save and Continue' }).click();
  await field('Request timeout').and(page.locator(':focus')).waitFor();
  await page.getByText('Enter a number with a unit').waitFor();
  await field('Request timeout').fill('20 s');
  await field('Retry schedule').fill('0 s, 10 s, 2 min');
  await field('Max concurrent requests').fill('4');
  await page.getByRole('button', { name: 'Add header' }).click();
  await field('Header name 1').fill('X-Api-Key');
  await page.getByRole('checkbox', { name: 'Header 1 is secret' }).check();
  await page.getByLabel('Header value 1', { exact: true }).fill('key');
  await page.getByRole('combobox', { name: 'Signature' }).selectOption('Standard Webhooks');
  await page.getByLabel('Signing secret', { exact: true }).fill('whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw');
  await page.getByRole('button', { name: 'Save and Continue' }).click();
  await page.getByRole('tab', { name: 'Destinations', selected: true }).waitFor();
  const { settings } = await app.client.call('getConnection', { params: { id: made.id } });
  assert.deepEqual(
    [settings.timeoutMs, settings.retry.scheduleMs, settings.rate.concurrency, settings.signing?.scheme],
    [20_000, [0, 10_000, 120_000], 4, 'standard-webhooks'],
  );
  assert.deepEqual([settings.headers[0]?.name, settings.headers[0]?.secret], ['X-Api-Key', true]);
  assert.deepEqual(tab.problems, []);
});

test('a refresh token and the names of a vendor are saved, and a refused connection is probed by hand', async () => {
  const { app, browser } = console_;
  await using receiver = await startReceiver();
  const made = await app.client.call('createConnection', { body: { name: 'Vendor', baseUrl: receiver.url } });
  await using tab = await openTab(browser, { url: app.url, path: `/connections/${made.id}` });
  const { page } = tab;
  const field = (name: string) => page.getByRole('textbox', { name, exact: true });
  await edit(page);
  await page.getByRole('combobox', { name: 'Authentication Type' }).selectOption('OAuth V2');
  await page.getByRole('combobox', { name: 'Grant Type' }).selectOption('Refresh Token');
  await field('Client ID').fill('client');
  await field('Access Token URL').fill('https://login.example/token');
  await page.getByLabel('Refresh Token', { exact: true }).fill('got-elsewhere');
  await page.getByText('Advanced', { exact: true }).click();
  await field('Access token field').fill('data.jwt');
  await field('Token type field').fill('');
  await page.getByRole('button', { name: 'Save and Continue' }).click();
  await page.getByRole('tab', { name: 'Destinations', selected: true }).waitFor();
  const { auth } = await app.client.call('getConnection', { params: { id: made.id } });
  assert.ok(auth.type === 'oauth2' && auth.grant === 'refresh_token' && auth.refreshToken !== null);
  assert.deepEqual(auth.tokenFields, {
    accessToken: 'data.jwt',
    expiresIn: 'expires_in',
    tokenType: null,
    refreshToken: 'refresh_token',
  });

  receiver.answer('/mending', { status: 401 }, {});
  const refused = await wire(app, receiver, {
    connection: { auth: { type: 'bearer', token: 'refused-token' } },
    destination: { path: '/mending' },
  });
  const held = await refused.deliver({ v: 1 }, 'held');
  await page.goto(`${app.url}/connections/${refused.connection.id}`);
  await page.getByText('Next check').waitFor();
  await page.getByRole('button', { name: 'Check now' }).click();
  await reaches(app, held.id, 'delivered');
  assert.deepEqual(tab.problems, []);
});

test('a preset shows what it includes, and is saved with its destinations, which are disabled', async () => {
  const { app, browser } = console_;
  await using tab = await openTab(browser, { url: app.url, path: '/connections/new' });
  const { page } = tab;
  await page.getByRole('textbox', { name: 'Search systems' }).fill('mailch');
  await page.getByRole('link', { name: /Mailchimp/ }).click();
  await page
    .getByRole('region', { name: 'You’ll need' })
    .getByText(/API key/)
    .waitFor();
  await page.getByRole('region', { name: 'Included destinations' }).getByText('Add or update member').click();
  await page.getByText('status_if_new').waitFor();
  await page.getByText(/^Requests go to .*3\.0/).waitFor();
  assert.equal(await page.getByRole('button', { name: /^Move/ }).count(), 0, 'its destinations go below the path');
  await page.getByLabel('Password', { exact: true }).fill('key');
  // What its addresses need is asked for.
  await page.getByRole('button', { name: 'Save and Continue' }).click();
  const centre = page.getByRole('textbox', { name: 'Data centre' });
  await centre.and(page.locator(':focus')).waitFor();
  await centre.fill('us7');
  await page.getByRole('textbox', { name: 'Audience ID' }).fill('a1b2');
  assert.deepEqual(await barriers(page), []);
  await page.getByRole('button', { name: 'Save and Continue' }).click();
  for (const name of ['Add or update member', 'Send event'])
    await page.getByRole('row', { name }).getByText('Disabled').waitFor();
  const { data } = await app.client.call('listConnections', { query: { name: 'Mailchimp', limit: 1 } });
  assert.equal(data[0]?.baseUrl, 'https://us7.api.mailchimp.com/3.0');
  const made = await app.client.call('listDestinations', { params: { id: data[0].id } });
  for (const { path } of made.data) assert.match(path, /^\/lists\/a1b2\/members/);

  // No destination is enabled while its address has a placeholder.
  const body = { name: 'Copied', path: '/lists/AUDIENCE_ID/members' };
  await app.client.call('createDestination', { params: { id: data[0].id }, body });
  await page.reload();
  const copied = page.getByRole('switch', { name: /Copied/ });
  await copied.waitFor();
  assert.equal(await copied.isDisabled(), true);
  assert.deepEqual(tab.problems, []);
});

test('a connection without its credentials is not called ready after Done', async () => {
  const { app, browser } = console_;
  const body = { name: 'No token yet', baseUrl: 'https://a.example', auth: { type: 'bearer' } } as const;
  const params = { id: (await app.client.call('createConnection', { body })).id };
  await app.client.call('createDestination', { params, body: { name: 'Orders', path: '/orders', status: 'enabled' } });
  await using tab = await openTab(browser, { url: app.url, path: `/connections/${params.id}?tab=destinations` });
  const { page } = tab;
  await page.getByRole('button', { name: 'Done' }).click();
  const banner = page.getByRole('status').filter({ hasText: 'No token yet saved. One step left' });
  await banner.getByRole('link', { name: 'Open connection' }).click();
  await page.getByRole('heading', { level: 1, name: 'No token yet' }).waitFor();
  assert.deepEqual(tab.problems, []);
});

test('a cURL command becomes a connection and a destination that sends the same', async () => {
  const { app, browser } = console_;
  await using receiver = await startReceiver();
  await using tab = await openTab(browser, { url: app.url, path: '/connections/new/curl' });
  const { page } = tab;
  const command = page.getByRole('textbox', { name: 'cURL command' });
  await command.fill("curl 'https://a.example");
  await page.getByText('A quote in this command isn’t closed.').waitFor();
  await command.fill(`curl -X PUT ${receiver.url}/people/1 -H 'Authorization: Bearer tok' --json '{"email":"a@b.c"}'`);
  await page.getByText('PUT /people/1').waitFor();
  // What looks like a person is read from each event, unless it is said to be none.
  await command.fill(
    `curl -X PUT '${receiver.url}/people/1?from=shop@a.example' -H 'Authorization: Bearer tok' --json '{"email":"a@b.c"}'`,
  );
  await page.getByText('PUT /people/1?from={{ it.data[0].from }}').waitFor();
  assert.deepEqual(await barriers(page), []);
  await page.getByRole('group', { name: 'Read from each event?' }).getByLabel('from: shop@a.example').uncheck();
  await page.getByText('PUT /people/1?from=shop@a.example').waitFor();
  await page.getByRole('button', { name: 'Continue' }).click();
  await page.getByRole('textbox', { name: 'Connection Name' }).fill('Pasted');
  await page.getByRole('button', { name: 'Save and Continue' }).click();
  await page.getByRole('link', { name: 'People' }).waitFor();
  const { data } = await app.client.call('listAllDestinations', { query: { name: 'People' } });
  const params = { id: data[0]?.id ?? '' };
  const told = await app.client.call('testDestination', { params, body: { data: [{ email: 'x@y.z' }] } });
  const sent = receiver.requests.at(-1);
  assert.ok(sent !== undefined, JSON.stringify(told));
  assert.deepEqual(
    [sent.method, sent.target, sent.headers['authorization'], sent.body],
    ['PUT', '/people/1?from=shop@a.example', 'Bearer tok', '{"email":"x@y.z"}'],
  );
  assert.deepEqual(tab.problems, []);
});

test('a pasted list of sample customers becomes one of each request’s own, and what stays constant is listed', async () => {
  const { app, browser } = console_;
  await using receiver = await startReceiver();
  await using tab = await openTab(browser, { url: app.url, path: '/connections/new/curl' });
  const { page } = tab;
  const body = '{"contacts": [{"email": "jane@example.com", "name": "Jane"}], "vip": true, "tags": ["news"]}';
  await page.getByRole('textbox', { name: 'cURL command' }).fill(`curl ${receiver.url}/batch --json '${body}'`);
  const constants = page.getByRole('status').or(page.getByRole('alert')).filter({ hasText: 'Sent as they are' });
  await constants.getByText(/vip/).waitFor();
  await constants.getByText(/tags/).waitFor();
  await page.getByText('contacts: it.data.map((record) => ({').first().waitFor();
  await page.getByRole('button', { name: 'Continue' }).click();
  await page.getByRole('textbox', { name: 'Connection Name' }).fill('Batch of samples');
  await page.getByRole('button', { name: 'Save and Continue' }).click();
  await page.getByRole('link', { name: 'Batch', exact: true }).waitFor();
  const { data } = await app.client.call('listAllDestinations', { query: { name: 'Batch' } });
  const people = ['ada', 'bo'].map((name) => ({ email: `${name}@shop.example`, name }));
  await app.client.call('testDestination', { params: { id: data[0]?.id ?? '' }, body: { data: people } });
  const sent = JSON.parse(receiver.requests.at(-1)?.body ?? '');
  assert.deepEqual(sent, { contacts: people, vip: true, tags: ['news'] });
  assert.deepEqual(tab.problems, []);
});

test('a cURL command of the same system becomes a destination of its connection, with no secret left in the browser', async () => {
  const { app, browser } = console_;
  await using receiver = await startReceiver();
  const made = await app.client.call('createConnection', {
    body: { name: 'Curled', baseUrl: `${receiver.url}/v2`, auth: { type: 'bearer', token: 'own' } },
  });
  await using tab = await openTab(browser, { url: app.url, path: `/connections/${made.id}?tab=destinations` });
  const { page } = tab;
  await page.getByRole('link', { name: 'Paste cURL' }).click();
  const command = page.getByRole('textbox', { name: 'cURL command' });
  await command.fill(
    `curl ${receiver.url}/v2/people -H 'Authorization: Bearer tok' -H 'X-Api-Key: key-of-curl' --json '{"email":"a@b.c"}'`,
  );
  await page.getByText('From the connection: Bearer Token').waitFor();
  assert.deepEqual(await barriers(page), []);
  await page.getByRole('button', { name: 'Continue' }).click();
  const name = page.getByRole('textbox', { name: 'Destination Name' });
  assert.equal(await name.inputValue(), 'People');
  await page.reload();
  await page.getByText('Restored unsaved changes').waitFor();
  assert.equal(await name.inputValue(), 'People');
  assert.doesNotMatch(String(await page.evaluate('JSON.stringify(localStorage)')), /key-of-curl/);
  await page.getByText('Advanced', { exact: true }).click();
  await page.getByLabel('Header value 1', { exact: true }).fill('key-again');
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await page.getByRole('link', { name: 'People' }).waitFor();
  const [destination] = (await app.client.call('listDestinations', { params: { id: made.id } })).data;
  await app.client.call('testDestination', {
    params: { id: destination?.id ?? '' },
    body: { data: [{ email: 'x@y' }] },
  });
  const sent = receiver.requests.at(-1);
  assert.deepEqual(
    [sent?.method, sent?.target, sent?.headers['authorization'], sent?.headers['x-api-key'], sent?.body],
    ['POST', '/v2/people', 'Bearer own', 'key-again', '{"email":"x@y"}'],
  );

  await page.getByRole('link', { name: 'Paste cURL' }).click();
  await command.fill("curl https://other.example/orders -d 'a=1'");
  await page.getByText('The command sends to https://other.example/orders').waitFor();
  await page.getByRole('button', { name: 'New Connection from this command' }).click();
  await page.getByRole('button', { name: 'Continue' }).click();
  assert.equal(await page.getByRole('textbox', { name: 'Base URL' }).inputValue(), 'https://other.example');
  assert.deepEqual(tab.problems, []);
});

/** Published descriptions of APIs, and what a destination of each sends for one record. */
const described = [
  {
    file: 'resend.yaml',
    choose: { filter: 'send an', label: 'Send an email' },
    signIn: { Token: 'tok' },
    record: { from: 'a@b.c', to: 'x@y.z', subject: 'Hello', 'not in it': 1 },
    sent: ['POST', '/emails', 'Bearer tok', '{"from":"a@b.c","to":"x@y.z","subject":"Hello"}'],
  },
  {
    file: 'twilio-notify.yaml',
    choose: { filter: 'binding', label: 'CreateBinding' },
    signIn: { 'User Name': 'AC1', Password: 'pass' },
    record: { ServiceSid: 'IS1', Identity: 'v 1', BindingType: 'sms', Address: '+49 1' },
    sent: [
      'POST',
      '/v1/Services/IS1/Bindings',
      `Basic ${Buffer.from('AC1:pass').toString('base64')}`,
      'Identity=v%201&BindingType=sms&Address=%2B49%201',
    ],
  },
  {
    file: 'uber.yaml',
    choose: { filter: 'price', label: 'Price Estimates' },
    signIn: {},
    record: { start_latitude: 1.5, start_longitude: 2, end_latitude: 3, end_longitude: 4 },
    sent: [
      'GET',
      '/v1/estimates/price?start_latitude=1.5&start_longitude=2&end_latitude=3&end_longitude=4',
      undefined,
      '',
    ],
  },
] as const;

test('operations of published OpenAPI descriptions become connections and destinations that send their requests', async () => {
  const { app, browser } = console_;
  await using receiver = await startReceiver();
  const expected = /^422 .*\/openapi$/;
  await using tab = await openTab(browser, { url: app.url, path: '/connections/new/openapi', expected });
  const { page } = tab;
  await page.getByRole('textbox', { name: 'OpenAPI or Swagger' }).fill('a: 1');
  await page.getByText('This isn’t an OpenAPI description').waitFor();
  const address = page.getByRole('textbox', { name: 'URL of the description' });
  await address.fill('http://10.1.2.3/openapi.yaml');
  await page.getByRole('button', { name: 'Fetch' }).click();
  await page.getByText(/blocked address range/).waitFor();
  const text = readFileSync('test/openapi-documents/resend.yaml', 'utf8');
  receiver.answer('/specs/resend.yaml', { body: text.replace(/(^servers:\n\s+- url: )\S+/m, '$1/mail') });
  await address.fill(`${receiver.url}/specs/resend.yaml`);
  await page.getByRole('button', { name: 'Fetch' }).click();
  await page.getByRole('checkbox', { name: 'Send an email', exact: true }).check();
  await page.getByRole('button', { name: 'Continue' }).click();
  assert.equal(
    await page.getByRole('textbox', { name: 'Base URL' }).inputValue(),
    `${receiver.url.replace(/:\d+$/, '')}/mail`,
  );
  for (const { file, choose, signIn, record, sent } of described) {
    await page.goto(`${app.url}/connections/new/openapi`);
    await page.locator('input[type=file]').setInputFiles(`test/openapi-documents/${file}`);
    await page.getByRole('textbox', { name: 'Filter operations' }).fill(choose.filter);
    await page.getByRole('checkbox', { name: choose.label, exact: true }).check();
    if (file === 'resend.yaml') assert.deepEqual(await barriersInAllLooks(page), []);
    await page.getByRole('button', { name: 'Continue' }).click();
    await page.getByRole('textbox', { name: 'Connection Name' }).fill(file);
    const base = page.getByRole('textbox', { name: 'Base URL' });
    await base.fill(`${receiver.url}${new URL(await base.inputValue()).pathname.replace(/\/$/, '')}`);
    for (const [label, value] of Object.entries(signIn)) await page.getByLabel(label, { exact: true }).fill(value);
    await page.getByRole('button', { name: 'Save and Continue' }).click();
    await page.getByRole('link', { name: choose.label }).waitFor();
    const { data } = await app.client.call('listAllDestinations', { query: { name: choose.label } });
    const told = await app.client.call('testDestination', {
      params: { id: data[0]?.id ?? '' },
      body: { data: [record] },
    });
    const request = receiver.requests.at(-1);
    assert.ok(request !== undefined, JSON.stringify(told));
    assert.deepEqual([request.method, request.target, request.headers['authorization'], request.body], sent);
  }
  assert.deepEqual(tab.problems, []);
});

test('a file shows its plan, then creates and replaces, and stored secrets stay', async () => {
  const { app, browser } = console_;
  await using receiver = await startReceiver();
  const body = { name: 'Filed', baseUrl: receiver.url, auth: { type: 'bearer', token: 'kept' } } as const;
  const made = await app.client.call('createConnection', { body: { ...body, auth: { ...body.auth } } as never });
  await using tab = await openTab(browser, { url: app.url, path: '/connections/new' });
  const { page } = tab;
  await page.getByRole('link', { name: /^From file/ }).click();
  const file = {
    name: 'filed.yaml',
    mimeType: 'application/yaml',
    buffer: Buffer.from(
      `connections:\n  - name: Filed\n    description: by file\n    baseUrl: ${receiver.url}\n    auth: { type: bearer }\n` +
        'destinations:\n  - connection: Filed\n    name: In\n    path: /in\n',
    ),
  };
  await page.locator('input[type=file]').setInputFiles(file);
  const plan = page.getByRole('list', { name: 'Plan' });
  const changed = plan.getByRole('listitem').filter({ hasText: 'Connection' });
  await changed.getByText('Changed').waitFor();
  await plan.getByRole('listitem').filter({ hasText: 'Filed/In' }).getByText('New').waitFor();
  await changed.getByText('Show 1 change').click();
  await changed.getByText('by file').waitFor();
  assert.deepEqual(await barriersInAllLooks(page), []);
  assert.equal((await app.client.call('getConnection', { params: { id: made.id } })).description, '');
  await page.getByRole('button', { name: 'Apply 2 objects' }).click();
  await page.getByText('2 objects applied').waitFor();
  const [destination] = (await app.client.call('listDestinations', { params: { id: made.id } })).data;
  await app.client.call('testDestination', { params: { id: destination?.id ?? '' }, body: { data: [{}] } });
  assert.equal(receiver.requests.at(-1)?.headers['authorization'], 'Bearer kept');

  const wrong = 'behaviors: [{name: Fine, condition: {all: []}}, {name: Odd, condition: {behavior: Nothing}}]';
  await page.getByRole('textbox', { name: 'YAML or JSON' }).fill(wrong);
  await page.getByRole('button', { name: 'Show plan' }).click();
  await plan.getByText('There is no behavior Nothing.').waitFor();
  assert.deepEqual(await barriers(page), []);
  await page.getByRole('button', { name: 'Apply the other 1 object' }).click();
  await page.getByText('1 object applied').waitFor();
  assert.equal((await app.client.call('listBehaviors', { query: { name: 'Fine' } })).data.length, 1);

  const typed = page.getByRole('textbox', { name: 'YAML or JSON' });
  await typed.fill('connections:\n  - name: Filed\n\tbaseUrl: x\n');
  await page.getByRole('button', { name: 'Show plan' }).click();
  const broken = page.getByRole('alert').filter({ hasText: 'This text can’t be imported' });
  await broken.getByText('Line 3, column 1: Indent with spaces, not with tabs.').waitFor();
  await typed.fill('connections: [{name: Filed}]\nbehavors: []\n');
  await page.getByRole('button', { name: 'Show plan' }).click();
  await broken.getByText('Line 2, column 1: "behavors" is not a kind').waitFor();
  await typed.fill('connections:\n  - name: Filed\n    baseUrl: 7\n    port: []\n    settings: {timeoutMs: never}\n');
  await page.getByRole('button', { name: 'Show plan' }).click();
  await plan.getByText('Line 5, column 16: /settings/timeoutMs Must be a number.').waitFor();
  await plan.getByText('Line 3, column 5: /baseUrl Must be text.').waitFor();
  assert.deepEqual(tab.problems, []);
});

test('what Show as shows is applied elsewhere: names instead of ids, in YAML and JSON', async () => {
  const { app, browser } = console_;
  const made = await app.client.call('createConnection', { body: { name: 'Shown', baseUrl: 'https://s.example' } });
  await app.client.call('createDestination', { params: { id: made.id }, body: { name: 'There' } });
  const template = `{{! const [one] = it.data;\n  return JSON.stringify({ note: '${'long '.repeat(30)}', one }); }}`;
  const params = { id: made.id };
  const lines = await app.client.call('createDestination', { params, body: { name: 'Lines', template } });
  await using tab = await openTab(browser, { url: app.url, path: `/connections/${made.id}` });
  const { page } = tab;
  await page.getByRole('button', { name: 'Show as' }).click();
  const drawer = page.getByRole('dialog', { name: 'Show Shown as' });
  await drawer.getByText('connections:').waitFor();
  assert.match((await drawer.locator('pre').textContent()) ?? '', /^connections:\n {2}- name: Shown\n/);
  await drawer.getByRole('tab', { name: 'JSON' }).click();
  const json = JSON.parse((await drawer.locator('pre').textContent()) ?? '');
  assert.deepEqual([json.connections[0].name, json.connections[0].id], ['Shown', undefined]);
  await drawer.getByRole('tab', { name: 'CLI' }).click();
  await drawer.getByText(`millrace export --kind connections --id ${made.id}`).waitFor();
  // A template keeps its lines, however long they are.
  await visit(page, `/connections/${made.id}/destinations/${lines.id}`);
  await page.getByRole('button', { name: 'Show as' }).click();
  const shown = page.getByRole('dialog', { name: 'Show Lines as' });
  await shown.getByText('destinations:').waitFor();
  const indented = template.split('\n').map((line) => `      ${line}`);
  assert.ok((await shown.locator('pre').textContent())?.includes(['    template: |-', ...indented].join('\n')));
  assert.deepEqual(tab.problems, []);
});

test('versions tell what changed, and an earlier one is restored', async () => {
  const { app, browser } = console_;
  const made = await app.client.call('createConnection', { body: { name: 'Old', baseUrl: 'https://old.example' } });
  const params = { id: made.id };
  await app.client.call('changeConnection', { params, body: { baseUrl: 'https://new.example' } });
  await using tab = await openTab(browser, { url: app.url, path: `/connections/${made.id}?tab=versions` });
  const { page } = tab;
  await page.getByText('Changed: Base URL').waitFor();
  await page.getByRole('button', { name: 'Changes in version 2' }).click();
  await page.getByText('removed: baseUrl: "https://old.example"').waitFor();
  await page.getByRole('button', { name: 'Restore version 1' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Restore' }).click();
  await page.getByText('Version 3', { exact: true }).waitFor();
  assert.equal((await app.client.call('getConnection', { params })).baseUrl, 'https://old.example');

  // A change of the status alone is no version to compare with: the version before it says so.
  await app.client.call('changeConnection', { params, body: { status: 'paused' } });
  await page.reload();
  await page.getByText('Version 4 changed the status alone').waitFor();
  await app.client.call('changeConnection', { params, body: { status: 'enabled' } });
  await page.reload();
  await page.getByText('Versions 4 to 5 changed the status alone').waitFor();
  const entry = page.getByRole('listitem').filter({ hasText: 'changed the status alone' });
  await entry.getByText('Version 3', { exact: true }).waitFor();
  await entry.getByText('Current', { exact: true }).waitFor();

  const { id } = await app.client.call('createDestination', { params, body: { name: 'Versioned' } });
  await visit(page, `/connections/${made.id}/destinations/${id}?versions=open`);
  const versions = page.getByRole('dialog', { name: 'Versions' });
  await versions.getByText('Version 1', { exact: true }).waitFor();
  await page.keyboard.press('Escape');
  await versions.waitFor({ state: 'detached' });
  assert.equal(new URL(page.url()).search, '');
  await page.getByRole('button', { name: 'Versions' }).click();
  await versions.waitFor();
  assert.deepEqual(tab.problems, []);
});

test('a paused connection says what happens to events, and lists show use, success and what is held', async () => {
  const { app, browser } = console_;
  await using receiver = await startReceiver();
  const made = await app.client.call('createConnection', { body: { name: 'Flowing', baseUrl: receiver.url } });
  const params = { id: made.id };
  const destination = await app.client.call('createDestination', { params, body: { name: 'Flow', status: 'enabled' } });
  await app.client.call('createAction', {
    body: {
      name: 'Pour',
      description: 'Everything',
      status: 'enabled',
      destinations: [{ destinationId: destination.id }],
    },
  });
  const collector = await app.client.call('createCollector', { body: { name: 'Spring' } });
  const send = (events = 1) =>
    fetch(`${app.url}/v3/${collector.key}`, {
      method: 'POST',
      body: JSON.stringify({ events: Array(events).fill({ 'wt.ev': 'Drop' }) }),
    });
  await send();
  await eventually('the first delivery', () => receiver.requests.length === 1);
  await using tab = await openTab(browser, { url: app.url, path: `/connections/${made.id}?tab=destinations` });
  const { page } = tab;
  const row = page.getByRole('row', { name: /Flow/ });
  await row.getByText('HTTP 200').waitFor();
  await row.getByRole('img', { name: '1 delivered, 0 failed in the last 24 hours' }).waitFor();
  await page.getByRole('button', { name: 'More for Flow' }).click();
  await page.getByRole('menuitem', { name: 'Send test' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Cancel' }).click();
  await page.getByRole('link', { name: 'Flowing' }).click();
  await page.getByRole('button', { name: 'Pause' }).click();
  await page.getByText('This connection is paused').waitFor();
  await send(201);
  await eventually(
    'all to be held',
    async () => (await app.client.call('getConnection', { params })).health.held === 201,
  );
  await page.getByRole('tab', { name: 'Destinations' }).click();
  await row.getByRole('cell', { name: '201', exact: true }).waitFor();
  await page.goto(`${app.url}/connections?status=held`);
  const connection = page.getByRole('row', { name: /Flowing/ });
  for (const text of ['Paused', '201 held', '1 / 1', 'Pour', '100%'])
    await connection.getByText(text).first().waitFor();
  await page.getByRole('button', { name: 'More for Flowing' }).click();
  await page.getByRole('menuitem', { name: 'Delete' }).getByText('Delete its destination first.').waitFor();
  await page.getByRole('menuitem', { name: 'Resume' }).click();
  await eventually('what was held', () => receiver.requests.length === 202);
  await page.goto(`${app.url}/connections/${made.id}?tab=usedBy`);
  await page.getByRole('list', { name: 'Actions that use this connection' }).getByText('Pour').waitFor();
  await page.getByRole('tab', { name: 'Activity' }).click();
  await page
    .getByRole('row', { name: /Delivered/ })
    .first()
    .waitFor();
  assert.deepEqual(tab.problems, []);
});

test('a connection whose system asked for a pause says until when, and Check now ends it', async () => {
  const { app, browser } = console_;
  await using receiver = await startReceiver();
  receiver.answer('/in', { status: 429, headers: { 'Retry-After': '3600' } });
  const { connection, deliver } = await wire(app, receiver);
  await deliver({ n: 1 }, 'retrying');
  const { id } = await deliver({ n: 2 }, 'pending');
  await using tab = await openTab(browser, { url: app.url, path: `/connections/${connection.id}` });
  const { page } = tab;
  const waiting = page.getByRole('alert', { name: 'Deliveries wait' });
  await waiting.getByText(/Next request/).waitFor();
  receiver.answer('/in', {});
  await waiting.getByRole('button', { name: 'Check now' }).click();
  await reaches(app, id, 'delivered');
  await waiting.waitFor({ state: 'hidden' });
  assert.deepEqual(tab.problems, []);
});

test('no state of a connection’s pages has a barrier that axe-core finds: presets, tabs, advanced, empty and unknown', async () => {
  const { app, browser } = console_;
  await using receiver = await startReceiver();
  const { connection, deliver } = await wire(app, receiver);
  await deliver({ title: 'Home' });
  const { id } = connection;
  await using tab = await openTab(browser, { url: app.url, expected: /^404 / });
  const { page } = tab;
  for (const path of [
    '/connections/new/webhook?preset=salesforce',
    '/connections/con_none',
    '/connections?filter=nothing',
    ...['activity', 'usedBy', 'versions'].map((name) => `/connections/${id}?tab=${name}`),
  ]) {
    await visit(page, path);
    assert.deepEqual(await barriers(page), [], path);
  }
  await visit(page, `/connections/${id}`);
  await page.getByText('Advanced', { exact: true }).click();
  assert.deepEqual(await barriersInAllLooks(page), [], 'Advanced');
  assert.deepEqual(tab.problems, []);
});

test('the list is filtered in the address, so that a link shows the same', async () => {
  const { app, browser } = console_;
  await app.client.call('createConnection', { body: { name: 'Found again', baseUrl: 'https://f.example' } });
  await using tab = await openTab(browser, { url: app.url, path: '/connections' });
  const { page } = tab;
  await page.getByRole('textbox', { name: 'Filter' }).fill('nothing like it');
  await page.getByRole('heading', { name: 'No connections match.' }).waitFor();
  assert.match(page.url(), /\?filter=nothing\+like\+it$/);
  await page.reload();
  assert.equal(await page.getByRole('textbox', { name: 'Filter' }).inputValue(), 'nothing like it');
  await page.getByRole('button', { name: 'Clear filters' }).click();
  await page.getByRole('link', { name: 'Found again' }).waitFor();
  assert.deepEqual(tab.problems, []);
});
