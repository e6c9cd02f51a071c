import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { eventually } from '../../../test/support/eventually.ts';
import { placeOf } from '../../contract/ids.ts';
import { lostWrites } from '../../postgres/lost-writes.ts';
import { migrate } from '../../postgres/migrate.ts';
import { openPostgres, type Postgres } from '../../postgres/postgres.ts';
import { startProxy } from '../../postgres/testing/proxy.testing.ts';
import { startServer } from '../../postgres/testing/server.testing.ts';
import { attempt, incoming, planned, rendered, settlement, start } from '../conformance/journal-samples.testing.ts';
import type { HotJournal } from '../hot.ts';
import type { Lease } from '../leases.ts';
import { postgresHot } from './postgres-hot.ts';

const server = await startServer();
after(() => server[Symbol.asyncDispose]());
let made = 0;

/** A new database with the tables. */
async function database(): Promise<string> {
  await using admin = openPostgres({ url: server.url('postgres') });
  const name = `journal_${++made}`;
  await admin.read(`CREATE DATABASE ${name}`);
  const url = server.url(name);
  await using postgres = openPostgres({ url });
  await migrate(postgres);
  return url;
}

/** A node of its own: with own connections and an own memory of the partitions. */
function node(name: string, url: string) {
  const postgres = openPostgres({ url, node: name });
  const journal = postgresHot(postgres, { clock: 'database', queueBytesMax: 1e8 });
  return {
    name,
    hot: journal.hot,
    postgres,
    beat: (ttlMs: number) => journal.hot.leases.beat({ node: name, ttlMs, isLeaving: false, now: 0 }),
    async take(): Promise<Lease> {
      const [lease] = await journal.hot.leases.take({ node: name, partitions: [0], now: 0 });
      assert.ok(lease !== undefined, `${name} takes the partition`);
      return lease;
    },
    async [Symbol.asyncDispose]() {
      journal[Symbol.dispose]();
      await postgres[Symbol.asyncDispose]();
    },
  };
}

/** The heartbeat of the other node has ended. */
const untilAlone = ({ name, beat }: Pick<ReturnType<typeof node>, 'name' | 'beat'>) =>
  eventually('the other heartbeat to end', async () => {
    const { nodes } = await beat(60_000);
    return nodes.every((one) => one.name === name);
  });

/** A request with one event that fires one delivery. */
const send = ({ hot }: { hot: HotJournal }, lease: Lease, name: string, identity: string | null = null) =>
  hot.accept({
    ...{ partition: 0, lease, collectorId: 'col_1', receivedAt: start, events: [incoming({ name, identity })] },
    plan: { lease, deliveries: [{ ...planned({ dueAt: start }), event: 0 }], now: start },
  });

const delivered = (id: string) =>
  settlement(id, { status: 'delivered', attempts: 1, rendered: rendered('x'), log: [attempt(1)] });

const countOf = async (postgres: Postgres, sql: string) =>
  (await postgres.read<{ count: number }>(`SELECT count(*) FROM ${sql}`))[0]?.count;

test('of a former owner nothing is written, whatever it writes, and the new owner continues with all that is stored', async () => {
  const url = await database();
  await using a = node('a', url);
  await using b = node('b', url);
  await a.beat(30);
  const old = await a.take();
  const first = await send(a, old, 'first');
  const [open = ''] = first.planned ?? [];
  await untilAlone(b);
  const lease = await b.take();
  assert.ok(lease.epoch > old.epoch);

  assert.equal(await a.hot.followClock(old, start, 60_000), null);
  await assert.rejects(send(a, old, 'second'), { code: 'unavailable' });
  const plan = { advance: null, deliveries: [planned({ dueAt: start })], now: start };
  assert.equal(await a.hot.plan(old, plan), null);
  assert.equal(await a.hot.settle(old, [delivered(open)], start), false);
  assert.equal(await a.hot.mark(old, [open], null), false);
  const hold = { scopeId: 'con_1', reason: 'auth_rejected', detail: '', since: 1, probeAt: 2, probes: 0 } as const;
  assert.equal(await a.hot.saveHold(old, hold), false);
  assert.equal(await a.hot.takePassed(old, { limit: 9, now: start, revision: 0 }), null);
  assert.deepEqual(await a.hot.recover(old, start), { suspects: [], poisoned: [] });
  for (const table of ['event_group', 'plan_entry', 'waiting'])
    assert.equal(await countOf(b.postgres, table), table === 'waiting' ? 0 : 1, table);

  await b.hot.recover(lease, start);
  const due = await b.hot.due({ partition: 0, destinationId: 'dst_1', now: start, limit: 9 });
  assert.deepEqual(
    due.due.map(({ id, event }) => [id, event?.name]),
    [[open, 'first']],
  );
  assert.deepEqual(await b.hot.settle(lease, [delivered(open)], start + 1), []);
  const second = await send(b, lease, 'second');
  assert.equal(placeOf('delivery', second.planned?.[0] ?? '')?.number, 2);
  assert.deepEqual([await countOf(b.postgres, 'delivery'), await countOf(b.postgres, 'waiting')], [1, 0]);
});

test('a node that is stopped in a transaction does not hold up the next owner', async () => {
  const url = await database();
  await using a = node('a', url);
  await using b = node('b', url);
  await a.beat(30);
  const old = await a.take();
  const stopped = Promise.withResolvers<void>();
  const holding = Promise.withResolvers<void>();
  const change = a.postgres.transaction(async (query) => {
    await query('SELECT 1 FROM partition_lease WHERE partition = 0 AND epoch = $1 FOR UPDATE', [old.epoch]);
    holding.resolve();
    await stopped.promise;
    await query('SELECT 1');
  });
  await holding.promise;
  await untilAlone(b);
  assert.ok((await b.take()).epoch > old.epoch);
  stopped.resolve();
  await assert.rejects(change, { code: 'unavailable' });
});

test('two nodes whose heartbeats have both ended do not wait for each other', async () => {
  const url = await database();
  await using a = node('a', url);
  await using b = node('b', url);
  await Promise.all([a.beat(60_000), b.beat(60_000)]);
  await b.postgres.query('UPDATE node SET until = 0');
  await b.postgres.transaction(async (query) => {
    // As its own next heartbeat does.
    await query(`SELECT 1 FROM node WHERE name = 'b' FOR UPDATE`);
    const { nodes } = await a.beat(60_000);
    assert.deepEqual(
      nodes.map(({ name }) => name),
      ['a', 'b'],
    );
  });
});

test('of a write whose connection broke, the counter tells whether it was committed', async () => {
  const url = await database();
  await using proxy = await startProxy(url);
  await using a = node('a', proxy.url);
  await a.beat(60_000);
  const lease = await a.take();
  await send(a, lease, 'first');
  let cuts = 0;
  const once = (how: 'before' | 'after', marker: string) => {
    proxy.cut = (sent) => {
      if (!sent.includes(marker)) return null;
      proxy.cut = () => null;
      cuts += 1;
      return how;
    };
  };
  // The values of a prepared statement; its text is not sent again.
  once('after', 'second');
  const second = await send(a, lease, 'second', 'second');
  assert.equal(second.planned?.length, 1);
  once('before', 'third');
  await assert.rejects(send(a, lease, 'third', 'third'), { code: 'unavailable' });
  const third = await send(a, lease, 'third', 'third');
  assert.deepEqual([third.duplicates, third.from, cuts], [[], 2, 2]);
  const { events } = await a.hot.read({ partition: 0, from: 0, limit: 9 });
  assert.deepEqual(
    events.map(({ event }) => event.name),
    ['first', 'second', 'third'],
  );
  const [id = ''] = second.planned ?? [];
  once('after', 'X-Order');
  await assert.rejects(a.hot.settle(lease, [delivered(id)], start), { code: 'unavailable' });
  const again = await a.hot.settle(lease, [delivered(id)], start);
  assert.deepEqual([again, cuts], [[{ deliveryId: id, isCorrected: false }], 3]);
  assert.equal(await countOf(a.postgres, 'delivery'), 1);
});

test('when it stays unknown whether a write was committed, the partition is lost and taken again with what is stored', async () => {
  const url = await database();
  await using proxy = await startProxy(url);
  await using a = node('a', proxy.url);
  await a.beat(60_000);
  const lease = await a.take();
  await send(a, lease, 'first');
  let isDown = false;
  proxy.cut = (sent) => {
    if (isDown) return 'before';
    if (!sent.includes('second')) return null;
    isDown = true;
    return 'after';
  };
  await assert.rejects(send(a, lease, 'second'), { code: 'unavailable' });
  proxy.cut = () => null;
  await assert.rejects(send(a, lease, 'third'), { code: 'unavailable' });
  const { partitions } = await a.beat(60_000);
  assert.deepEqual(partitions, [{ partition: 0, owner: null, epoch: lease.epoch + 1 }]);
  const next = await a.take();
  await a.hot.recover(next, start);
  const { due } = await a.hot.due({ partition: 0, destinationId: 'dst_1', now: start, limit: 9 });
  assert.deepEqual(
    due.map(({ event }) => event?.name),
    ['first', 'second'],
  );
});

test('PostgreSQL that is killed and started loses nothing that was acknowledged, and nothing is stored twice', async () => {
  const url = await database();
  await using a = node('a', url);
  await a.beat(60_000);
  const lease = await a.take();
  const names: string[] = [];
  for (let round = 0; round < 3; round++) {
    const sent = Array.from({ length: 20 }, (_, index) => `${round}/${index}`).map(async (name) => {
      await send(a, lease, name, name);
      names.push(name);
    });
    const killed = server.kill();
    await Promise.allSettled(sent);
    await killed;
    await server.start();
    // Senders repeat what was not acknowledged.
    for (let index = 0; index < 20; index++) {
      const name = `${round}/${index}`;
      if (names.includes(name)) continue;
      const again = await send(a, lease, name, name).catch((error: { code: string }) => error.code);
      if (again === 'unavailable') return void assert.equal((await a.beat(60_000)).partitions[0]?.owner, null);
      names.push(name);
    }
  }
  const { events } = await a.hot.read({ partition: 0, from: 0, limit: 999 });
  assert.deepEqual(events.map(({ event }) => event.name).sort(), names.sort());
});

test('after a failover that lost the last writes their owner loses the partition, and takes it again with what is stored', async () => {
  const url = await database();
  await using a = node('a', url);
  await a.beat(60_000);
  const lease = await a.take();
  const first = await send(a, lease, 'first');
  await server.kill();
  server.keep();
  await server.start();
  const repeat = <T>(work: () => Promise<T>) => eventually('the database', () => work().catch(() => null));
  await repeat(() => a.beat(60_000));
  const lost = await send(a, lease, 'lost');
  await server.kill();
  server.failOver();
  await server.start();
  // Before anything is written: a partition can be idle.
  const { lost: said } = await repeat(() => a.beat(60_000));
  // On a slow machine one more write: a row for the first delivery, which has been open for 2 s.
  const known = { partition: 0, events: 1, deliveries: 1, from: first.receivedAt, to: lost.receivedAt };
  assert.deepEqual(said, [{ ...known, writes: said?.[0]?.writes === 2 ? 2 : 1 }]);
  assert.equal((await lostWrites(a.postgres.query))[0]?.events, 1);
  assert.equal((await a.beat(60_000)).lost, undefined, 'it is said once');
  await assert.rejects(send(a, lease, 'third'), { code: 'unavailable' });
  const { partitions } = await a.beat(60_000);
  assert.deepEqual(partitions, [{ partition: 0, owner: null, epoch: lease.epoch + 1 }]);
  const next = await a.take();
  assert.ok(next.epoch > lease.epoch + 1, 'an epoch that no lost write can have had');
  await a.hot.recover(next, start);
  const { due } = await a.hot.due({ partition: 0, destinationId: 'dst_1', now: start, limit: 9 });
  assert.deepEqual(
    due.map(({ id }) => id),
    first.planned,
  );
  const fourth = await send(a, next, 'fourth');
  assert.equal(
    placeOf('delivery', fourth.planned?.[0] ?? '')?.number,
    placeOf('delivery', lost.planned?.[0] ?? '')?.number,
  );
});

test('the same events sent to two nodes at once are stored once each', async () => {
  const url = await database();
  await using a = node('a', url);
  await using b = node('b', url);
  await Promise.all([a.beat(60_000), b.beat(60_000)]);
  const [mine] = await a.hot.leases.take({ node: 'a', partitions: [0], now: 0 });
  const [other] = await b.hot.leases.take({ node: 'b', partitions: [1], now: 0 });
  assert.ok(mine && other);
  const count = 10_000;
  const both = async (index: number) => {
    const events = [incoming({ identity: `id ${index}` })];
    const of = { collectorId: 'col_1', receivedAt: start, events };
    const [one, two] = await Promise.all([
      a.hot.accept({ ...of, partition: 0, lease: mine }),
      b.hot.accept({ ...of, partition: 1, lease: other }),
    ]);
    assert.deepEqual(one.ids, two.ids);
    assert.equal(one.duplicates.length + two.duplicates.length, 1);
  };
  await Promise.all(Array.from({ length: count }, (_, index) => both(index)));
  const [stored] = await a.postgres.read<{ sum: number }>('SELECT sum(count)::integer AS sum FROM event_group');
  assert.equal(stored?.sum, count);
});
