import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { migrate } from '../../postgres/migrate.ts';
import { openPostgres } from '../../postgres/postgres.ts';
import { startServer } from '../../postgres/testing/server.testing.ts';
import { attempt, incoming, planned, rendered, settlement, start } from '../conformance/journal-samples.testing.ts';
import { postgresHot } from './postgres-hot.ts';

const server = await startServer();
after(() => server[Symbol.asyncDispose]());

/** The tables whose rows are of a partition. */
const ofPartition =
  /\b(?:INSERT INTO|UPDATE|DELETE FROM) (?:intake|settling|event_group|plan_entry|delivery|waiting|attempt_block|in_flight|gate|pause|owner_status)\b/;

test('every write of a partition has its fence, and an event needs no transaction of several statements and no NOTIFY', async () => {
  const seen: string[] = [];
  await using postgres = openPostgres({ url: server.url('postgres'), observe: (text) => seen.push(text) });
  await migrate(postgres);
  seen.length = 0;
  using journal = postgresHot(postgres, { clock: 'caller', queueBytesMax: 1e8 });
  const { hot } = journal;
  await hot.leases.beat({ node: 'a', ttlMs: 1_000, isLeaving: false, now: 0 });
  const [lease] = await hot.leases.take({ node: 'a', partitions: [0], now: 0 });
  assert.ok(lease);
  await hot.recover(lease, start);
  const beginning = seen.splice(0);

  const send = (identity: string, orderKey?: number) =>
    hot.accept({
      ...{ partition: 0, lease, collectorId: 'col_1', receivedAt: start, events: [incoming({ identity })] },
      plan: {
        lease,
        deliveries: [{ ...planned({ dueAt: start, ...(orderKey !== undefined && { orderKey }) }), event: 0 }],
        passed: [{ ...planned({ dueAt: start, destinationId: 'dst_2' }), event: 0, partition: 1 }],
        now: start,
      },
    });
  const log = [attempt(1)];
  const delivered = (id = '') => settlement(id, { status: 'delivered', attempts: 1, rendered: rendered('x'), log });
  const first = await send('1');
  await send('1');
  await hot.mark(lease, first.planned ?? [], null);
  await hot.settle(lease, [delivered(first.planned?.[0])], start);
  const second = await send('2', 7);
  const third = await send('3', 7);
  const retry = settlement(second.planned?.[0], { status: 'retrying', dueAt: start + 1, log });
  await hot.settle(lease, [retry, delivered(third.planned?.[0])], start);
  await hot.settle(lease, [settlement(second.planned?.[0], { status: 'failed', log: [attempt(2)] })], start);
  const events = await hot.accept({ partition: 0, collectorId: 'col_1', receivedAt: start, events: [incoming({})] });
  const advance = { from: events.from, to: events.from + 1 };
  await hot.plan(lease, { advance, deliveries: [planned({ dueAt: start })], now: start });
  const ofEvents = seen.splice(0);
  for (const text of ofEvents) assert.doesNotMatch(text, /^(?:BEGIN|COMMIT)|NOTIFY/, text);

  await hot.due({ partition: 0, destinationId: 'dst_1', now: start, limit: 9 });
  await hot.nextDue(0);
  const hold = { scopeId: 'con_1', reason: 'auth_rejected', detail: '', since: 1, probeAt: 2, probes: 0 } as const;
  await hot.saveHold(lease, hold);
  await hot.removeHold(lease, 'con_1');
  await hot.savePause(lease, { scopeId: 'con_1', since: 1, until: 2, origin: 'https://a.example' });
  await hot.removePause(lease, 'con_1');
  await hot.statuses.save(lease, [{ connectionId: 'con_1', text: 'a' }]);
  await hot.statuses.clear(lease);
  await hot.takePassed({ ...lease, partition: 0 }, { limit: 9, now: start, revision: 0 });
  await hot.followClock(lease, start - 60_000, 60_000);
  await hot.leases.release(lease);
  await hot.leases.leave('a', []);

  const all = [...beginning, ...ofEvents, ...seen];
  const writes = all.filter((text) => ofPartition.test(text));
  assert.ok(new Set(writes).size > 15, `${new Set(writes).size} different writes`);
  for (const text of new Set(writes))
    assert.ok(isFenced(text) || isInLockedTransaction(text, all), `a write without a fence: ${text}`);
});

/** By the counter, by a lease that a later owner waits for, or it gives the lease away. */
const isFenced = (text: string) =>
  /UPDATE (?:intake|settling) SET counter/.test(text) ||
  /held AS MATERIALIZED/.test(text) ||
  /UPDATE partition_lease/.test(text) ||
  /INSERT INTO partition_lease/.test(text) ||
  // Rows that are there once, with what the lease says, and what follows from other rows.
  /ON CONFLICT DO NOTHING/.test(text) ||
  /SET is_behind = false/.test(text) ||
  /UPDATE waiting SET deaths = deaths - 1/.test(text);

/** Whether the statement before it in its transaction locked the lease. */
function isInLockedTransaction(text: string, all: readonly string[]): boolean {
  const before = all.slice(0, all.indexOf(text)).reverse();
  const lock = before.findIndex((one) => /FROM partition_lease WHERE .* FOR UPDATE/s.test(one));
  return lock >= 0 && !before.slice(0, lock).some((one) => /^COMMIT/.test(one));
}
