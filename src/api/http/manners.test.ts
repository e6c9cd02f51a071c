import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { errors } from '../../contract/errors.ts';
import { type Answer, startTestServer } from '../testing/server.testing.ts';

const crm = { name: 'CRM', baseUrl: 'https://crm.example' };

function assertProblem(answer: Answer, status: number, code: string) {
  assert.equal(answer.statusCode, status, answer.body);
  assert.match(String(answer.headers['content-type']), /^application\/problem\+json/);
  const problem = answer.json();
  assert.deepEqual([problem.code, problem.status, problem.type], [code, status, `/docs/errors#${code}`]);
  assert.ok(problem.title.length > 0 && problem.detail.length > 0);
  assert.match(problem.requestId, /^req_/);
  assert.equal(answer.headers['x-request-id'], problem.requestId);
  assert.equal(answer.headers['x-content-type-options'], 'nosniff');
  assert.doesNotMatch(answer.body, /at .*\.ts:\d|node_modules|\bSELECT\b/);
}

test('what a POST creates is at the URL of its Location', async () => {
  await using server = await startTestServer();
  const connection = await server.make('/connections', crm);
  for (const [path, body] of [
    ['/connections', { ...crm, name: 'Other' }],
    [`/connections/${connection['id']}/destinations`, { name: 'Orders' }],
    ['/users', { email: 'ada@example.com', password: 'correct horse battery' }],
    ['/roles', { name: 'Readers', rights: [] }],
    ['/tokens', { name: 'A', rights: [] }],
    ['/me/tokens', { name: 'B', rights: [] }],
    ['/traces', {}],
  ] as const) {
    const made = await server.call('POST', `/api/v1${path}`, body);
    const { location } = made.headers;
    assert.deepEqual([made.statusCode, typeof location], [201, 'string'], path);
    assert.equal((await server.call('GET', String(location))).json().id, made.json().id, path);
  }
});

test('every error response is a problem with a code of the closed list', async () => {
  await using server = await startTestServer();
  const { id } = await server.make('/connections', crm);
  const at = `/api/v1/connections/${id}`;
  const big = JSON.stringify({ ...crm, description: 'x'.repeat(1_048_577) });
  const cases: [Promise<Answer>, number, keyof typeof errors][] = [
    [server.call('GET', '/nothing'), 404, 'not_found'],
    [server.call('POST', '/nothing', '{'), 404, 'not_found'],
    [server.call('GET', '/api/v1/connections/con_none'), 404, 'not_found'],
    [server.call('DELETE', '/api/v1/connections'), 405, 'method_not_allowed'],
    [server.call('PROPFIND', '/api/v1/connections'), 405, 'method_not_allowed'],
    [server.call('GET', '/api/v1/%zz'), 400, 'malformed_request'],
    [server.call('GET', '/api/v1/connections/%ff'), 400, 'malformed_request'],
    [server.call('GET', `/api/v1/connections/${'x'.repeat(5_000)}`), 404, 'not_found'],
    [server.call('POST', '/api/v1/connections', '{"name":'), 400, 'malformed_json'],
    [server.call('POST', '/api/v1/connections', ''), 400, 'malformed_json'],
    [server.call('POST', '/api/v1/connections', Buffer.from([0x22, 0xff, 0x22])), 400, 'malformed_json'],
    [server.call('POST', '/api/v1/connections', []), 422, 'invalid_value'],
    [server.call('POST', '/api/v1/connections', { ...crm, baseUrl: 5 }), 422, 'invalid_value'],
    [server.call('POST', '/api/v1/connections', big), 413, 'too_large'],
    [
      server.call('POST', '/api/v1/connections', 'a=b', { 'content-type': 'application/x-www-form-urlencoded' }),
      415,
      'unsupported_media_type',
    ],
    [
      server.call('POST', '/api/v1/connections', crm, { 'content-type': 'application/json; charset=latin1' }),
      415,
      'unsupported_media_type',
    ],
    [server.call('POST', '/api/v1/connections', crm, { 'content-type': 'nonsense' }), 415, 'unsupported_media_type'],
    [server.call('POST', '/api/v1/connections', crm, { 'content-encoding': 'gzip' }), 415, 'unsupported_media_type'],
    [
      server.call('POST', '/api/v1/connections', crm, { 'content-type': 'application/merge-patch+json' }),
      415,
      'unsupported_media_type',
    ],
    [server.call('GET', '/api/v1/connections?limit=201'), 422, 'invalid_value'],
    [server.call('GET', '/api/v1/connections?limit=0'), 422, 'invalid_value'],
    [server.call('GET', '/api/v1/connections?limit=1&limit=2'), 422, 'invalid_value'],
    [server.call('GET', '/api/v1/connections?nmae=x'), 422, 'invalid_value'],
    [server.call('GET', `${at}?x=1`), 422, 'invalid_value'],
    [server.call('GET', '/api/v1/connections?name=%00'), 422, 'invalid_value'],
    [server.call('GET', '/api/v1/connections?cursor=Zm9yZ2Vk'), 422, 'invalid_value'],
    [server.call('GET', '/api/v1/deliveries?createdAfter=yesterday'), 422, 'invalid_value'],
    [server.call('PATCH', at, { description: 'x' }, { 'if-match': '"9"' }), 412, 'version_mismatch'],
  ];
  for (const [answer, status, code] of cases) assertProblem(await answer, status, code);
});

test('a number in a query is decimal digits, and the field that is not is named', async () => {
  await using server = await startTestServer();
  for (const field of ['limit', 'durationMsMin', 'buckets'])
    for (const text of ['0x10', '1e2', '%205', '%2B5', '5.0', '-1', '', '99999999999999999999']) {
      const list = field === 'buckets' ? 'deliveries/histogram' : 'deliveries';
      const response = await server.call('GET', `/api/v1/${list}?${field}=${text}`);
      assert.deepEqual([response.statusCode, response.json().errors?.[0].pointer], [422, `/${field}`], text);
    }
  assert.equal((await server.call('GET', '/api/v1/deliveries?limit=010&durationMsMin=0')).statusCode, 200);
});

test('each problem of a body has a pointer, a message and a code', async () => {
  await using server = await startTestServer();
  const { key } = await server.make('/collectors', { name: 'C' });
  const auth = { type: 'bearer', token: 'with a blank' };
  const behavior = { name: 'B', condition: { parameter: 'a', operator: 'regex', value: '(' } };
  const wrong = [
    await server.call('POST', '/api/v1/connections', { ...crm, auth, typo: 1 }),
    await server.call('POST', '/api/v1/connections', { ...crm, auth }),
    await server.call('POST', '/api/v1/connections', { ...crm, auth: { type: 'basic', username: 'a:b' } }),
    await server.call('POST', '/api/v1/behaviors', behavior),
    await server.call('POST', `/v3/${key}`, { events: [{}] }),
  ];
  const codes = wrong.map((answer) => {
    const [first] = answer.json().errors;
    assert.deepEqual([typeof first.pointer, typeof first.detail], ['string', 'string']);
    return first.code;
  });
  assert.deepEqual(codes, ['unknown_field', 'invalid_value', 'invalid_value', 'invalid_value', 'invalid_events']);
});

test('an unsupported method gets 405 with the supported ones', async () => {
  await using server = await startTestServer();
  const answer = await server.call('DELETE', '/api/v1/connections');
  assert.equal(answer.headers['allow'], 'GET, HEAD, POST');
  assert.equal((await server.call('GET', '/v3/some-key')).headers['allow'], 'OPTIONS, POST');
  for (const path of ['actions/check', 'behaviors/check', 'connections/test'])
    assert.equal((await server.call('PROPFIND', `/api/v1/${path}`)).headers['allow'], 'POST', path);
});

test('a body on a route without one is ignored', async () => {
  await using server = await startTestServer();
  const { id } = await server.make('/connections', crm);
  const answer = await server.call('POST', `/api/v1/connections/${id}/test`, '<x', { 'content-type': 'no type' });
  assert.equal(answer.statusCode, 200);
  const deleted = await server.call('DELETE', `/api/v1/connections/${id}`, '{', { 'content-type': 'text/xml' });
  assert.equal(deleted.statusCode, 204);
});

test('a byte order mark before JSON is ignored', async () => {
  await using server = await startTestServer();
  const answer = await server.call('POST', '/api/v1/connections', `\ufeff${JSON.stringify(crm)}`);
  assert.equal(answer.statusCode, 201);
});

test('HEAD responds like GET, without a body', async () => {
  await using server = await startTestServer();
  const { id } = await server.make('/connections', crm);
  const answer = await server.call('HEAD', `/api/v1/connections/${id}`);
  assert.deepEqual([answer.statusCode, answer.body, answer.headers['etag']], [200, '', '"1"']);
});

test('paging by cursor and by Link, both ways, returns every item once', async () => {
  await using server = await startTestServer();
  const made: unknown[] = [];
  for (let i = 0; i < 5; i++) {
    server.clock.now += 1;
    made.unshift((await server.make('/connections', { ...crm, name: `c${i}` }))['name']);
  }
  const names = (answer: Answer) => answer.json().data.map((one: { name: string }) => one.name);
  const next = (answer: Answer, rel: string) =>
    new RegExp(`<([^>]+)>; rel="${rel}"`).exec(String(answer.headers['link']))?.[1];
  const first = await server.call('GET', '/api/v1/connections?limit=2');
  const second = await server.call('GET', next(first, 'next') ?? '');
  const third = await server.call('GET', next(second, 'next') ?? '');
  assert.deepEqual([...names(first), ...names(second), ...names(third)], made);
  assert.deepEqual([first.json().page.prev, third.json().page.next], [null, null]);
  const back = await server.call('GET', next(third, 'prev') ?? '');
  assert.deepEqual(names(back), names(second));
  assert.deepEqual(names(await server.call('GET', next(back, 'prev') ?? '')), names(first));
});

test('the first response to an Idempotency-Key is repeated, only for the same body, principal and URL', async () => {
  await using server = await startTestServer();
  const key = { 'idempotency-key': 'k1' };
  const first = await server.call('POST', '/api/v1/connections', crm, key);
  const again = await server.call('POST', '/api/v1/connections', crm, key);
  assert.deepEqual([again.statusCode, again.json(), again.headers['etag']], [201, first.json(), '"1"']);
  assert.equal(again.headers['idempotency-replayed'], 'true');
  assertProblem(
    await server.call('POST', '/api/v1/connections', { ...crm, name: 'B' }, key),
    422,
    'idempotency_key_reused',
  );
  server.grant('other', ['connections:manage']);
  const other = await server.call('POST', '/api/v1/connections', crm, { ...key, authorization: 'Bearer other' });
  assertProblem(other, 409, 'name_taken');
  const id = first.json().id;
  assert.equal(
    (await server.call('POST', `/api/v1/connections/${id}/destinations`, { name: 'D' }, key)).statusCode,
    201,
  );
  const later = await server.call('POST', '/api/v1/connections', crm, key);
  assert.equal(later.headers['idempotency-replayed'], 'true');
  await server.parts.requests.responses.prune(server.clock.now + 86_400_001);
  assertProblem(await server.call('POST', '/api/v1/connections', crm, key), 409, 'name_taken');
});

test('a refusal is repeated too, a request in progress gets 409, and a failure can be retried', async () => {
  await using server = await startTestServer();
  const key = { 'idempotency-key': 'k2' };
  const bad = await server.call('POST', '/api/v1/connections', { name: '' }, key);
  const repeated = await server.call('POST', '/api/v1/connections', { name: '' }, key);
  assert.deepEqual([bad.statusCode, repeated.statusCode, repeated.json().requestId], [422, 422, bad.json().requestId]);
  const { promise, resolve } = Promise.withResolvers<void>();
  server.hold.open = promise;
  const render = () =>
    server.call('POST', '/api/v1/templates/render', { template: 'x', data: [] }, { 'idempotency-key': 'k3' });
  const running = render();
  assertProblem(await render(), 409, 'request_in_progress');
  resolve();
  assert.equal((await running).statusCode, 200);
  assert.equal((await render()).statusCode, 200);
  const { id } = await server.make('/connections', crm);
  const dest = await server.make(`/connections/${id}/destinations`, { name: 'D' });
  const send = () =>
    server.call('POST', `/api/v1/destinations/${dest['id']}/test`, { data: [{}] }, { 'idempotency-key': 'k4' });
  const failed = await send();
  assertProblem(failed, 500, 'internal');
  assert.notEqual((await send()).json().requestId, failed.json().requestId);
  assert.equal(server.failures.length, 2);
  const bare = { 'idempotency-key': ' ' };
  assert.ok((await server.call('POST', '/api/v1/connections', { ...crm, name: 'x' }, bare)).statusCode < 500);
});

test('a new key of a collector is never repeated for an Idempotency-Key', async () => {
  await using server = await startTestServer();
  const { id } = await server.make('/collectors', { name: 'C' });
  const rotate = async () =>
    (await server.call('POST', `/api/v1/collectors/${id}/rotate-key`, undefined, { 'idempotency-key': 'k' })).json()
      .key;
  assert.notEqual(await rotate(), await rotate());
});

test('requests over the limit of a token or an address get 429 until the second is over; health checks are not limited', async () => {
  await using server = await startTestServer({ rates: { perToken: 5, perAddress: 2 } });
  const get = (authorization: string) => server.call('GET', '/api/v1/connections', undefined, { authorization });
  for (let left = 4; left >= 0; left--) {
    const { headers, statusCode } = await get('Bearer admin');
    assert.deepEqual(
      [statusCode, headers['ratelimit'], headers['ratelimit-policy']],
      [200, `"default";r=${left};t=1`, '"default";q=5;w=1'],
    );
  }
  const limited = await get('Bearer admin');
  assertProblem(limited, 429, 'rate_limited');
  assert.equal(limited.headers['retry-after'], '1');
  for (const status of [401, 401, 429]) assert.equal((await get('Bearer nobody')).statusCode, status);
  assert.equal((await server.call('GET', '/version', undefined, { authorization: '' })).statusCode, 429);
  for (let i = 0; i < 50; i++) assert.equal((await server.call('GET', '/readyz')).statusCode, 200);
  server.clock.now += 1_000;
  assert.equal((await get('Bearer admin')).statusCode, 200);
});

test('the client address is that of the socket, unless a trusted proxy names another', async () => {
  const rates = { perToken: 100, perAddress: 1 };
  const statuses = async (trustedProxies: string[]) => {
    await using server = await startTestServer({ rates, trustedProxies });
    const from = (address: string) =>
      server.call('GET', '/version', undefined, { authorization: '', 'x-forwarded-for': address });
    return [
      (await from('192.0.2.1')).statusCode,
      (await from('192.0.2.2')).statusCode,
      (await from('192.0.2.2')).statusCode,
    ];
  };
  assert.deepEqual(await statuses([]), [200, 429, 429]);
  assert.deepEqual(await statuses(['127.0.0.1']), [200, 200, 429]);
});

test('the documentation link of an error begins with the public URL', async () => {
  await using server = await startTestServer({ publicUrl: 'https://millrace.example/' });
  const answer = await server.call('GET', '/nothing');
  assert.equal(answer.json().type, 'https://millrace.example/docs/errors#not_found');
});

test('an instance whose intake works stays ready, and lists its other problems on request', async () => {
  const problems = {
    sandbox: "The script engine can't be started.",
    statistics: "They can't be written.",
    storage_reads: "Lists can't be read.",
  };
  await using server = await startTestServer({ problems: () => problems });
  const plain = await server.call('GET', '/readyz', undefined, { authorization: '' });
  assert.deepEqual([plain.statusCode, plain.json()], [200, { status: 'ready' }]);
  const verbose = await server.call('GET', '/readyz?verbose', undefined, { authorization: '' });
  assert.deepEqual([verbose.statusCode, verbose.json()], [200, { status: 'ready', problems }]);
});

test('readiness names the problems of the server', async () => {
  await using server = await startTestServer({ problems: () => ({ journal: 'The disk is full.' }) });
  const answer = await server.call('GET', '/readyz', undefined, { authorization: '' });
  assert.deepEqual([answer.statusCode, answer.json().problems], [503, { journal: 'The disk is full.' }]);
  assert.equal((await server.call('GET', '/livez')).statusCode, 200);
});
