import assert from 'node:assert/strict';
import { test } from 'node:test';
import { action } from '../../contract/documents/action.ts';
import { behavior } from '../../contract/documents/behavior.ts';
import { collector } from '../../contract/documents/collector.ts';
import { connection } from '../../contract/documents/connection.ts';
import { destination } from '../../contract/documents/destination.ts';
import { standardBehaviors } from '../../rules/standard-behaviors.ts';
import { crm, type Made, orders } from '../testing/documents.testing.ts';
import { startTestServer } from '../testing/server.testing.ts';

test('a created connection is returned with its defaults, its ETag and its URL', async () => {
  await using server = await startTestServer();
  const created = await server.call('POST', '/api/v1/connections', crm);
  assert.equal(created.statusCode, 201);
  const body = created.json();
  assert.deepEqual(connection.parse(body), body);
  assert.equal(created.headers['etag'], '"1"');
  assert.equal(created.headers['location'], `/api/v1/connections/${body.id}`);
  assert.equal(body.updatedBy, 'admin');
  const got = await server.call('GET', `/api/v1/connections/${body.id}`);
  assert.deepEqual(got.json(), body);
});

test('responses of every kind have the shape of the contract', async () => {
  await using server = await startTestServer();
  const made = await orders(server);
  destination.parse(made.destination);
  const destinations = [{ destinationId: made.destination.id, mapping: [{ field: 'a', expression: 'it.b' }] }];
  action.parse(await server.make('/actions', { name: 'A', description: 'x', destinations }));
  behavior.parse(await server.make('/behaviors', { name: 'B', condition: { parameter: 'a', operator: 'exists' } }));
  const kept = collector.parse(await server.make('/collectors', { name: 'C' }));
  assert.match(kept.key, /^[0-9a-f]{32}$/);
});

test('If-None-Match with the current version gets 304 without a body', async () => {
  await using server = await startTestServer();
  const { id } = await server.make('/connections', crm);
  for (const known of ['"1"', 'W/"1"', '"7", "1"', '*']) {
    const answer = await server.call('GET', `/api/v1/connections/${id}`, undefined, { 'if-none-match': known });
    assert.equal(answer.statusCode, 304, known);
    assert.equal(answer.body, '');
  }
  const other = await server.call('GET', `/api/v1/connections/${id}`, undefined, { 'if-none-match': '"2"' });
  assert.equal(other.statusCode, 200);
});

test('a stale If-Match changes nothing and gets 412 with the current version', async () => {
  await using server = await startTestServer();
  const { id } = await server.make('/connections', crm);
  const url = `/api/v1/connections/${id}`;
  assert.equal((await server.call('PATCH', url, { description: 'two' }, { 'if-match': '"1"' })).statusCode, 200);
  for (const method of ['PUT', 'PATCH', 'DELETE']) {
    const stale = await server.call(method, url, { ...crm, description: 'lost' }, { 'if-match': '"1"' });
    assert.equal(stale.statusCode, 412, method);
    assert.deepEqual([stale.json().code, stale.json().version, stale.headers['etag']], ['version_mismatch', 2, '"2"']);
  }
  assert.equal((await server.call('GET', url)).json().description, 'two');
  for (const present of ['*', 'W/"2"', '"1", "2"'])
    assert.equal(
      (await server.call('PATCH', url, {}, { 'if-match': present })).statusCode,
      present === '*' ? 200 : 412,
    );
});

test('PUT replaces all, PATCH merges, and read-only fields are ignored', async () => {
  await using server = await startTestServer();
  const made = await server.make('/connections', { ...crm, description: 'old', port: 8443 });
  const url = `/api/v1/connections/${made['id']}`;
  const patched = await server.call('PATCH', url, { port: null, settings: { timeoutMs: 1_000 } });
  assert.deepEqual(
    [patched.json().port, patched.json().description, patched.json().settings.timeoutMs],
    [null, 'old', 1_000],
  );
  const whole = { ...patched.json(), name: 'CRM 2', version: 99, id: 'con_x' };
  const replaced = await server.call('PUT', url, whole);
  assert.equal(replaced.statusCode, 200);
  assert.deepEqual([replaced.json().id, replaced.json().version, replaced.json().name], [made['id'], 3, 'CRM 2']);
  assert.equal((await server.call('PUT', url, crm)).json().description, '');
  const merged = await server.call(
    'PATCH',
    url,
    { description: 'm' },
    { 'content-type': 'application/merge-patch+json' },
  );
  assert.equal(merged.statusCode, 200);
});

test('a patch to another kind of authentication or condition removes the fields of the old one', async () => {
  await using server = await startTestServer();
  const made = await server.make('/connections', {
    ...crm,
    auth: { type: 'basic', username: 'u', password: 'pass-word' },
  });
  const bearer = await server.call('PATCH', `/api/v1/connections/${made['id']}`, {
    auth: { type: 'bearer', token: 't' },
  });
  assert.equal(bearer.statusCode, 200, bearer.body);
  assert.deepEqual(Object.keys(bearer.json().auth).sort(), ['token', 'type']);
  const typo = await server.call('PATCH', `/api/v1/connections/${made['id']}`, { auth: { type: 'bearer', tokn: 't' } });
  assert.deepEqual(typo.json().errors, [{ pointer: '/auth/tokn', detail: 'Unknown field.', code: 'unknown_field' }]);
  const one = await server.make('/behaviors', { name: 'B', condition: { parameter: 'a', operator: 'exists' } });
  const rule = { any: [{ parameter: 'b', operator: 'exists' }] };
  const other = await server.call('PATCH', `/api/v1/behaviors/${one['id']}`, { condition: rule });
  assert.deepEqual(other.json().condition, rule);
});

test('names are unique regardless of case; destinations of different connections can share one', async () => {
  await using server = await startTestServer();
  const { connection } = await orders(server);
  const second = await server.call('POST', '/api/v1/connections', { ...crm, name: '  crm ' });
  assert.deepEqual([second.statusCode, second.json().code], [409, 'name_taken']);
  const taken = await server.call('POST', `/api/v1/connections/${connection.id}/destinations`, { name: 'ORDERS' });
  assert.equal(taken.statusCode, 409);
  const other = await server.make('/connections', { ...crm, name: 'Other' });
  await server.make(`/connections/${other['id']}/destinations`, { name: 'Orders' });
  const renamed = await server.call('PATCH', `/api/v1/connections/${connection.id}`, { name: 'crm' });
  assert.equal(renamed.statusCode, 200);
});

test('by name a document is created once and then replaced, and an unchanged one gets no version', async () => {
  await using server = await startTestServer();
  const url = '/api/v1/connections/by-name/My%20CRM';
  const body = { baseUrl: crm.baseUrl, auth: { type: 'bearer', token: 'a-secret-token' } };
  const first = await server.call('PUT', url, body);
  assert.deepEqual([first.statusCode, first.json().name, first.json().version], [201, 'My CRM', 1]);
  assert.equal(first.headers['location'], `/api/v1/connections/${first.json().id}`);
  const again = await server.call('PUT', url, body);
  assert.deepEqual([again.statusCode, again.json().version, again.headers['location']], [200, 1, undefined]);
  const changed = await server.call('PUT', url, { ...body, auth: { type: 'bearer', token: 'another-token' } });
  assert.equal(changed.json().version, 2);
  assert.equal((await server.call('PUT', url, { ...body, name: 'Else' })).statusCode, 422);
  assert.equal(
    (await server.call('PUT', '/api/v1/connections/by-name/New', body, { 'if-match': '*' })).statusCode,
    412,
  );
});

test('references to destinations and behaviors can be names instead of ids', async () => {
  await using server = await startTestServer();
  await orders(server);
  const apply = (path: string, body: unknown) => server.call('PUT', `/api/v1${path}`, body);
  const made = await apply('/destinations/by-name/crm%2FPeople', {
    path: '/people',
    status: 'enabled',
    connection: 'CRM',
  });
  assert.equal(made.statusCode, 201, made.body);
  const action = {
    description: 'x',
    rules: { all: [{ behavior: 'purchase' }] },
    destinations: [{ destination: 'CRM/People' }],
  };
  const applied = await apply('/actions/by-name/Bought', action);
  assert.equal(applied.statusCode, 201, applied.body);
  assert.equal(applied.json().destinations[0].destinationId, made.json().id);
  assert.match(applied.json().rules.all[0].behavior, /^beh_/);
  const wrong = [
    [
      '/actions/by-name/Bought',
      { ...action, destinations: [{ destination: 'CRM/Nobody' }] },
      '/destinations/0/destination',
    ],
    ['/actions/by-name/Bought', { ...action, rules: { not: { behavior: 'Nothing' } } }, '/rules/not/behavior'],
    ['/destinations/by-name/Nobody%2FPeople', {}, ''],
    ['/destinations/by-name/CRM%2FPeople', { connection: 'Nobody' }, '/connection'],
  ] as const;
  for (const [path, body, pointer] of wrong) {
    const refused = await apply(path, body);
    assert.deepEqual([refused.statusCode, refused.json().errors[0].pointer], [422, pointer]);
  }
});

test('versions are listed newest first, page by page both ways, and one can be restored', async () => {
  await using server = await startTestServer();
  const { id } = await server.make('/connections', { ...crm, description: 'v1' });
  const url = `/api/v1/connections/${id}`;
  for (const description of ['v2', 'v3', 'v4']) await server.call('PATCH', url, { description });
  const first = (await server.call('GET', `${url}/versions?limit=2`)).json();
  const numbers = (page: { data: Made[] }) => page.data.map((one) => one.version);
  assert.deepEqual([numbers(first), first.page.prev], [[4, 3], null]);
  const second = (await server.call('GET', `${url}/versions?limit=2&cursor=${first.page.next}`)).json();
  assert.deepEqual([numbers(second), second.page.next], [[2, 1], null]);
  const back = (await server.call('GET', `${url}/versions?limit=2&cursor=${second.page.prev}`)).json();
  assert.deepEqual([numbers(back), back.page.prev], [[4, 3], null]);
  const rolled = await server.call('POST', `${url}/rollback`, { version: 1 });
  assert.deepEqual([rolled.json().version, rolled.json().description], [5, 'v1']);
  assert.equal((await server.call('POST', `${url}/rollback`, { version: 9 })).statusCode, 404);
});

test('a page of large versions ends early, and the next ones have the rest', async () => {
  await using server = await startTestServer();
  const headers = Array.from({ length: 50 }, (_, n) => ({ name: `X-${n}`, value: 'v'.repeat(8_000) }));
  const { id } = await server.make('/connections', { ...crm, settings: { headers } });
  const url = `/api/v1/connections/${id}`;
  for (let version = 2; version <= 25; version++) await server.call('PATCH', url, { description: `v${version}` });
  const read = async (cursor: string | null) => {
    const { data, page } = (
      await server.call('GET', `${url}/versions?limit=200${cursor === null ? '' : `&cursor=${cursor}`}`)
    ).json();
    return { numbers: data.map((one: Made) => one.version), page };
  };
  const all: number[][] = [];
  let last: Awaited<ReturnType<typeof read>> | null = null;
  do {
    last = await read(last?.page.next ?? null);
    all.push(last.numbers);
  } while (last.page.next !== null);
  assert.ok(
    all.every((numbers) => numbers.length > 0 && numbers.length <= 11),
    '4 MiB each',
  );
  assert.deepEqual(
    all.flat(),
    Array.from({ length: 25 }, (_, n) => 25 - n),
  );
  const back = await read(last.page.prev);
  assert.deepEqual(back.numbers, all.at(-2));
});

test('the destinations of all connections are one list, filtered and paged like any other', async () => {
  await using server = await startTestServer();
  for (const name of ['A', 'B']) {
    server.clock.now += 1;
    const made = await server.make('/connections', { name, baseUrl: 'https://a.example' });
    await server.make(`/connections/${made['id']}/destinations`, { name: `${name} orders` });
  }
  const list = async (query: string) => (await server.call('GET', `/api/v1/destinations${query}`)).json();
  const names = (page: { data: { name: string }[] }) => page.data.map(({ name }) => name);
  const first = await list('?limit=1');
  assert.deepEqual(names(first), ['B orders']);
  assert.deepEqual(names(await list(`?limit=1&cursor=${first.page.next}`)), ['A orders']);
  assert.deepEqual(names(await list('?name=a%20ord')), ['A orders']);
});

test("standard behaviors are listed and used, and can't be changed", async () => {
  await using server = await startTestServer();
  const list = (await server.call('GET', '/api/v1/behaviors?limit=200')).json();
  const purchase = list.data.find((one: Made) => one.name === 'Purchase');
  assert.equal(purchase.standard, true);
  const url = `/api/v1/behaviors/${purchase.id}`;
  for (const [method, path, body] of [
    ['PUT', url, purchase],
    ['PATCH', url, { name: 'Mine' }],
    ['DELETE', url, undefined],
    ['PUT', '/api/v1/behaviors/by-name/purchase', { condition: { all: [] } }],
    ['POST', `${url}/rollback`, { version: 1 }],
  ] as const) {
    const answer = await server.call(method, path, body);
    assert.ok([404, 409].includes(answer.statusCode), `${method} ${path} ${answer.statusCode}`);
  }
  const taken = await server.call('POST', '/api/v1/behaviors', { name: 'PURCHASE', condition: { all: [] } });
  assert.equal(taken.statusCode, 409);
});

test('standard behaviors are listed after others, and paging returns each once', async () => {
  await using server = await startTestServer();
  for (const name of ['Own 1', 'Own 2']) {
    server.clock.now += 1;
    await server.make('/behaviors', { name, condition: { all: [] } });
  }
  const names: string[] = [];
  for (let next: string | null = ''; next !== null; ) {
    const more: string = next === '' ? '' : `&cursor=${next}`;
    const { data, page }: { data: Made[]; page: { next: string | null } } = (
      await server.call('GET', `/api/v1/behaviors?limit=4${more}`)
    ).json();
    names.push(...data.map((one) => one.name));
    next = page.next;
  }
  assert.deepEqual(names.slice(0, 2), ['Own 2', 'Own 1']);
  const all = standardBehaviors.length + 2;
  assert.deepEqual([names.length, new Set(names).size], [all, all]);
});

test('a rotated key is new, and neither a write nor a rollback restores the old one', async () => {
  await using server = await startTestServer();
  const made = await server.make('/collectors', { name: 'C' });
  const url = `/api/v1/collectors/${made['id']}`;
  const rotated = (await server.call('POST', `${url}/rotate-key`)).json();
  assert.notEqual(rotated.key, made['key']);
  assert.equal((await server.call('PUT', url, made)).json().key, rotated.key);
  assert.equal((await server.call('POST', `${url}/rollback`, { version: 1 })).json().key, rotated.key);
});

test('two concurrent changes are both applied', async () => {
  await using server = await startTestServer();
  const names = Array.from({ length: 8 }, (_, i) => `c${i}`);
  const answers = await Promise.all(names.map((name) => server.call('POST', '/api/v1/connections', { ...crm, name })));
  assert.deepEqual(
    answers.map((one) => one.statusCode),
    names.map(() => 201),
  );
  const same = await Promise.all(
    [1, 2].map(() => server.call('POST', '/api/v1/connections', { ...crm, name: 'same' })),
  );
  assert.deepEqual(same.map((one) => one.statusCode).sort(), [201, 409]);
});

test('lists are filtered by name and status', async () => {
  await using server = await startTestServer();
  await server.make('/connections', crm);
  await server.make('/connections', { ...crm, name: 'Shop', status: 'paused' });
  const names = async (query: string) =>
    (await server.call('GET', `/api/v1/connections?${query}`)).json().data.map((one: Made) => one.name);
  assert.deepEqual(await names('name=cr'), ['CRM']);
  assert.deepEqual(await names('status=paused'), ['Shop']);
  assert.deepEqual(await names('status=disabled'), []);
  const typo = await server.call('GET', '/api/v1/connections?status=pasued');
  assert.deepEqual([typo.statusCode, typo.json().errors?.[0].pointer], [422, '/status']);
});

test('actions are listed by the documents they use', async () => {
  await using server = await startTestServer();
  const { connection, destination } = await orders(server);
  const other = await server.make('/connections', { ...crm, name: 'Mail' });
  const behaviorId = 'beh_std_purchase';
  const rules = { any: [{ not: { behavior: behaviorId } }] };
  const destinations = [{ destinationId: destination.id }];
  await server.make('/actions', { name: 'Uses both', description: 'x', rules, destinations });
  await server.make('/actions', { name: 'Uses none', description: 'x' });
  const names = async (path: string) =>
    (await server.call('GET', `/api/v1${path}`))
      .json()
      .data.map((one: Made) => one.name)
      .sort();
  for (const filter of [`connectionId=${connection.id}`, `destinationId=${destination.id}`, `behaviorId=${behaviorId}`])
    assert.deepEqual(await names(`/actions?${filter}`), ['Uses both'], filter);
  assert.deepEqual(await names('/actions?behaviorId=beh_std_search'), []);
  assert.deepEqual(await names(`/actions?connectionId=${other['id']}`), []);
});

test('a known parameter can be described, an unknown one is not found', async () => {
  await using server = await startTestServer();
  const changed = await server.call('PATCH', '/api/v1/parameters/wt.ev', { description: 'Event', offered: false });
  assert.deepEqual([changed.statusCode, changed.json().description], [200, 'Event']);
  const offered = (await server.call('GET', '/api/v1/parameters?offered=true&limit=1')).json();
  assert.deepEqual(
    offered.data.map((one: Made) => one.name),
    ['a'],
  );
  const next = (await server.call('GET', `/api/v1/parameters?offered=true&limit=1&cursor=${offered.page.next}`)).json();
  assert.deepEqual([next.data[0].name, next.page.next], ['zz', null]);
  const never = (await server.call('GET', '/api/v1/parameters?seen=false&name=zz')).json().data.length;
  const seen = (await server.call('GET', '/api/v1/parameters?seen=true&name=zz')).json().data.length;
  assert.deepEqual([seen, never], [1, 0]);
  assert.equal((await server.call('PATCH', '/api/v1/parameters/none', {})).statusCode, 404);
});
