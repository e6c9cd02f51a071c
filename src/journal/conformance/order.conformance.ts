import assert from 'node:assert/strict';
import type { Journal, Lease } from '../journal.ts';
import type { Guarantee } from './journal.conformance.ts';
import {
  accept,
  attempt,
  claim,
  due,
  incoming,
  planned,
  rendered,
  settlement,
  start,
  withDeliveries,
} from './journal-samples.testing.ts';

const body = rendered('{}');

/** Conformance: deliveries that have an order key. */
export function orderConformance(guarantee: Guarantee): void {
  guarantee(
    'the earliest unfinished delivery of each order key is due, and so is every delivery without a key',
    async (journal) => {
      const { lease, ids } = await withDeliveries(journal, [
        { orderKey: 1, dueAt: start + 9 },
        { orderKey: 1 },
        { orderKey: 2 },
        {},
        { orderKey: 1 },
        { orderKey: 2, destinationId: 'dst_2' },
      ]);
      const [a, b, c, d, e, f] = ids;
      assert.deepEqual(await inOrder(journal, start), [c, d], 'the first of its key may be due later');
      assert.deepEqual(await inOrder(journal), [c, d, a]);
      assert.deepEqual(await due(journal), [b, c, d, e, a], 'without inOrder all due deliveries are listed');
      assert.deepEqual(await inOrder(journal, start + 1_000, 'dst_2'), [], 'a key belongs to one destination');
      const { due: rows, nextDueAt } = await journal.hot.due(query({ now: start, limit: 9 }));
      assert.deepEqual([rows.map((row) => row.orderKey), nextDueAt], [[2, undefined], start + 9]);
      assert.deepEqual(await waitsFor(journal, ids), [undefined, a, undefined, undefined, a, c]);

      await journal.hot.settle(lease, [settlement(a, { status: 'retrying', dueAt: start + 500 })], start + 10);
      assert.deepEqual(
        await inOrder(journal, start + 100),
        [c, d],
        'a retrying delivery keeps back the others of its key',
      );
      await journal.hot.settle(lease, [settlement(a, { status: 'held', reason: 'exhausted' })], start + 11);
      assert.deepEqual(await inOrder(journal), [c, d], 'a held delivery does too');
      await journal.hot.settle(lease, [settlement(a, { status: 'delivered' })], start + 12);
      assert.deepEqual(await inOrder(journal), [b, c, d]);
      assert.deepEqual(await waitsFor(journal, [b, e]), [undefined, b]);
      await journal.hot.settle(lease, [settlement(b, { status: 'failed' })], start + 13);
      await journal.hot.settle(lease, [settlement(c, { status: 'skipped' })], start + 13);
      assert.deepEqual(await inOrder(journal), [d, e]);
      assert.deepEqual(await inOrder(journal, start + 1_000, 'dst_2'), [f]);
    },
  );

  guarantee(
    'the next delivery of a key is due when the one before it succeeds at once, however many outcomes are written with it',
    async (journal) => {
      const succeed = (lease: Lease, ids: (string | undefined)[]) =>
        journal.hot.settle(
          lease,
          ids.map((id) => settlement(id, { status: 'delivered', attempts: 1, log: [attempt(1)], rendered: body })),
          start + 10,
        );
      // Until now, no delivery of the journal has a key.
      const plain = await withDeliveries(journal, [{}, {}]);
      await succeed(plain.lease, plain.ids.slice(0, 1));
      const { lease, ids } = await withDeliveries(journal, [{ orderKey: 1 }, { orderKey: 1 }, { orderKey: 1 }]);
      const [a, b, c] = ids;
      await succeed(lease, [a]);
      assert.deepEqual(await inOrder(journal), [plain.ids[1], b]);
      // One of these is settled already, so that they are written one by one.
      await succeed(lease, [...plain.ids, b]);
      assert.deepEqual(await inOrder(journal), [c]);
    },
  );

  guarantee(
    'the deliveries directly behind a due one are listed with it on request, up to the first gap',
    async (journal) => {
      const { lease, ids } = await withDeliveries(journal, [
        { orderKey: 1 },
        { orderKey: 2 },
        { orderKey: 1 },
        {},
        { orderKey: 1 },
        { orderKey: 2, dueAt: start + 9 },
        { orderKey: 2 },
        { orderKey: 1 },
      ]);
      const [a, b, c, d, e, f, g, h] = ids;
      const ask = async (now: number, more: { followers: number; except?: string[] }) => {
        const result = await journal.hot.due({ ...query({ now, limit: 9 }), ...more });
        return [result.due, result.followers].map((rows) => rows.map(({ id }) => id));
      };
      assert.deepEqual(await ask(start, { followers: 0 }), [[a, b, d], []]);
      assert.deepEqual(await ask(start, { followers: 9 }), [
        [a, b, d],
        [c, e, h],
      ]);
      assert.deepEqual(await ask(start, { followers: 2 }), [
        [a, b, d],
        [c, e],
      ]);
      assert.deepEqual(await ask(start, { followers: 9, except: [e ?? '', b ?? ''] }), [[a, d], [c]]);
      assert.deepEqual(await ask(start + 9, { followers: 9 }), [
        [a, b, d],
        [c, e, h, f, g],
      ]);
      await journal.hot.settle(lease, [settlement(a, { status: 'delivered' })], start);
      await journal.hot.settle(lease, [settlement(e, { status: 'held', reason: 'exhausted' })], start);
      assert.deepEqual(await ask(start, { followers: 9 }), [[b, c, d], []]);
    },
  );

  guarantee('deliveries that wait behind others count towards the backlog, later pages and expiry', async (journal) => {
    const { lease, ids } = await withDeliveries(journal, [{ orderKey: 1 }, { orderKey: 1 }, { orderKey: 2 }]);
    assert.deepEqual(await journal.log.backlog(), [
      { destinationId: 'dst_1', connectionId: 'con_1', replayId: null, open: 3, nextDueAt: start },
    ]);
    assert.equal((await journal.hot.nextDue(0))[0]?.nextDueAt, start);
    assert.deepEqual(await journal.log.waiting('dst_1', []), [{ actionId: 'act_1', count: 3 }]);
    const after = { dueAt: start, id: ids[0] ?? '' };
    const { due: rows } = await journal.hot.due(query({ now: start, limit: 1, after }));
    assert.deepEqual(
      rows.map((row) => row.id),
      [ids[2]],
    );
    assert.deepEqual(await expire(journal, lease, 'dst_1'), [{ actionId: 'act_1', count: 3 }]);
  });

  guarantee('a delivery that waits behind a held one has no due time in the backlog', async (journal) => {
    const { lease, ids } = await withDeliveries(journal, [{ orderKey: 1 }, { orderKey: 1 }]);
    await journal.hot.settle(lease, [settlement(ids[0] ?? '', { status: 'held', reason: 'exhausted' })], start);
    assert.deepEqual(await journal.log.backlog(), [
      { destinationId: 'dst_1', connectionId: 'con_1', replayId: null, open: 1, nextDueAt: null },
    ]);
  });

  guarantee('a delivery that ends in any way makes the next one of its key due', async (journal) => {
    const { lease, ids } = await withDeliveries(journal, [
      ...Array.from({ length: 5 }, () => ({ orderKey: 2 ** 48 - 1 })),
      { orderKey: 3, destinationId: 'dst_2' },
      { orderKey: 3, destinationId: 'dst_2', dueAt: start + 1_000 },
    ]);
    const [a = '', b = '', c = '', d = '', e = '', f = '', g = ''] = ids;
    await journal.log.cancel(lease, b, start + 1);
    assert.deepEqual(await inOrder(journal), [a], 'a delivery that ends in the middle releases none');
    await journal.log.cancel(lease, a, start + 1);
    assert.deepEqual(await inOrder(journal), [c]);
    await expire(journal, lease, 'dst_2');
    assert.equal((await journal.log.delivery(f))?.reason, 'expired');
    assert.deepEqual(await inOrder(journal, start + 1_000, 'dst_2'), [g]);
    let owner = lease;
    for (let death = 1; death <= 3; death++) {
      await journal.hot.mark(owner, [c], c);
      owner = await claim(journal, 0);
      await journal.hot.recover(owner, start + 2);
    }
    assert.equal((await journal.log.delivery(c))?.reason, 'poison');
    assert.deepEqual(await inOrder(journal), [d]);
    await journal.hot.settle(
      owner,
      [settlement(d, { status: 'delivered' }), settlement(e, { status: 'delivered' })],
      start + 3,
    );
    assert.deepEqual(await inOrder(journal), []);
  });

  guarantee('a delivery that has lost its order key is not waited for, whatever its status', async (journal) => {
    const { lease, ids } = await withDeliveries(journal, [{ orderKey: 1 }, { orderKey: 1 }, { orderKey: 1 }]);
    const [a = '', b = '', c = ''] = ids;
    const again = settlement(a, { status: 'retrying', dueAt: start + 5_000, leavesOrder: true });
    await journal.hot.settle(lease, [again], start + 1);
    assert.deepEqual(await inOrder(journal), [b]);
    assert.deepEqual(await inOrder(journal, start + 5_000), [b, a]);
    assert.deepEqual(await waitsFor(journal, ids), [undefined, undefined, b]);
    await journal.hot.settle(lease, [settlement(b, { status: 'held', leavesOrder: true })], start + 2);
    assert.deepEqual(await inOrder(journal), [c]);
    await journal.log.retry(lease, { id: a, now: start + 3, render: null });
    await journal.log.release(lease, 'dst_1', start + 3);
    assert.deepEqual(await inOrder(journal), [c, a, b]);
  });

  guarantee('retrying deliveries with enough failures leave their order', async (journal) => {
    const { lease, ids } = await withDeliveries(journal, [{ orderKey: 1 }, { orderKey: 1 }, { orderKey: 2 }]);
    const [a = '', b = '', c = ''] = ids;
    const again = { status: 'retrying', dueAt: start + 5_000 } as const;
    const settlements = [settlement(a, { ...again, attempts: 2 }), settlement(c, { ...again, attempts: 1 })];
    await journal.hot.settle(lease, settlements, start + 1);
    await journal.log.releaseOrder(lease, 'dst_1', 3);
    assert.deepEqual(await inOrder(journal), []);
    await journal.log.releaseOrder(lease, 'dst_1', 2);
    assert.deepEqual(await inOrder(journal), [b]);
  });

  guarantee('a delivery that is retried by a person takes its old place in its order', async (journal) => {
    const { lease, ids } = await withDeliveries(journal, [{ orderKey: 1 }, { orderKey: 1 }, { orderKey: 1 }]);
    const [a = '', b = '', c = ''] = ids;
    await journal.log.retry(lease, { id: c, now: start + 1, render: null });
    assert.deepEqual(await inOrder(journal), [a], 'a retried delivery still waits for earlier ones');
    for (const id of [a, b]) await journal.hot.settle(lease, [settlement(id, { status: 'failed' })], start + 2);
    assert.deepEqual(await inOrder(journal), [c]);
    await journal.log.retry(lease, { id: a, now: start + 3, render: null });
    assert.deepEqual([await inOrder(journal), await waitsFor(journal, ids)], [[a], [undefined, undefined, a]]);
    await journal.log.retry(lease, { id: b, now: start + 4, render: null });
    assert.deepEqual(await inOrder(journal), [a]);
    // A delivery that was in flight during that is settled as usual.
    await journal.hot.settle(lease, [settlement(c, { status: 'retrying', dueAt: start + 9 })], start + 5);
    assert.deepEqual(await inOrder(journal), [a]);
    for (const id of [a, b]) await journal.hot.settle(lease, [settlement(id, { status: 'failed' })], start + 6);
    assert.deepEqual(await inOrder(journal), [c]);
  });

  guarantee('deliveries that are planned with their events are ordered too', async (journal) => {
    const lease = await claim(journal, 0);
    const first = await withKeys(journal, lease, [5, 5]);
    const second = await withKeys(journal, lease, [5, undefined]);
    assert.deepEqual(await inOrder(journal), [first[0], second[1]]);
    const made = await journal.hot.plan(lease, {
      advance: null,
      deliveries: [planned({ dueAt: start, orderKey: 5 }), planned({ dueAt: start, orderKey: 6 })],
      now: start,
    });
    assert.deepEqual(await inOrder(journal), [first[0], second[1], made?.[1]]);
    await accept(journal, [incoming({})]);
  });
}

const query = (given: { now: number; limit: number; after?: { dueAt: number; id: string } }) => ({
  partition: 0,
  destinationId: 'dst_1',
  inOrder: true,
  ...given,
});

async function inOrder(journal: Journal, now = start + 1_000, destinationId = 'dst_1'): Promise<string[]> {
  const { due: rows } = await journal.hot.due({ ...query({ now, limit: 100 }), destinationId });
  return rows.map((row) => row.id);
}

async function waitsFor(journal: Journal, ids: readonly (string | undefined)[]) {
  const rows = await Promise.all(ids.map((id = '') => journal.log.delivery(id)));
  return rows.map((row) => row?.waitsFor);
}

/** Stores events and plans a delivery for each in the same transaction. */
async function withKeys(journal: Journal, lease: Awaited<ReturnType<typeof claim>>, keys: (number | undefined)[]) {
  const deliveries = keys.map((orderKey, event) => {
    const { eventId: _, ...one } = planned({ dueAt: start, ...(orderKey !== undefined && { orderKey }) });
    return { ...one, event };
  });
  const done = await journal.hot.accept({
    partition: 0,
    collectorId: 'col_1',
    receivedAt: start,
    events: keys.map(() => incoming({})),
    plan: { lease, deliveries, now: start },
  });
  return done.planned ?? assert.fail();
}

const expire = (journal: Journal, lease: Lease, destinationId: string) =>
  journal.log.expire(lease, { destinationId, createdBefore: start + 1, now: start + 1, except: [] });
