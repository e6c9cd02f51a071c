import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Page } from 'playwright-core';
import { wire } from '../support/app.ts';
import { type Receiver, startReceiver } from '../support/receiver.ts';
import { barriers, barriersInAllLooks, chooseEvent, edit, openTab, startConsole, visit } from './browser.ts';

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
const editor = (page: Page) => page.getByRole('textbox', { name: 'Template' });

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
  await page.getByRole('switch', { name: 'Status' }).check();
  const held = Promise.withResolvers<void>();
  await page.route(/\/destinations\?limit/, async (route) => {
    await held.promise;
    await route.continue();
  });
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await page.getByRole('tab', { name: 'Destinations', selected: true }).waitFor();
  assert.equal(await page.getByText('No destinations yet').count(), 0, 'as it was before');
  held.resolve();
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
  await page.getByText('Ready to use in actions: Orders').waitFor();
  await page.getByRole('link', { name: 'Use it in an Action' }).click();
  await page.getByRole('heading', { level: 1, name: 'New Action' }).waitFor();
  await page.goto(`${page.url()}&step=destinations`);
  await page.getByRole('combobox', { name: 'Destination' }).waitFor();
  const chosen = page.getByRole('combobox', { name: 'Destination' }).locator('option:checked');
  await chosen.filter({ hasText: 'Orders' }).waitFor({ state: 'attached' });
  assert.deepEqual(tab.problems, []);
});

test('a template error says line, column and cause, is reached by F8, and stands in the way of saving', async () => {
  const { app, browser } = console_;
  const { destination } = await wire(app, receiver);
  await using tab = await openTab(browser, { url: app.url, path: details(destination) });
  const { page } = tab;
  await edit(page);
  await editor(page).fill('{\n  "a": "{{ it.data[0].a }}",\n  "b": {{ (it.data[0].b }}\n}');
  const problem = page.getByRole('list', { name: 'Template problems' }).getByRole('listitem');
  await problem.filter({ hasText: '( from line 3 is still open' }).waitFor();
  const place = (await problem.getByRole('button').first().textContent()) ?? '';
  assert.match(place, /^3:\d+$/);
  await page.getByText('Fix 1 error to save').waitFor();
  assert.equal(await page.getByRole('button', { name: 'Save', exact: true }).isDisabled(), true);
  await editor(page).press('Control+Home');
  await editor(page).press('F8');
  await page.keyboard.type('??');
  const line = editor(page).locator('.cm-line').nth(2);
  assert.match((await line.textContent()) ?? '', /\?\?/, 'F8 goes to the line of the problem');
  await editor(page).press('Control+Home');
  await editor(page).press('Shift+F8');
  await page.keyboard.type('!!');
  assert.match((await line.textContent()) ?? '', /!!/, 'so does Shift F8');
  assert.match(
    (await app.client.call('getDestination', { params: { id: destination.id } })).template,
    /JSON.stringify/,
  );
  assert.deepEqual(tab.problems, []);
});

test('a message after a save covers neither the template nor the preview', async () => {
  const { app, browser } = console_;
  const { destination } = await wire(app, receiver);
  await using tab = await openTab(browser, { url: app.url, path: details(destination) });
  const { page } = tab;
  await edit(page);
  await editor(page).fill('{"n": 1}');
  await page.getByRole('button', { name: 'Save and stay' }).click();
  const message = page.getByRole('region', { name: 'Messages' }).getByRole('group').last();
  for (const width of [1440, 1024]) {
    await page.setViewportSize({ width, height: 900 });
    const box = (await message.boundingBox()) ?? assert.fail();
    const main = (await page.getByRole('main').boundingBox()) ?? assert.fail();
    assert.ok(
      box.x >= 0 && box.x + box.width <= main.x,
      `at ${width} px it ends ${box.x + box.width - main.x} px in the page`,
    );
  }
  assert.deepEqual(await barriers(page), []);
  assert.deepEqual(tab.problems, []);
});

test('a template with an error shows the last request that could be made, and says so only if there was one', async () => {
  const { app, browser } = console_;
  const { destination, deliver } = await wire(app, receiver);
  await deliver({ n: '7' });
  const expected = /^422 .*\/preview$/;
  await using tab = await openTab(browser, { url: app.url, path: details(destination), expected });
  const { page } = tab;
  const last = page.getByText('Showing the last working preview.');
  await edit(page);
  await editor(page).fill('{{! throw new Error("no such shop"); }}');
  // In the preview: the editor has the words at once.
  await page.getByRole('tabpanel').getByText('no such shop').waitFor();
  await editor(page).fill('{{ (it.a }}');
  await page.getByText('Fix the template’s errors to see a preview.').waitFor();
  assert.equal(await last.count(), 0);
  await editor(page).fill('{"seen": "{{ it.data[0].n }}"}');
  await page.getByText('Valid JSON', { exact: true }).waitFor();
  await editor(page).fill('{{ (it.a }}');
  await last.waitFor();
  await page.getByText('"7"').waitFor();
  assert.deepEqual(tab.problems, []);
});

test('Send test says why there is nothing to send', async () => {
  const { app, browser } = console_;
  const { destination } = await wire(app, receiver);
  await using tab = await openTab(browser, { url: app.url, path: details(destination), expected: /^422 .*\/preview$/ });
  const { page } = tab;
  await chooseEvent(page, 'Paste an event …');
  const reason = (text: string) =>
    page
      .locator('div')
      .filter({ has: page.getByRole('button', { name: 'Send test' }) })
      .last()
      .getByText(text);
  await reason('Paste an event first.').waitFor();
  await page.getByRole('textbox', { name: 'Event as JSON' }).fill('{"a": ');
  await reason('This isn’t valid JSON yet.').waitFor();
  await page.getByRole('textbox', { name: 'Event as JSON' }).fill('{"a": 1}');
  await reason('This isn’t valid JSON yet.').waitFor({ state: 'detached' });
  assert.ok(await page.getByRole('button', { name: 'Send test' }).isEnabled());
  await edit(page);
  await editor(page).fill('{{ (it.a }}');
  await reason('Fix the template’s errors to send a test.').waitFor();
  assert.deepEqual(tab.problems, []);
});

test('fields are completed with type, frequency and example; a mistyped one is fixed with one key', async () => {
  const { app, browser } = console_;
  const { destination, deliver } = await wire(app, receiver);
  await deliver({ title: 'Blue shoes', 'wt.dcsvid': 'v-1', total: '12.5' });
  // A pause within a tag previews half a template.
  const expected = /^422 .*\/preview$/;
  await using tab = await openTab(browser, { url: app.url, path: details(destination), expected });
  const { page } = tab;
  await edit(page);
  await editor(page).fill('');
  await page.keyboard.type('{{ it.data[0].dcs');
  const option = page.getByRole('option', { name: /wt\.dcsvid/ });
  await option.waitFor();
  assert.match((await option.textContent()) ?? '', /text · in \d/);
  await page.getByText('Example: v-1').waitFor();
  await option.click();
  await page.getByText('{{ it.data[0]["wt.dcsvid"]}}').waitFor();

  await editor(page).fill('{{! return { title: it.data[0].titel }; }}');
  await page.getByText(/was not seen in the last \d+ events?\. Did you mean/).waitFor();
  await page.getByText('is omitted from the JSON').waitFor();
  await editor(page).press('Control+.');
  await page.getByText('No problems').waitFor();
  assert.match((await editor(page).textContent()) ?? '', /it\.data\[0\]\.title/);
  // No trap: Tab leads to the next control.
  await page.keyboard.press('Tab');
  assert.equal(await editor(page).evaluate('document.activeElement?.closest(".cm-editor") === null'), true);
  assert.deepEqual(tab.problems, []);
});

test('Format sets the JavaScript of a template in order, says when it is, and is undone in one step', async () => {
  const { app, browser } = console_;
  const { destination } = await wire(app, receiver);
  // A template that gives no text has no request to preview.
  await using tab = await openTab(browser, { url: app.url, path: details(destination), expected: /^422 .*\/preview$/ });
  const { page } = tab;
  await edit(page);
  const lines = () => editor(page).locator('.cm-line').allTextContents();
  const messy = ['{{!', 'return {', 'a: 1,  ', '      };', '}}'];
  await editor(page).fill(messy.join('\n'));
  await page.getByRole('button', { name: 'Format' }).click();
  const tidy = ['{{!', '  return {', '    a: 1,', '  };', '}}'];
  assert.deepEqual(await lines(), tidy);
  await page.getByRole('button', { name: 'Format' }).click();
  await page.getByText('Already formatted').waitFor();
  await page.getByRole('button', { name: 'Undo', exact: true }).click();
  assert.deepEqual(await lines(), messy);
  await page.getByRole('button', { name: 'Redo' }).click();
  assert.deepEqual(await lines(), tidy);
  await page.getByRole('tab', { name: 'Response' }).click();
  await editor(page).press('Control+Enter');
  await page.getByRole('tab', { name: 'Request', selected: true }).waitFor();
  await editor(page).press('Control+f');
  await page.getByRole('textbox', { name: 'Find' }).and(page.locator(':focus')).waitFor();
  await page.keyboard.press('Escape');
  assert.deepEqual(tab.problems, []);
});

test('the preview shows the request of the draft, and an event without any is made up or pasted', async () => {
  const { app, browser } = console_;
  const { id } = await app.client.call('createConnection', { body: { name: 'Fresh', baseUrl: 'https://crm.example' } });
  await using tab = await openTab(browser, { url: app.url, path: `/connections/${id}/destinations/new` });
  const { page } = tab;
  await page.getByRole('textbox', { name: 'Endpoint Path' }).fill('/orders');
  await chooseEvent(page, 'Sample event');
  await page.getByText('Valid JSON', { exact: true }).waitFor();
  await page.getByText('"Blue running shoes"').waitFor();
  await chooseEvent(page, 'Paste an event …');
  const long = 'a long value '.repeat(40);
  await page.getByRole('textbox', { name: 'Event as JSON' }).fill(`{"page": "Home\\"s", "total": "${long}"}`);
  await editor(page).fill('{"page": "{{* it.data[0].page }}"}');
  await page.getByText(/^Invalid JSON/).waitFor();
  await page.getByText('https://crm.example/orders').last().waitFor();
  await page.getByRole('tab', { name: 'Event', exact: true }).click();
  const name = await page.getByRole('button', { name: /Insert it\.data\[0\]\.total/ }).boundingBox();
  assert.ok((name?.height ?? 0) < 40, 'the name is in one line beside a long value');
  await editor(page).fill('');
  await page.getByRole('button', { name: /Insert it\.data\[0\]\.page/ }).click();
  await page.getByText('{{ it.data[0].page }}').waitFor();
  assert.deepEqual(tab.problems, []);
});

test('the list of events has name, e-mail address or visitor, and the values of the rules, and is searched for them', async () => {
  const { app, browser } = console_;
  const { destination, deliver, send } = await wire(app, receiver, {
    action: { rules: { parameter: 'cart_total', operator: 'exists' } },
  });
  await send({ 'wt.ev': 'Cart', email: 'old@shop.example', 'wt.dcsvid': 'visitor-of-old' });
  await deliver({ 'wt.ev': 'Cart', email: 'ben@shop.example', cart_total: '7.50' });
  await deliver({ 'wt.ev': 'Cart', email: 'ada@shop.example', cart_total: '120.90' });
  await using tab = await openTab(browser, { url: app.url, path: details(destination) });
  const { page } = tab;
  const event = page.getByRole('combobox', { name: 'Event', exact: true });
  const shown = async () => event.inputValue();
  await page.getByText('"ada@shop.example"').waitFor();
  assert.match(await shown(), /^Cart · ada@shop.example · cart_total 120.90 · \d\d:\d\d/);
  await chooseEvent(page, /^Cart.*cart_total 7.50/);
  await page.getByText('"ben@shop.example"').waitFor();
  await event.fill('ada 120');
  await page.getByRole('option').filter({ hasText: 'ada@' }).waitFor();
  assert.equal(await page.getByRole('option').count(), 1);
  assert.deepEqual(await barriers(page), []);
  await page.getByRole('option').and(page.locator('[data-combobox-selected]')).filter({ hasText: 'ada@' }).waitFor();
  await event.press('Enter');
  await page.getByText('"ada@shop.example"').waitFor();
  await event.fill('no such person');
  await page.getByText('No event has this ID, name or visitor.').waitFor();
  await event.press('Escape');
  await page.getByRole('tab', { name: 'Event', exact: true }).focus();
  assert.match(await shown(), /^Cart · ada@shop.example/, 'text that is typed chooses nothing alone');
  await event.fill('visitor-of-old');
  await page
    .getByRole('group', { name: 'Found' })
    .getByRole('option')
    .and(page.locator('[data-combobox-selected]'))
    .waitFor();
  await event.press('Enter');
  await page.getByText('"old@shop.example"').waitFor();
  assert.deepEqual(tab.problems, []);
});

test('the preview of a destination that sends batches has as many records as are chosen', async () => {
  const { app, browser } = console_;
  const { destination, deliver } = await wire(app, receiver, {
    destination: {
      template: '{{! return JSON.stringify(it.data.map(({ who }) => who)); }}',
      settings: { batch: { records: 5, waitMs: 0 } },
    },
  });
  for (const who of ['ada', 'ben', 'cleo']) await deliver({ who });
  await using tab = await openTab(browser, { url: app.url, path: details(destination) });
  const { page } = tab;
  await page.getByText('3 entries').waitFor();
  for (const who of ['ada', 'ben', 'cleo']) await page.getByText(`"${who}"`).waitFor();
  await page.getByRole('combobox', { name: 'Records in the preview' }).selectOption('2');
  await page.getByText('2 entries').waitFor();
  await page.getByRole('combobox', { name: 'Records in the preview' }).selectOption('1');
  await page.getByText('1 entry').waitFor();
  assert.deepEqual(tab.problems, []);
});

test('a draft that would break some of the last events says which and how, before it is saved', async () => {
  const { app, browser } = console_;
  const { destination, deliver } = await wire(app, receiver);
  for (const event of [{ cart: 'a,b' }, {}, { cart: 'c' }, {}, {}]) await deliver({ 'wt.ev': 'Cart', ...event });
  await using tab = await openTab(browser, { url: app.url, path: `${details(destination)}?tab=check` });
  const { page } = tab;
  await edit(page);
  await page.getByText('5 events checked: all rendered.').waitFor();
  await page.getByText('No changes from the saved version.').waitFor();
  await editor(page).fill('{{!\n  return { items: it.data[0].cart.split(",") };\n}}');
  await page.getByText('This draft breaks 3 of the last 5 events.').waitFor();
  await page.getByRole('button', { name: 'Failed 3' }).click();
  const broken = page.getByRole('tabpanel').getByRole('listitem');
  assert.equal(await broken.count(), 3);
  assert.match((await broken.first().textContent()) ?? '', /Failed.*2:\d+/);
  await page.getByRole('button', { name: 'Changed 5' }).click();
  const works = broken.filter({ hasText: 'OK' }).first();
  await works.locator('summary').click();
  await page.getByText('"items"').first().waitFor();
  await works.getByRole('button', { name: 'Preview this event' }).click();
  await page.getByRole('tab', { name: 'Request', selected: true }).waitFor();
  assert.match(page.url(), /eventId=evt_/);
  assert.deepEqual(tab.problems, []);
});

test('Send test asks, sends the draft for real, and shows what came back; the event link opens with its event', async () => {
  const { app, browser } = console_;
  receiver.answer('/test-send', {
    status: 201,
    headers: { 'content-type': 'application/json' },
    body: '{"id":"ord_9"}',
  });
  const { destination, deliver, connection } = await wire(app, receiver, { destination: { path: '/test-send' } });
  const { eventId } = await deliver({ title: 'Home' });
  await using tab = await openTab(browser, { url: app.url, path: `${details(destination)}?eventId=${eventId}` });
  const { page } = tab;
  await edit(page);
  await editor(page).fill('{{! return { draft: it.data[0].title }; }}');
  // The name, too: the stored template shows the same value.
  await page.getByText('draft', { exact: true }).first().waitFor();
  await page.getByText('"Home"').waitFor();
  await page.getByRole('heading', { level: 2, name: 'Preview' }).click();
  await page.keyboard.press('t');
  const dialog = page.getByRole('dialog', { name: 'Send a real request?' });
  await dialog.getByText(new URL(connection.baseUrl).host).waitFor();
  await dialog.getByRole('button', { name: 'Send test' }).click();
  await page.getByRole('tab', { name: 'Response', selected: true }).waitFor();
  await page.getByText('"ord_9"').waitFor();
  await page.getByText('would send this event.').waitFor();
  await page.getByRole('button', { name: 'Copy as cURL' }).waitFor();
  assert.equal(receiver.at('/test-send').at(-1)?.body, '{"draft":"Home"}');
  assert.match(
    (await app.client.call('getDestination', { params: { id: destination.id } })).template,
    /JSON.stringify/,
  );
  assert.deepEqual(tab.problems, []);
});

test('outcome rules are put in order and tried on past answers before they are saved', async () => {
  const { app, browser } = console_;
  receiver.answer('/ruled', { body: '{"code":"limit"}' });
  const outcomes = [
    { when: { status: '2xx' }, outcome: 'success' },
    { when: { json: { path: 'code', equals: 'limit' } }, outcome: 'throttle', afterMs: 60_000 },
  ] as const;
  const { destination, deliver } = await wire(app, receiver, {
    destination: { path: '/ruled', settings: { outcomes: [...outcomes] } },
  });
  await deliver({ v: 1 });
  await using tab = await openTab(browser, { url: app.url, path: details(destination) });
  const { page } = tab;
  await edit(page);
  await page.locator('summary', { hasText: 'Advanced' }).click();
  const tried = page.getByRole('table', { name: 'Past responses' });
  await page.getByRole('button', { name: 'Move rule 2 up' }).click();
  await page.getByRole('button', { name: 'Try on past responses' }).click();
  await tried.getByRole('cell', { name: 'Slow down and retry (rule 1)' }).waitFor();
  await tried.getByRole('cell', { name: 'Success (rule 1)' }).waitFor();
  await page.getByText('1 with a different outcome').waitFor();
  await page.getByRole('button', { name: 'Save and stay' }).click();
  await page.getByText('Unsaved changes', { exact: true }).waitFor({ state: 'detached' });
  await page.getByRole('button', { name: 'Try on past responses' }).click();
  await tried.getByRole('cell', { name: 'Same' }).waitFor();
  const saved = await app.client.call('getDestination', { params: { id: destination.id } });
  assert.deepEqual(saved.settings.outcomes, [outcomes[1], outcomes[0]]);
  assert.deepEqual(tab.problems, []);
});

test('the template editor comes first: details are one line, and the editor reaches from there to the buttons', async () => {
  const { app, browser } = console_;
  const { destination } = await wire(app, receiver, { destination: { path: '/contacts/batch' } });
  await using tab = await openTab(browser, { url: app.url, path: details(destination) });
  const { page } = tab;
  await page.setViewportSize({ width: 1440, height: 900 });
  const line = page.locator('summary', { hasText: 'Destination Details' });
  assert.match((await line.textContent()) ?? '', /POST \/contacts\/batch · JSON · Enabled/);
  assert.equal(await page.getByRole('textbox', { name: 'Endpoint Path' }).count(), 0);
  const box = async () =>
    (await editor(page).locator('xpath=ancestor::*[contains(@class, "cm-editor")]').boundingBox()) ?? assert.fail();
  const read = await box();
  assert.ok(read.y < 310 && read.y + read.height > 800 && read.y + read.height < 900, JSON.stringify(read));
  await edit(page);
  const save = (await page.getByRole('button', { name: 'Save', exact: true }).boundingBox()) ?? assert.fail();
  const edited = await box();
  assert.equal(edited.y, read.y, 'the editor stays where it is');
  assert.ok(edited.y + edited.height > 750 && edited.y + edited.height < save.y, JSON.stringify(edited));
  // A problem of a field shows the field.
  await line.click();
  await page.getByRole('textbox', { name: 'Destination Name' }).fill('');
  await line.click();
  await page.getByRole('button', { name: 'Save and stay' }).click();
  await page.getByRole('textbox', { name: 'Destination Name' }).and(page.locator(':focus')).waitFor();
  assert.deepEqual(tab.problems, []);
});

test('the full screen of a template has Edit, and then Save', async () => {
  const { app, browser } = console_;
  const { destination } = await wire(app, receiver);
  await using tab = await openTab(browser, { url: app.url, path: details(destination) });
  const { page } = tab;
  await page.getByRole('button', { name: 'Full screen' }).click();
  await edit(page);
  await editor(page).fill('{{! return { saved: "in full screen" }; }}');
  const unsaved = page.getByText('Unsaved changes', { exact: true }).and(page.locator(':visible'));
  await unsaved.waitFor();
  await page.getByRole('button', { name: 'Save and stay' }).click();
  await unsaved.waitFor({ state: 'detached' });
  await page.getByRole('button', { name: 'Exit full screen' }).waitFor();
  assert.match(
    (await app.client.call('getDestination', { params: { id: destination.id } })).template,
    /in full screen/,
  );
  assert.deepEqual(tab.problems, []);
});

test('a draft survives a reload, leaving asks, and who was overtaken sees both versions', async () => {
  const { app, browser } = console_;
  const { destination } = await wire(app, receiver);
  const params = { id: destination.id };
  await using tab = await openTab(browser, { url: app.url, path: details(destination), expected: /^412 / });
  const { page } = tab;
  await edit(page);
  const line = page.locator('summary', { hasText: 'Destination Details' });
  await line.click();
  await page.getByRole('textbox', { name: 'Description' }).fill('mine');
  await page.getByRole('button', { name: 'Cancel' }).click();
  await page.getByRole('button', { name: 'Stay', exact: true }).click();
  await page.reload();
  await page.getByText(/^Restored unsaved changes/).waitFor();
  await line.click();
  assert.equal(await page.getByRole('textbox', { name: 'Description' }).inputValue(), 'mine');
  await app.client.call('changeDestination', { params, body: { description: 'theirs' } });
  await page.getByRole('button', { name: 'Save and stay' }).click();
  const row = page
    .getByRole('dialog', { name: 'Someone else made changes' })
    .getByRole('row', { name: /^Description/ });
  assert.match((await row.textContent()) ?? '', /"mine".*"theirs"/);
  await page.getByRole('button', { name: 'Save mine over theirs' }).click();
  await page.getByText('Unsaved changes', { exact: true }).waitFor({ state: 'detached' });
  assert.equal((await app.client.call('getDestination', { params })).description, 'mine');
  assert.deepEqual(tab.problems, []);
});

test('writing in a template of 1,000 lines, each key shows in the next frame', async () => {
  const { app, browser } = console_;
  const lines = Array.from({ length: 1_000 }, (_, at) => `  "k${at}": "{{ it.data[0].field${at} | upper }}",`);
  const { destination } = await wire(app, receiver, { destination: { template: `{\n${lines.join('\n')}\n}` } });
  await using tab = await openTab(browser, { url: app.url, path: details(destination) });
  const { page } = tab;
  await edit(page);
  await editor(page).press('Control+Home');
  await page.keyboard.press('End');
  await page
    .getByText('No problems')
    .or(page.getByRole('list', { name: 'Template problems' }))
    .waitFor();
  for (let keys = 1; keys <= 10; keys++) {
    await page.evaluate(`addEventListener('beforeinput', () => {
      globalThis.drawn = new Promise((done) => requestAnimationFrame(() => setTimeout(done)))
        .then(() => document.querySelector('.cm-line').textContent);
    }, { capture: true, once: true })`);
    await page.keyboard.press('x');
    assert.equal(await page.evaluate('drawn'), `{${'x'.repeat(keys)}`);
  }
  assert.deepEqual(tab.problems, []);
});

test('the pages of a destination have no barrier that axe-core finds', async () => {
  const { app, browser } = console_;
  const { destination, deliver } = await wire(app, receiver, {
    destination: {
      settings: {
        headers: [{ name: 'X-Key', value: 'k', secret: true }],
        outcomes: [{ when: { status: 409 }, outcome: 'success' }],
      },
    },
  });
  await deliver({ title: 'Home' });
  const expected = /^(404|500) /;
  await using tab = await openTab(browser, { url: app.url, expected });
  const { page } = tab;
  const clean = async (what: string, find: typeof barriersInAllLooks = barriers) => {
    assert.deepEqual(await find(page), [], what);
  };
  for (const tabName of ['request', 'event', 'check', 'response']) {
    await visit(page, `${details(destination)}?tab=${tabName}`);
    await editor(page).waitFor();
    if (tabName === 'request') await page.getByText('Advanced', { exact: true }).click();
    await page.evaluate('scrollTo(0, 0)');
    if (tabName === 'check') await page.getByRole('tabpanel').locator('summary').first().click();
    await clean(tabName, barriersInAllLooks);
  }
  await edit(page);
  await editor(page).fill('{{ it.data[0].titel }} {{ ( }}');
  await page.getByText('Fix 1 error to save').waitFor();
  await clean('problems', barriersInAllLooks);
  for (const name of ['Help', 'Versions']) {
    await page.getByRole('button', { name, exact: true }).click();
    await page.getByRole('dialog').waitFor();
    await clean(name);
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
  }
  await page.getByRole('button', { name: 'Full screen' }).click();
  await page.getByRole('button', { name: 'Exit full screen' }).waitFor();
  await clean('full screen', barriersInAllLooks);
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Full screen' }).waitFor();
  await page.goto(`${app.url}/connections/${destination.connectionId}/destinations/dst_unknown`);
  await page.getByRole('alert').waitFor();
  await clean('unknown');
  assert.deepEqual(tab.problems, []);
});
