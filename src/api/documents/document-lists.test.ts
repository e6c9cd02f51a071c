import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { connectionRoutes } from '../../contract/documents/connection.ts';
import { destinationRoutes } from '../../contract/documents/destination.ts';
import { nameRoutes } from '../../contract/documents/names.ts';
import { orders } from '../testing/documents.testing.ts';
import { startTestServer } from '../testing/server.testing.ts';

let server: Awaited<ReturnType<typeof startTestServer>>;
let made: Awaited<ReturnType<typeof orders>>;
before(async () => {
  server = await startTestServer();
  made = await orders(server, { path: '/orders' });
  const destinations = [{ destinationId: made.destination.id }];
  for (const name of ['Éclair 10', 'eclair 9', 'Zebra', 'apple'])
    await server.make('/actions', { name, description: `About ${name}`, destinations });
  const auth = { type: 'bearer', token: 'a-token' };
  await server.make('/connections', { name: 'Unused', baseUrl: 'https://unused.example', auth });
});
after(() => server[Symbol.asyncDispose]());

type Listed = { data: { id: string; name: string }[]; page: { next: string | null; prev: string | null } };
const get = async (path: string) => (await server.call('GET', `/api/v1${path}`)).json();
const namesOf = ({ data }: Listed) => data.map(({ name }) => name);

test('a list sorted by name ignores case and accents, reads numbers by value, and pages in both directions', async () => {
  const pages: string[] = [];
  let page: Listed = await get('/actions?sort=name&limit=2');
  pages.push(...namesOf(page));
  page = await get(`/actions?sort=name&limit=2&cursor=${page.page.next}`);
  pages.push(...namesOf(page));
  assert.deepEqual(pages, ['apple', 'eclair 9', 'Éclair 10', 'Zebra']);
  page = await get(`/actions?sort=name&limit=2&cursor=${page.page.prev}`);
  assert.deepEqual(namesOf(page), ['apple', 'eclair 9']);
  assert.deepEqual(namesOf(await get('/actions?sort=-name')), ['Zebra', 'Éclair 10', 'eclair 9', 'apple']);
  const other = await server.call('GET', `/api/v1/actions?sort=status&cursor=${page.page.next}`);
  assert.equal(other.statusCode, 422, 'a cursor fits the order that it was made for');
});

test('a list sorted by a very long name has cursors that it takes', async () => {
  const names = ['a', 'b'].map((end) => `${'𝔘9'.repeat(100)}${end}`);
  const ids: string[] = [];
  for (const name of names) ids.push(String((await server.make('/behaviors', behavior(name)))['id']));
  const first: Listed = await get('/behaviors?sort=-name&limit=1');
  assert.ok(ids.includes(first.data[0]?.id ?? ''));
  const second: Listed = await get(`/behaviors?sort=-name&limit=1&cursor=${first.page.next}`);
  assert.deepEqual([first.data[0]?.id, second.data[0]?.id].toSorted(), ids.toSorted());
});

const behavior = (name: string) => ({ name, condition: { parameter: 'a', operator: 'exists' } });

test('q finds part of the name, the description, the base URL or the path, and count says how many', async () => {
  const found = await get('/actions?q=about%20ZEB&count=true&limit=1');
  assert.deepEqual([namesOf(found), found.count], [['Zebra'], { found: 1, all: 4 }]);
  assert.deepEqual(namesOf(await get('/connections?q=unused.example')), ['Unused']);
  assert.deepEqual((await get('/destinations?q=%2Forders&count=true')).count, { found: 1, all: 1 });
  assert.equal((await get('/actions')).count, undefined);
});

test('connections are found by authentication, use and state, and a page tells what each has and what uses it', async () => {
  assert.deepEqual(namesOf(await get('/connections?authType=bearer')), ['Unused']);
  assert.deepEqual(namesOf(await get('/connections?used=false')), ['Unused']);
  assert.deepEqual(namesOf(await get('/connections?state=needs_attention')), []);
  const page = connectionRoutes.listConnections.output.parse(await get('/connections?used=true&usage=true'));
  const [usage] = page.usage ?? [];
  assert.deepEqual([usage?.destinations, usage?.usedBy?.count, usage?.usedBy?.first.length], [1, 4, 4]);
  const path = `/connections/${made.connection.id}/destinations?usage=true`;
  const own = destinationRoutes.listDestinations.output.parse(await get(path));
  assert.equal(own.usage?.[0]?.usedBy?.count, 4);
});

test('names come for many ids at once, a destination with its connection, without what is deleted or hidden', async () => {
  const action = (await get('/actions?name=zebra')).data[0].id;
  const ids = [action, made.destination.id, 'act_gone', 'beh_std_purchase'].join();
  const { data } = nameRoutes.getNames.output.parse(await get(`/names?ids=${ids}`));
  const byId = new Map(data.map((one) => [one.id, one]));
  assert.equal(byId.get(action)?.name, 'Zebra');
  assert.equal(byId.get(made.destination.id)?.connectionId, made.connection.id);
  assert.ok((byId.get(made.destination.id)?.attemptsMax ?? 0) > 0);
  assert.equal(byId.get(made.connection.id)?.name, made.connection.name);
  assert.equal(byId.get('beh_std_purchase')?.kind, 'behavior');
  assert.equal(byId.has('act_gone'), false);
});

test('actions and behaviors are found by the parameter, the collector or the behavior that they name, and parameters say how many', async () => {
  const { id } = await server.make('/behaviors', {
    name: 'Paid',
    condition: { parameter: 'zz', operator: 'exists' },
    attributes: ['total'],
  });
  await server.make('/behaviors', { name: 'Paid again', condition: { not: { behavior: id } } });
  const comesFrom = { parameter: 'source.collectorId', operator: 'in', value: ['col_1', 'col_2'] };
  await server.make('/actions', {
    name: 'Sends totals',
    description: 'In a mapping and in a rule',
    rules: { all: [comesFrom, { behavior: id }] },
    destinations: [{ destinationId: made.destination.id, mapping: [{ field: 'n', expression: 'Number(it["zz"])' }] }],
  });
  assert.deepEqual(namesOf(await get('/actions?parameter=zz')), ['Sends totals']);
  assert.deepEqual(namesOf(await get('/actions?parameter=total')), []);
  assert.deepEqual(namesOf(await get('/behaviors?parameter=total')), ['Paid']);
  assert.deepEqual(namesOf(await get('/actions?collectorId=col_2')), ['Sends totals']);
  assert.deepEqual(namesOf(await get('/behaviors?collectorId=col_2')), []);
  assert.deepEqual(namesOf(await get(`/behaviors?behaviorId=${id}`)), ['Paid again']);
  const { data } = await get('/parameters?name=zz');
  assert.equal(data.find(({ name }: { name: string }) => name === 'zz').usedBy, 2);
  const page = await get('/parameters?name=wt.ev');
  assert.equal(page.data[0].usedBy, 0, 'a built-in behavior that nothing uses does not count');
});
