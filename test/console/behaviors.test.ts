import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { barriers, barriersInAllLooks, openTab, startConsole, visit } from './browser.ts';

let console_: Awaited<ReturnType<typeof startConsole>>;
before(async () => {
  console_ = await startConsole();
});
after(() => console_[Symbol.asyncDispose]());

test('a behavior is made of clauses, says its opposite, and is used in an action from then on', async () => {
  const { app, browser } = console_;
  await using tab = await openTab(browser, { url: app.url, path: '/behaviors' });
  const { page } = tab;
  await page.getByRole('link', { name: 'New Behavior' }).click();
  await page.getByRole('textbox', { name: 'Behavior Name' }).fill('purchase');
  await page.getByText('Another behavior has this name.').waitFor();
  await page.getByRole('textbox', { name: 'Behavior Name' }).fill('Big order');
  await page.getByRole('button', { name: 'Add behavior Purchase' }).click();
  await page.getByRole('button', { name: 'Add filter', exact: true }).click();
  await page.getByRole('combobox', { name: 'Parameter' }).fill('wt.tx_s');
  await page.getByRole('combobox', { name: 'Operator' }).selectOption('is greater than');
  await page.getByRole('combobox', { name: 'Value' }).fill('100');
  await page.getByText('not Purchase or wt.tx_s is not greater than “100”, or is missing').waitFor();
  await page.getByRole('button', { name: 'Add attribute' }).click();
  await page.getByRole('combobox', { name: 'Attribute' }).fill('wt.tx_i');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByRole('row', { name: /Big order.*Purchase and wt\.tx_s is greater than “100”/ }).waitFor();

  const [made] = (await app.client.call('listBehaviors', { query: { name: 'Big order' } })).data;
  assert.deepEqual([made?.attributes, made?.category], [['wt.tx_i'], 'Custom']);
  await page.goto(`${app.url}/actions/new?step=rules`);
  await page.getByRole('button', { name: 'Add behavior Big order' }).click();
  await page.getByText('Summary: Big order').waitFor();
  assert.deepEqual(tab.problems, []);
});

test('a used or standard behavior can’t be deleted and says why, also by keyboard; the deletion of another can be undone', async () => {
  const { app, browser } = console_;
  const condition = { parameter: 'a', operator: 'exists' as const };
  const used = await app.client.call('createBehavior', { body: { name: 'Used', condition } });
  const spare = await app.client.call('createBehavior', { body: { name: 'Spare', condition } });
  const rules = { behavior: used.id };
  await app.client.call('createAction', { body: { name: 'User', description: 'x', rules } });
  await using tab = await openTab(browser, { url: app.url, path: `/behaviors/${used.id}` });
  const { page } = tab;
  const remove = page.getByRole('button', { name: 'Delete' });
  await remove.focus();
  await page.getByRole('tooltip', { name: /Used in 1 place/ }).waitFor();
  await page.keyboard.press('Enter');
  await page.getByRole('tab', { name: 'Used by' }).click();
  await page.getByRole('link', { name: 'User' }).waitFor();

  const { token } = await app.client.call('createToken', { body: { name: 'Behaviors', rights: ['behaviors:view'] } });
  await using other = await openTab(browser, { url: app.url, path: `/behaviors/${used.id}?tab=used`, token });
  await other.page.getByRole('tabpanel').getByText('Used in 1 place').waitFor();
  assert.deepEqual(other.problems, []);

  await page.goto(`${app.url}/behaviors`);
  await page.getByRole('button', { name: 'More for Purchase' }).click();
  await page.getByText('Built-in behaviors can’t be deleted.').waitFor();
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'More for Spare' }).click();
  await page.getByRole('menuitem', { name: 'Delete' }).click();
  await page.getByRole('link', { name: 'Spare' }).waitFor({ state: 'detached' });
  await assert.rejects(app.client.call('getBehavior', { params: { id: spare.id } }), { status: 404 });
  await page.getByRole('button', { name: 'Restore' }).click();
  await page.getByRole('link', { name: 'Spare' }).waitFor();
  assert.equal((await app.client.call('getBehavior', { params: { id: spare.id } })).name, 'Spare');
  assert.deepEqual(tab.problems, []);
});

test('rules choose among more behaviors than a page of the API has, which the server searches, and Used By reads only those that use one', async () => {
  const { app, browser } = console_;
  const behaviors = Array.from({ length: 250 }, (_, n) => ({
    kind: 'behavior' as const,
    name: `Bulk ${n}`,
    description: n === 249 ? 'The one with a pelican' : '',
    condition: { parameter: 'n', operator: 'equals', value: `${n}` },
  }));
  const user = {
    kind: 'behavior' as const,
    name: 'Zoo',
    condition: { any: [{ behavior: 'Bulk 249' }, { behavior: 'Bulk 3' }] },
  };
  await app.client.call('importConfiguration', { body: { documents: [...behaviors, user] } });
  const asked: URL[] = [];
  const lists = () => asked.splice(0).filter(({ pathname }) => pathname === '/api/v1/behaviors');
  await using editing = await openTab(browser, { url: app.url, path: '/docs' });
  editing.page.on('request', (request) => asked.push(new URL(request.url())));
  await visit(editing.page, '/actions/new?step=rules');
  await editing.page.getByRole('textbox', { name: 'Find a behavior' }).fill('pelican');
  await editing.page.getByRole('button', { name: 'Add behavior Bulk 249' }).click();
  await editing.page.getByText('Summary: Bulk 249').waitFor();
  await editing.page.getByRole('combobox', { name: 'Behavior', exact: true }).fill('zoo');
  await editing.page.getByRole('option', { name: 'Zoo', exact: true }).click();
  await editing.page.getByText('Summary: Zoo').waitFor();
  assert.deepEqual(
    lists().filter(({ searchParams }) => searchParams.has('cursor')),
    [],
  );

  const [bulk] = (await app.client.call('listBehaviors', { query: { q: 'pelican' } })).data;
  // A tab of its own: that one asks before it leaves what is not saved.
  await using reading = await openTab(browser, { url: app.url, path: '/docs' });
  const { page } = reading;
  page.on('request', (request) => asked.push(new URL(request.url())));
  asked.length = 0;
  await visit(page, `/behaviors/${bulk?.id}?tab=used`);
  await page.getByRole('link', { name: 'Zoo' }).waitFor();
  assert.deepEqual([...new Set(lists().map(({ searchParams }) => searchParams.get('behaviorId')))], [bulk?.id]);
  await visit(page, '/behaviors?filter=Zoo');
  await page.getByRole('cell', { name: 'Bulk 249 or Bulk 3' }).waitFor();
  assert.deepEqual([editing.problems, reading.problems], [[], []]);
});

test('no state of the pages of behaviors has a barrier that axe-core finds', async () => {
  const { app, browser } = console_;
  await using tab = await openTab(browser, { url: app.url });
  const { page } = tab;
  for (const path of ['?filter=nothing', '/beh_std_purchase?tab=versions']) {
    await visit(page, `/behaviors${path}`);
    assert.deepEqual(await barriers(page), [], path);
  }
  await visit(page, '/behaviors/beh_std_purchase');
  const expression = page.getByRole('group', { name: 'Rules' });
  await expression.getByText(/^wt\.ev is one of/).waitFor();
  assert.equal(await expression.getByRole('combobox').count(), 0, 'what is only read is text');
  assert.deepEqual(await barriers(page), [], 'read');
  await visit(page, '/behaviors/new');
  assert.deepEqual(await barriersInAllLooks(page), [], 'new');
  await page.route(/\/api\/v1\/behaviors(\?|$)/, (route) =>
    route.fulfill({
      status: 422,
      contentType: 'application/problem+json',
      json: { title: 'Invalid value', status: 422, detail: 'Not today.', code: 'invalid_value' },
    }),
  );
  await page.goto(`${app.url}/behaviors`);
  await page.getByText('Not today.').waitFor();
  assert.deepEqual(await barriers(page), [], 'failed');
  assert.deepEqual(
    tab.problems.filter((one) => !one.startsWith('422 /api/v1/behaviors')),
    [],
  );
});
