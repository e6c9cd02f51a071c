import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startTestApp } from '../support/app.ts';

test('the processes that share the database are listed with what they run and work on, for those with the right', async () => {
  await using app = await startTestApp();
  const { nodes, partitions, database } = await app.client.call('getNodes');
  const isShared = process.env['MILLRACE_TEST_NODES'] === '2';
  assert.equal(nodes.length, isShared ? 2 : 1);
  assert.deepEqual(
    nodes.map(({ state }) => state),
    nodes.map(() => 'active'),
  );
  assert.equal(nodes.filter(({ isThis }) => isThis).length, 1);
  assert.equal(
    nodes.reduce((sum, one) => sum + one.partitions, 0),
    partitions,
  );
  for (const { version, startedAt } of nodes) {
    assert.match(version, /^\d+\.\d+\.\d+/);
    assert.ok(Date.parse(startedAt ?? '') <= Date.now());
  }
  assert.ok(database.bytes > 0 && database.version !== '');
  const { token } = await app.client.call('createMyToken', { body: { name: 'few', rights: ['events:view'] } });
  const refused = await fetch(`${app.url}/api/v1/nodes`, { headers: { authorization: `Bearer ${token}` } });
  assert.equal(refused.status, 403);
});
