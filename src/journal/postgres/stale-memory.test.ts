import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { AppError } from '../../contract/errors.ts';
import { startServer } from '../../postgres/testing/server.testing.ts';
import { attempt, rendered, settlement, start } from '../conformance/journal-samples.testing.ts';
import { database, owner, send } from './owner.testing.ts';

const server = await startServer();
after(() => server[Symbol.asyncDispose]());

const delivered = (id = '') =>
  settlement(id, { status: 'delivered', attempts: 1, rendered: rendered('x'), log: [attempt(1)] });

test('a delivery that was created while a settle failed is settled, and not due again', async () => {
  const url = await database(server, 'settled');
  const reached = Promise.withResolvers<void>();
  const released = Promise.withResolvers<void>();
  let isHeld = false;
  let isBroken = false;
  await using a = await owner('a', url, 0, async (text) => {
    if (isHeld && text.includes('remembered AS')) {
      isHeld = false;
      reached.resolve();
      await released.promise;
    }
    if (isBroken && text.includes('logged AS')) {
      isBroken = false;
      throw new AppError('unavailable', 'The connection broke.');
    }
  });
  const { planned: first } = await send(a, 'first');
  isHeld = true;
  const sent = send(a, 'second');
  await reached.promise;
  isBroken = true;
  await assert.rejects(a.hot.settle(a.lease, [delivered(first?.[0])], start), { code: 'unavailable' });
  // The partition is read again, before the second delivery is written.
  assert.deepEqual(await a.hot.settle(a.lease, [delivered(first?.[0])], start), []);
  released.resolve();
  const { planned: second } = await sent;
  assert.deepEqual(await a.hot.settle(a.lease, [delivered(second?.[0])], start + 1), []);
  const third = await send(a, 'third');
  const { due } = await a.hot.due({ partition: 0, destinationId: 'dst_1', now: start + 10, limit: 9 });
  assert.deepEqual(
    due.map(({ id }) => id),
    third.planned,
  );
});

test('a new owner makes rows of what was open although another change has moved the counter of its fence', async () => {
  const url = await database(server, 'taken');
  let isMoved = false;
  await using a = await owner('a', url, 0);
  const { planned: made } = await send(a, 'first');
  await a.hot.leases.release(a.lease);
  await using b = await owner('b', url, 0, async (text) => {
    if (isMoved || !text.includes('open_deliveries(')) return;
    isMoved = true;
    // As an erasure does, on another node.
    await a.postgres.query('UPDATE settling SET counter = counter + 1 WHERE partition = 0');
  });
  await b.hot.recover(b.lease, start);
  const { due } = await b.hot.due({ partition: 0, destinationId: 'dst_1', now: start, limit: 9 });
  assert.deepEqual([due.map(({ id }) => id), isMoved], [made, true]);
});

test('a former owner that reads a queue once more writes nothing of what the next owner has open', async () => {
  const url = await database(server, 'read_late');
  await using a = await owner('a', url, 0);
  await send(a, 'first');
  await a.hot.leases.release(a.lease);
  await using b = await owner('b', url, 0);
  const { planned: made = [] } = await send(b, 'second');
  const fence = () => b.postgres.query('SELECT settling.counter, (SELECT count(*) FROM waiting) AS rows FROM settling');
  const before = await fence();
  await a.hot.due({ partition: 0, destinationId: 'dst_1', now: start, limit: 9 });
  await a.hot.nextDue(0);
  assert.deepEqual(await fence(), before);
  const { due } = await b.hot.due({ partition: 0, destinationId: 'dst_1', now: start, limit: 9 });
  assert.deepEqual(due.map(({ id }) => id).slice(-1), made);
});
