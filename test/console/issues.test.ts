import assert from 'node:assert/strict';
import { test } from 'node:test';
import { wire } from '../support/app.ts';
import { startReceiver } from '../support/receiver.ts';
import { barriers, loaded, openTab, startConsole } from './browser.ts';

test('an issue leads from Home to its cause, samples and changes, and is acknowledged, muted, resolved and reopened', async () => {
  await using receiver = await startReceiver();
  receiver.answer('/in', { status: 422, body: '{"error":"unknown SKU"}' });
  await using running = await startConsole();
  const { app, browser } = running;
  await using tab = await openTab(browser, { url: app.url, path: '/issues' });
  const { page } = tab;
  await page.getByText('No issues', { exact: true }).waitFor();
  const wired = await wire(app, receiver, { connection: { name: 'CRM' }, destination: { name: 'Orders' } });
  const params = { id: wired.destination.id };
  await app.client.call('changeDestination', { params, body: { template: '{"n": 1}' } });
  const { id: deliveryId } = await wired.deliver({ n: '1' }, 'failed');
  const title = 'HTTP 422 from CRM › Orders';

  await page.goto(`${app.url}/`);
  const attention = page.getByRole('region', { name: 'Needs attention' });
  await attention.getByText(title).waitFor();
  await attention.getByRole('link', { name: 'View issue' }).click();
  await page.getByRole('heading', { level: 1, name: title }).waitFor();
  await page.getByText('The destination rejected the data.').waitFor();
  await page.getByText(/correct the template or mapping/).waitFor();
  const response = page.getByRole('region', { name: 'Latest response' });
  await response.getByText('unknown SKU').waitFor();
  const changes = page.getByRole('region', { name: 'Recent changes' });
  await changes.getByRole('link', { name: 'Orders' }).first().waitFor();
  await changes.getByText('Template', { exact: true }).waitFor();
  assert.match(
    (await response.getByRole('link', { name: '422 Unprocessable Content' }).getAttribute('href')) ?? '',
    new RegExp(deliveryId),
  );
  assert.deepEqual(await barriers(page), []);

  await page.getByRole('button', { name: 'Acknowledge' }).click();
  await page.getByRole('region', { name: 'Messages' }).getByText('Acknowledged').waitFor();
  await page.getByText(/^Acknowledged by Administrator token/).waitFor();
  await page.getByRole('button', { name: 'Mute…' }).click();
  const dialog = page.getByRole('dialog', { name: 'Mute this issue?' });
  await dialog.getByRole('combobox', { name: 'For' }).selectOption('Until unmuted');
  await dialog.getByRole('button', { name: 'Mute', exact: true }).click();
  await page.getByText(/^Muted by Administrator token until unmuted/).waitFor();
  await page.getByRole('button', { name: 'Unmute' }).click();
  await page.getByRole('button', { name: 'Resolve', exact: true }).click();
  await page.getByText(/^Resolved by Administrator token, [^.]*\.$/).waitFor();

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

test('two clicks from Home pause a system that gets no deliveries; its held deliveries are a link', async () => {
  await using receiver = await startReceiver();
  receiver.answer('/in', { status: 401 });
  await using running = await startConsole();
  const { app, browser } = running;
  const auth = { type: 'bearer' as const, token: 'an-old-token' };
  const wired = await wire(app, receiver, { connection: { name: 'CRM', auth }, destination: { name: 'Orders' } });
  await wired.deliver({ n: '1' }, 'held');
  await using tab = await openTab(browser, { url: app.url });
  const { page } = tab;
  // During an outage Home does not lead to the first steps.
  await page.getByRole('region', { name: 'Needs attention' }).getByText('CRM rejects the credentials').waitFor();
  await loaded(page);
  const steps = page.getByRole('link', { name: 'First steps' });
  assert.equal(await steps.count(), 0);
  const [critical] = (await app.client.call('listIssues')).data;
  assert.equal(critical?.severity, 'critical');
  await app.client.call('resolveIssue', { params: { id: critical.id } });
  await page.reload();
  await steps.waitFor();
  await app.client.call('reopenIssue', { params: { id: critical.id } });
  await page.reload();
  await page.getByRole('region', { name: 'Needs attention' }).getByText('CRM rejects the credentials').waitFor();
  await page.getByRole('link', { name: 'View issue' }).click();
  await page.getByText('Critical').first().waitFor();
  assert.deepEqual(await barriers(page), []);
  const held = page.getByRole('definition').getByRole('link', { name: '1', exact: true });
  assert.match((await held.getAttribute('href')) ?? '', /deliveries\?.*status=held/);
  await page.getByRole('button', { name: 'Pause CRM' }).click();
  await page.getByText('CRM paused. Deliveries are held, not lost.').waitFor();
  const { status } = await app.client.call('getConnection', { params: { id: wired.connection.id } });
  assert.equal(status, 'paused');
  assert.deepEqual(tab.problems, []);
});

test('three clicks from Home resolve an issue and replay what failed, with the corrected template', async () => {
  await using receiver = await startReceiver();
  receiver.answer('/in', { status: 422 });
  await using running = await startConsole();
  const { app, browser } = running;
  const wired = await wire(app, receiver, { connection: { name: 'CRM' }, destination: { name: 'Orders' } });
  await wired.deliver({ n: '1' }, 'failed');
  receiver.answer('/in', { status: 200 });
  await using tab = await openTab(browser, { url: app.url });
  const { page } = tab;
  await page.getByRole('region', { name: 'Needs attention' }).getByText('HTTP 422 from CRM › Orders').waitFor();
  await page.getByRole('link', { name: 'View issue' }).click();
  await page.getByRole('button', { name: 'Resolve and replay…' }).click();
  const dialog = page.getByRole('dialog', { name: 'New replay' });
  await dialog.getByText('1 delivery will be sent.').waitFor();
  await dialog.getByRole('button', { name: 'Resolve and replay' }).click();
  await page.getByText('Issue: HTTP 422 from CRM › Orders').waitFor();
  await page.getByText('1 of 1 delivered').first().waitFor();
  const [issue] = (await app.client.call('listIssues')).data;
  await page.goto(`${app.url}/issues/${issue?.id}`);
  await page.getByText('Still undelivered').locator('xpath=..').getByText('0', { exact: true }).waitFor();
  await page.getByText(/^Resolved by Administrator token/).waitFor();

  // Nothing is left to send again: the same button only resolves it, and says so.
  await page.getByRole('button', { name: 'Reopen' }).click();
  await page.getByRole('button', { name: 'Resolve and replay…' }).click();
  await dialog.getByText('No deliveries to send: all are excluded.').waitFor();
  assert.deepEqual(await barriers(page), []);
  await dialog.getByRole('button', { name: 'Resolve', exact: true }).click();
  await dialog.waitFor({ state: 'hidden' });
  await page.getByRole('button', { name: 'Reopen' }).waitFor();
  await page.getByRole('button', { name: 'Replay failed deliveries…' }).waitFor();

  // A deleted action is called so, and leads nowhere.
  await app.client.call('deleteAction', { params: { id: wired.action.id } });
  await page.reload();
  await page.getByRole('definition').getByText('Deleted action', { exact: true }).waitFor();
  assert.equal(await page.getByRole('link', { name: 'Deleted action' }).count(), 0);
  assert.deepEqual(tab.problems, []);
});
