import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Page } from 'playwright-core';
import { barriers, barriersInAllLooks, chooseFilter, loaded, openTab, startConsole, visit } from './browser.ts';

let console_: Awaited<ReturnType<typeof startConsole>>;
before(async () => {
  console_ = await startConsole();
  const { client } = console_.app;
  for (const name of ['Mail', 'CRM 10', 'CRM 2'])
    await client.call('createConnection', {
      body: { name, description: `About ${name}`, baseUrl: `https://${name.toLowerCase().replace(' ', '-')}.example` },
    });
  for (const { id, name } of (await client.call('listConnections')).data)
    if (name === 'Mail') await client.call('changeConnection', { params: { id }, body: { status: 'paused' } });
});
after(() => console_[Symbol.asyncDispose]());

const list = (page: Page) => page.getByRole('region', { name: 'Connections', exact: true });
/** Whether the label of a button has no room. */
const isCut = ([one]: { clientWidth: number; scrollWidth: number }[]) =>
  one === undefined || one.scrollWidth > one.clientWidth;
const names = (page: Page) => list(page).locator('[data-row-link]').allTextContents();

test('a row opens its thing by a click anywhere in it, in a new tab with the middle button, and by keyboard', async () => {
  const { app, browser } = console_;
  await using tab = await openTab(browser, { url: app.url, path: '/connections' });
  const { page } = tab;
  const cell = (text: string) => list(page).getByRole('row', { name: /CRM 2/ }).getByText(text);
  await cell('No Authentication').click();
  await page.getByRole('heading', { level: 1, name: 'CRM 2' }).waitFor();
  await page.goBack();

  const other = page.context().waitForEvent('page');
  await cell('No Authentication').click({ button: 'middle' });
  await (await other).waitForURL(/\/connections\/con_/);
  assert.match(page.url(), /\/connections$/);

  // What is in a row keeps its own meaning.
  await page.getByRole('button', { name: 'More for CRM 2' }).click();
  await page.getByRole('menuitem', { name: 'Pause' }).click();
  await cell('Paused').waitFor();
  assert.match(page.url(), /\/connections$/);

  for (const key of ['j', 'j', 'k', 'j', 'Enter']) await page.keyboard.press(key);
  await page.getByRole('heading', { level: 1, name: 'CRM 10' }).waitFor();
  assert.deepEqual(tab.problems, []);
});

test('a dialog gives the focus back to the button that opened it, also to that of a menu', async () => {
  const { app, browser } = console_;
  await using tab = await openTab(browser, { url: app.url, path: '/connections' });
  const { page } = tab;
  const focused = page.locator(':focus');
  const closed = async (name: string) => {
    await page.getByRole('dialog', { name }).waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog', { name }).waitFor({ state: 'detached' });
  };
  const help = page.getByRole('button', { name: 'Help and keyboard shortcuts' });
  await help.press('Enter');
  await closed('Keyboard shortcuts');
  await help.and(focused).waitFor();
  const menu = page.getByRole('button', { name: 'More for CRM 2' });
  for (const [item, dialog] of [
    ['Show as', 'Show CRM 2 as'],
    ['Delete', 'Delete CRM 2?'],
  ] as const) {
    await menu.press('Enter');
    await page.getByRole('menuitem', { name: item, exact: true }).press('Enter');
    await closed(dialog);
    await menu.and(focused).waitFor();
  }
  assert.deepEqual(tab.problems, []);
});

test('a list is sorted by its columns and filtered by chips, and its address and a saved view keep both', async () => {
  const { app, browser } = console_;
  await using tab = await openTab(browser, { url: app.url, path: '/connections' });
  const { page } = tab;
  await loaded(page);
  const head = (name: string) => list(page).getByRole('columnheader', { name });
  assert.deepEqual(await names(page), ['CRM 2', 'CRM 10', 'Mail'], 'as people count');
  assert.equal(await head('Name').getAttribute('aria-sort'), 'ascending');
  await head('Name').getByRole('button').click();
  await head('Name').and(page.locator('[aria-sort=descending]')).waitFor();
  assert.deepEqual(await names(page), ['Mail', 'CRM 10', 'CRM 2']);

  await page.getByText('3 connections').waitFor();
  await chooseFilter(page, 'State', 'Active');
  await page.getByText('of 3 connections').waitFor();
  assert.match(page.url(), /sort=-name&status=enabled/);
  assert.deepEqual(await barriersInAllLooks(page), []);
  await page.getByRole('button', { name: 'Views of Connections' }).click();
  await page.getByRole('textbox', { name: 'View name' }).fill('Working');
  assert.equal(
    await page.getByRole('button', { name: 'Save' }).locator('.mantine-Button-label').evaluateAll(isCut),
    false,
  );
  await page.keyboard.press('Enter');
  assert.deepEqual(await barriers(page), []);
  await page.keyboard.press('Escape');

  await page.getByRole('button', { name: 'Remove filter State: Active' }).click();
  await page.getByText('3 connections', { exact: true }).waitFor();
  await page.getByRole('textbox', { name: 'Filter' }).fill('about mail');
  await page.getByText('1 of 3 connections').waitFor();
  assert.deepEqual(await names(page), ['Mail']);
  await page.reload();
  await page.getByRole('button', { name: 'Views of Connections' }).click();
  await page.getByRole('link', { name: 'Working' }).click();
  await page.waitForURL(/status=enabled/);
  assert.match(page.url(), /sort=-name/);
  await page.waitForFunction("document.querySelector('[aria-label=Filter]').value === ''");

  // A view of the same name is replaced only after a question.
  await page.getByRole('button', { name: 'Remove filter State: Active' }).click();
  await page.getByRole('button', { name: 'Views of Connections' }).click();
  await page.getByRole('textbox', { name: 'View name' }).fill('Working');
  await page.keyboard.press('Enter');
  await page.getByText('A view has this name.').waitFor();
  assert.match((await page.getByRole('link', { name: 'Working' }).getAttribute('href')) ?? '', /status=enabled/);
  assert.deepEqual(await barriersInAllLooks(page), []);
  await page.getByRole('button', { name: 'Replace' }).click();
  await page.getByText('A view has this name.').waitFor({ state: 'detached' });
  assert.doesNotMatch((await page.getByRole('link', { name: 'Working' }).getAttribute('href')) ?? '', /status=/);
  assert.deepEqual(tab.problems, []);
});

test('Enter chooses the marked option of a filter that the server searches, also after arrows', async () => {
  const { app, browser } = console_;
  await app.client.call('createAction', {
    body: { name: 'Any', description: 'x', rules: { parameter: 'n', operator: 'exists' } },
  });
  await using tab = await openTab(browser, { url: app.url, path: '/actions' });
  const { page } = tab;
  const marked = (name: string) =>
    page.getByRole('option', { name, exact: true }).and(page.locator('[data-combobox-selected]')).waitFor();
  await page.getByRole('combobox', { name: 'Connection', exact: true }).click();
  const search = page.getByRole('textbox', { name: 'Search Connection' });
  await search.press('ArrowDown');
  await marked('CRM 2');
  await search.press('ArrowDown');
  await marked('CRM 10');
  await search.fill('about mail');
  await marked('Mail');
  await search.press('Enter');
  await page.getByRole('button', { name: 'Remove filter Connection: Mail' }).waitFor();
  assert.deepEqual(tab.problems, []);
});

test('what is not there leads to its list and to what was deleted', async () => {
  const { app, browser } = console_;
  await using tab = await openTab(browser, { url: app.url, expected: /^404 / });
  const { page } = tab;
  await visit(page, '/deliveries/dlv_1');
  await page.getByRole('alert').getByText('Not found').waitFor();
  assert.equal(await page.getByRole('link', { name: 'Go to Deleted objects' }).count(), 0);
  await page.getByRole('link', { name: 'Go to Deliveries' }).click();
  await page.getByRole('heading', { level: 1, name: 'Deliveries' }).waitFor();
  await visit(page, '/actions/act_1');
  assert.deepEqual(await barriers(page), []);
  await page.getByRole('link', { name: 'Go to Deleted objects' }).click();
  await page.getByRole('heading', { level: 1, name: 'Deleted' }).waitFor();
  await visit(page, '/nowhere');
  await page.getByRole('link', { name: 'Go to Home' }).waitFor();
});

test('columns are hidden and moved per person, and those without room leave before the state does', async () => {
  const { app, browser } = console_;
  await using tab = await openTab(browser, { url: app.url, path: '/connections' });
  const { page } = tab;
  await loaded(page);
  const shown = ['Name', 'State', 'Destinations', 'Base URL', 'Used by', 'Success 24 h'];
  const heads = () => list(page).getByRole('columnheader').allTextContents();
  await page.getByRole('button', { name: 'Columns of Connections' }).click();
  await page.getByRole('checkbox', { name: 'Authentication' }).uncheck();
  await page.getByRole('button', { name: 'Move Destinations to the left' }).click();
  assert.deepEqual(await barriersInAllLooks(page), []);
  await page.keyboard.press('Escape');
  assert.deepEqual((await heads()).slice(0, 6), shown);
  await page.reload();
  await loaded(page);
  assert.deepEqual((await heads()).slice(0, 6), shown);

  // A wide window has room for more of them: what is seldom needed is a column to choose.
  await page.setViewportSize({ width: 1920, height: 800 });
  await page.getByRole('button', { name: 'Columns of Connections' }).click();
  for (const name of ['Type', 'p95', 'Modified by']) await page.getByRole('checkbox', { name, exact: true }).check();
  await page.keyboard.press('Escape');
  for (const name of ['Type', 'p95']) await list(page).getByRole('columnheader', { name }).waitFor();

  await page.setViewportSize({ width: 390, height: 800 });
  await list(page).getByRole('columnheader', { name: 'Used by' }).waitFor({ state: 'detached' });
  const [first, second] = await heads();
  assert.deepEqual([first, second], ['Name', 'State']);
  assert.equal(await page.evaluate('document.documentElement.scrollWidth <= innerWidth'), true);

  // Another person in the same browser has the declared columns.
  const { token } = await app.client.call('createToken', { body: { name: 'Other', rights: ['connections:view'] } });
  await page.setViewportSize({ width: 1280, height: 800 });
  await page.goto(`${app.url}/connections#token=${token}`);
  await page.reload();
  await list(page).getByRole('columnheader', { name: 'Authentication' }).waitFor();
  assert.deepEqual(tab.problems, []);
});
