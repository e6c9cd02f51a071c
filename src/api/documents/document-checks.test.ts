import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import type { FieldError } from '../../contract/errors.ts';
import { crm, orders } from '../testing/documents.testing.ts';
import { startTestServer } from '../testing/server.testing.ts';

test('unknown fields are refused one by one, with their pointers', async () => {
  await using server = await startTestServer();
  const answer = await server.call('POST', '/api/v1/connections', { ...crm, a: 1, settings: { retry: { b: 2 } } });
  assert.equal(answer.statusCode, 422);
  assert.deepEqual(
    answer
      .json()
      .errors.map((one: { pointer: string }) => one.pointer)
      .sort(),
    ['/a', '/settings/retry/b'],
  );
});

test('headers that the transport sets are refused, so that the log shows what was sent', async () => {
  await using server = await startTestServer();
  for (const name of ['Host', 'content-length', 'Connection', 'Expect', 'Accept-Encoding']) {
    const settings = { headers: [{ name, value: 'x' }] };
    const answer = await server.call('POST', '/api/v1/connections', { ...crm, settings });
    assert.equal(answer.json().errors?.[0].pointer, '/settings/headers/0/name', name);
  }
});

test('a header of a connection with a tag is saved with a warning, since it is sent as it is', async () => {
  await using server = await startTestServer();
  const headers = [
    { name: 'X-Who', value: '{{ it.events[0].visitorId }}' },
    { name: 'X-Fixed', value: 'fixed' },
  ];
  const made = await server.make('/connections', { ...crm, settings: { headers } });
  const detail = 'The header X-Who is sent as it is: only headers of destinations can have tags.';
  assert.deepEqual(made['warnings'], [detail]);
});

test('a custom header that Millrace replaces with its own is saved with a warning', async () => {
  await using server = await startTestServer();
  const signing = { algorithm: 'sha256', encoding: 'hex', header: 'X-Signature', format: '{id}.{body}' };
  const own = {
    auth: { type: 'bearer', token: 'a-token' },
    settings: { signing: { scheme: 'hmac', ...signing, secret: 'a-secret' } },
  };
  const withHeader = (name: string) => ({ headers: [{ name, value: 'mine' }] });
  const warning = (name: string, purpose: string) =>
    `The header ${name} has no effect: Millrace sends its own (${purpose}).`;
  const { id } = await server.make('/connections', { ...crm, ...own });
  const path = `/connections/${id}/destinations`;
  for (const [name, purpose] of [
    ['User-agent', 'its version'],
    ['Content-Type', 'Content Type of the destination'],
    ['Millrace-Hops', 'protection against loops'],
    ['authorization', 'authentication of the connection'],
    ['idempotency-key', 'idempotency key'],
    ['webhook-id', 'signature'],
    ['X-SIGNATURE', 'signature'],
  ] as const) {
    const settings = { ...own.settings, ...withHeader(name) };
    const saved = [
      await server.make('/connections', { ...crm, ...own, name: `CRM ${name}`, settings }),
      await server.make(path, { name, settings: withHeader(name) }),
    ];
    for (const { warnings } of saved) assert.deepEqual(warnings, [warning(name, purpose)]);
  }
  // A request without a body, and a connection without authentication, have no such header of their own.
  const find = await server.make(path, { name: 'Find', method: 'GET', settings: withHeader('Content-Type') });
  const plain = await server.make('/connections', { ...crm, name: 'Plain', settings: withHeader('Authorization') });
  assert.deepEqual([find['warnings'], plain['warnings']], [undefined, undefined]);

  await server.make(path, { name: 'Orders', settings: withHeader('X-Request') });
  const change = { settings: { idempotencyHeader: 'x-request' } };
  const changed = await server.call('PATCH', `/api/v1/connections/${id}`, change);
  const { warnings } = changed.json();
  assert.ok(warnings.includes(`Destination Orders: ${warning('X-Request', 'idempotency key')}`), String(warnings));
});

test('a pasted token that has expired is saved with a warning', async () => {
  await using server = await startTestServer();
  const jwtUntil = (exp: number) => `e30.${Buffer.from(JSON.stringify({ exp })).toString('base64url')}.c2ln`;
  const seconds = server.clock.now / 1_000;
  const create = (name: string, exp: number) =>
    server.make('/connections', { ...crm, name, auth: { type: 'bearer', token: jwtUntil(exp) } });
  const expired = await create('Expired', seconds - 5);
  assert.deepEqual(expired['warnings'], ['The token expired at 2026-01-02T03:04:00.000Z. Enter a new one.']);
  assert.equal((await create('Valid', seconds + 5))['warnings'], undefined);
});

test('a client certificate that has expired is saved with a warning', async () => {
  await using server = await startTestServer();
  const pem = (name: string) => readFileSync(new URL(`../../egress/http1/testdata/${name}`, import.meta.url), 'utf8');
  const tls = { cert: pem('expired.crt'), key: pem('expired.key') };
  const made = await server.make('/connections', { ...crm, settings: { tls } });
  assert.deepEqual(made['warnings'], ['The client certificate expired at 2020-01-02T00:00:00.000Z. Enter a new one.']);
});

test('the end of a previous signing secret is a point in time', async () => {
  await using server = await startTestServer();
  const create = (name: string, previousUntil: unknown) => {
    const signing = { scheme: 'standard-webhooks', secret: 'bmV3', previousSecret: 'b2xk', previousUntil };
    return server.call('POST', '/api/v1/connections', { ...crm, name, settings: { signing } });
  };
  assert.equal((await create('A', '2027-01-31T12:00:00+01:00')).statusCode, 201);
  assert.equal((await create('B', null)).statusCode, 201);
  for (const wrong of ['tomorrow', '', '2027-01-31', '2027-13-31T12:00:00Z'])
    assert.equal((await create('C', wrong)).json().errors?.[0].pointer, '/settings/signing/previousUntil', wrong);
});

test('a document in use is not deleted, and the response names its users', async () => {
  await using server = await startTestServer();
  const { connection, destination } = await orders(server);
  const behavior = await server.make('/behaviors', { name: 'B', condition: { parameter: 'a', operator: 'exists' } });
  const made = await server.make('/actions', {
    name: 'Act',
    description: 'x',
    rules: { any: [{ not: { behavior: behavior['id'] } }] },
    destinations: [{ destinationId: destination.id }],
  });
  const uses = [
    [`/connections/${connection.id}`, 'Orders'],
    [`/destinations/${destination.id}`, 'Act'],
    [`/behaviors/${behavior['id']}`, 'Act'],
  ];
  for (const [path, user] of uses) {
    const refused = await server.call('DELETE', `/api/v1${path}`);
    assert.deepEqual([refused.statusCode, refused.json().code, refused.json().users[0].name], [409, 'in_use', user]);
    assert.match(refused.json().detail, new RegExp(user ?? ''));
  }
  // Of many users the message names the first.
  const rules = { behavior: behavior['id'] };
  const more = await Promise.all(
    ['1', '2', '3', '4', '5', '6'].map((name) => server.make('/actions', { name, description: 'x', rules })),
  );
  const { detail, users } = (await server.call('DELETE', `/api/v1/behaviors/${behavior['id']}`)).json();
  assert.match(detail, /^Used by action Act \(.*\), action 1 .* and 2 more\.$/);
  assert.equal(users.length, 7);
  for (const { id } of more) await server.call('DELETE', `/api/v1/actions/${id}`);
  for (const path of [`/actions/${made['id']}`, ...uses.map(([path]) => path).reverse()]) {
    assert.equal((await server.call('DELETE', `/api/v1${path}`)).statusCode, 204);
    assert.equal((await server.call('GET', `/api/v1${path}`)).statusCode, 404);
  }
});

test('a change that leaves the templates as they are does not wait for the thread that compiles them', async () => {
  await using server = await startTestServer();
  const { destination } = await orders(server);
  const action = await server.make('/actions', {
    name: 'Act',
    description: 'x',
    destinations: [{ destinationId: destination.id, mapping: [{ field: 'n', expression: 'it.n' }] }],
  });
  const compose = server.parts.compute.compose;
  server.parts.compute.compose = () => new Promise(() => {});
  const change = async (path: string, body: object) =>
    (await server.call('PATCH', `/api/v1${path}`, body, { 'if-match': '*' })).statusCode;
  assert.equal(await change(`/destinations/${destination.id}`, { status: 'paused' }), 200);
  assert.equal(await change(`/actions/${action['id']}`, { status: 'disabled' }), 200);
  server.parts.compute.compose = compose;
  assert.equal(await change(`/destinations/${destination.id}`, { template: '{{ it.data[ }}' }), 422);
});

test('templates, tags and expressions must compile, and the error names line and column', async () => {
  await using server = await startTestServer();
  const { connection, destination } = await orders(server);
  const url = `/api/v1/connections/${connection.id}/destinations`;
  const cases = [
    [{ name: 'T', template: 'ok\n{{ it.data[ }}' }, '/template', 2],
    [{ name: 'T', path: '/{{ it. }}' }, '/path', 1],
    [{ name: 'T', settings: { headers: [{ name: 'X-A', value: '{{ ) }}' }] } }, '/settings/headers/0/value', 1],
  ] as const;
  for (const [body, pointer, line] of cases) {
    const answer = await server.call('POST', url, body);
    assert.deepEqual([answer.statusCode, answer.json().code], [422, 'invalid_template'], answer.body);
    const [error] = answer.json().errors;
    assert.deepEqual([error.pointer, error.line], [pointer, line]);
    assert.equal(typeof error.column, 'number');
  }
  const mapping = [
    { field: 'a', value: 'x' },
    { field: 'b', expression: 'it.' },
  ];
  const action = { name: 'A', description: 'x', destinations: [{ destinationId: destination.id, mapping }] };
  const answer = await server.call('POST', '/api/v1/actions', action);
  assert.equal(answer.json().errors[0].pointer, '/destinations/0/mapping/1/expression');
});

test('blocked addresses are refused at saving', async () => {
  await using server = await startTestServer();
  const cases = [
    ['http://169.254.169.254/', 'blocked_address'],
    ['http://[::ffff:10.0.0.1]/', 'blocked_address'],
    ['ftp://crm.example', 'invalid_value'],
    ['https://user:pass@crm.example', 'invalid_value'],
    ['https://crm.example/?q=1', 'invalid_value'],
  ];
  for (const [baseUrl, code] of cases) {
    const answer = await server.call('POST', '/api/v1/connections', { name: 'X', baseUrl });
    assert.deepEqual([answer.statusCode, answer.json().code], [422, code], baseUrl);
  }
});

test('a blocked address does not change the codes of the other invalid fields', async () => {
  await using server = await startTestServer();
  const auth = { type: 'oauth2', grant: 'client_credentials', clientId: 'a', accessTokenUrl: 'https://a.example/t#b' };
  const connection = { name: 'X', baseUrl: 'http://10.0.0.1', auth };
  const answer = (await server.call('POST', '/api/v1/connections', connection)).json();
  assert.equal(answer.code, 'blocked_address');
  assert.deepEqual(
    answer.errors.map(({ pointer, code }: FieldError) => [pointer, code]),
    [
      ['/baseUrl', 'blocked_address'],
      ['/auth/accessTokenUrl', 'invalid_value'],
    ],
  );
});

test('a test of an unsaved connection names the step that fails, even when saving would be refused', async () => {
  await using server = await startTestServer();
  const test = async (baseUrl: string) =>
    (await server.call('POST', '/api/v1/connections/test', { name: 'X', baseUrl })).json();
  const blocked = await test('http://169.254.169.254/');
  assert.deepEqual([blocked.ok, blocked.steps.at(-1).name, blocked.steps.at(-1).ok], [false, 'url', false]);
  assert.equal((await test('https://crm.example')).ok, true);
});

test('an action is refused a new disabled destination, and warned about one that it already has', async () => {
  await using server = await startTestServer();
  const { connection, destination } = await orders(server);
  const rows = [{ destinationId: destination.id }];
  const made = await server.make('/actions', { name: 'A', description: 'x', destinations: rows });
  const url = `/api/v1/actions/${made['id']}`;
  await server.call('PATCH', `/api/v1/connections/${connection.id}`, { status: 'paused' });
  const other = await server.call('POST', '/api/v1/actions', { name: 'B', description: 'x', destinations: rows });
  assert.deepEqual([other.statusCode, other.json().code], [422, 'destination_not_enabled']);
  assert.equal(other.json().errors[0].pointer, '/destinations/0/destinationId');
  const saved = await server.call('PATCH', url, { description: 'y' });
  assert.equal(saved.statusCode, 200);
  assert.match(saved.json().warnings[0], /CRM\/Orders is paused/);
  const enabling = await server.call('PATCH', url, { status: 'enabled' });
  assert.equal(enabling.json().code, 'destination_not_enabled');
  await server.call('PATCH', `/api/v1/connections/${connection.id}`, { status: 'enabled' });
  assert.equal((await server.call('PATCH', url, { status: 'enabled' })).json().warnings, undefined);
  const unknown = await server.call('PATCH', url, { destinations: [{ destinationId: 'dst_none' }] });
  assert.equal(unknown.json().errors[0].code, 'unknown_destination');
});

test('conditions are checked at saving: unknown behaviors, cycles, regular expressions, users that would break', async () => {
  await using server = await startTestServer();
  const leaf = { parameter: 'a', operator: 'exists' };
  const bad = await server.call('POST', '/api/v1/behaviors', {
    name: 'R',
    condition: { all: [{ parameter: 'a', operator: 'regex', value: '(' }] },
  });
  assert.deepEqual([bad.statusCode, bad.json().errors[0].pointer], [422, '/condition/all/0/value']);
  const unknown = await server.call('POST', '/api/v1/actions', {
    name: 'A',
    description: 'x',
    rules: { behavior: 'beh_none' },
  });
  assert.equal(unknown.statusCode, 422);
  const one = await server.make('/behaviors', { name: 'One', condition: leaf });
  const two = await server.make('/behaviors', { name: 'Two', condition: { behavior: one['id'] } });
  const cycle = await server.call('PATCH', `/api/v1/behaviors/${one['id']}`, { condition: { behavior: two['id'] } });
  assert.equal(cycle.statusCode, 422, cycle.body);
  let deep: unknown = { behavior: two['id'] };
  for (let i = 0; i < 8; i++) deep = { not: deep };
  await server.make('/actions', { name: 'Deep', description: 'x', rules: deep });
  const breaking = await server.call('PATCH', `/api/v1/behaviors/${one['id']}`, { condition: { not: { not: leaf } } });
  assert.equal(breaking.statusCode, 422);
  assert.match(breaking.json().errors[0].detail, /Deep/);
});

test('a destination is not made below a connection that is deleted at the same time', async () => {
  await using server = await startTestServer();
  const { id } = await server.make('/connections', crm);
  const at = `/api/v1/connections/${id}`;
  const { programProblems } = server.parts.compute;
  server.parts.compute.programProblems = async (inputs) => {
    assert.equal((await server.call('DELETE', at)).statusCode, 204);
    return programProblems(inputs);
  };
  const made = await server.call('POST', `${at}/destinations`, { name: 'Orders', template: '{{ it.data[0].n }}' });
  assert.deepEqual([made.statusCode, made.json().code], [404, 'not_found']);
  assert.deepEqual((await server.call('GET', '/api/v1/destinations')).json().data, []);
});

test("a destination can't move to another connection", async () => {
  await using server = await startTestServer();
  const { destination } = await orders(server);
  const other = await server.make('/connections', { ...crm, name: 'Other' });
  const moved = await server.call('PATCH', `/api/v1/destinations/${destination.id}`, { connectionId: other['id'] });
  assert.deepEqual([moved.statusCode, moved.json().errors[0].pointer], [422, '/connectionId']);
  assert.equal((await server.call('POST', '/api/v1/connections/con_none/destinations', { name: 'X' })).statusCode, 404);
});
