import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { budgets, measureConsole } from '../../scripts/budgets.ts';
import { barriersInAllLooks, openTab, startConsole, visit } from './browser.ts';

let console_: Awaited<ReturnType<typeof startConsole>>;
before(async () => {
  console_ = await startConsole({ MILLRACE_ENVIRONMENT: 'Staging' });
});
after(() => console_[Symbol.asyncDispose]());

test('a first visit and every page stay within their budgets', () => {
  const { firstScript, firstStyle, pages, editor } = measureConsole(
    new URL('../../dist/console', import.meta.url).pathname,
  );
  assert.ok(firstScript <= budgets.firstScript, `script of the first load: ${firstScript} bytes after gzip`);
  assert.ok(editor > 0 && editor <= budgets.editor, `the template editor: ${editor} bytes after gzip`);
  assert.ok(firstStyle <= budgets.firstStyle, `style of the first load: ${firstStyle} bytes after gzip`);
  assert.ok(pages.length > 5);
  for (const { name, bytes } of pages) assert.ok(bytes <= budgets.page, `${name}: ${bytes} bytes more after gzip`);
});

test('pages load from this server only, files are cached without end, and only browsers get pages', async () => {
  const { app } = console_;
  const get = (path: string, accept = 'text/html,*/*') => fetch(`${app.url}${path}`, { headers: { accept } });
  const page = await get('/connections/con_1?tab=destinations');
  const policy = page.headers.get('content-security-policy') ?? '';
  assert.deepEqual([page.status, page.headers.get('cache-control')], [200, 'no-cache']);
  assert.match(policy, /default-src 'none'; script-src 'self'; style-src 'self' 'nonce-[\w+/=]+';/);
  assert.doesNotMatch(policy, /unsafe/);
  const html = await page.text();
  assert.doesNotMatch(html, /<script>|__NONCE__/);
  const script = /src="(\/assets\/[^"]+\.js)"/.exec(html)?.[1] ?? '';
  const asset = await get(script);
  assert.match(asset.headers.get('cache-control') ?? '', /max-age=31536000, immutable/);
  await asset.arrayBuffer();
  for (const path of ['/api/v1/nothing', '/assets/nothing.js'])
    assert.equal((await get(path)).headers.get('content-type'), 'application/problem+json; charset=utf-8', path);
  assert.equal((await get('/nowhere', 'application/json')).status, 404);
});

test('a sign-in link signs in and leaves neither address nor history; signing out forgets', async () => {
  const { app, browser } = console_;
  await using tab = await openTab(browser, { url: app.url });
  const { page } = tab;
  await page.getByRole('heading', { level: 1, name: 'Home' }).waitFor();
  assert.equal(page.url(), `${app.url}/`);
  await page.getByRole('button', { name: 'Account' }).click();
  await page.getByRole('menuitem', { name: 'Sign out' }).click();
  await page.getByRole('heading', { level: 1, name: 'Sign in' }).waitFor();
  assert.equal(await page.evaluate('sessionStorage.length'), 0);
  assert.deepEqual(tab.problems, []);
});

test('a token that the server does not know is told so, at the field', async () => {
  const { app, browser } = console_;
  await using tab = await openTab(browser, { url: app.url, token: 'an-unknown-token', expected: /^401 / });
  const { page } = tab;
  await page.getByRole('button', { name: 'Use an API token' }).click();
  await page.getByLabel('API token').fill('another-unknown-token');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByText('Unknown token.').waitFor();
  assert.deepEqual(tab.problems, []);
});

test('the keyboard goes everywhere: palette, letters, help, and letters switched off', async () => {
  const { app, browser } = console_;
  await app.client.call('createConnection', { body: { name: 'Found by name', baseUrl: 'https://a.example' } });
  await using tab = await openTab(browser, { url: app.url });
  const { page } = tab;
  const heading = (name: string) => page.getByRole('heading', { level: 1, name, exact: true }).waitFor();
  await heading('Home');
  await page.keyboard.press('Control+k');
  await page.getByRole('combobox', { name: 'Search pages and objects' }).fill('found by');
  await page.getByRole('option', { name: 'Found by name Connection' }).waitFor();
  await page.keyboard.press('Enter');
  await heading('Found by name');
  await page.keyboard.press('Control+k');
  await page.getByRole('combobox', { name: 'Search pages and objects' }).fill('copy link');
  await page.getByRole('option', { name: /Copy link to this page/ }).waitFor();
  await page.keyboard.press('Enter');
  await page.getByText('Link copied').waitFor();
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  await page.keyboard.press('g');
  await page.keyboard.press('c');
  await heading('Connections');
  await page.getByRole('heading', { level: 1 }).and(page.locator(':focus')).waitFor();
  await page.getByRole('link', { name: 'Found by name' }).waitFor();
  await page.keyboard.press('/');
  await page.getByRole('textbox', { name: 'Filter' }).and(page.locator(':focus')).waitFor();
  await page.keyboard.press('Shift+Tab');
  await page.keyboard.press('n');
  await heading('New Connection');
  await page.goBack();
  await page.getByRole('link', { name: 'Found by name' }).waitFor();
  await page.keyboard.press('j');
  await page.keyboard.press('Enter');
  await heading('Found by name');
  await page.keyboard.press('?');
  await page.getByRole('switch', { name: 'Single-key shortcuts' }).uncheck();
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  await page.keyboard.press('g');
  await page.keyboard.press('h');
  await heading('Found by name');
  assert.deepEqual(tab.problems, []);
});

test('a value of the address that the page does not know counts as not set', async () => {
  const { app, browser } = console_;
  await using tab = await openTab(browser, { url: app.url, path: '/settings?tab=nothing' });
  await tab.page.getByRole('heading', { level: 1, name: 'Appearance' }).waitFor();
  await tab.page.locator('nav a[aria-current=page]').getByText('Appearance').waitFor();
  await visit(tab.page, '/connections?status=nothing');
  await tab.page.getByRole('link', { name: 'Found by name' }).waitFor();
  assert.deepEqual(tab.problems, []);
});

test('a server that goes away and comes back is waited for, without a reload', async () => {
  const { app, browser } = console_;
  await using tab = await openTab(browser, { url: app.url, isFirst: true }); // the page's code is not there yet
  const { page } = tab;
  await page.getByText('Connected').waitFor();
  await page.context().setOffline(true);
  await page.getByRole('link', { name: 'Connections', exact: true }).first().click();
  await page.getByText('Connection lost').waitFor();
  await page.context().setOffline(false);
  await page.getByText('Connected').waitFor();
  await page.getByRole('link', { name: 'Found by name' }).waitFor();
});

test('a style sheet that could not be loaded once is loaded with its page', async () => {
  const { app, browser } = console_;
  await using tab = await openTab(browser, { url: app.url, isFirst: true });
  const { page } = tab;
  await page.getByText('Connected').waitFor();
  const sheet = /events-page[^/]*\.css/;
  await page.route(sheet, (route) => route.abort(), { times: 1 });
  await Promise.all([
    page.waitForResponse(sheet),
    page.getByRole('link', { name: 'Events', exact: true }).first().click(),
  ]);
  await page.getByRole('heading', { level: 1, name: 'Events' }).waitFor();
});

test('no dialog or menu of the shell has a barrier that axe-core finds: light, dark and narrow', async () => {
  const { app, browser } = console_;
  const [made] = (await app.client.call('listConnections')).data;
  await using tab = await openTab(browser, { url: app.url, path: `/connections/${made?.id}` });
  const { page } = tab;
  for (const [name, role] of [
    ['Show as', 'dialog'],
    ['Delete', 'dialog'],
    ['Help and keyboard shortcuts', 'dialog'],
    ['Search', 'dialog'],
    ['Theme', 'menu'],
    ['Account', 'menu'],
  ] as const) {
    await page.getByRole('button', { name, exact: true }).click();
    await page.getByRole(role).waitFor();
    assert.deepEqual(await barriersInAllLooks(page), [], name);
    await page.keyboard.press('Escape');
    await page.getByRole(role).waitFor({ state: 'detached' });
  }
  assert.deepEqual(tab.problems, []);
});

test('Settings › System lists the problems of a server that is not ready', async () => {
  await using unready = await startConsole({ MILLRACE_DISK_RESERVE_BYTES: '1TiB' });
  const { app, browser } = unready;
  await using tab = await openTab(browser, { url: app.url, path: '/settings?tab=system', expected: /^503 / });
  await tab.page.getByText('Not ready').waitFor();
  await tab.page.getByText('Free disk space is below the reserve: intake is refused.').waitFor();
});

test('Settings › System shows within 3 s that a node took the partitions of another one', async () => {
  const { app, browser } = console_;
  // In a page of its own, since its clock and its answers are not those of others.
  await using tab = await openTab(browser, { url: app.url, viewport: { width: 1280, height: 900 } });
  const { page } = tab;
  const alone = await app.client.call('getNodes');
  let owned = [2, 2];
  await page.route('**/api/v1/nodes', (route) =>
    route.fulfill({
      json: {
        ...alone,
        partitions: 4,
        nodes: owned.map((partitions, i) => ({ ...alone.nodes[0], name: 'ab'[i], partitions })),
      },
    }),
  );
  await page.clock.install();
  await visit(page, '/settings?tab=system');
  await page.getByText('2 / 4').nth(1).waitFor();
  await page.clock.pauseAt(Date.now() + 1_000);
  owned = [0, 4];
  const asked = page.waitForResponse('**/api/v1/nodes');
  await page.clock.runFor(3_000);
  await asked;
  // What is to be drawn.
  await page.clock.runFor(100);
  await page.getByText('4 / 4').waitFor();
});

test('the installation is named beside the product, in the title and in what asks first; a silent server is said to be slow', async () => {
  const { app, browser } = console_;
  const { id } = await app.client.call('createConnection', { body: { name: 'CRM', baseUrl: 'https://crm.example' } });
  await using tab = await openTab(browser, { url: app.url, path: '/connections' });
  const { page } = tab;
  await page.getByRole('banner').getByText('Staging', { exact: true }).waitFor();
  await page.waitForFunction(`document.title === 'Connections · Millrace · Staging'`);
  await page.getByRole('button', { name: 'More for CRM' }).click();
  await page.getByRole('menuitem', { name: 'Delete' }).click();
  await page.getByRole('dialog', { name: 'Delete CRM?' }).getByText('Staging', { exact: true }).waitFor();
  assert.deepEqual(await barriersInAllLooks(page), []);
  await page.keyboard.press('Escape');

  // The server takes a request and says nothing: until it does.
  const silence = Promise.withResolvers<void>();
  await page.route(/\/api\/v1\/deliveries(\?|$)/, async (route) => {
    await silence.promise;
    await route.continue();
  });
  await page.getByRole('link', { name: 'Deliveries', exact: true }).first().click();
  const state = page.getByRole('banner').getByRole('status');
  await state.getByText('Server is slow').waitFor();
  silence.resolve();
  await state.getByText('Connected').waitFor();
  await app.client.call('deleteConnection', { params: { id } });
  assert.deepEqual(tab.problems, []);
});
