import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { startServer } from '../../postgres/testing/server.testing.ts';
import { attempt, planned, rendered, settlement, start } from '../conformance/journal-samples.testing.ts';
import type { PlannedDelivery } from '../deliveries.ts';
import { database, type Owner, owner } from './owner.testing.ts';

const server = await startServer();
after(() => server[Symbol.asyncDispose]());

const plan = async ({ hot, lease }: Owner, deliveries: Partial<PlannedDelivery>[]): Promise<string[]> => {
  const rows = deliveries.map((one) => planned({ dueAt: start, ...one }));
  return (await hot.plan(lease, { advance: null, deliveries: rows, now: start })) ?? [];
};

/** The ids that are due, those directly behind them, and when the next one is. */
const read = async ({ hot, lease: { partition } }: Owner, more: Partial<Parameters<Owner['hot']['due']>[0]> = {}) => {
  const asked = { partition, destinationId: 'dst_1', now: start, limit: 9, inOrder: true, followers: 9, ...more };
  const { due, followers, nextDueAt, isCut } = await hot.due(asked);
  return { ...{ nextDueAt, isCut }, due: due.map(({ id }) => id), followers: followers.map(({ id }) => id) };
};

const rowsOf = async ({ postgres }: Owner) =>
  (await postgres.read<{ number: number }>('SELECT number FROM waiting ORDER BY number')).map(({ number }) => number);

test('a reading of what is due writes nothing, and a delivery that is sent again gets the only row', async () => {
  await using a = await owner('a', await database(server, 'read_only'), 0);
  const [first, second, third, fourth, later] = await plan(a, [
    { orderKey: 1 },
    { orderKey: 2 },
    { orderKey: 1 },
    {},
    { dueAt: start + 5 },
  ]);
  const heads = { due: [first, second, fourth], followers: [third], nextDueAt: start + 5, isCut: false };
  assert.deepEqual(await read(a), heads);
  assert.deepEqual(await rowsOf(a), []);
  const again = settlement(first, { status: 'retrying', dueAt: start + 3, attempts: 1, log: [attempt(1)] });
  assert.deepEqual(await a.hot.settle(a.lease, [{ ...again, rendered: rendered('x') }], start), []);
  assert.equal((await rowsOf(a)).length, 1);
  const others = { due: [second, fourth], followers: [], nextDueAt: start + 3, isCut: false };
  assert.deepEqual(await read(a), others, 'it keeps back the next one of its key, which has no row');
  assert.deepEqual(await read(a, { now: start + 5 }), {
    ...{ due: [second, fourth, first, later], followers: [third], nextDueAt: null, isCut: false },
  });
  assert.equal((await rowsOf(a)).length, 1);
});

test('readings that continue list each delivery once, with a row or without', async () => {
  await using a = await owner('a', await database(server, 'cut'), 0);
  const ids = await plan(a, [{}, { dueAt: start - 2 }, {}, { dueAt: start - 1 }, {}]);
  const [first, second, third, fourth, fifth] = ids;
  const again = { status: 'retrying', attempts: 1, log: [attempt(1)], rendered: rendered('x') } as const;
  const settled = [first, fourth].map((id) => settlement(id, { ...again, log: [...again.log], dueAt: start }));
  await a.hot.settle(a.lease, settled, start);
  const found: string[] = [];
  for (let at: { dueAt: number; id: string } | undefined; ; ) {
    const { due, isCut } = await read(a, { limit: 2, ...(at !== undefined && { after: at }) });
    found.push(...due);
    const last = due.at(-1);
    if (!isCut || last === undefined) break;
    at = { dueAt: last === second ? start - 2 : start, id: last };
  }
  assert.deepEqual(found, [second, first, third, fourth, fifth]);
});
