import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { eventually } from '../../../test/support/eventually.ts';
import type { Postgres } from '../../postgres/postgres.ts';
import { startProxy } from '../../postgres/testing/proxy.testing.ts';
import { startServer } from '../../postgres/testing/server.testing.ts';
import { planned, start } from '../conformance/journal-samples.testing.ts';
import type { Lease } from '../leases.ts';
import { database as newDatabase, type Owner, owner, send } from './owner.testing.ts';

const server = await startServer();
after(() => server[Symbol.asyncDispose]());
let made = 0;
const database = () => newDatabase(server, `late_${++made}`);

const pass = ({ hot, lease }: Owner, partition: number) =>
  hot.plan(lease, {
    ...{ advance: null, deliveries: [], now: start },
    passed: [{ ...planned({ eventId: null, dueAt: start }), partition }],
  });

/** Holds up each statement that needs the table of identities, or its rows, until it is released. */
async function holdUp({ transaction }: Postgres, what: 'the table' | 'its rows') {
  const locked = Promise.withResolvers<void>();
  const released = Promise.withResolvers<void>();
  const done = transaction(async (query) => {
    if (what === 'the table') await query('LOCK TABLE seen IN ACCESS EXCLUSIVE MODE');
    else await query('SELECT 1 FROM seen FOR UPDATE');
    locked.resolve();
    await released.promise;
  });
  await locked.promise;
  return {
    async release() {
      released.resolve();
      await done;
    },
  };
}

/** A statement waits in the server for a lock. */
const untilWaiting = ({ read }: Postgres, count = 1) =>
  eventually('a statement that waits', async () => {
    const rows = await read(`SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock'`);
    return rows.length >= count;
  });
/** Each statement of a node has ended, also those whose connection broke. */
const untilEnded = ({ read }: Postgres, lease: Lease) =>
  eventually('the statements to end', async () => {
    const rows = await read(
      `SELECT 1 FROM pg_stat_activity WHERE application_name = 'millrace ${lease.owner}' AND state = 'active'`,
    );
    return rows.length === 0;
  });

const deliveries = async ({ read }: Postgres) =>
  (await read<{ count: number }>('SELECT count(*) FROM all_delivery WHERE partition = 0'))[0]?.count;

test('passed deliveries are created once, also when the connection broke while their write waited for a lock', async () => {
  const url = await database();
  await using proxy = await startProxy(url);
  await using a = await owner('a', proxy.url, 0);
  await using b = await owner('b', url, 1);
  // What the second `takePassed` needs is prepared.
  await pass(b, 0);
  await a.hot.takePassed(a.lease, { limit: 1, now: start, revision: 0 });
  await pass(b, 0);
  const held = await holdUp(b.postgres, 'the table');
  const first = a.hot.takePassed(a.lease, { limit: 9, now: start, revision: 0 });
  const refused = assert.rejects(first, { code: 'unavailable' });
  await untilWaiting(b.postgres);
  proxy.breakAll();
  await refused;
  const again = a.hot.takePassed(a.lease, { limit: 9, now: start, revision: 0 });
  await untilWaiting(b.postgres, 2);
  await held.release();
  assert.equal((await again)?.taken.length, 1);
  await untilEnded(b.postgres, a.lease);
  assert.equal(await deliveries(b.postgres), 2);
});

test('a request that was refused since its connection broke is not stored later, and the owner keeps the partition', async () => {
  const url = await database();
  await using proxy = await startProxy(url);
  await using a = await owner('a', proxy.url, 0);
  await using b = await owner('b', url, 1);
  await send(a, 'first');
  const held = await holdUp(b.postgres, 'the table');
  const refused = assert.rejects(send(a, 'second'), { code: 'unavailable' });
  await untilWaiting(b.postgres);
  proxy.breakAll();
  await refused;
  await held.release();
  await untilEnded(b.postgres, a.lease);
  await send(a, 'third');
  const { events } = await a.hot.read({ partition: 0, from: 0, limit: 9 });
  assert.deepEqual(
    events.map(({ event }) => event.name),
    ['first', 'third'],
  );
  assert.equal(await deliveries(b.postgres), 2);
});

test('a request whose connection broke after its fence is waited for, and accepted', async () => {
  const url = await database();
  await using proxy = await startProxy(url);
  await using a = await owner('a', proxy.url, 0);
  await using b = await owner('b', url, 1);
  await send(a, 'first', 'same');
  await b.postgres.query('UPDATE seen SET at = 0');
  const held = await holdUp(b.postgres, 'its rows');
  const second = send(a, 'second', 'same');
  await untilWaiting(b.postgres);
  proxy.breakAll();
  await untilWaiting(b.postgres, 2);
  await held.release();
  assert.equal((await second).planned?.length, 1);
  await send(a, 'third');
  assert.equal(await deliveries(b.postgres), 3);
});

test('two takings over at once create each passed delivery once', async () => {
  const url = await database();
  await using a = await owner('a', url, 0);
  await using b = await owner('b', url, 1);
  for (let count = 0; count < 9; count++) await pass(b, 0);
  const take = () => a.hot.takePassed(a.lease, { limit: 9, now: start, revision: 0 });
  const both = await Promise.allSettled([take(), take(), send(a, 'beside')]);
  // Those that share a statement can be refused, and then come again, as after any error.
  const last = await take();
  const taken = [...both.map((one) => (one.status === 'fulfilled' ? one.value : null)), last].flatMap((one) =>
    one !== null && 'taken' in one ? one.taken : [],
  );
  assert.deepEqual([taken.length, new Set(taken.map(({ id }) => id)).size, both[2]?.status], [9, 9, 'fulfilled']);
  assert.equal(await deliveries(b.postgres), 10);
});

test('a node that is stopped in the middle of a takeover does not hold up the next owner for long', async () => {
  const url = await database();
  await using proxy = await startProxy(url);
  await using b = await owner('b', url, 1);
  await using a = await owner('a', proxy.url, 0);
  // PostgreSQL runs its last statement before the end of the transaction, which then never comes.
  let isStopped = false;
  proxy.cut = (sent) => {
    isStopped ||= sent.includes('{"2"}');
    if (isStopped) proxy.hold();
    return null;
  };
  const taking = a.hot.leases.take({ node: 'a', partitions: [2], now: 0 }).catch(() => []);
  await eventually('the takeover to stop', () => isStopped);
  const takeOf = () => b.hot.leases.take({ node: 'b', partitions: [2], now: 0 }).catch(() => []);
  // The stopped node's own limit of a statement comes later.
  const taken = await eventually('the next owner', async () => (await takeOf())[0], { forMs: 20_000 });
  assert.equal(taken.owner, 'b');
  proxy.breakAll();
  proxy.resume();
  await taking;
});
