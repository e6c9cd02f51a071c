import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { openStorage } from '../../../test/support/storage.ts';
import { claim, incoming, planned, start } from '../conformance/journal-samples.testing.ts';

const few = (prefix: string) => fc.constantFrom(`${prefix}_1`, `${prefix}_2`);
const delivery = fc.record({
  event: fc.nat(11),
  actionId: fc.option(few('act')),
  actionVersion: fc.option(fc.constantFrom(1, 2)),
  destinationId: few('dst'),
  destinationVersion: fc.constantFrom(1, 2),
  connectionId: few('con'),
  dueAt: fc.option(fc.constantFrom(start, start + 5)),
  test: fc.boolean(),
  order: fc.option(fc.constantFrom(1, 2), { nil: undefined }),
});
const request = fc.record({
  /** Equal identities are duplicates; null: none. */
  identities: fc.array(fc.option(fc.nat(9)), { minLength: 12, maxLength: 12 }),
  deliveries: fc.array(delivery, { maxLength: 40 }),
});

test('the deliveries that a request fires are created with their fields and events, in order, without those of duplicates', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(request, { minLength: 1, maxLength: 3 }), async (requests) => {
      await using storage = await openStorage();
      const { journal } = storage;
      const lease = await claim(journal, 0);
      const created: string[] = [];
      for (const { identities, deliveries } of requests) {
        const events = identities.map((one) => incoming({ identity: one === null ? null : `m${one}` }));
        const rows = deliveries.map(({ event, order, ...row }) => {
          const { eventId: _, ...same } = planned(row);
          const orderKey = order === undefined ? {} : { orderKey: order + (row.destinationId === 'dst_1' ? 0 : 10) };
          return { event, ...same, ...orderKey };
        });
        const plan = { lease, deliveries: rows, now: start };
        const request = { partition: 0, collectorId: 'col_1', receivedAt: start, events, plan };
        const { ids, duplicates, planned: made } = await journal.hot.accept(request);
        const expected = rows.filter(({ event }) => !duplicates.includes(event));
        assert.equal(made?.length, expected.length);
        created.push(...(made ?? []));
        for (const [i, { event, orderKey, ...row }] of expected.entries()) {
          const found = await journal.log.delivery(made?.[i] ?? '');
          assert.partialDeepStrictEqual(found, { ...row, eventId: ids[event], createdAt: start, status: 'pending' });
          const earlier = await firstOf(orderKey, made?.[i] ?? '');
          assert.equal(found?.waitsFor, earlier);
        }
      }
      assert.deepEqual(created, created.toSorted());

      /** The first delivery with an order key, unless that is the delivery itself. */
      async function firstOf(orderKey: number | undefined, id: string) {
        const { database } = storage.sqlite;
        const sql = 'SELECT min(number) AS number FROM delivery WHERE order_key = ?';
        const first = orderKey === undefined ? null : Number(database.prepare(sql).get(orderKey)?.['number']);
        const all = await journal.log.deliveries({ limit: 200, closed: [], now: start });
        const found = first === null ? undefined : all.toReversed()[first - 1]?.id;
        return found === id ? undefined : found;
      }
    }),
    { numRuns: 60, seed: 20_260_301 },
  );
});

test('a plan creates the deliveries of events from different requests with their events, in order', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(fc.nat(5), delivery), { maxLength: 40 }), async (chosen) => {
      await using storage = await openStorage();
      const { journal } = storage;
      const lease = await claim(journal, 0);
      const ids: string[][] = [];
      for (let at = 0; at < 6; at++) {
        const events = Array.from({ length: 12 }, () => incoming({}));
        const receivedAt = start + Math.floor(at / 4);
        const accepted = await journal.hot.accept({ partition: at % 2, collectorId: 'col_1', receivedAt, events });
        ids.push(accepted.ids);
      }
      const deliveries = chosen.map(([at, { event, order: _, ...row }]) =>
        planned({ ...row, eventId: event === 11 ? null : (ids[at]?.[event] ?? null) }),
      );
      const made = await journal.hot.plan(lease, { advance: null, deliveries, now: start });
      for (const [i, row] of deliveries.entries())
        assert.partialDeepStrictEqual(await journal.log.delivery(made?.[i] ?? ''), row);
    }),
    { numRuns: 60, seed: 20_260_301 },
  );
});
