import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Page } from 'playwright-core';
import { wire } from '../support/app.ts';
import { startReceiver } from '../support/receiver.ts';
import { barriersInAllLooks, loaded, openTab, startConsole } from './browser.ts';

test('the menu counts open issues, and the palette pauses, retries, filters and opens by id', async () => {
  await using receiver = await startReceiver();
  receiver.answer('/in', { status: 422 });
  await using running = await startConsole();
  const { app, browser } = running;
  const { connection, deliver } = await wire(app, receiver, { connection: { name: 'CRM' } });
  const { id, eventId } = await deliver({ 'wt.dcsvid': 'ada' }, 'failed');
  await using tab = await openTab(browser, { url: app.url });
  const { page } = tab;
  const issues = page.getByRole('navigation', { name: 'Main menu' }).getByRole('link', { name: 'Issues', exact: true });
  await issues.getByText('1').waitFor();
  await page.waitForFunction("document.title === '(1) Home · Millrace'");
  assert.equal(await page.getByRole('link', { name: 'Inbox', exact: true }).count(), 0, 'this server has none');

  await choose(page, 'crm', 'Pause CRM');
  await page.getByText(/^CRM paused\./).waitFor();
  assert.equal((await app.client.call('getConnection', { params: { id: connection.id } })).status, 'paused');
  await page.getByRole('button', { name: 'Undo' }).click();
  await page.getByText('CRM resumed', { exact: true }).waitFor();

  // What the connection was before is not offered while it is asked for again.
  const held = Promise.withResolvers<void>();
  await page.route(/connections\?name=crm/, async (route) => {
    await held.promise;
    await route.continue();
  });
  await search(page, 'crm');
  await page.getByRole('option', { name: 'CRM Connection' }).waitFor();
  assert.equal(await page.getByRole('option', { name: 'Pause CRM' }).count(), 0);
  held.resolve();
  await page.getByRole('option', { name: 'Pause CRM' }).click();

  receiver.answer('/in', { status: 200 });
  await choose(page, id, `Retry delivery ${id}`);
  await page.getByText('Delivery is being retried').waitFor();
  await page.waitForURL(`**/deliveries/${id}`);
  await page.getByText(id).first().waitFor();

  await choose(page, 'failed', 'Deliveries: Failed');
  await page.waitForURL('**/deliveries?status=failed');
  await choose(page, 'ada', 'Events of visitor ada');
  await page.waitForURL('**/events?visitor=ada');
  await loaded(page);
  await choose(page, eventId ?? '', `Open event ${eventId}`);
  await page.waitForURL(`**/events/${eventId}`);
  await choose(page, 'replay', 'Replay failed deliveries');
  await page.getByRole('dialog').getByRole('heading').first().waitFor();
  assert.deepEqual(await barriersInAllLooks(page), []);
  assert.deepEqual(tab.problems, []);
});

test('the palette has what is typed right after Ctrl K, also while its code is being loaded', async () => {
  await using running = await startConsole();
  await using tab = await openTab(running.browser, { url: running.app.url, isFirst: true });
  const { page } = tab;
  await page.getByRole('heading', { level: 1, name: 'Home' }).waitFor();
  const held = Promise.withResolvers<void>();
  await page.route(/assets\/palette-/, async (route) => {
    await held.promise;
    await route.continue();
  });
  await page.keyboard.press('Control+k');
  await page.keyboard.type('deliv');
  held.resolve();
  const field = page.getByRole('combobox', { name: 'Search pages and objects' });
  await field.and(page.locator(':focus')).waitFor();
  await page.keyboard.type('eries');
  assert.equal(await field.inputValue(), 'deliveries');
  await page.keyboard.press('Escape');
  await field.waitFor({ state: 'detached' });
  await page.keyboard.press('Control+k');
  await page.keyboard.type('issues');
  assert.equal(await field.inputValue(), 'issues');
  assert.deepEqual(tab.problems, []);
});

async function search(page: Page, text: string): Promise<void> {
  await page.keyboard.press('Control+k');
  await page.getByRole('combobox', { name: 'Search pages and objects' }).fill(text);
}

async function choose(page: Page, text: string, hit: string): Promise<void> {
  await search(page, text);
  await page.getByRole('option', { name: hit }).click();
}

test('what no longer fits leaves the palette, also where a page and a setting have one address', async () => {
  await using running = await startConsole();
  await using tab = await openTab(running.browser, { url: running.app.url });
  const { page } = tab;
  await page.getByRole('heading', { level: 1, name: 'Home' }).waitFor();
  await page.keyboard.press('Control+k');
  const box = page.getByRole('combobox', { name: 'Search pages and objects' });
  await box.fill('s');
  await page
    .getByRole('option', { name: /Settings/ })
    .first()
    .waitFor();
  await box.fill('zzzz');
  await page.getByRole('option', { name: /zzzz/ }).first().waitFor();
  assert.equal(await page.getByRole('option', { name: /Settings|Appearance/ }).count(), 0);
  assert.deepEqual(tab.problems, []);
});
