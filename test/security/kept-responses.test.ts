import assert from 'node:assert/strict';
import { test } from 'node:test';
import { people } from '../../src/api/testing/people.testing.ts';
import { startTestServer } from '../../src/api/testing/server.testing.ts';
import type { Right } from '../../src/contract/accounts/rights.ts';

// A response is kept for an Idempotency-Key with all it contains. Its sender can have fewer rights when it is repeated.

async function startServer() {
  const server = await startTestServer();
  const ann = await people(server).somebody('ann@example.com', []);
  return {
    ...server,
    give: async (...rights: Right[]) =>
      assert.equal((await server.call('PATCH', `/api/v1/roles/${ann.roleId}`, { rights })).statusCode, 200),
    send: (path: string, body: unknown) => ann.ask('POST', path, body, { 'idempotency-key': 'k' }),
    [Symbol.asyncDispose]: () => server.close(0),
  };
}

test('a kept response is refused to a sender who lost a right that it was made with', async () => {
  await using server = await startServer();
  const plan = { of: 'deliveries', filter: {}, plan: true };
  await server.give('deliveries:manage', 'payloads:view');
  const first = await server.send('/replays', plan);
  assert.deepEqual([first.statusCode, first.json().samples], [200, []]);
  await server.give('deliveries:manage');
  const refused = await server.send('/replays', plan);
  assert.deepEqual([refused.statusCode, refused.json().code], [403, 'forbidden']);
  assert.match(refused.json().detail, /payloads:view/);
  await server.give('deliveries:manage', 'payloads:view');
  const again = await server.send('/replays', plan);
  assert.deepEqual([again.statusCode, again.headers['idempotency-replayed']], [200, 'true']);
});

test('a kept response is repeated to a sender who lost other rights, or got more', async () => {
  await using server = await startServer();
  const plan = { of: 'deliveries', filter: {}, plan: true };
  await server.give('deliveries:manage', 'audit:view');
  assert.equal((await server.send('/replays', plan)).json().samples, null);
  await server.give('deliveries:manage', 'payloads:view');
  const again = await server.send('/replays', plan);
  assert.deepEqual([again.statusCode, again.json().samples], [200, null]);
});

test('an import whose sender lost a right of its kinds is neither repeated nor carried out again', async () => {
  await using server = await startServer();
  const body = { documents: [{ kind: 'connection', name: 'CRM', baseUrl: 'https://crm.example' }] };
  await server.give('connections:manage');
  assert.equal((await server.send('/import', body)).statusCode, 200);
  const { data } = (await server.call('GET', '/api/v1/connections')).json();
  await server.call('DELETE', `/api/v1/connections/${data[0].id}`);
  await server.give('connections:view');
  assert.equal((await server.send('/import', body)).statusCode, 403);
  assert.deepEqual((await server.call('GET', '/api/v1/connections')).json().data, []);
});
