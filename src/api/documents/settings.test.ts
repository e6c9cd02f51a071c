import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startTestServer, type TestServer } from '../testing/server.testing.ts';

let server: TestServer;
before(async () => {
  server = await startTestServer();
});
after(() => server.close(0));

const get = async () => (await server.call('GET', '/api/v1/settings')).json();
const patch = (body: unknown, headers: Record<string, string> = {}) =>
  server.call('PATCH', '/api/v1/settings', body, headers);

test('settings show the values in effect and their origin; a change applies at once, null restores the default', async () => {
  const first = await server.call('GET', '/api/v1/settings');
  assert.equal(first.headers.etag, '"0"');
  const { retention, privacy, origins, version } = first.json();
  assert.deepEqual(retention, { days: 30, bytes: null, auditDays: 365, bodiesMs: null });
  assert.deepEqual(privacy, { drop: [], mask: [], maskIp: false, stored: [] });
  assert.deepEqual([origins['/retention/days'], origins['/retention/auditDays']], ['default', 'operator']);
  assert.equal(version, 0);

  const changed = await patch({ retention: { days: 7 }, privacy: { drop: ['*.email'] } });
  assert.deepEqual([changed.statusCode, changed.headers.etag], [200, '"1"']);
  assert.deepEqual(
    [changed.json().retention.days, changed.json().origins['/retention/days'], changed.json().origins['/privacy/drop']],
    [7, 'here', 'here'],
  );

  const back = (await patch({ retention: { days: null } })).json();
  assert.deepEqual([back.retention.days, back.origins['/retention/days'], back.version], [30, 'default', 2]);
  assert.deepEqual(back.privacy.drop, ['*.email']);
  const [entry] = (await server.call('GET', '/api/v1/audit?kind=settings')).json().data;
  assert.deepEqual([entry.act, entry.id, entry.name], ['change', 'settings', 'Settings']);
  assert.deepEqual(entry.changes[0], { pointer: '/retention/days', before: 7, after: null });
});

test('sending back the response of GET changes nothing', async () => {
  const before = await get();
  assert.deepEqual((await patch(before)).json(), before);
});

test('values set by the operator are read-only', async () => {
  const refused = await patch({ retention: { auditDays: 10 } });
  assert.deepEqual([refused.statusCode, refused.json().code], [409, 'conflict']);
  assert.equal((await patch({ retention: { auditDays: null } })).statusCode, 409);
});

test('a stale If-Match is refused with the current version', async () => {
  const stale = await patch({ retention: { days: 9 } }, { 'if-match': '"999"' });
  assert.deepEqual([stale.statusCode, stale.json().code], [412, 'version_mismatch']);
  const { version } = await get();
  assert.equal((await patch({ retention: { days: 9 } }, { 'if-match': `"${version}"` })).statusCode, 200);
});

for (const [what, body] of [
  ['a list', []],
  ['null', null],
  ['days out of bounds', { retention: { days: 0 } }],
  ['days as text', { retention: { days: '7' } }],
  ['an unknown field', { retention: { weeks: 1 } }],
  ['an unknown part', { network: {} }],
  ['retention as a number', { retention: 7 }],
  ['retention as a list', { retention: [7] }],
  ['an empty pattern', { privacy: { drop: [''] } }],
  ['a pattern of two lines', { privacy: { drop: ['a\nb'] } }],
  ['101 patterns', { privacy: { drop: Array.from({ length: 101 }, (_, i) => `p${i}`) } }],
  ['a way to mask that there is not', { privacy: { mask: [{ field: 'a', by: 'rot13' }] } }],
  ['a field of the prototype', '{"privacy":{"__proto__":{"maskIp":true},"constructor":1}}'],
] as const)
  test(`${what} is refused and changes nothing`, async () => {
    const before = await get();
    assert.equal((await patch(body)).statusCode, 422);
    assert.deepEqual(await get(), before);
  });

test('the key for hashing fields is never returned', async () => {
  assert.ok(!JSON.stringify(await get()).includes('hashKey'));
});
