import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sendEvents } from '../support/app.ts';
import { eventually } from '../support/eventually.ts';
import { barriersInAllLooks, edit, openTab, startConsole } from './browser.ts';

test('retention and masks are saved, and a visitor is erased after a count of the data', async () => {
  await using console_ = await startConsole();
  const { app } = console_;
  const collector = await app.client.call('createCollector', { body: { name: 'Shop' } });
  await sendEvents(app, collector.key, { 'wt.dcsvid': 'ann' }, { 'wt.dcsvid': 'bob' }, { 'wt.dcsvid': 'ann' });
  await using tab = await openTab(console_.browser, { url: app.url, expected: /^412 / });
  const { page } = tab;
  await page.goto(`${app.url}/settings/privacy`);
  await edit(page);
  await page.getByLabel('Events and finished deliveries (days)').fill('14');
  await page.getByLabel('Fields to drop').fill('*.email\nproperties.phone');
  await page.getByRole('button', { name: 'Add field' }).click();
  await page.getByRole('button', { name: 'Add field' }).click();
  await page.getByLabel('Field 2', { exact: true }).fill('wt.co_f');
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await page.getByText('Enter the Field.').waitFor();
  await page.getByRole('button', { name: 'Remove the new field' }).click();
  await page.getByLabel('Audit log (days)').fill('0');
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await page.getByText('Enter a whole number from 1 to 3,650.').waitFor();
  await page.getByLabel('Audit log (days)').fill('');
  await page.getByRole('button', { name: 'Cancel' }).click();
  await page.getByRole('button', { name: 'Stay' }).click();
  // Another person changes a setting that is not changed here.
  await app.client.call('changeSettings', { body: { retention: { bytes: 2 ** 30 } } });
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  const conflict = page.getByRole('dialog', { name: 'Someone else made changes' });
  await conflict.getByRole('rowheader', { name: 'Retention › days' }).waitFor();
  assert.equal(await conflict.getByRole('rowheader', { name: /bytes|origins|updated/ }).count(), 0);
  await conflict.getByRole('button', { name: 'Save mine over theirs' }).click();
  await page.getByText('Settings saved').waitFor();
  const { retention, privacy, origins } = await app.client.call('getSettings');
  assert.deepEqual(
    [retention.days, origins['/retention/days'], origins['/retention/auditDays']],
    [14, 'here', 'default'],
  );
  assert.deepEqual([privacy.drop, privacy.mask], [['*.email', 'properties.phone'], [{ field: 'wt.co_f', by: 'hash' }]]);

  await page.getByLabel('Visitor ID').fill('ann');
  await page.getByRole('button', { name: 'Count stored data' }).click();
  const dialog = page.getByRole('dialog', { name: 'Erase this visitor?' });
  await dialog.getByText('2 events and 0 deliveries will be erased.').waitFor();
  assert.deepEqual(await barriersInAllLooks(page), []);
  await dialog.getByRole('button', { name: 'Erase', exact: true }).click();
  await eventually('ann to be gone', async () => {
    const { data } = await app.client.call('listEvents', { query: {} });
    return data.length === 1 && data[0]?.visitorId === 'bob';
  });
  await page.getByRole('cell', { name: 'Done' }).waitFor();

  await page.goto(`${app.url}/data-collection/${collector.id}?tab=details`);
  await edit(page);
  await page.getByLabel('Shorten IP addresses').check();
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await eventually('the collector to be saved', async () => {
    const saved = await app.client.call('getCollector', { params: { id: collector.id } });
    return saved.privacy.maskIp;
  });
  await page.goto(`${app.url}/settings?tab=network`);
  await page.getByRole('rowheader', { name: 'MILLRACE_EGRESS_ALLOW' }).waitFor();
  assert.deepEqual(tab.problems, []);
});
