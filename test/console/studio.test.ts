import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { openTab, startConsole } from './browser.ts';

let console_: Awaited<ReturnType<typeof startConsole>>;
before(async () => {
  console_ = await startConsole();
});
after(() => console_[Symbol.asyncDispose]());

const template = '{"page": "{{ it.data[0].page }}"}';

test('from the Destinations tab to a saved destination and Done, by role and name', async () => {
  const { app, browser } = console_;
  const { id } = await app.client.call('createConnection', {
    body: { name: 'CRM', baseUrl: 'https://crm.example/v2' },
  });
  await using tab = await openTab(browser, { url: app.url, path: `/connections/${id}?tab=destinations` });
  const { page } = tab;
  await page.getByRole('link', { name: 'New Destination' }).click();
  await page.getByRole('heading', { level: 1, name: 'New Destination' }).waitFor();
  await page.getByRole('textbox', { name: 'Destination Name' }).fill('Orders');
  await page.getByRole('textbox', { name: 'Description' }).fill('New orders');
  await page.getByLabel('Select a request method').selectOption('PUT');
  await page.getByLabel('Content Type').fill('application/vnd.crm+json');
  await page.getByRole('textbox', { name: 'Endpoint Path' }).fill('https://crm.example/v2/orders?dry=1');
  await page.getByRole('button', { name: 'Use /orders?dry=1' }).click();
  await page.getByText('PUT https://crm.example/v2/orders?dry=1').waitFor();
  await page.getByRole('textbox', { name: 'Template' }).fill(template);
  await page.getByRole('switch', { name: 'Status' }).check({ force: true });
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await page.getByRole('tab', { name: 'Destinations', selected: true }).waitFor();
  await page.getByRole('link', { name: 'Orders' }).waitFor();

  const [made] = (await app.client.call('listDestinations', { params: { id } })).data;
  assert.ok(made !== undefined);
  const { method, contentType, path, status } = made;
  assert.deepEqual(
    [method, contentType, path, status],
    ['PUT', 'application/vnd.crm+json', '/orders?dry=1', 'enabled'],
  );
  assert.equal(made.template, template);
  await page.getByRole('button', { name: 'Done' }).click();
  await page.getByRole('heading', { level: 1, name: 'Connections' }).waitFor();
  assert.deepEqual(tab.problems, []);
});
