import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Page } from 'playwright-core';
import { startReceiver } from '../support/receiver.ts';
import { barriers, barriersInAllLooks, edit, loaded, openTab, startConsole, visit } from './browser.ts';

let console_: Awaited<ReturnType<typeof startConsole>>;
before(async () => {
  // A new server: no local address is allowed, and the Inbox has its default.
  console_ = await startConsole({ MILLRACE_EGRESS_ALLOW: '198.51.100.1' });
});
after(() => console_[Symbol.asyncDispose]());

const serverProblem = {
  status: 500,
  code: 'internal',
  title: 'Internal error',
  detail: 'No.',
  requestId: 'req_1',
};
const h1 = (page: Page, name: string) => page.getByRole('heading', { level: 1, name, exact: true }).waitFor();

test('on a new server, Home says that all is clear and leads to the first steps', async () => {
  const { app, browser } = console_;
  await using tab = await openTab(browser, { url: app.url });
  const { page } = tab;
  await page.getByText('All clear').waitFor();
  await page.getByText('No changes yet').waitFor();
  assert.deepEqual(await barriers(page), []);
  await page.getByRole('button', { name: 'Dismiss' }).click();
  await page.reload();
  await page.getByText('All clear').waitFor();
  assert.equal(await page.getByRole('link', { name: 'First steps' }).count(), 0);
  await page.getByRole('button', { name: 'Help and keyboard shortcuts' }).click();
  await page.getByRole('link', { name: /First steps/ }).click();
  await h1(page, 'Welcome to Millrace');
  await page.getByRole('heading', { name: 'Invite a colleague' }).waitFor();
  // Without the demo there is nothing to choose between.
  assert.equal(await page.getByRole('link', { name: /^Demo data/ }).count(), 0);
  await visit(page, '/welcome?with=demo');
  await page.getByText('The demo isn’t running on this server.').waitFor();
  assert.deepEqual(tab.problems, []);
});

test('a new user gets an own event delivered by following the first steps', async () => {
  const { app, browser } = console_;
  await using tab = await openTab(browser, { url: app.url, path: '/welcome' });
  const { page } = tab;
  await page.getByRole('button', { name: 'Create sample setup' }).click();
  await page.getByText('Created:').waitFor();
  await page.getByRole('tab', { name: 'curl' }).click();
  const line = await page.getByRole('region', { name: 'curl' }).textContent();
  // The command that a person would paste into a terminal.
  const [, address = '', body = ''] = /curl '([^']+)' \\\s+--data '([^']+)'/.exec(line ?? '') ?? [];
  assert.equal((await fetch(address, { method: 'POST', body })).status, 200);
  await page
    .getByText(/page_view/)
    .first()
    .waitFor();
  await page.getByText('Your event was delivered.').waitFor();
  await page.getByText('3 of 7 steps done').waitFor();
  await page.getByRole('link', { name: 'View delivery' }).click();
  await page.waitForURL(/\/deliveries\/dlv_/);
  const { data } = await app.client.call('listInboxRequests');
  assert.deepEqual(
    data.map(({ inbox, path }) => [inbox, path]),
    [['quick-start', '/inbox/quick-start/events']],
  );
  assert.deepEqual(tab.problems, []);
});

test('the first steps deliver to the chosen system', async () => {
  await using receiver = await startReceiver();
  await using off = await startConsole({ MILLRACE_EGRESS_ALLOW: new URL(receiver.url).host, MILLRACE_INBOX: 'off' });
  const { app, browser } = off;
  await using tab = await openTab(browser, { url: app.url, path: '/welcome' });
  const { page } = tab;
  await page.getByText('MILLRACE_EGRESS_ALLOW', { exact: false }).waitFor();
  assert.deepEqual(await barriers(page), []);
  await page.getByRole('button', { name: 'Create sample setup' }).click();
  await page.getByText('Enter a URL that starts').waitFor();
  await page.getByRole('textbox', { name: 'URL of the receiving system' }).fill(`${receiver.url}/hooks?team=a`);
  await page.getByRole('button', { name: 'Create sample setup' }).click();
  await page.getByRole('button', { name: 'Send a test event' }).click();
  await page.getByText('Your event was delivered.').waitFor();
  assert.equal(receiver.requests[0]?.target, '/hooks?team=a');
  assert.deepEqual(tab.problems, []);
});

test('Home lists everything that needs attention, each with the next step, and recent changes with their authors', async () => {
  const { app, browser } = console_;
  const [destination] = (await app.client.call('listAllDestinations')).data;
  assert.ok(destination);
  const params = { id: destination.id };
  await app.client.call('changeDestination', { params, body: { status: 'paused' } });
  await fetch(`${app.url}/v3/unknown-key`, { method: 'POST', body: '{"events":[{"a":"b"}]}' });
  await using tab = await openTab(browser, { url: app.url, path: '/?range=15m' });
  const { page } = tab;
  await page.getByText('Everything is disabled but still used').waitFor();
  await page.getByText('1 request rejected on intake').waitFor();
  await page.getByRole('img', { name: /^Last 15 min: 1 delivered/ }).waitFor();
  await page.getByText('Table', { exact: true }).click();
  await page.getByRole('table').getByRole('columnheader', { name: 'Delivered' }).waitFor();
  await page.getByText('7 days', { exact: true }).click();
  await page.waitForURL(/range=7d/);
  await page
    .getByText(/changed this/)
    .first()
    .waitFor();
  await page.getByRole('link', { name: 'View destination' }).click();
  await page.waitForURL(new RegExp(`/connections/con_\\w+/destinations/${destination.id}`));
  await app.client.call('changeDestination', { params, body: { status: 'enabled' } });
  assert.deepEqual(tab.problems, []);
});

test('a chart that can’t be drawn is shown as a table', async () => {
  const { app, browser } = console_;
  await using tab = await openTab(browser, { url: app.url, path: '/settings' });
  const { page } = tab;
  // Some browsers report this language, which Intl rejects.
  await using _ = await page.addInitScript(
    "Object.defineProperty(navigator, 'language', { get: () => 'en-US@posix' })",
  );
  await page.goto(`${app.url}/?range=15m`);
  await page.getByRole('figure').getByRole('table').getByRole('columnheader', { name: 'Delivered' }).waitFor();
  await page.getByRole('heading', { name: 'Recent changes' }).waitFor();
  assert.deepEqual(await barriers(page), []);
  assert.deepEqual(
    tab.problems.filter((problem) => !problem.includes('Invalid language tag')),
    [],
  );
});

test('theme, density and start page are kept in the browser', async () => {
  const { app, browser } = console_;
  await using tab = await openTab(browser, { url: app.url, path: '/settings' });
  const { page } = tab;
  await h1(page, 'Appearance');
  await page.getByText('Dark', { exact: true }).click();
  await page.getByText('Compact', { exact: true }).click();
  await page.getByRole('combobox', { name: 'Start page' }).selectOption('Connections');
  await page.goto(`${app.url}/`);
  await h1(page, 'Connections');
  const root = await page.evaluate('({ ...document.documentElement.dataset })');
  assert.partialDeepStrictEqual(root, { density: 'compact', mantineColorScheme: 'dark' });
  await page.getByRole('link', { name: 'Home' }).first().click();
  await h1(page, 'Home');
  assert.deepEqual(tab.problems, []);
});

test('the import of a file shows its plan before it is applied', async () => {
  const { app, browser } = console_;
  await using tab = await openTab(browser, { url: app.url, path: '/settings?tab=transfer' });
  const { page } = tab;
  const download = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Download as YAML' }).click();
  const stream = await (await download).createReadStream();
  const file = (await Array.fromAsync(stream)).join('');
  const text = page.getByRole('textbox', { name: 'YAML or JSON' });
  const plan = page.getByRole('button', { name: 'Show plan' });
  await text.fill('people: []');
  await plan.click();
  await page.getByText(/has no "kind"/).waitFor();
  await text.fill(`${file}---\nkind: behavior\nname: Big order\ncondition: {all: []}\n`);
  await plan.click();
  await page.getByText(/^1 new, 0 changed, \d+ unchanged$/).waitFor();
  assert.deepEqual(await barriers(page), []);
  await page.getByRole('button', { name: 'Apply 1 object' }).click();
  await page.getByText('1 object applied').waitFor();
  const { data } = await app.client.call('listBehaviors', { query: { name: 'Big order' } });
  assert.equal(data.length, 1);
  // What was applied stays, and leads to what was made.
  await page.getByRole('heading', { name: 'Applied' }).waitFor();
  await page.getByRole('link', { name: 'Big order' }).click();
  await page.getByRole('heading', { level: 1, name: 'Big order' }).waitFor();

  // A secret that no file has is named, and its connection leads to where it is entered.
  await visit(page, '/settings?tab=transfer');
  await text.fill('connections: [{name: Bare, baseUrl: "https://bare.example", auth: {type: bearer}}]');
  await plan.click();
  await page.getByRole('button', { name: 'Apply 1 object' }).click();
  await page.getByRole('heading', { name: 'Applied' }).waitFor();
  const applied = page.getByRole('listitem').filter({ hasText: 'The bearer token is missing.' });
  await applied.getByRole('link', { name: 'Bare' }).click();
  await page.getByRole('heading', { level: 1, name: 'Bare' }).waitFor();
  await edit(page);
  await page.getByLabel('Token', { exact: true }).first().waitFor();
  assert.deepEqual(tab.problems, []);
});

test('examples of the template language run, the type of an error links to its documentation, and the changelog is there', async () => {
  const { app, browser } = console_;
  await using tab = await openTab(browser, { url: app.url, path: '/docs' });
  const { page } = tab;
  await page.getByRole('link', { name: /^Template language/ }).click();
  const example = page.getByRole('region', { name: 'Example: Filters' });
  await example.getByRole('button', { name: 'Run' }).click();
  await example.getByText('"city": "unknown"').waitFor();
  await example.getByRole('textbox', { name: 'Template' }).fill('{{ it.data[0].name | upper }}');
  await page.keyboard.press('Control+Enter');
  await example.getByText('ADA', { exact: true }).waitFor();

  const answer = await fetch(`${app.url}/api/v1/me`);
  const { type }: { type: string } = JSON.parse(await answer.text());
  await page.goto(type.replace(/^(https?:\/\/[^/]+)?/, app.url));
  await page.getByRole('heading', { name: 'unauthorized' }).waitFor();
  assert.ok(await page.getByText('401 Not signed in.').isVisible());

  // A link in a text leads to another page without loading the console again.
  await page.evaluate('globalThis.isSame = true');
  const link = page.getByRole('main').locator('p a[href^="/docs/"], li a[href^="/docs/"], td a[href^="/docs/"]').last();
  const href = (await link.getAttribute('href')) ?? assert.fail();
  await link.click();
  await page.waitForURL((to) => to.pathname + to.hash === href || to.pathname === href.replace(/#.*/, ''));
  assert.equal(await page.evaluate('globalThis.isSame'), true);

  await page.goto(`${app.url}/docs/api?filter=render`);
  await page.getByText('Render a template with given records').click();
  await page.getByText('Right: connections:view').waitFor();
  await page.waitForURL(/open=renderTemplate/);
  await page.getByRole('link', { name: 'Changelog' }).click();
  await page.getByRole('heading', { level: 1, name: 'Changelog' }).waitFor();
  await page.getByRole('heading', { level: 2, name: /^0\.2\.0 / }).waitFor();
  assert.deepEqual(tab.problems, []);
});

const pages = [
  '/welcome?with=mine',
  '/settings?tab=deleted',
  '/docs/api?filter=token&open=createToken',
  '/docs/api?filter=nothing',
  '/docs/limits',
];
test('without the rights for a part of Home it is not there', async () => {
  const { app, browser } = console_;
  const { token } = await app.client.call('createToken', { body: { name: 'Events only', rights: ['events:view'] } });
  await using tab = await openTab(browser, { url: app.url, token });
  const { page } = tab;
  await page.getByText('To see these numbers you need the right').waitFor();
  await loaded(page);
  for (const name of ['Recent changes', 'Needs attention'])
    assert.equal(await page.getByRole('heading', { name }).count(), 0);
  await page.goto(`${app.url}/welcome?with=demo`);
  await page.getByText('To see whether the demo is running on this server you need the right').waitFor();
  assert.deepEqual(tab.problems, []);
});

test('a person who may only look is led to no first steps, and to nothing that creates', async () => {
  const { app, browser } = console_;
  const { data: roles } = await app.client.call('listRoles');
  const rights = roles.find(({ name }) => name === 'Analyst')?.rights ?? assert.fail();
  const { token } = await app.client.call('createToken', { body: { name: 'Looks', rights } });
  await using tab = await openTab(browser, { url: app.url, token });
  const { page } = tab;
  await page.getByRole('heading', { name: 'Needs attention' }).waitFor();
  await loaded(page);
  assert.equal(await page.getByRole('link', { name: 'First steps' }).count(), 0);
  for (const path of ['/actions', '/connections', '/behaviors', '/data-collection', '/replays']) {
    await visit(page, path);
    const creating = page.getByRole('main').getByText(/^(New|Paste|Import) /);
    assert.deepEqual(await creating.allTextContents(), [], path);
  }
  assert.deepEqual(tab.problems, []);
});

test('a server that fails is not shown as one without changes, or as a missing right', async () => {
  const { app, browser } = console_;
  await using tab = await openTab(browser, { url: app.url, path: '/docs', expected: /^500 / });
  const { page } = tab;
  await page.route(/\/api\/v1\/(stats|connections|destinations|actions|behaviors|collectors)\b/, (route) =>
    route.fulfill({ status: 500, contentType: 'application/problem+json', body: JSON.stringify(serverProblem) }),
  );
  await page.goto(`${app.url}/`);
  await page.getByRole('alert').nth(1).waitFor();
  await page.getByRole('link', { name: 'View audit log' }).waitFor();
  assert.equal(await page.getByText('No changes yet').count(), 0);
  await visit(page, '/settings?tab=system');
  await page.getByRole('alert').waitFor();
  assert.equal(await page.getByText('To see these numbers').count(), 0);
  assert.deepEqual(tab.problems, []);
});

test('axe-core finds no violation in other states of Home, the first steps, settings and docs', async () => {
  const { app, browser } = console_;
  await using tab = await openTab(browser, {
    url: app.url,
    expected: /^500 /,
  });
  const { page } = tab;
  for (const path of pages) {
    await visit(page, path);
    await page.getByText('Loading').waitFor({ state: 'detached' });
    assert.deepEqual(await barriers(page), [], path);
  }
  await page.route(/\/api\/v1\/(stats|connections)\b/, (route) =>
    route.fulfill({ status: 500, contentType: 'application/problem+json', body: JSON.stringify(serverProblem) }),
  );
  await page.goto(`${app.url}/`);
  await page.getByRole('alert').first().waitFor();
  assert.deepEqual(await barriersInAllLooks(page), [], 'error');
  assert.deepEqual(tab.problems, []);
});
