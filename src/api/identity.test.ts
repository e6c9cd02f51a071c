import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startTestServer } from './server.testing.ts';

test('anybody signed in learns its own name and rights, with the View that each Manage implies', async () => {
  await using server = await startTestServer();
  server.grant('manager', ['connections:manage']);
  const answer = await server.call('GET', '/api/v1/me', undefined, { authorization: 'Bearer manager' });
  assert.deepEqual(answer.json(), { name: 'manager', rights: ['connections:view', 'connections:manage'] });
  const stranger = await server.call('GET', '/api/v1/me', undefined, { authorization: '' });
  assert.equal(stranger.statusCode, 401);
});
