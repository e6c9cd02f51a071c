import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { startServer } from '../../src/postgres/testing/server.testing.ts';
import { startTestApp } from '../support/app.ts';
import { eventually } from '../support/eventually.ts';
import { nodeDatabase } from '../support/node-database.ts';

const server = await startServer();
after(() => server[Symbol.asyncDispose]());

test('the processes that share the database are listed with what they run and work on, for those with the right', async () => {
  await using app = await startTestApp();
  const isShared = process.env['MILLRACE_TEST_NODES'] === '2';
  // As of the last heartbeat of the node that is asked.
  const { nodes, database } = await eventually('all to work', async () => {
    const shown = await app.client.call('getNodes');
    // A partition that one node gives to another has no owner for a moment.
    const owned = shown.nodes.reduce((sum, one) => sum + one.partitions, 0);
    return shown.nodes.every(({ state }) => state === 'active') && owned === shown.partitions && shown;
  });
  assert.equal(nodes.length, isShared ? 2 : 1);
  assert.equal(nodes.filter(({ isThis }) => isThis).length, 1);
  for (const { version, startedAt } of nodes) {
    assert.match(version, /^\d+\.\d+\.\d+/);
    assert.ok(Date.parse(startedAt ?? '') <= Date.now());
  }
  assert.ok(database.bytes > 0 && database.version !== '');
  const { token } = await app.client.call('createMyToken', { body: { name: 'few', rights: ['events:view'] } });
  const refused = await fetch(`${app.url}/api/v1/nodes`, { headers: { authorization: `Bearer ${token}` } });
  assert.equal(refused.status, 403);
});

test('a token and a collector that were made at one node are known at another at once', async () => {
  const env = await nodeDatabase(server, 'known_at_once');
  await using a = await startTestApp(env);
  await using b = await startTestApp({ ...env, MILLRACE_NODE_NAME: 'b' });
  await eventually('both to be at work', async () => {
    const { nodes } = await b.client.call('getNodes');
    return nodes.length === 2 && nodes.every(({ state }) => state === 'active');
  });
  for (const name of ['first', 'second', 'third']) {
    const { token } = await a.client.call('createMyToken', { body: { name, rights: ['events:view'] } });
    const headers = { authorization: `Bearer ${token}` };
    assert.equal((await fetch(`${b.url}/api/v1/events`, { headers })).status, 200, name);
    const { key } = await a.client.call('createCollector', { body: { name, formats: ['infinity', 'segment'] } });
    const sent = { method: 'POST', body: JSON.stringify({ events: [{ n: 1 }] }) };
    assert.equal((await fetch(`${b.url}/v3/${key}`, sent)).status, 200, name);
  }
  assert.equal((await fetch(`${b.url}/v3/unknown`, { method: 'POST', body: '{}' })).status, 404);
});

test('a node without a partition is unready and refuses events, and becomes ready when it gets one', async () => {
  const env = { ...(await nodeDatabase(server, 'standby')), MILLRACE_PARTITIONS: '1' };
  const first = await startTestApp(env);
  const { key } = await first.client.call('createCollector', { body: { name: 'shop' } });
  await using standby = await startTestApp({ ...env, MILLRACE_NODE_NAME: 'b' });
  const readiness = async () => {
    const response = await fetch(`${standby.url}/readyz`);
    const body: unknown = await response.json();
    return { status: response.status, body };
  };
  const send = async () => {
    const body = JSON.stringify({ events: [{ n: 1 }] });
    return (await fetch(`${standby.url}/v3/${key}`, { method: 'POST', body })).status;
  };
  const problems = { partitions: 'This node owns no partition.' };
  assert.deepEqual(await readiness(), { status: 503, body: { status: 'unready', problems } });
  assert.equal(await send(), 503);
  await first[Symbol.asyncDispose]();
  await eventually('the standby to be ready', async () => (await readiness()).status === 200);
  assert.equal(await send(), 200);
});

test('of two processes with one name, the older one is unready', async () => {
  const env = await nodeDatabase(server, 'one_name');
  await using older = await startTestApp(env);
  await using newer = await startTestApp(env);
  const statusOf = async ({ url }: { url: string }) => (await fetch(`${url}/readyz`)).status;
  await eventually('the older one to be unready', async () => (await statusOf(older)) === 503);
  assert.equal(await statusOf(newer), 200);
});
