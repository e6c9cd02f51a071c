import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { barriers, loaded, openTab, startConsole, visit } from './browser.ts';

let console_: Awaited<ReturnType<typeof startConsole>>;
let lookedAt: string;

before(async () => {
  console_ = await startConsole();
  const { client } = console_.app;
  const { id } = await client.call('createConnection', { body: { name: 'CRM', baseUrl: 'https://crm.example' } });
  const params = { id };
  await client.call('createDestination', { params, body: { name: 'Carts', path: '/carts' } });
  const orders = await client.call('createDestination', {
    params,
    body: { name: 'Orders', path: '/orders', status: 'enabled' },
  });
  const mapping = [{ field: 'total', expression: 'Number(it.total)' }];
  lookedAt = (
    await client.call('createAction', {
      body: {
        name: 'Looked at',
        description: 'Has a bit of everything',
        rules: { any: [{ not: { behavior: 'beh_std_search' } }, { all: [{ parameter: 'a', operator: 'exists' }] }] },
        destinations: [{ destinationId: orders.id, mapping }],
      },
    })
  ).id;
});
after(() => console_[Symbol.asyncDispose]());

test('no state of the pages of actions has a barrier that axe-core finds', async () => {
  const { app, browser } = console_;
  const id = lookedAt;
  await using tab = await openTab(browser, {
    url: app.url,
    path: '/actions',
  });
  const { page } = tab;
  async function judge(path: string, isAnew = false) {
    await (isAnew ? page.goto(`${app.url}${path}`).then(() => loaded(page)) : visit(page, path));
    assert.deepEqual(await barriers(page), [], path);
  }
  for (const path of ['/actions?filter=nothing', `/actions/${id}/edit?step=rules`, `/actions/${id}`]) await judge(path);
  const answer = (json: unknown, status = 200) =>
    page.route(/\/api\/v1\/actions(\?|$)/, (route) =>
      route.fulfill({ status, json, contentType: status === 200 ? 'application/json' : 'application/problem+json' }),
    );
  await answer({ data: [], page: { next: null, prev: null } });
  await judge('/actions', true);
  await page.getByRole('link', { name: 'Custom Scenario' }).waitFor();
  await answer({ title: 'Invalid value', status: 422, detail: 'Not today.', code: 'invalid_value' }, 422);
  await judge('/actions', true);
  await page.getByText('Not today.').waitFor();
  assert.deepEqual(
    tab.problems.filter((one) => !one.startsWith('422 /api/v1/actions')),
    [],
  );
});
