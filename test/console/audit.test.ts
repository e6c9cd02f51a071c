import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { barriers, barriersInAllLooks, chooseFilter, loaded, openTab, startConsole } from './browser.ts';

let console_: Awaited<ReturnType<typeof startConsole>>;
before(async () => {
  console_ = await startConsole();
});
after(() => console_[Symbol.asyncDispose]());

const canary = 'very-secret-token-of-crm';

test('the audit log tells who did what with before and after, by filters that stand in the address', async () => {
  const { app, browser } = console_;
  await using tab = await openTab(browser, {
    url: app.url,
    path: '/settings/audit?act=rollback',
    expected: /^409 /,
  });
  const { page } = tab;
  await page.getByText('No entries match.').waitFor();
  assert.deepEqual(await barriers(page), []);

  const { client } = app;
  const { id } = await client.call('createConnection', {
    body: { name: 'CRM', baseUrl: 'https://crm.example', auth: { type: 'bearer', token: canary } },
  });
  const params = { id };
  await client.call('changeConnection', { params, body: { status: 'paused', auth: { token: `${canary}-2` } } });
  const other = await client.call('createConnection', { body: { name: 'Other', baseUrl: 'https://other.example' } });
  await client.call('changeConnection', { params: { id: other.id }, body: { status: 'paused' } });
  await client.call('changeConnection', { params: { id: other.id }, body: { status: 'enabled' } });
  await client.call('createBehavior', { body: { name: 'Buys', condition: { all: [] } } });
  await app.fetch('/api/v1/connections', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ name: 'crm', baseUrl: 'https://crm.example' }),
  });

  // From Home, by way of what everybody sees there.
  await page.goto(`${app.url}/`);
  await page.getByRole('link', { name: 'View audit log' }).click();
  await page.getByRole('heading', { level: 1, name: 'Audit log' }).waitFor();
  const list = page.getByRole('region', { name: 'Entries', exact: true });
  await list.getByRole('row', { name: /Created connection .*Rejected \(name taken\)/ }).waitFor();
  await list.getByRole('row', { name: /Paused connection Other/ }).waitFor();
  await list.getByRole('row', { name: /Resumed connection Other/ }).waitFor();
  await list.getByRole('row', { name: /Created behavior Buys Done Administrator token .* 127\.0\.0\.1/ }).waitFor();
  assert.deepEqual(await barriers(page), []);

  await chooseFilter(page, 'What', 'Change');
  await chooseFilter(page, 'Kind', 'Connection');
  await list
    .getByRole('row', { name: /Create/ })
    .first()
    .waitFor({ state: 'detached' });
  // In a small window the entry opens below the list, and the page scrolls to it.
  const wide = page.viewportSize();
  assert.ok(wide !== null);
  await page.setViewportSize({ width: 390, height: 400 });
  await list
    .getByRole('cell', { name: /^Changed connection .* \d{4}, \d{2}:\d{2}:\d{2}$/ })
    .first()
    .waitFor();
  await list.getByRole('link', { name: 'Changed connection' }).click();
  const entry = page.getByRole('region', { name: /^Entry \d+$/ });
  await entry.getByText('status: enabled').waitFor();
  const top = await entry.evaluate((element) => element.getBoundingClientRect().top);
  assert.ok(top < 400, `the entry begins ${top} px below the top of the window`);
  await page.setViewportSize(wide);
  await entry.getByText('status: paused').waitFor();
  await entry.getByText('auth.token: another secret').waitFor();
  assert.match(page.url(), /act=change&kind=connection&entry=\d+/);
  // A saved view keeps the filters, not the open entry.
  await page.getByRole('button', { name: 'Views of Entries' }).click();
  await page.getByRole('textbox', { name: 'View name' }).fill('Connections');
  await page.keyboard.press('Enter');
  const view = page.getByRole('dialog').getByRole('link', { name: 'Connections' });
  assert.match((await view.getAttribute('href')) ?? '', /act=change&kind=connection$/);
  await page.keyboard.press('Escape');
  assert.deepEqual(await barriersInAllLooks(page), []);
  assert.ok(!(await page.content()).includes(canary));

  await page.reload();
  await entry.getByText('status: paused').waitFor();
  await entry.getByRole('link', { name: 'View history' }).click();
  await list.getByRole('link', { name: 'Created connection' }).waitFor();
  assert.equal(await list.getByRole('row').count(), 3);
  await page.getByRole('button', { name: /Object: con_/ }).click();
  await list.getByRole('row', { name: /behavior/ }).waitFor();

  await page.getByRole('textbox', { name: 'Filter' }).fill('administrator');
  await page.waitForURL(/filter=administrator/);
  await chooseFilter(page, 'Result', 'Rejected');
  await list.getByRole('row', { name: /name taken/ }).waitFor();
  await list.getByRole('row', { name: /behavior/ }).waitFor({ state: 'detached' });
  await page.getByRole('textbox', { name: 'Filter' }).fill('no-one-else');
  await page.getByText('No entries match.').waitFor();
  await page.getByRole('button', { name: 'Clear filters' }).click();
  await list.getByRole('link', { name: 'CRM' }).first().click();
  await page.getByRole('heading', { level: 1, name: 'CRM' }).waitFor();
  assert.deepEqual(tab.problems, []);
});

test('without the right the page names it, and a server that fails is said in words', async () => {
  const { app, browser } = console_;
  const made = await app.client.call('createToken', { body: { name: 'No auditor', rights: ['connections:view'] } });
  await using blind = await openTab(browser, { url: app.url, path: '/settings/audit', token: made.token });
  await blind.page.getByRole('heading', { name: /View Audit/ }).waitFor();
  assert.deepEqual(await barriersInAllLooks(blind.page), []);
  await blind.page.goto(`${app.url}/settings`);
  await loaded(blind.page);
  assert.equal(await blind.page.getByRole('link', { name: 'Audit log' }).count(), 0);
  assert.deepEqual(blind.problems, []);

  await using tab = await openTab(browser, { url: app.url, path: '/settings', expected: /^422 / });
  const { page } = tab;
  await page.getByRole('link', { name: 'Audit log' }).click();
  await page.getByRole('heading', { level: 1, name: 'Audit log' }).waitFor();
  await loaded(page);
  await page.route('**/api/v1/audit?*', (route) =>
    route.fulfill({
      status: 422,
      contentType: 'application/problem+json',
      body: JSON.stringify({ status: 422, code: 'invalid_value', title: 'Invalid value', detail: 'Made to fail.' }),
    }),
  );
  await chooseFilter(page, 'Kind', 'Role');
  await page.getByText('Made to fail.').waitFor();
  assert.deepEqual(await barriers(page), []);
  assert.deepEqual(tab.problems, []);
});
