import assert from 'node:assert/strict';
import { test } from 'node:test';
import { wire } from '../support/app.ts';
import { startReceiver } from '../support/receiver.ts';
import { barriers, openTab, startConsole } from './browser.ts';

test('an issue leads from Home to its cause, samples and changes, and is cared for, muted, resolved and reopened', async () => {
  await using receiver = await startReceiver();
  receiver.answer('/in', { status: 422 });
  await using running = await startConsole();
  const { app, browser } = running;
  await using tab = await openTab(browser, { url: app.url, path: '/issues' });
  const { page } = tab;
  await page.getByText('No issues', { exact: true }).waitFor();
  const wired = await wire(app, receiver, { connection: { name: 'CRM' }, destination: { name: 'Orders' } });
  const { id: deliveryId } = await wired.deliver({ n: '1' }, 'failed');
  const title = 'HTTP 422 from CRM › Orders';

  await page.goto(`${app.url}/`);
  const attention = page.getByRole('region', { name: 'Needs attention' });
  await attention.getByText(title).waitFor();
  await attention.getByRole('link', { name: 'View issue' }).click();
  await page.getByRole('heading', { level: 1, name: title }).waitFor();
  await page.getByText('HTTP 422.').waitFor();
  await page.getByText(/The system rejects a value/).waitFor();
  await page.getByRole('region', { name: 'Recent changes' }).getByRole('link', { name: 'Orders' }).waitFor();
  await page.getByRole('link', { name: deliveryId }).waitFor();
  assert.deepEqual(await barriers(page), []);

  await page.getByRole('button', { name: 'Acknowledge' }).click();
  await page.getByText(/^Acknowledged by Administrator token/).waitFor();
  await page.getByRole('button', { name: 'Mute…' }).click();
  const dialog = page.getByRole('dialog', { name: 'Mute this issue?' });
  await dialog.getByRole('combobox', { name: 'For' }).selectOption('Until unmuted');
  await dialog.getByRole('button', { name: 'Mute', exact: true }).click();
  await page.getByText(/^Muted by Administrator token until unmuted/).waitFor();
  await page.getByRole('button', { name: 'Unmute' }).click();
  await page.getByRole('button', { name: 'Resolve' }).click();
  await page.getByText(/^Resolved by Administrator token/).waitFor();

  await page.getByRole('link', { name: 'Issues', exact: true }).first().click();
  await page.getByText('No issues', { exact: true }).waitFor();
  await page.getByRole('link', { name: 'Show resolved issues' }).click();
  const row = page.getByRole('row', { name: new RegExp(`${title}.*Resolved`) });
  await row.waitFor();
  assert.deepEqual(await barriers(page), []);
  await row.getByRole('link', { name: title }).click();
  await page.getByRole('button', { name: 'Reopen' }).click();
  await page.getByRole('button', { name: 'Acknowledge' }).waitFor();
  await page.getByRole('link', { name: 'View failed deliveries' }).click();
  await page.getByRole('region', { name: 'Deliveries' }).getByRole('link', { name: 'Failed' }).waitFor();
  assert.match(page.url(), /status=failed/);
  assert.deepEqual(tab.problems, []);
});
