import assert from 'node:assert/strict';
import { test } from 'node:test';
import { connection } from '../contract/connection.ts';
import { startTestServer } from './server.testing.ts';

const crm = { name: 'CRM', baseUrl: 'https://crm.example/v2' };

test('a created connection is answered whole, with its defaults, its ETag and its address', async () => {
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
  const unchanged = await server.call('GET', `/api/v1/connections/${body.id}`, undefined, { 'if-none-match': 'W/"1"' });
  assert.equal(unchanged.statusCode, 304);
  assert.equal(unchanged.body, '');
});
