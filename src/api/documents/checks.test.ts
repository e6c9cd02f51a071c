import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startTestServer } from '../testing/server.testing.ts';

async function startShop() {
  const server = await startTestServer();
  const connection = await server.make('/connections', { name: 'CRM', baseUrl: 'https://crm.example' });
  const destination = await server.make(`/connections/${connection['id']}/destinations`, { name: 'Orders' });
  const action = await server.make('/actions', { name: 'Buys', description: 'x', rules: equals('wt.ev', 'buy') });
  const { key } = await server.make('/collectors', { name: 'C' });
  await server.call('POST', `/v3/${key}`, { events: [{ 'wt.ev': 'buy' }, { 'wt.ev': 'look' }, { 'wt.ev': 'look' }] });
  const ask = async (path: string, body: unknown) => (await server.call('POST', `/api/v1${path}`, body)).json();
  return { ...server, connection, destination, action, ask };
}

const equals = (parameter: string, value: string) => ({ parameter, operator: 'equals', value });

test('a partial draft of an action is checked like a patch, with enabled or disabled destinations', async () => {
  await using shop = await startShop();
  const path = `/actions/${shop.action['id']}/check`;
  const unchanged = await shop.ask(path, {});
  assert.deepEqual([unchanged.looked, unchanged.checked, unchanged.matched, unchanged.newlyMatched], [3, 1, 1, []]);
  const draft = { rules: equals('wt.ev', 'look'), destinations: [{ destinationId: shop.destination['id'] }] };
  const changed = await shop.ask(path, { draft, last: 2 });
  assert.deepEqual([changed.checked, changed.matched, changed.counts.newlyMatched], [2, 2, 2]);
  assert.equal((await shop.ask('/actions/check', { draft })).matched, 2);
  assert.equal((await shop.call('POST', '/api/v1/actions/act_none/check', {})).statusCode, 404);
});

test('the check of an action needs View Actions alone, and hides bodies without View Payloads', async () => {
  await using shop = await startShop();
  shop.grant('viewer', ['actions:view']);
  const { id: destinationId } = shop.destination;
  const mapping = [{ field: 'name', parameter: 'wt.ev' }];
  const path = `/api/v1/actions/${shop.action['id']}`;
  await shop.call('PATCH', path, { destinations: [{ destinationId, mapping }] });
  const draft = { rules: equals('wt.ev', 'buy'), destinations: [{ destinationId }] };
  const check = async (url: string, token: string) =>
    (await shop.call('POST', url, { draft }, { authorization: `Bearer ${token}` })).json();
  const [all, some] = [await check(`${path}/check`, 'admin'), await check(`${path}/check`, 'viewer')];
  assert.equal(all.bodiesChanged[0].after, '{"wt.ev":"buy"}');
  const hidden = all.bodiesChanged.map((one: object) => ({ ...one, before: null, after: null }));
  assert.deepEqual(some, { ...all, bodiesChanged: hidden });
  assert.equal((await check('/api/v1/actions/check', 'viewer')).matched, 1);
});

test("a preview accepts the draft of a saved or unsaved action, and refuses one that can't run", async () => {
  await using shop = await startShop();
  const destinationId = shop.destination['id'];
  const path = `/api/v1/destinations/${destinationId}/preview`;
  const draft = (expression: string) => ({
    destinations: [{ destinationId, mapping: [{ field: 'a', expression }] }],
  });
  for (const actionId of [undefined, shop.action['id']]) {
    const ask = (expression: string) =>
      shop.call('POST', path, { event: { data: {} }, draft: draft(expression), actionId });
    assert.equal((await ask('it.sku')).statusCode, 200);
    const refused = await ask('it.(');
    assert.equal(refused.json().errors[0].pointer, '/destinations/0/mapping/0/expression');
  }
  const unknown = { event: { data: {} }, draft: draft('it.sku'), actionId: 'act_none' };
  assert.equal((await shop.call('POST', path, unknown)).statusCode, 404);
});

test('a draft that does not compile is refused with a pointer', async () => {
  await using shop = await startShop();
  const pointer = async (path: string, body: unknown) => {
    const answer = await shop.call('POST', `/api/v1${path}`, body);
    return [answer.statusCode, answer.json().errors[0].pointer];
  };
  const check = `/actions/${shop.action['id']}/check`;
  assert.deepEqual(await pointer(check, { draft: { rules: { behavior: 'beh_none' } } }), [422, '/rules']);
  assert.deepEqual(await pointer('/actions/check', { draft: { destinations: [{ destinationId: 'dst_none' }] } }), [
    422,
    '/destinations/0/destinationId',
  ]);
  assert.deepEqual(await pointer('/actions/check', { draft: {}, last: 1_001 }), [422, '/last']);
  const unsaved = `/connections/${shop.connection['id']}/destinations`;
  assert.deepEqual(await pointer(`${unsaved}/check`, { draft: { template: '{{ if }}' } }), [422, '/template']);
  assert.deepEqual(await pointer(`${unsaved}/preview`, { draft: { template: '{{ if }}' }, data: [{}] }), [
    422,
    '/template',
  ]);
  const conditions = [equals('a', 'b'), { behavior: 'beh_none' }];
  assert.deepEqual(await pointer('/conditions/count', { conditions }), [422, '/conditions/1']);
});

test('a destination can be checked and previewed before it is saved', async () => {
  await using shop = await startShop();
  const at = `/connections/${shop.connection['id']}/destinations`;
  const fresh = await shop.ask(`${at}/check`, { draft: { path: '/new' } });
  assert.deepEqual([fresh.checked, fresh.ok, fresh.rows[0].after], [3, 3, '{"wt.ev":"look"}']);
  await shop.ask(`${at}/preview`, { draft: { path: '/new' }, data: [{}] });
  const [draft] = shop.drafts as { path: string; connectionId: string }[];
  assert.deepEqual([draft?.path, draft?.connectionId], ['/new', shop.connection['id']]);
  const saved = await shop.ask(`/destinations/${shop.destination['id']}/check`, {
    draft: { template: '{{! return JSON.stringify(it.data); }}' },
    last: 1,
  });
  assert.deepEqual(
    [saved.changed, saved.rows[0].before, saved.rows[0].after],
    [1, '{"wt.ev":"look"}', '[{"wt.ev":"look"}]'],
  );
  assert.equal(
    (await shop.call('POST', '/api/v1/connections/con_none/destinations/check', { draft: {} })).statusCode,
    404,
  );
});

test('conditions are counted on the newest events, with examples for the first', async () => {
  await using shop = await startShop();
  const conditions = [equals('wt.ev', 'buy'), equals('wt.ev', 'look'), { behavior: 'beh_std_purchase' }, { all: [] }];
  const counted = await shop.ask('/conditions/count', { conditions });
  assert.deepEqual([counted.checked, counted.counts], [3, [1, 2, 0, 3]]);
  assert.deepEqual([counted.matching.length, counted.other.length], [1, 2]);
  assert.equal((await shop.ask('/conditions/count', { conditions, last: 1 })).checked, 1);
});
