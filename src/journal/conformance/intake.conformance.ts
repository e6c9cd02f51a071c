import assert from 'node:assert/strict';
import type { AppError } from '../../contract/errors.ts';
import { placeOf } from '../../contract/ids.ts';
import type { IncomingEvent } from '../../contract/records/event.ts';
import type { Guarantee } from './journal.conformance.ts';
import {
  accept,
  attempt,
  claim,
  due,
  incoming,
  list,
  planned,
  settlement,
  start,
  withDeliveries,
} from './journal-samples.testing.ts';

const hour = 3_600_000;

/** Conformance: accepted events, leases and plans. */
export function intakeConformance(guarantee: Guarantee): void {
  guarantee(
    'accepted events are read back unchanged, in order, with ids that contain their offset',
    async (journal) => {
      const rich = incoming({
        name: null,
        visitorId: 'v\u0000\ud800"\n',
        data: { 'wt.es': 'https://é.example/\t', list: ['a', { b: 'c' }], __proto_: 'x' },
        ext: { geo: { country: 'GB' } },
        session: { n: 1 },
      });
      const { ids, from, duplicates } = await accept(journal, [rich, incoming({ name: 'b' })]);
      assert.deepEqual([from, duplicates], [0, []]);
      assert.deepEqual(placeOf('event', ids[1] ?? ''), { timeMs: start, partition: 0, number: 1 });
      const { events, to } = await journal.hot.read({ partition: 0, from: 0, limit: 10 });
      assert.equal(to, 2);
      const { identity: _, ...expected } = rich;
      const receivedAt = new Date(start).toISOString();
      assert.deepEqual(events[0], {
        offset: 0,
        event: { ...expected, id: ids[0], receivedAt, source: { collectorId: 'col_1', format: 'infinity' } },
      });
      assert.deepEqual(await journal.log.event(ids[0] ?? ''), events[0]?.event);
      assert.equal(await journal.log.event('evt_0'), null);
      assert.equal((await journal.hot.read({ partition: 0, from: 1, limit: 10 })).events[0]?.event.id, ids[1]);
      assert.deepEqual(await journal.hot.read({ partition: 0, from: 2, limit: 10 }), { events: [], to: 2 });
      assert.deepEqual((await journal.hot.read({ partition: 0, from: 0, limit: 1 })).to, 1);
    },
  );

  guarantee(
    'an event repeated within 24 h in one collector is stored once, and its first id is returned',
    async (journal) => {
      const again = incoming({ identity: 'm-1' });
      const first = await accept(journal, [again, incoming({}), again]);
      assert.deepEqual([first.duplicates, first.ids[2]], [[2], first.ids[0]]);
      const second = await accept(journal, [again, incoming({ name: 'new' })], start + 24 * hour - 1);
      assert.deepEqual([second.ids[0], second.duplicates, second.from], [first.ids[0], [0], 2]);
      assert.equal(placeOf('event', second.ids[1] ?? '')?.number, 2);
      const third = await accept(journal, [again], start + 24 * hour);
      assert.deepEqual([third.duplicates, placeOf('event', third.ids[0] ?? '')?.number], [[], 3]);
      const onlyOld = await accept(journal, [again], start + 24 * hour);
      assert.deepEqual([onlyOld.ids, onlyOld.from], [third.ids, 4]);
      const receivedAt = start + 24 * hour;
      const other = await journal.hot.accept({ partition: 0, collectorId: 'col_2', receivedAt, events: [again] });
      assert.deepEqual(other.duplicates, []);
      const names = (await journal.hot.read({ partition: 0, from: 0, limit: 10 })).events.length;
      assert.equal(names, 5);
    },
  );

  guarantee('a duplicate with other data is counted; whatever else of it differs is not looked at', async (journal) => {
    const of = (data: IncomingEvent['data'], more: Partial<IncomingEvent> = {}) =>
      incoming({ identity: 'm-1', data, ...more });
    const first = await accept(journal, [of({ a: '1', b: ['x'] }), of({ a: '1', b: ['x'] }), of({ a: '2' })]);
    assert.deepEqual([first.duplicates, first.usedIds], [[1, 2], 1], 'in one request');
    const retried = of({ a: '1', b: ['x'] }, { occurredAt: '2026-03-02T00:00:00.000Z', ext: { millraceHops: 1 } });
    assert.deepEqual((await accept(journal, [retried])).usedIds, 0);
    const both = await Promise.all([
      accept(journal, [incoming({ identity: 'm-2', data: { a: '1' } })]),
      accept(journal, [incoming({ identity: 'm-2', data: { a: '2' } })]),
    ]);
    assert.deepEqual(
      both.map(({ duplicates, usedIds }) => [duplicates.length, usedIds]),
      [
        [0, 0],
        [1, 1],
      ],
      'in one transaction',
    );
  });

  guarantee('other events under a used Idempotency-Key are refused, and nothing of them is stored', async (journal) => {
    const keyed = (position: number, name: string): IncomingEvent => ({
      ...incoming({ identity: `k:${position}`, name, data: { name } }),
      isKeyed: true,
    });
    await accept(journal, [keyed(1, 'second')]);
    const reused = accept(journal, [keyed(0, 'third'), keyed(1, 'fourth')]);
    await assert.rejects(reused, (error: AppError) => error.code === 'idempotency_key_reused');
    const { ids, from, duplicates } = await accept(journal, [keyed(0, 'first'), keyed(1, 'second')], start + 1);
    assert.deepEqual(
      [duplicates, from, placeOf('event', ids[0] ?? '')],
      [[1], 1, { timeMs: start + 1, partition: 0, number: 1 }],
    );
    const { events } = await journal.hot.read({ partition: 0, from: 0, limit: 9 });
    assert.deepEqual(
      events.map(({ event }) => event.name),
      ['second', 'first'],
    );
  });

  guarantee(
    'events and the deliveries they fire are stored in one step, unless earlier events are unmatched',
    async (journal) => {
      const lease = await claim(journal, 0);
      const fires = (name: string, event: number) => {
        const { eventId: _, ...rest } = planned({ destinationId: name, dueAt: start });
        return { ...rest, event };
      };
      const send = (events: IncomingEvent[], deliveries: ReturnType<typeof fires>[], holder = lease) => {
        const plan = { lease: holder, deliveries, now: start };
        const request = { partition: 0, collectorId: 'col_1', receivedAt: start, events, plan };
        return journal.hot.accept(request);
      };
      const [a, b, c] = ['a', 'b', 'c'].map((identity) => incoming({ identity, name: identity }));
      assert.ok(a && b && c);
      const first = await send([a, b], [fires('dst_1', 0), fires('dst_2', 1), fires('dst_3', 1)]);
      assert.equal(first.planned?.length, 3);
      assert.equal(await journal.hot.position(0), 2);
      const [one] = (await journal.hot.due({ partition: 0, destinationId: 'dst_3', now: start, limit: 9 })).due;
      assert.deepEqual([one?.id, one?.event?.id, one?.event?.name], [first.planned[2], first.ids[1], 'b']);

      const repeated = await send([b, c], [fires('dst_4', 0), fires('dst_5', 1)]);
      assert.deepEqual([repeated.duplicates, repeated.planned?.length], [[0], 1]);
      assert.deepEqual(await due(journal, start, 'dst_4'), []);
      const [fifth] = (await journal.hot.due({ partition: 0, destinationId: 'dst_5', now: start, limit: 9 })).due;
      assert.deepEqual([fifth?.id, fifth?.event?.id], [repeated.planned?.[0], repeated.ids[1]]);

      await accept(journal, [incoming({})]);
      const late = await send([incoming({})], [fires('dst_6', 0)]);
      assert.equal(late.planned, null);
      assert.deepEqual([await journal.hot.position(0), await due(journal, start, 'dst_6')], [3, []]);
      const advance = { from: 3, to: 5 };
      assert.deepEqual(await journal.hot.plan(lease, { advance, deliveries: [], now: start }), []);
      await journal.hot.leases.release(lease);
      await claim(journal, 0, 'another', start);
      assert.equal((await send([incoming({})], [fires('dst_6', 0)])).planned, null);
      assert.equal((await journal.hot.read({ partition: 0, from: 5, limit: 9 })).events.length, 1);
    },
  );

  guarantee(
    'each partition numbers its own events, and a small step back of the clock does not show in their times',
    async (journal) => {
      await accept(journal, [incoming({})], start);
      const far = await accept(journal, [incoming({})], start + 5, 32_767);
      const early = await accept(journal, [incoming({})], start - 5);
      assert.deepEqual(placeOf('event', far.ids[0] ?? ''), { timeMs: start + 5, partition: 32_767, number: 0 });
      assert.deepEqual(placeOf('event', early.ids[0] ?? ''), { timeMs: start, partition: 0, number: 1 });
      assert.equal((await journal.log.event(far.ids[0] ?? ''))?.id, far.ids[0]);
      assert.deepEqual(
        (await journal.log.events({ limit: 10 })).map((event) => placeOf('event', event.id)?.partition),
        [32_767, 0, 0],
      );
    },
  );

  guarantee('an owner that has lost its lease plans, marks and settles nothing', async (journal) => {
    const { lease: stale, ids } = await withDeliveries(journal, [{}]);
    await accept(journal, [incoming({})]);
    const fresh = await claim(journal, 0, 'other', start + 10 * hour);
    const plan = { advance: { from: 1, to: 2 }, deliveries: [planned({})], now: start };
    assert.equal(await journal.hot.plan(stale, plan), null);
    assert.equal(await journal.hot.mark(stale, ids, null), false);
    const delivered = [settlement(ids[0], { status: 'delivered', log: [attempt(1)] })];
    assert.equal(await journal.hot.settle(stale, delivered, start), false);
    assert.deepEqual(await journal.hot.recover(stale, start), { suspects: [], poisoned: [] });
    assert.equal(await journal.hot.position(0), 1);
    const row = await journal.log.delivery(ids[0] ?? '');
    assert.deepEqual([row?.status, row?.attemptLog], ['pending', []]);
    assert.equal((await journal.hot.plan(fresh, plan))?.length, 1);
    assert.ok(await journal.hot.settle(fresh, delivered, start));
    await journal.hot.leases.release(fresh);
    assert.equal(await journal.hot.mark(fresh, ids, null), false);
  });

  guarantee('a plan moves the position and creates its deliveries, or does neither', async (journal) => {
    const { ids: events } = await accept(journal, [incoming({}), incoming({})]);
    const lease = await claim(journal, 0);
    const deliveries = [planned({ eventId: events[0] ?? null }), planned({ eventId: events[1] ?? null, dueAt: 7 })];
    const wrong = { advance: { from: 1, to: 2 }, deliveries, now: start };
    assert.equal(await journal.hot.plan(lease, wrong), null);
    assert.deepEqual(await list(journal, {}), []);
    const right = { advance: { from: 0, to: 2 }, deliveries, now: start };
    const ids = await journal.hot.plan(lease, right);
    assert.deepEqual(await list(journal, {}), ids?.toReversed());
    assert.equal(await journal.hot.position(0), 2);
    assert.equal(await journal.hot.plan(lease, right), null);
    const neighbours = await journal.hot.plan(lease, {
      advance: null,
      deliveries: [planned({ test: true })],
      now: start,
    });
    assert.equal(neighbours?.length, 1);
    assert.equal(await journal.hot.position(0), 2);
  });
}
