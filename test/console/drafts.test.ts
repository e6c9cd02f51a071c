import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Page } from 'playwright-core';
import { wire } from '../support/app.ts';
import { type Receiver, startReceiver } from '../support/receiver.ts';
import { edit, openTab, startConsole } from './browser.ts';

let console_: Awaited<ReturnType<typeof startConsole>>;
let receiver: Receiver;
before(async () => {
  receiver = await startReceiver();
  console_ = await startConsole();
});
after(async () => {
  await console_[Symbol.asyncDispose]();
  await receiver[Symbol.asyncDispose]();
});

const details = ({ id, connectionId }: { id: string; connectionId: string }) =>
  `/connections/${connectionId}/destinations/${id}`;
const template = (page: Page) => page.getByRole('textbox', { name: 'Template' });

/** Writes over the only line of the template and goes on in the same task: React has had no turn to draw the text. */
const writeAnd = <T>(page: Page, text: string, then: string): Promise<T> =>
  page.evaluate(`(async () => {
    document.querySelector('.cm-line').textContent = ${JSON.stringify(text)};
    // The editor reads it in a microtask.
    await Promise.resolve().then(() => {});
    return (${then})();
  })()`);

test('a test send, a preview on request and the kept draft have the last keys, drawn or not', async () => {
  const { app, browser } = console_;
  receiver.answer('/keys', { body: '{}' });
  const { destination, deliver } = await wire(app, receiver, { destination: { path: '/keys' } });
  const { eventId } = await deliver({ title: 'Home' });
  await using tab = await openTab(browser, { url: app.url, path: `${details(destination)}?eventId=${eventId}` });
  const { page } = tab;
  await edit(page);
  await template(page).fill('{"at": 1}');
  await page.getByRole('button', { name: 'Send test' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Send test' }).waitFor();
  await writeAnd(
    page,
    '{"at": 2}',
    `() => [...document.querySelectorAll('[role=dialog] button')].find((one) => one.textContent === 'Send test').click()`,
  );
  await page.getByRole('tab', { name: 'Response', selected: true }).waitFor();
  assert.equal(receiver.at('/keys').at(-1)?.body, '{"at": 2}');

  const kept = await writeAnd<string>(
    page,
    '{"at": 3}',
    `() => { dispatchEvent(new Event('pagehide')); return JSON.stringify(localStorage); }`,
  );
  assert.match(kept, /at[\\": ]+3/);
  // A pause in typing has a preview, too. When it is shown, the next request is the one that is wanted.
  await page.getByRole('tab', { name: 'Request' }).click();
  await page.getByRole('tabpanel').getByText('3', { exact: true }).waitFor();

  const asked = page.waitForRequest(/\/preview$/);
  await writeAnd(
    page,
    '{"at": 4}',
    `() => document.querySelector('.cm-content')
      .dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', ctrlKey: true, bubbles: true, cancelable: true }))`,
  );
  assert.match((await asked).postData() ?? '', /at[\\": ]+4/);
  assert.deepEqual(tab.problems, []);
});

test('what is typed while a save is under way stays in the form, and is saved next', async () => {
  const { app, browser } = console_;
  const { destination } = await wire(app, receiver);
  const params = { id: destination.id };
  await using tab = await openTab(browser, { url: app.url, path: details(destination) });
  const { page } = tab;
  const description = page.getByRole('textbox', { name: 'Description' });
  await edit(page);
  await page.locator('summary', { hasText: 'Destination Details' }).click();
  await description.fill('first');
  const [held, isAsked] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  await page.route(/\/destinations\/dst_/, async (route) => {
    if (route.request().method() === 'PUT') {
      isAsked.resolve();
      await held.promise;
    }
    await route.continue();
  });
  await page.getByRole('button', { name: 'Save and stay' }).click();
  await isAsked.promise;
  await description.fill('first and second');
  await template(page).fill('{"typed": "later"}');
  held.resolve();
  await page.getByText(`${destination.name} saved`).first().waitFor();
  assert.equal((await app.client.call('getDestination', { params })).description, 'first');
  assert.equal(await description.inputValue(), 'first and second');
  await page.getByText('Unsaved changes', { exact: true }).waitFor();
  await page.getByRole('button', { name: 'Save and stay' }).click();
  await page.getByText('Unsaved changes', { exact: true }).waitFor({ state: 'detached' });
  const saved = await app.client.call('getDestination', { params });
  assert.deepEqual([saved.description, saved.template], ['first and second', '{"typed": "later"}']);
  assert.deepEqual(tab.problems, []);
});

test('leaving asks about changes made after a save', async () => {
  const { app, browser } = console_;
  const { destination } = await wire(app, receiver);
  await using tab = await openTab(browser, { url: app.url, path: details(destination) });
  const { page } = tab;
  const description = page.getByRole('textbox', { name: 'Description' });
  await edit(page);
  await page.locator('summary', { hasText: 'Destination Details' }).click();
  await description.fill('saved');
  await page.getByRole('button', { name: 'Save and stay' }).click();
  await page.getByText('Unsaved changes', { exact: true }).waitFor({ state: 'detached' });
  await description.fill('not saved');
  await page.getByText('Unsaved changes', { exact: true }).waitFor();
  await page.getByRole('link', { name: 'Events', exact: true }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Stay', exact: true }).click();
  assert.equal(await description.inputValue(), 'not saved');
  assert.deepEqual(tab.problems, []);
});
