import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { startServer } from '../../postgres/testing/server.testing.ts';
import { attempt, planned, settlement, start } from '../conformance/journal-samples.testing.ts';
import { database, type Owner, owner } from './owner.testing.ts';

const server = await startServer();
after(() => server[Symbol.asyncDispose]());

test('the deliveries of an order key in one partition do not wait for those in another one', async () => {
  const url = await database(server, 'keys');
  await using a = await owner('a', url, 0);
  await using b = await owner('b', url, 1);
  const plan = ({ hot, lease }: Owner, keys: (number | undefined)[]) => {
    const deliveries = keys.map((orderKey) =>
      planned({ eventId: null, dueAt: start, ...(orderKey !== undefined && { orderKey }) }),
    );
    return hot.plan(lease, { advance: null, deliveries, now: start });
  };
  const due = async ({ hot, lease: { partition } }: Owner) => {
    const { destinationId } = planned({ dueAt: start });
    const asked = { partition, destinationId, replayId: null, now: start, limit: 10, inOrder: true };
    return (await hot.due(asked)).due.length;
  };
  await plan(a, [7]);
  assert.equal(await due(a), 1);
  await plan(b, [undefined, 7]);
  assert.equal(await due(b), 2);
});

test('what failed in one batch is retried in the order of its key, whatever waits each has', async () => {
  await using a = await owner('a', await database(server, 'batch'), 0);
  const { hot, lease } = a;
  const { destinationId } = planned({ dueAt: start });
  const plan = () =>
    hot.plan(lease, {
      advance: null,
      deliveries: [planned({ eventId: null, dueAt: start, orderKey: 7 })],
      now: start,
    });
  const due = async (now: number) => {
    const asked = { partition: lease.partition, destinationId, replayId: null, now, limit: 10, inOrder: true };
    return (await hot.due(asked)).due.map(({ id }) => id);
  };
  const fail = (id: string | undefined, attempts: number, dueAt: number) =>
    settlement(id, { status: 'retrying', attempts, dueAt, log: [attempt(attempts)] });
  const end = (id: string | undefined, attempts: number) =>
    settlement(id, { status: 'delivered', attempts, dueAt: null, log: [attempt(attempts)] });
  const [first] = (await plan()) ?? [];
  await hot.settle(lease, [fail(first, 1, start + 10)], start);
  const [second] = (await plan()) ?? [];
  await hot.settle(lease, [fail(first, 2, start + 5_000), fail(second, 1, start + 100)], start);
  assert.deepEqual(await due(start + 1_000), []);
  assert.deepEqual(await due(start + 6_000), [first]);
  await hot.settle(lease, [end(first, 3)], start + 6_000);
  assert.deepEqual(await due(start + 7_000), [second]);
});
