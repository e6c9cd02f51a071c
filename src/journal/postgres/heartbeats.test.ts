import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { eventually } from '../../../test/support/eventually.ts';
import { openPostgres } from '../../postgres/postgres.ts';
import { startServer } from '../../postgres/testing/server.testing.ts';
import { database, owner } from './owner.testing.ts';

const server = await startServer();
after(() => server[Symbol.asyncDispose]());

test('a heartbeat and a take do not wait for writes that hold all connections of the node', async () => {
  const url = await database(server, 'waiting');
  await using other = openPostgres({ url });
  await using a = await owner('a', url, 0);
  let writes: Promise<unknown>[] = [];
  await other.transaction(async (query) => {
    await query('LOCK TABLE note IN ACCESS EXCLUSIVE MODE');
    writes = Array.from({ length: 20 }, () => a.postgres.query('DELETE FROM note'));
    await eventually('the writes to wait', async () => {
      const rows = await other.read(`SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock'`);
      return rows.length >= 5;
    });
    const { nodes } = await a.hot.leases.beat({ node: 'a', ttlMs: 1_500, isLeaving: false, now: 0 });
    assert.deepEqual(nodes, [{ name: 'a', isLeaving: false }]);
  });
  await Promise.all(writes);
});

test('a node uses 8 connections at most', async () => {
  const url = await database(server, 'counted');
  await using other = openPostgres({ url });
  await using a = await owner('a', url, 0);
  const sleeping = Array.from({ length: 10 }, () => 'SELECT pg_sleep(0.2)').flatMap((sql) => [
    a.postgres.query(sql),
    a.postgres.read(sql),
    a.postgres.leases.query(sql),
  ]);
  const count = await eventually('all connections', async () => {
    const rows = await other.read(`SELECT 1 FROM pg_stat_activity WHERE application_name = 'millrace a'`);
    return rows.length >= 8 ? rows.length : null;
  });
  assert.equal(count, 8);
  await Promise.all(sleeping);
});

test('heartbeats that ended together, as while PostgreSQL was stopped, end no node', async () => {
  const url = await database(server, 'stopped');
  await using a = await owner('a', url, 0);
  await using b = await owner('b', url, 1);
  const ttlMs = 200;
  const beat = (node: typeof a, name: string) =>
    node.hot.leases
      .beat({ node: name, ttlMs, isLeaving: false, now: 0 })
      .then(({ nodes }) => nodes.map((one) => one.name));
  const ended = (name: string) =>
    eventually(`the heartbeat of ${name} to end`, async () => {
      const sql = 'SELECT 1 FROM node WHERE name = $1 AND until <= extract(epoch FROM clock_timestamp()) * 1000';
      return (await a.postgres.query(sql, [name])).length > 0;
    });
  await beat(a, 'a');
  await beat(b, 'b');
  await Promise.all([ended('a'), ended('b')]);
  assert.deepEqual(await beat(b, 'b'), ['a', 'b']);
  assert.deepEqual(await b.hot.leases.take({ node: 'b', partitions: [0], now: 0 }), []);
  assert.deepEqual(await beat(a, 'a'), ['a', 'b']);
  await ended('a');
  await eventually('the end of a node that came back no more', async () => (await beat(b, 'b')).length === 1);
});

test('a takeover ends the connections of a dead node that hold it up, whatever the name of the node', async () => {
  const url = await database(server, 'named');
  await using b = await owner('b', url, 9);
  for (const [partition, name] of ['plain', 'nörd', `${'a'.repeat(53)}üü`, 'c'.repeat(80)].entries()) {
    await using a = await owner(name, url, partition);
    await b.postgres.query('DELETE FROM node WHERE name = $1', [name]);
    const locked = Promise.withResolvers<void>();
    const isTaken = Promise.withResolvers<void>();
    const held = a.postgres.transaction(async (query) => {
      await query('SELECT 1 FROM intake WHERE partition = $1 FOR UPDATE', [partition]);
      locked.resolve();
      await isTaken.promise;
    });
    await locked.promise;
    const taken = await b.hot.leases.take({ node: 'b', partitions: [partition], now: 0 }).finally(isTaken.resolve);
    assert.equal(taken.length, 1, name);
    await held.catch(() => {});
  }
});
