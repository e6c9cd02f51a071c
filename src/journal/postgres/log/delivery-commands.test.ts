import assert from 'node:assert/strict';
import { test } from 'node:test';
import { placeOf } from '../../../contract/ids.ts';
import { postgresDatabase } from '../../../postgres/testing/database.testing.ts';
import { claim, due, planned, settlement, start } from '../../conformance/journal-samples.testing.ts';
import type { Journal } from '../../journal.ts';
import { postgresHot } from '../postgres-hot.ts';
import { postgresReplays } from '../replays/postgres-replays.ts';
import { postgresDeliveryCommands } from './delivery-commands.ts';

const database = postgresDatabase();

/** A journal with deliveries that are due, and the status of one, in whatever table it is. */
async function opened(count: number) {
  const postgres = await database();
  const made = postgresHot(postgres, { clock: 'caller', queueBytesMax: 100_000_000 });
  const parts = { ...postgres, ...made };
  const log = { ...postgresDeliveryCommands(parts), replays: postgresReplays(parts) };
  const journal = { hot: made.hot, log } as Journal; // what reads is not asked
  const lease = await claim(journal, 0);
  const deliveries = Array.from({ length: count }, () => planned({ dueAt: start, orderKey: 1 }));
  const ids = (await made.hot.plan(lease, { advance: null, deliveries, now: start })) ?? assert.fail();
  const statusOf = async (id: string) => {
    const { partition, number } = placeOf('delivery', id) ?? assert.fail();
    const sql = 'SELECT status, is_behind AS "isBehind" FROM all_delivery WHERE partition = $1 AND number = $2';
    return postgres.query<{ status: number; isBehind: boolean }>(sql, [partition, number]);
  };
  return { journal, lease, ids, statusOf, [Symbol.dispose]: () => made[Symbol.dispose]() };
}

test('a delivery is in one table, whatever is done to it, and the first of its key goes first', async () => {
  using made = await opened(3);
  const { journal, lease, ids, statusOf } = made;
  const [first = '', second = '', third = ''] = ids;
  await journal.hot.settle(lease, [settlement(first, { status: 'failed', reason: 'http_4xx' })], start);
  assert.equal(await journal.log.cancel(lease, second, start + 1), true);
  assert.equal(await journal.log.cancel(lease, second, start + 2), false);
  assert.deepEqual(await statusOf(third), [{ status: 0, isBehind: false }]);
  assert.equal(await journal.log.retry(lease, { id: first, now: start + 3, render: null }), 'failed');
  assert.deepEqual(await statusOf(first), [{ status: 0, isBehind: false }]);
  assert.deepEqual(await statusOf(second), [{ status: 6, isBehind: false }]);
  assert.deepEqual(await statusOf(third), [{ status: 0, isBehind: true }]);
  assert.deepEqual(await due(journal), [third, first], 'what is due at all');
});

test('a settle that comes with a cancellation does not bring the delivery back', async () => {
  using made = await opened(1);
  const { journal, lease, ids, statusOf } = made;
  const [id = ''] = ids;
  const settled = settlement(id, { status: 'retrying', dueAt: start + 5 });
  const [cancelled] = await Promise.all([
    journal.log.cancel(lease, id, start + 1),
    journal.hot.settle(lease, [settled], start + 1),
  ]);
  assert.equal(cancelled, true);
  assert.deepEqual(await statusOf(id), [{ status: 6, isBehind: false }]);
});

test('a step of a replay that is refused leaves nothing, and events that come with it are stored', async () => {
  using made = await opened(1);
  const { journal, lease } = made;
  const replayed = { ...planned({}), replayOf: null, source: null, idempotencyKey: null, keepsBody: false };
  const step = { id: 'rpl_1', from: null, to: 'a', isLast: true, deliveries: [replayed], leftOut: {}, now: start };
  const plan = { advance: null, deliveries: [planned({ dueAt: start })], now: start };
  const [refused, ids] = await Promise.all([
    journal.log.replays.advance(lease, step),
    journal.hot.plan(lease, plan),
    journal.hot.plan(lease, plan),
  ]);
  assert.deepEqual([refused, ids?.length], [null, 1]);
  const next = (await journal.hot.plan(lease, plan)) ?? assert.fail();
  assert.equal(placeOf('delivery', next[0] ?? '')?.number, 4, 'no number was lost');
});
