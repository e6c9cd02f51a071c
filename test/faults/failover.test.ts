import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { openPostgres } from '../../src/postgres/postgres.ts';
import { startProxy } from '../../src/postgres/testing/proxy.testing.ts';
import { startServer } from '../../src/postgres/testing/server.testing.ts';
import { startTestApp, wire } from '../support/app.ts';
import { eventually } from '../support/eventually.ts';
import { secretKey } from '../support/node-database.ts';
import { startReceiver } from '../support/receiver.ts';

/** A node on a primary with a standby; `failOver` kills the primary and promotes the standby. */
async function startPair(context: TestContext) {
  const opened = new AsyncDisposableStack();
  context.after(() => opened.disposeAsync());
  const server = opened.use(await startServer());
  const standby = opened.use(await server.standby());
  const proxy = opened.use(await startProxy(server.url('postgres')));
  const receiver = opened.use(await startReceiver());
  const primary = opened.use(openPostgres({ url: server.url('postgres') }));
  const replica = opened.use(openPostgres({ url: standby.url('postgres') }));
  const app = opened.use(
    await startTestApp({
      MILLRACE_DATABASE_URL: proxy.url,
      MILLRACE_SECRET_KEY: secretKey(1),
      MILLRACE_PARTITIONS: '4',
      MILLRACE_NODE_NAME: 'a',
    }),
  );
  return {
    ...{ app, receiver, primary, standby },
    async caughtUp() {
      const [now] = await primary.read<{ lsn: string }>('SELECT pg_current_wal_lsn()::text AS lsn');
      await eventually('the standby', async () => {
        const sql = 'SELECT pg_last_wal_replay_lsn() >= $1::pg_lsn AS has';
        return (await replica.read<{ has: boolean }>(sql, [now?.lsn]))[0]?.has;
      });
    },
    async failOver() {
      await server.kill();
      await standby.promote();
      proxy.leadTo(standby.url('postgres'));
    },
  };
}

test('after a failover to a standby that lacks the last transactions, a node without traffic says what was lost', async (t) => {
  const { app, receiver, standby, caughtUp, failOver } = await startPair(t);
  const { client } = app;
  const { deliver } = await wire(app, receiver);
  await deliver({ n: 'kept' });
  await caughtUp();
  await standby.disconnect();
  for (const n of [1, 2, 3]) await deliver({ n });
  assert.equal((await client.call('getNodes')).database.lost, null);
  await failOver();

  // Events and deliveries are of two partitions, which are read again one after the other.
  const lost = await eventually('the losses of both partitions to be said', async () => {
    const found = await client.call('getNodes').catch(() => null);
    const said = found?.database.lost;
    return said && said.events > 0 && said.deliveries > 0 ? said : null;
  });
  assert.deepEqual([lost.events, lost.deliveries], [3, 3]);
  assert.ok(lost.since !== null && lost.since < lost.until);
  const issue = await eventually('the issue', async () => {
    const { data } = await client.call('listIssues', {});
    return data.find(({ kind }) => kind === 'lost_writes');
  });
  assert.equal(issue.severity, 'critical');
  assert.deepEqual(issue.cause?.values, { events: 3, deliveries: 3, since: lost.since, at: lost.until });
  assert.equal((await client.call('listEvents', {})).data.length, 1);

  // Nothing is written over the gap: what comes now is stored after what is left, under ids of its own.
  await eventually('an event to be accepted', () => deliver({ n: 'after' }).catch(() => null));
  const names = (await client.call('listEvents', {})).data.map(({ data }) => data['n']);
  assert.deepEqual(names.sort(), ['after', 'kept']);
  assert.equal(new Set(receiver.requests.map(({ headers }) => headers['idempotency-key'])).size, 5);
});

test('with a synchronous standby, a failover under load loses nothing that was acknowledged', async (t) => {
  const { app, receiver, primary, failOver } = await startPair(t);
  const { client } = app;
  const { collector, action } = await wire(app, receiver);
  await primary.read("ALTER SYSTEM SET synchronous_standby_names = 'standby'");
  await primary.read('SELECT pg_reload_conf()');
  await eventually('a synchronous standby', async () => {
    const { failover } = (await client.call('getNodes')).database;
    return failover === 'nothing';
  });
  const acknowledged: number[] = [];
  let sent = 0;
  const send = async () => {
    const n = ++sent;
    const body = JSON.stringify({ events: [{ wire: action.name, n }] });
    const { status } = await fetch(`${app.url}/v3/${collector.key}`, { method: 'POST', body });
    if (status === 200) acknowledged.push(n);
    return status === 200;
  };
  let isOver = false;
  const senders = Array.from({ length: 8 }, async () => {
    while (!isOver) await send();
  });
  await eventually('events', () => acknowledged.length > 100);
  const failing = failOver();
  await failing;
  const before = acknowledged.length;
  await eventually('events on the new primary', () => acknowledged.length > before + 100);
  isOver = true;
  await Promise.all(senders);
  assert.equal((await client.call('getNodes')).database.lost, null);
  const arrived = () => new Set(receiver.requests.map(({ body }) => Number(JSON.parse(body).n)));
  const missing = () => acknowledged.filter((n) => !arrived().has(n));
  await eventually('all acknowledged events', () => missing().length === 0, { state: missing });
});
