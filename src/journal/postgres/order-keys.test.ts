import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { startServer } from '../../postgres/testing/server.testing.ts';
import { planned, start } from '../conformance/journal-samples.testing.ts';
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
