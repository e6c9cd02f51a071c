import assert from 'node:assert/strict';
import { test } from 'node:test';
import { allRights, covers } from '../../contract/accounts/rights.ts';
import type { AuditEntry } from '../../contract/records/audit.ts';
import { routes } from '../../contract/routes.ts';
import { password, people } from '../testing/people.testing.ts';
import { startTestServer, type TestServer } from '../testing/server.testing.ts';

const audited = routes.flatMap(({ audit, ...route }) => (audit === null ? [] : [{ ...route, audit }]));
const guarded = audited.filter(({ rights }) => rights !== null && rights.length > 0);
const placed = (path: string, id = 'none') => path.replaceAll(/\{\w+\}/g, id);

async function list(server: TestServer, query = ''): Promise<AuditEntry[]> {
  const answer = await server.call('GET', `/api/v1/audit${query}`);
  assert.equal(answer.statusCode, 200, answer.body);
  return answer.json().data;
}

const written = async (server: TestServer) => (await server.audit.entries({ limit: 10_000 })).length;

const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

test('every changing route that is refused for a missing right leaves one entry', async () => {
  await using server = await startTestServer();
  for (const { id, method, path, rights, audit } of guarded) {
    const [needed = 'audit:view'] = rights ?? [];
    const rest = allRights.filter((right) => !covers(new Set([right]), needed));
    server.grant(`lacking-${id}`, rest);
    const before = await written(server);
    const answer = await server.call(method, placed(path), '{}', bearer(`lacking-${id}`));
    assert.equal(answer.statusCode, 403, id);
    assert.equal(await written(server), before + 1, id);
    const [entry] = await list(server, '?limit=1');
    assert.deepEqual(
      [entry?.act, entry?.kind, entry?.result, entry?.code, entry?.principal, entry?.changes],
      [audit.act, audit.kind, 'refused', 'forbidden', `lacking-${id}`, []],
    );
  }
});

test('every changing route that is refused for its input leaves one entry without the input', async () => {
  await using server = await startTestServer();
  for (const { id, method, path } of guarded) {
    server.grant(`asking-${id}`, allRights);
    const before = await written(server);
    const answer = await server.call(method, placed(path), '{"canary-field":"canary value"}', bearer(`asking-${id}`));
    if (answer.statusCode < 300) continue;
    assert.ok([404, 409, 422].includes(answer.statusCode), `${id} ${answer.statusCode}`);
    assert.equal(await written(server), before + 1, id);
    const [entry] = await list(server, '?limit=1');
    assert.deepEqual([entry?.result, entry?.code], ['refused', answer.json().code]);
    assert.doesNotMatch(JSON.stringify(entry), /canary/);
  }
});

test('a stale If-Match and a name that is taken are recorded with their codes, and no other entry is written', async () => {
  await using server = await startTestServer();
  const { id } = await server.make('/connections', { name: 'CRM', baseUrl: 'https://crm.example' });
  const stale = { 'if-match': '"7"' };
  await server.call('PATCH', `/api/v1/connections/${id}`, { description: 'x' }, stale);
  await server.call('POST', '/api/v1/connections', { name: 'crm', baseUrl: 'https://crm.example' });
  const entries = await list(server);
  assert.deepEqual(
    entries.map((one) => [one.act, one.id, one.result, one.code]),
    [
      ['create', null, 'refused', 'name_taken'],
      ['change', id, 'refused', 'version_mismatch'],
      ['create', id, 'done', null],
    ],
  );
});

test('set-up and sign-ins leave entries, failed ones too, and none contains a password or a one-time secret', async () => {
  await using server = await startTestServer();
  const { token } = server.parts.identity.setup;
  const { signIn, user } = people(server);
  const email = 'ada@example.com';
  const setUp = (setupToken: unknown) =>
    server.call('POST', '/api/v1/setup', { setupToken, email, password }, { authorization: '' });
  await setUp('guessed');
  await setUp(token);
  await setUp(token);
  const id = await user('bob@example.com');
  await signIn('Bob@example.com', 'wrong password 1');
  await signIn('eve@example.com', 'wrong password 2');
  await signIn('a password typed here', 'wrong password 3');
  await signIn('bob@example.com');
  const entries = (await list(server)).toReversed();
  assert.deepEqual(
    entries.map((one) => [one.act, one.result, one.code, one.principal, one.name]),
    [
      ['set_up', 'refused', 'unauthorized', 'anonymous', null],
      ['set_up', 'done', null, email, email],
      ['sign_in', 'done', null, email, email],
      ['set_up', 'refused', 'setup_done', 'anonymous', null],
      ['create', 'done', null, 'admin', 'bob@example.com'],
      ['sign_in', 'refused', 'wrong_credentials', 'anonymous', 'Bob@example.com'],
      ['sign_in', 'refused', 'wrong_credentials', 'anonymous', 'eve@example.com'],
      ['sign_in', 'refused', 'wrong_credentials', 'anonymous', null],
      ['sign_in', 'done', null, 'bob@example.com', 'bob@example.com'],
    ],
  );
  assert.deepEqual([entries[5]?.id, entries[6]?.id], [id, null]);
  const text = JSON.stringify(entries);
  for (const secret of [password, 'wrong password', 'typed here', String(token), 'guessed'])
    assert.ok(!text.includes(secret), secret);
});

test('a live secret in any other field, even a URL, is hidden in the trail', async () => {
  await using server = await startTestServer();
  const token = 'canary-live-secret-1';
  const auth = { type: 'bearer', token };
  await server.make('/connections', { name: 'CRM', baseUrl: 'https://crm.example', auth });
  await server.make('/roles', { name: `role ${token}`, description: token, rights: [] });
  await server.call('PUT', '/api/v1/inbox/rules/shop', { body: `${'x'.repeat(990)}${token}` });
  await server.call('DELETE', `/api/v1/connections/${token}`);
  await server.call('POST', '/api/v1/connections/test', { name: token, baseUrl: 'https://crm.example' });
  const entries = await list(server);
  assert.equal(entries.length, 5);
  assert.doesNotMatch(JSON.stringify(entries), /canary/);
  assert.equal(entries.find(({ result }) => result === 'refused')?.id, '[secret]');
});

test('a repeated request with its Idempotency-Key is one act', async () => {
  await using server = await startTestServer();
  const create = () =>
    server.call(
      'POST',
      '/api/v1/connections',
      { name: 'CRM', baseUrl: 'https://crm.example' },
      { 'idempotency-key': 'once' },
    );
  assert.equal((await create()).json().id, (await create()).json().id);
  assert.equal(await written(server), 1);
});

test('repeated refusals are limited, and the trail gives the number left out', async () => {
  await using server = await startTestServer();
  server.grant('viewer', ['connections:view']);
  server.grant('other', ['connections:view']);
  const attempt = (token: string) => server.call('DELETE', '/api/v1/connections/con_1', undefined, bearer(token));
  for (let i = 0; i < 100; i++) await attempt('viewer');
  await attempt('other');
  const refused = await list(server, '?result=refused&limit=200');
  assert.deepEqual([refused.length, refused[0]?.principal], [61, 'other']);
  server.clock.now += 60_000;
  await attempt('viewer');
  await attempt('viewer');
  const [last, first] = await list(server, '?principal=viewer');
  assert.deepEqual(first?.changes, [{ pointer: '/leftOut', after: 40 }]);
  assert.deepEqual(last?.changes, []);
});

test("a refusal is returned unchanged, even when its entry can't be stored", async () => {
  await using server = await startTestServer({
    audit: { append: () => Promise.reject(new Error('the disk is full')), entries: async () => [] },
  });
  server.grant('viewer', ['connections:view']);
  const answer = await server.call('DELETE', '/api/v1/connections/con_1', undefined, bearer('viewer'));
  assert.equal(answer.statusCode, 403);
  assert.match(String(server.failures[0]), /disk is full/);
});

test('the trail needs audit:view, and is listed, newest first, by page and filter', async () => {
  await using server = await startTestServer();
  server.grant(
    'blind',
    allRights.filter((right) => right !== 'audit:view'),
  );
  server.grant('auditor', ['audit:view']);
  assert.equal((await server.call('GET', '/api/v1/audit', undefined, bearer('blind'))).statusCode, 403);
  for (const name of ['A', 'B', 'C']) {
    await server.make('/connections', { name, baseUrl: 'https://crm.example' });
    server.clock.now += 1_000;
  }
  await server.make('/behaviors', { name: 'D', condition: { all: [] } });
  const seen: number[] = [];
  for (let path: string | null = '/api/v1/audit?limit=2'; path !== null; ) {
    const answer = await server.call('GET', path, undefined, bearer('auditor'));
    const { data, page } = answer.json();
    seen.push(...data.map((one: AuditEntry) => one.number));
    path = page.next === null ? null : `/api/v1/audit?limit=2&cursor=${page.next}`;
  }
  assert.deepEqual(seen, [4, 3, 2, 1]);
  const names = async (query: string) => (await list(server, query)).map((one) => one.name);
  assert.deepEqual(await names('?kind=behavior'), ['D']);
  assert.deepEqual(await names('?createdAfter=2026-01-02T04:04:06%2B01:00&kind=connection'), ['C', 'B']);
  assert.deepEqual(await names('?createdBefore=2026-01-02T03:04:06Z'), ['A']);
  assert.deepEqual(await names('?principal=nobody'), []);
  for (const query of ['?act=fly', '?kind=thing', '?result=maybe', '?createdAfter=yesterday', '?cursor=x', '?who=me'])
    assert.equal((await server.call('GET', `/api/v1/audit${query}`)).statusCode, 422, query);
});
