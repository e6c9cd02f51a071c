import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startTestServer } from '../api/testing/server.testing.ts';
import { ClientError, createClient } from './client.ts';

async function startPair() {
  const server = await startTestServer();
  const url = await server.listen({ host: '127.0.0.1', port: 0 });
  return { server, url, client: createClient({ url, token: 'admin' }), [Symbol.asyncDispose]: () => server.close() };
}

test('a client creates, reads, changes and deletes the documents of the route table', async () => {
  await using pair = await startPair();
  const { client } = pair;
  const made = await client.call('createConnection', { body: { name: 'CRM', baseUrl: 'https://crm.example' } });
  assert.equal(made.settings.timeoutMs, 15_000);
  const params = { id: made.id };
  const changed = await client.call('changeConnection', {
    params,
    body: { description: 'new' },
    ifMatch: made.version,
  });
  assert.equal(changed.version, 2);
  assert.equal((await client.call('getConnection', { params })).description, 'new');
  assert.equal(await client.call('deleteConnection', { params, ifMatch: '"2"' }), undefined);
  assert.deepEqual((await client.call('listConnections')).data, []);
});

test('an error response is thrown with its code, its fields and its request id', async () => {
  await using pair = await startPair();
  const failed = await pair.client
    .call('createConnection', { body: { name: '', baseUrl: 'https://crm.example' } })
    .catch((error: unknown) => error);
  assert.ok(failed instanceof ClientError);
  assert.deepEqual([failed.code, failed.status, failed.errors[0]?.pointer], ['invalid_value', 422, '/name']);
  assert.match(failed.requestId ?? '', /^req_/);
  const nobody = createClient({ url: pair.url, token: null });
  await assert.rejects(nobody.call('listConnections'), { code: 'unauthorized', status: 401 });
});

test('an unreachable server is an error with code network', async () => {
  const client = createClient({ url: 'http://127.0.0.1:1', token: 'admin' });
  await assert.rejects(client.call('listConnections'), { code: 'network', status: 0 });
});

test('a list is read to the end, page by page, newest first', async () => {
  await using pair = await startPair();
  const names: string[] = [];
  for (let i = 0; i < 7; i++) {
    names.unshift(`c${i}`);
    pair.server.clock.now += 1;
    await pair.client.call('createConnection', { body: { name: `c${i}`, baseUrl: 'https://crm.example' } });
  }
  const found: string[] = [];
  for await (const one of pair.client.list('listConnections', { query: { limit: 3 } })) found.push(one.name);
  assert.deepEqual(found, names);
});

test('names with any characters reach the server whole', async () => {
  await using pair = await startPair();
  const name = 'A/B c%2F?#é';
  const made = await pair.client.call('applyConnection', {
    params: { name },
    body: { baseUrl: 'https://crm.example' },
  });
  assert.equal(made.name, name);
});
