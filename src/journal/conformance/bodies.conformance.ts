import assert from 'node:assert/strict';
import type { Rendered } from '../../contract/records/rendered.ts';
import type { Settlement } from '../journal.ts';
import type { Guarantee } from './journal.conformance.ts';
import {
  accept,
  attempt,
  claim,
  incoming,
  planned,
  rendered,
  settlement,
  start,
  withDeliveries,
} from './journal-samples.testing.ts';

/** Conformance: how long request and response bodies are kept. */
export function bodiesConformance(guarantee: Guarantee): void {
  guarantee(
    'bodies are removed when their time is over; the rest of each attempt stays, with the body sizes',
    async (journal) => {
      const { lease, ids } = await withDeliveries(journal, [{}, {}]);
      const [id = '', other = ''] = ids;
      const step = { status: 'retrying' as const, rendered: rendered('größe'), dueAt: start };
      await journal.hot.settle(
        lease,
        [settlement(id, { ...step, log: [attempt(1, { body: 'größe' })] }), settlement(other, step)],
        start,
      );
      const end = { status: 'delivered' as const, bodiesUntil: start + 1_000 };
      const log = [attempt(2, { body: 'größe' })];
      await journal.hot.settle(
        lease,
        [settlement(id, { ...end, log }), settlement(other, { ...end, bodiesUntil: start + 5_000 })],
        start + 100,
      );
      assert.equal(await journal.housekeeping.forgetBodies(start + 999), 0);
      assert.equal((await journal.log.delivery(id))?.rendered?.body, 'größe');
      assert.equal(await journal.housekeeping.forgetBodies(start + 1_000), 1);
      const found = await journal.log.delivery(id);
      assert.equal(found?.rendered, null);
      assert.equal(found?.attemptLog.length, 2);
      const sizes = { request: { body: null, bodyBytes: 7 }, response: { body: null, bodyBytes: 3 } };
      for (const one of found?.attemptLog ?? []) {
        assert.partialDeepStrictEqual(one, sizes);
        assert.deepEqual(one.response?.headers, [['Content-Type', 'text/plain']]);
      }
      assert.equal((await journal.log.delivery(other))?.rendered?.body, 'größe');
      assert.equal(await journal.housekeeping.forgetBodies(start + 1_000), 0);
    },
  );

  guarantee(
    'a delivery that is retried after it finished keeps its bodies until it finishes again',
    async (journal) => {
      const { lease, ids } = await withDeliveries(journal, [{}]);
      const [id = ''] = ids;
      const end = { status: 'failed' as const, bodiesUntil: start + 10 };
      const first = settlement(id, { ...end, rendered: rendered('x'), log: [attempt(1)] });
      await journal.hot.settle(lease, [first], start);
      await journal.log.retry(lease, { id, now: start + 5, render: null });
      await journal.housekeeping.forgetBodies(start + 1_000);
      assert.equal((await journal.log.delivery(id))?.rendered?.body, 'x');
      const again = settlement(id, { ...end, bodiesUntil: start + 2_000, log: [attempt(2)] });
      await journal.hot.settle(lease, [again], start + 1_000);
      assert.equal(await journal.housekeeping.forgetBodies(start + 2_000), 1);
      assert.equal((await journal.log.delivery(id))?.rendered, null);
    },
  );

  guarantee('the body retention of finished deliveries can be changed', async (journal) => {
    const { lease, ids } = await withDeliveries(journal, [{}, {}, { destinationId: 'dst_2' }]);
    const end = (id: string | undefined) =>
      settlement(id, { status: 'delivered', rendered: rendered('x'), log: [attempt(1)] });
    await journal.hot.settle(lease, [end(ids[0]), end(ids[2])], start);
    assert.equal(
      await journal.housekeeping.keepBodies('dst_1', 500),
      1,
      'an unfinished delivery gets its time when it finishes',
    );
    assert.equal(await journal.housekeeping.forgetBodies(start + 499), 0);
    await journal.housekeeping.keepBodies('dst_1', null);
    assert.equal(await journal.housekeeping.forgetBodies(start + 9_000), 0);
    await journal.housekeeping.keepBodies('dst_1', 0);
    assert.equal(await journal.housekeeping.forgetBodies(start), 1);
    assert.equal((await journal.log.delivery(ids[2] ?? ''))?.rendered?.body, 'x');
    assert.equal(await journal.housekeeping.keepBodies('dst_unknown', 0), 0);
  });

  guarantee('removing the bodies of a shared exchange removes them for all its deliveries', async (journal) => {
    const { lease, ids } = await withDeliveries(journal, [{}, {}]);
    const log = [attempt(1, { batch: { id: 'bat_1', records: 2 } })];
    const end = (id: string | undefined) => settlement(id, { status: 'delivered', bodiesUntil: start + 1, log });
    await journal.hot.settle(lease, ids.map(end), start);
    assert.equal(await journal.housekeeping.forgetBodies(start + 1), 2);
    for (const id of ids) {
      const [one] = (await journal.log.delivery(id))?.attemptLog ?? [];
      assert.deepEqual([one?.request?.body, one?.request?.bodyBytes, one?.records], [null, 1, 2]);
    }
  });

  guarantee(
    'a body that copies the data of its event is returned byte for byte, wherever it is read',
    async (journal) => {
      const data = { 'wt.ti': 'größe "\\" \u2028', '10': 'b', '9': ['a', { z: '', a: '' }] };
      const { ids, from } = await accept(journal, [incoming({ data }), incoming({ data, visitorId: 'v-2' })]);
      const lease = await claim(journal, 0);
      const deliveries = ids.map((eventId) => planned({ eventId, dueAt: start }));
      const plan = { advance: { from, to: from + 2 }, deliveries, now: start };
      const [one = '', listed = ''] = (await journal.hot.plan(lease, plan)) ?? [];
      const bodies = [JSON.stringify(data), JSON.stringify([data])];
      const copies = bodies.map((body, i): Rendered => ({ ...rendered(body), copyOf: ids[i] ?? '' }));
      const settle = (id: string, i: number, number: number, step: Partial<Settlement>) => {
        const log = [attempt(number, { body: bodies[i] ?? '' })];
        return settlement(id, { ...(copies[i] && { rendered: copies[i] }), log, attempts: number, ...step });
      };
      const again = { status: 'retrying', dueAt: start } as const;
      await journal.hot.settle(lease, [settle(one, 0, 1, again), settle(listed, 1, 1, again)], start);
      const { due } = await journal.hot.due({ partition: 0, destinationId: 'dst_1', now: start, limit: 9 });
      assert.deepEqual(
        due.map((row) => row.rendered),
        copies,
      );
      const end = { status: 'delivered', bodiesUntil: start + 1 } as const;
      await journal.hot.settle(lease, [settle(one, 0, 2, end), settle(listed, 1, 2, end)], start);
      for (const [i, id] of [one, listed].entries()) {
        const found = await journal.log.delivery(id);
        assert.deepEqual(found?.rendered, copies[i]);
        assert.deepEqual(
          found?.attemptLog.map(({ request }) => request?.body),
          [bodies[i], bodies[i]],
        );
      }
      assert.equal(await journal.housekeeping.forgetBodies(start + 1), 2);
      for (const [i, id] of [one, listed].entries()) {
        const found = await journal.log.delivery(id);
        assert.equal(found?.rendered, null);
        assert.deepEqual(
          found?.attemptLog.map(({ request }) => [request?.body, request?.bodyBytes]),
          Array(2).fill([null, Buffer.byteLength(bodies[i] ?? '')]),
        );
      }
    },
  );

  guarantee('a body that copies an event which is not stored is stored itself', async (journal) => {
    const lease = await claim(journal, 0);
    const plan = { advance: null, deliveries: [planned({ test: true })], now: start };
    const [id = ''] = (await journal.hot.plan(lease, plan)) ?? [];
    const copy = { ...rendered('{"a":"b"}'), copyOf: 'evt_sample' };
    const end = settlement(id, { status: 'delivered', rendered: copy, log: [attempt(1, { body: copy.body })] });
    await journal.hot.settle(lease, [end], start);
    const found = await journal.log.delivery(id);
    assert.deepEqual(found?.rendered, rendered(copy.body));
    assert.equal(found?.attemptLog[0]?.request?.body, copy.body);
  });
}
