import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startReceiver } from '../support/receiver.ts';
import { barriers, barriersInAllLooks, edit, openTab, startConsole } from './browser.ts';

let console_: Awaited<ReturnType<typeof startConsole>>;
before(async () => {
  console_ = await startConsole();
});
after(() => console_[Symbol.asyncDispose]());

test('an alert is made, tested and changed; what it told is listed, and a conflict shows both sides', async () => {
  await using receiver = await startReceiver();
  const { app, browser } = console_;
  const { client } = app;
  await using tab = await openTab(browser, {
    url: app.url,
    path: '/settings',
    expected: /^(404|412) .*alr_|^422 .*alerts$/,
  });
  const { page } = tab;
  const entry = page.getByRole('navigation', { name: 'Settings pages' }).getByRole('link', { name: 'Alerts' });
  await entry.click();
  await page.getByText('No alerts yet').waitFor();
  assert.deepEqual(await barriers(page), []);
  await page.getByRole('link', { name: 'New Alert' }).click();
  await page.getByRole('heading', { level: 1, name: 'New Alert' }).waitFor();
  assert.equal(await entry.getAttribute('aria-current'), 'page');

  await page.getByRole('button', { name: 'Save' }).click();
  for (const missing of ['Alert Name', 'Mail Server', 'sender', 'recipients'])
    await page.getByText(`Enter the ${missing}.`).waitFor();
  await page.getByRole('radio', { name: 'Slack' }).check();
  assert.notEqual(await page.getByRole('textbox', { name: 'Webhook URL' }).getAttribute('required'), null);
  await page.getByRole('radio', { name: 'Webhook' }).check();
  await page.getByRole('textbox', { name: 'Alert Name' }).fill('Ops');
  const address = page.getByRole('textbox', { name: 'URL', exact: true });
  await address.fill('http://10.0.0.1/');
  await page.getByRole('combobox', { name: 'Severity' }).selectOption('Critical issues only');
  await page.getByRole('checkbox', { name: 'Resolved' }).uncheck();
  await page.getByRole('switch', { name: 'Quiet hours' }).check();
  await page.getByRole('checkbox', { name: 'Sun' }).uncheck();
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByText(/10\.0\.0\.1 can.t be reached/).waitFor();
  assert.deepEqual(await barriersInAllLooks(page), []);
  await address.fill(`${receiver.url}/alert`);
  await page.getByRole('button', { name: 'Save' }).click();

  await page.getByRole('button', { name: 'Send test' }).click();
  await page.getByText('HTTP 200.').waitFor();
  assert.equal(receiver.at('/alert').length, 1);
  const [made = assert.fail()] = (await client.call('listAlerts')).data;
  assert.deepEqual(
    [made.type, made.rules.minSeverity, made.rules.on, made.quietHours?.days.includes('sun')],
    ['webhook', 'critical', ['opened', 'reopened', 'worsened'], false],
  );
  await page.getByRole('tab', { name: 'Messages' }).click();
  await page.getByRole('row', { name: /This is a test.*Test.*Done.*HTTP 200/ }).waitFor();
  assert.deepEqual(await barriers(page), []);

  await page.getByRole('tab', { name: 'Alert Details' }).click();
  await edit(page);
  await page.getByRole('textbox', { name: 'Description' }).fill('mine');
  await client.call('changeAlert', { params: { id: made.id }, body: { description: 'theirs' } });
  await page.getByRole('button', { name: 'Save' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('row', { name: /Description.*mine.*theirs/ }).waitFor();
  await dialog.getByRole('button', { name: /Save mine/ }).click();
  await page.getByText('Ops saved').waitFor();
  assert.equal((await client.call('getAlert', { params: { id: made.id } })).description, 'mine');

  await page.getByRole('button', { name: 'Delete' }).click();
  await page.getByRole('dialog', { name: 'Delete Ops?' }).getByRole('button', { name: 'Delete' }).click();
  await page.getByText('No alerts yet').waitFor();
  assert.deepEqual(tab.problems, []);
});
