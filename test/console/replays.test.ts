import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type Wired, wire } from '../support/app.ts';
import { type Receiver, startReceiver } from '../support/receiver.ts';
import { barriers, barriersInAllLooks, chooseDocument, edit, openTab, startConsole } from './browser.ts';
import { countedHand } from './counted-hand.ts';

let console_: Awaited<ReturnType<typeof startConsole>>;
let receiver: Receiver;
let wired: Wired;
before(async () => {
  console_ = await startConsole();
  receiver = await startReceiver();
  wired = await wire(console_.app, receiver, {
    connection: { name: 'CRM' },
    destination: { name: 'Orders' },
    action: { name: 'Purchase' },
  });
});
after(async () => {
  await console_[Symbol.asyncDispose]();
  await receiver[Symbol.asyncDispose]();
});

test('a replay is planned in three steps, run, paused and resumed; deliveries that failed again are replayed', async () => {
  const { app, browser } = console_;
  receiver.answer('/in', { status: 422 });
  for (const n of [1, 2, 3]) await wired.deliver({ n }, 'failed');
  const paused = Promise.withResolvers<void>();
  receiver.answer('/in', { status: 200, hold: paused.promise }, { status: 422 }, { status: 200 });
  await using tab = await openTab(browser, { url: app.url, path: '/replays' });
  const { page } = tab;
  await page.getByText('No replays yet').waitFor();
  assert.deepEqual(await barriers(page), []);
  await page.getByRole('button', { name: 'New replay' }).click();
  const dialog = page.getByRole('dialog', { name: 'New replay' });
  await dialog.getByText('Step 1 of 3: What').waitFor();
  await chooseDocument(dialog, 'Destination', 'CRM › Orders');
  await dialog.getByText('3 deliveries found').waitFor();
  await dialog.getByRole('button', { name: 'Continue' }).click();
  await dialog.getByRole('combobox', { name: 'Template' }).selectOption('Re-render with current template');
  await dialog.getByRole('textbox', { name: 'Deliveries per second' }).fill('0.5');
  await dialog.getByRole('textbox', { name: 'Name' }).fill('After the outage');
  await dialog.getByRole('textbox', { name: 'Reason' }).fill('CRM was down');
  await dialog.getByRole('button', { name: 'Continue' }).click();
  await dialog.getByText('3 deliveries will be sent.').waitFor();
  await dialog.getByText('Estimated time: 6').waitFor();
  await dialog.getByText('Request 1').click();
  await dialog.getByText(`${receiver.url}/in`).first().waitFor();
  assert.deepEqual(await barriersInAllLooks(page), []);
  await dialog.getByRole('button', { name: 'Run' }).click();

  await page.getByRole('heading', { level: 1, name: 'After the outage' }).waitFor();
  await page.getByRole('button', { name: 'Pause' }).click();
  await page.getByText('Paused.').first().waitFor();
  paused.resolve();
  await page.getByText('CRM was down').waitFor();
  assert.deepEqual(await barriers(page), []);
  await page.getByRole('button', { name: 'Resume' }).click();
  await page.getByText('2 of 3 delivered, 1 failed, 0 skipped.').first().waitFor();
  await page.getByRole('button', { name: 'Replay the 1 that failed' }).click();
  await dialog.getByText('Step 3 of 3: Plan').waitFor();
  await dialog.getByText('1 delivery will be sent.').waitFor();
  await dialog.getByRole('button', { name: 'Run' }).click();
  await page.getByText('1 of 1 delivered').first().waitFor();

  await page.getByRole('link', { name: 'Delivered' }).first().click();
  await page.getByRole('link', { name: 'an earlier delivery' }).click();
  await page.getByText('Failed:').waitFor();
  await page.getByText('Sent again:').waitFor();
  await page.getByRole('link', { name: 'Replays' }).first().click();
  const row = page.getByRole('row', { name: /After the outage/ });
  await row.getByText('2 delivered · 1 failed · 0 skipped · 3 total').waitFor();
  await row.getByText('CRM was down').waitFor();
  assert.deepEqual(tab.problems, []);

  // Without the right to events they are not counted, and the dialog says why.
  const rights = ['deliveries:view', 'deliveries:manage'] as const;
  const { token } = await app.client.call('createToken', { body: { name: 'No events', rights: [...rights] } });
  await using other = await openTab(browser, { url: app.url, path: '/replays', token, expected: /^403 .*replays$/ });
  await other.page.getByRole('button', { name: 'New replay' }).click();
  await other.page.getByRole('combobox', { name: 'Resend' }).selectOption({ index: 1 });
  await other.page
    .getByRole('alert')
    .getByText(/events:view/)
    .waitFor();
  assert.equal(await other.page.getByText('Counting').count(), 0);
  assert.deepEqual(other.problems, []);
});

test('a new replay has ranges and 24-hour time fields, and its title says how many failed and where', async () => {
  const { app, browser } = console_;
  receiver.answer('/in', { status: 422 });
  await wired.deliver({ n: 'ranged' }, 'failed');
  receiver.answer('/in', { status: 200 });
  await using tab = await openTab(browser, { url: app.url, path: '/replays' });
  const { page } = tab;
  await page.getByRole('button', { name: 'New replay' }).click();
  const dialog = page.getByRole('dialog', { name: 'New replay' });
  await chooseDocument(dialog, 'Destination', 'CRM › Orders');
  await dialog.getByRole('combobox', { name: 'Status' }).selectOption('Failed');
  const ranges = dialog.getByRole('combobox', { name: 'Time range' });
  for (const range of ['Last hour', 'Last 24 hours', 'Last 15 min', 'Custom…']) await ranges.selectOption(range);
  const from = dialog.getByRole('textbox', { name: 'From' });
  assert.match(await from.inputValue(), /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/);
  await from.fill('2:30 PM');
  await dialog.getByText('Enter a date and a time, e.g. 2027-01-31 14:30.').waitFor();
  await from.fill('2026-01-01 14:30');
  await dialog.getByRole('textbox', { name: 'Until' }).fill('2026-01-01 23:59');
  await dialog.getByText('0 deliveries found').waitFor();
  assert.deepEqual(await barriersInAllLooks(page), []);
  await ranges.selectOption('Last 15 min');
  await dialog.getByText(/^[1-9] deliver(y|ies) found$/).waitFor();
  await dialog.getByRole('button', { name: 'Continue' }).click();
  await dialog.getByRole('button', { name: 'Continue' }).click();
  await dialog.getByRole('button', { name: 'Run' }).click();
  await page.getByRole('heading', { level: 1, name: /^[1-9] failed · CRM › Orders$/ }).waitFor();
  assert.deepEqual(tab.problems, []);
});

test("without the right to manage actions, a replay can't ignore their rules, and the option says why", async () => {
  const { app, browser } = console_;
  const rights = ['deliveries:manage', 'events:view', 'actions:view', 'connections:view'] as const;
  const { token } = await app.client.call('createToken', { body: { name: 'Operator', rights: [...rights] } });
  await using tab = await openTab(browser, { url: app.url, path: '/replays', token });
  const { page } = tab;
  const dialog = page.getByRole('dialog', { name: 'New replay' });
  await page.getByRole('button', { name: 'New replay' }).click();
  await dialog.getByRole('combobox', { name: 'Resend' }).selectOption('Events');
  await dialog.getByRole('button', { name: 'Continue' }).click();
  await chooseDocument(dialog, 'To', 'Purchase');
  const option = dialog.getByRole('checkbox', { name: 'Ignore the action’s rules' });
  await dialog.getByText('you need the right “Manage Actions”').waitFor();
  assert.equal(await option.isDisabled(), true);
  assert.deepEqual(await barriers(page), []);
  assert.deepEqual(tab.problems, []);
});

test('an event, selected deliveries and all matching ones lead to a replay of exactly these; one replay is cancelled', async () => {
  const { app, browser } = console_;
  receiver.answer('/in', { status: 200 });
  const sent = await wired.deliver({ n: 9 });
  await using tab = await openTab(browser, { url: app.url, path: `/events/${sent.eventId}` });
  const { page } = tab;
  const dialog = page.getByRole('dialog', { name: 'New replay' });
  await page.getByRole('button', { name: 'Replay…' }).click();
  await dialog.getByText('1 event selected').waitFor();
  await dialog.getByText('Step 2 of 2: Plan').waitFor();
  await dialog.getByText('No deliveries to send').waitFor();
  await dialog.getByText('1 delivery found: 0 to send, 1 excluded.').waitFor();
  await dialog.getByText('1 × already delivered').waitFor();
  assert.equal(await dialog.getByRole('button', { name: 'Run' }).isDisabled(), true);
  await dialog.getByRole('button', { name: 'Change options' }).click();
  await dialog.getByRole('combobox', { name: 'Include' }).selectOption('Everything');
  await dialog.getByRole('textbox', { name: 'Deliveries per second' }).fill('0.01');
  await dialog.getByRole('button', { name: 'Continue' }).click();
  await dialog.getByText('Already delivered, may arrive twice: 1.').waitFor();
  await dialog.getByRole('button', { name: 'Close' }).click();

  await page.goto(`${app.url}/deliveries?status=delivered`);
  await page.getByRole('checkbox', { name: 'Select all on this page' }).check();
  await page.getByRole('button', { name: 'Select all matching deliveries' }).click();
  assert.equal(await page.getByRole('button', { name: 'Retry', exact: true }).count(), 0);
  await page.getByRole('button', { name: 'Replay…' }).click();
  await dialog.getByRole('button', { name: 'Change options' }).click();
  await dialog.getByRole('button', { name: 'Back' }).click();
  await dialog.getByRole('combobox', { name: 'Status' }).waitFor();
  assert.equal(await dialog.getByRole('combobox', { name: 'Status' }).inputValue(), 'delivered');
  await dialog.getByRole('button', { name: 'Continue' }).click();
  await dialog.getByRole('combobox', { name: 'Include' }).selectOption('Everything');
  await dialog.getByRole('textbox', { name: 'Deliveries per second' }).fill('0.01');
  await dialog.getByRole('button', { name: 'Continue' }).click();
  await dialog.getByText('Already delivered, may arrive twice').waitFor();
  await dialog.getByRole('button', { name: 'Run' }).click();
  await page.getByRole('button', { name: 'Cancel replay' }).click();
  await page
    .getByRole('dialog', { name: 'Cancel this replay?' })
    .getByRole('button', { name: 'Cancel replay' })
    .click();
  await page.getByText('Cancelled.').first().waitFor();
  assert.deepEqual(tab.problems, []);
});

test('three clicks lead from Home to a finished replay, after which Home and the list say so', async () => {
  const { app, browser } = console_;
  receiver.answer('/in', { status: 422 });
  const failed = await wired.deliver({ n: 21 }, 'failed');
  receiver.answer('/in', { status: 200 });
  await using tab = await openTab(browser, { url: app.url, path: '/' });
  const { page } = tab;
  const dialog = page.getByRole('dialog', { name: 'New replay' });
  await page.getByRole('link', { name: 'View failed deliveries' }).click();
  await page.getByRole('button', { name: 'Replay these…' }).click();
  await dialog.getByText('1 delivery will be sent.').waitFor();
  await dialog.getByRole('button', { name: 'Run' }).click();
  await page.getByText('Completed.').first().waitFor();
  await page.goto(`${app.url}/deliveries?status=failed`);
  await page
    .getByRole('row', { name: /Recovered/ })
    .first()
    .waitFor();
  await page.goto(`${app.url}/deliveries/${failed.id}`);
  await page.getByText('A replay sent it again, and it was delivered.').waitFor();
  assert.deepEqual(await barriers(page), []);
  const counted = page.waitForResponse(/\/api\/v1\/state/);
  await page.goto(`${app.url}/`);
  await counted;
  await page.getByRole('heading', { name: 'Needs attention' }).waitFor();
  await page.getByRole('link', { name: 'View failed deliveries' }).waitFor({ state: 'detached' });
  assert.deepEqual(tab.problems, []);
});

test('after a fix the fix is sent: a saved template offers what failed, and each way to a replay renders it again', async () => {
  await using receiver = await startReceiver();
  const { app, browser } = console_;
  const fixed = await wire(app, receiver, {
    connection: { name: 'Contacts API' },
    destination: { name: 'Contacts', template: '{{! return JSON.stringify({ phone: it.data[0].phone }); }}' },
  });
  receiver.answer('/in', { status: 400, body: '{"message":"phone must be E.164"}' });
  for (const phone of ['0171 1', '0171 2', '0171 3']) await fixed.deliver({ phone }, 'failed');

  // Without a change, the rejection alone makes the plan render again; the same bytes come with a warning.
  const path = `/connections/${fixed.connection.id}/destinations/${fixed.destination.id}`;
  await using tab = await openTab(browser, { url: app.url, path });
  const { page } = tab;
  const dialog = page.getByRole('dialog', { name: 'New replay' });
  await page.getByRole('button', { name: 'Recover failed…' }).click();
  await page.getByRole('button', { name: 'Last hour' }).click();
  await dialog.getByText('Re-rendered, because the bodies sent before were rejected.').waitFor();
  await dialog.getByRole('button', { name: 'Change options' }).click();
  const template = dialog.getByRole('combobox', { name: 'Template' });
  assert.equal(await template.inputValue(), 'current');
  await template.selectOption('Original body');
  await dialog.getByRole('button', { name: 'Continue' }).click();
  await dialog.getByText('The same body was rejected before: 3 deliveries.').waitFor();
  assert.deepEqual(await barriersInAllLooks(page), []);
  await dialog.getByRole('button', { name: 'Run' }).click();
  await page.getByText('Done · 3 failed').waitFor();
  await page.getByText('Completed, 3 failed.').first().waitFor();
  assert.deepEqual(await barriers(page), []);
  await page.goto(`${app.url}/replays`);
  await page.getByRole('row').getByText('Done · 3 failed').waitFor();

  receiver.answer('/in', { status: 200 });
  await page.goto(app.url + path);
  await edit(page);
  await page.getByRole('textbox', { name: 'Template' }).fill('{"phone": "+49171{{it.data[0].phone.slice(-1)}}"}');
  // From the corrected template to all delivered.
  const { click, clicks } = countedHand();
  await click(page.getByRole('button', { name: 'Save', exact: true }));
  const messages = page.getByRole('region', { name: 'Messages' });
  await messages.getByText('3 failed deliveries.').waitFor();
  await click(messages.getByRole('button', { name: 'Send again with this template' }));
  await dialog.getByText('3 deliveries will be sent.').waitFor();
  await dialog.getByText('Re-render with current template').waitFor();
  assert.deepEqual(await barriers(page), []);
  await click(dialog.getByRole('button', { name: 'Run' }));
  await page.getByText('3 of 3 delivered').first().waitFor();
  assert.ok(clicks() <= 3, `${clicks()} clicks`);
  assert.equal(await page.getByText('failed.').count(), 0);
  const last = receiver.requests.slice(-3).map(({ body }) => String(body));
  assert.deepEqual(last.sort(), ['{"phone": "+491711"}', '{"phone": "+491712"}', '{"phone": "+491713"}']);
  assert.deepEqual(tab.problems, []);
});

test('what failed at a destination since a time is recovered from its page', async () => {
  const { app, browser } = console_;
  receiver.answer('/in', { status: 422 });
  await wired.deliver({ n: 31 }, 'failed');
  receiver.answer('/in', { status: 200 });
  const path = `/connections/${wired.connection.id}/destinations/${wired.destination.id}`;
  await using tab = await openTab(browser, { url: app.url, path });
  const { page } = tab;
  await page.getByRole('button', { name: 'Recover failed…' }).click();
  await page.getByRole('textbox', { name: 'Since' }).waitFor();
  await page.getByRole('button', { name: 'Last hour' }).click();
  const dialog = page.getByRole('dialog', { name: 'New replay' });
  await dialog.getByText('1 delivery will be sent.').waitFor();
  await dialog.getByText('Include: Failed only').waitFor();
  await dialog.getByRole('button', { name: 'Run' }).click();
  await page.getByText('Completed.').first().waitFor();
  assert.deepEqual(tab.problems, []);
});
