import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startTestApp } from '../support/app.ts';
import { eventually } from '../support/eventually.ts';

test('the processes that share the database are listed with what they run and work on, for those with the right', async () => {
  await using app = await startTestApp();
  const isShared = process.env['MILLRACE_TEST_NODES'] === '2';
  // As of the last heartbeat of the node that is asked.
  const { nodes, partitions, database } = await eventually('all to work', async () => {
    const shown = await app.client.call('getNodes');
    return shown.nodes.every(({ state }) => state === 'active') && shown;
  });
  assert.equal(nodes.length, isShared ? 2 : 1);
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
