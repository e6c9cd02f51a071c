import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { AppError } from '../contract/errors.ts';
import type { IncomingEvent } from '../contract/event.ts';
import { placeOf } from '../contract/ids.ts';
import { attempt, claim, incoming, planned, rendered, settlement } from './journal.samples.ts';
import type {
  DeliveryQuery,
  EventSearch,
  Journal,
  PlannedDelivery,
  StatisticsEntry,
  StatisticsQuery,
} from './journal.ts';

const start = Date.parse('2026-03-01T12:00:00Z');
const hour = 3_600_000;
const minute = 60_000;

/** What every journal guarantees, whatever keeps it. `make` answers a new and empty one. */
export function journalConformance(name: string, make: () => Promise<Journal>): void {
  const guarantee = (title: string, body: (journal: Journal) => Promise<void>) =>
    test(title, async () => {
      await using journal = await make();
      await body(journal);
    });

  const accept = async (journal: Journal, events: IncomingEvent[], receivedAt = start, partition = 0) => {
    const [done] = await journal.intake.accept([{ partition, collectorId: 'col_1', receivedAt, events }]);
    assert.ok(done);
    return done;
  };

  /** Keeps one event per delivery and plans them all; answers lease and ids. */
  const withDeliveries = async (journal: Journal, deliveries: Partial<PlannedDelivery>[], now = start) => {
    const { ids, from } = await accept(
      journal,
      deliveries.map((_, i) => incoming({ name: `event ${i}` })),
      now,
    );
    const lease = await claim(journal, 'events/0');
    const rows = deliveries.map((one, i) => planned({ eventId: ids[i] ?? null, dueAt: now, ...one }));
    const plan = { advance: { partition: 0, from, to: from + ids.length }, deliveries: rows, now };
    const made = await journal.matching.plan(lease, plan);
    assert.ok(made);
    return { lease, ids: made, eventIds: ids };
  };

  const list = async (journal: Journal, query: Partial<DeliveryQuery>) =>
    (await journal.log.deliveries({ limit: 50, closed: [], now: start, ...query })).map((row) => row.id);

  const due = async (journal: Journal, now = start + 1_000, destinationId = 'dst_1') =>
    (await journal.deliveries.due({ destinationId, now, limit: 100 })).due.map((row) => row.id);

  describe(name, () => {
    guarantee(
      'accepted events come back as they went in, in order, with ids that tell their place',
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
        const { events, to } = await journal.matching.read({ partition: 0, from: 0, limit: 10 });
        assert.equal(to, 2);
        const { identity: _, ...expected } = rich;
        const receivedAt = new Date(start).toISOString();
        assert.deepEqual(events[0], {
          offset: 0,
          event: { ...expected, id: ids[0], receivedAt, source: { collectorId: 'col_1', format: 'infinity' } },
        });
        assert.deepEqual(await journal.log.event(ids[0] ?? ''), events[0]?.event);
        assert.equal(await journal.log.event('evt_0'), null);
        assert.equal((await journal.matching.read({ partition: 0, from: 1, limit: 10 })).events[0]?.event.id, ids[1]);
        assert.deepEqual(await journal.matching.read({ partition: 0, from: 2, limit: 10 }), { events: [], to: 2 });
        assert.deepEqual((await journal.matching.read({ partition: 0, from: 0, limit: 1 })).to, 1);
      },
    );

    guarantee(
      'an event repeated within 24 h in one collector is kept once and answered with its first id',
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
        const [other] = await journal.intake.accept([
          { partition: 0, collectorId: 'col_2', receivedAt: start + 24 * hour, events: [again] },
        ]);
        assert.deepEqual(other?.duplicates, []);
        const names = (await journal.matching.read({ partition: 0, from: 0, limit: 10 })).events.length;
        assert.equal(names, 5);
      },
    );

    guarantee('events and what they fire are kept in one step, but not beside events that wait', async (journal) => {
      const lease = await claim(journal, 'events/0');
      const fires = (name: string, event: number) => {
        const { eventId: _, ...rest } = planned({ destinationId: name, dueAt: start });
        return { ...rest, event };
      };
      const send = async (events: IncomingEvent[], deliveries: ReturnType<typeof fires>[], holder = lease) => {
        const plan = { lease: holder, deliveries, now: start };
        const request = { partition: 0, collectorId: 'col_1', receivedAt: start, events, plan };
        return (await journal.intake.accept([request]))[0] ?? assert.fail();
      };
      const [a, b, c] = ['a', 'b', 'c'].map((identity) => incoming({ identity, name: identity }));
      assert.ok(a && b && c);
      const first = await send([a, b], [fires('dst_1', 0), fires('dst_2', 1), fires('dst_3', 1)]);
      assert.equal(first.planned?.length, 3);
      assert.equal(await journal.matching.position(0), 2);
      const [one] = (await journal.deliveries.due({ destinationId: 'dst_3', now: start, limit: 9 })).due;
      assert.deepEqual([one?.id, one?.event?.id, one?.event?.name], [first.planned[2], first.ids[1], 'b']);

      const repeated = await send([b, c], [fires('dst_4', 0), fires('dst_5', 1)]);
      assert.deepEqual([repeated.duplicates, repeated.planned?.length], [[0], 1]);
      assert.deepEqual(await due(journal, start, 'dst_4'), []);
      const [fifth] = (await journal.deliveries.due({ destinationId: 'dst_5', now: start, limit: 9 })).due;
      assert.deepEqual([fifth?.id, fifth?.event?.id], [repeated.planned?.[0], repeated.ids[1]]);

      await accept(journal, [incoming({})]);
      const late = await send([incoming({})], [fires('dst_6', 0)]);
      assert.equal(late.planned, null);
      assert.deepEqual([await journal.matching.position(0), await due(journal, start, 'dst_6')], [3, []]);
      const advance = { partition: 0, from: 3, to: 5 };
      assert.deepEqual(await journal.matching.plan(lease, { advance, deliveries: [], now: start }), []);
      await journal.leases.release(lease);
      await journal.leases.acquire({ scope: 'events/0', owner: 'another', ttlMs: 9, now: start });
      assert.equal((await send([incoming({})], [fires('dst_6', 0)])).planned, null);
      assert.equal((await journal.matching.read({ partition: 0, from: 5, limit: 9 })).events.length, 1);
    });

    guarantee('partitions number their events apart, and time never goes back within one', async (journal) => {
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
    });

    guarantee('a lease has one owner at a time, and each taking has a higher epoch', async (journal) => {
      const { leases } = journal;
      const first = await leases.acquire({ scope: 's', owner: 'a', ttlMs: 100, now: 0 });
      assert.deepEqual(first, { scope: 's', owner: 'a', epoch: 1 });
      assert.equal(await leases.acquire({ scope: 's', owner: 'b', ttlMs: 100, now: 99 }), null);
      assert.ok(first && (await leases.renew(first, 100, 50)));
      assert.equal(await leases.acquire({ scope: 's', owner: 'b', ttlMs: 100, now: 149 }), null);
      const second = await leases.acquire({ scope: 's', owner: 'b', ttlMs: 100, now: 150 });
      assert.equal(second?.epoch, 2);
      assert.equal(await leases.renew(first, 100, 150), false);
      await leases.release(first);
      assert.equal(await leases.acquire({ scope: 's', owner: 'a', ttlMs: 100, now: 151 }), null);
      assert.equal((await leases.acquire({ scope: 's', owner: 'b', ttlMs: 100, now: 151 }))?.epoch, 3);
      assert.equal((await leases.acquire({ scope: 'other', owner: 'a', ttlMs: 100, now: 151 }))?.epoch, 1);
      await leases.release({ scope: 's', owner: 'b', epoch: 3 });
      assert.equal((await leases.acquire({ scope: 's', owner: 'a', ttlMs: 100, now: 152 }))?.epoch, 4);
    });

    guarantee('an owner that was followed by another can plan, mark and settle nothing', async (journal) => {
      const { lease: stale, ids } = await withDeliveries(journal, [{}]);
      await accept(journal, [incoming({})]);
      const fresh = await claim(journal, 'events/0', 'other', start + 10 * hour);
      const plan = { advance: { partition: 0, from: 1, to: 2 }, deliveries: [planned({})], now: start };
      assert.equal(await journal.matching.plan(stale, plan), null);
      assert.equal(await journal.deliveries.mark(stale, ids), false);
      const delivered = [settlement(ids[0], { status: 'delivered', log: [attempt(1)] })];
      assert.equal(await journal.deliveries.settle(stale, delivered, start), false);
      assert.deepEqual(await journal.deliveries.recover(stale, start), { suspects: [], poisoned: [] });
      assert.equal(await journal.matching.position(0), 1);
      const row = await journal.log.delivery(ids[0] ?? '');
      assert.deepEqual([row?.status, row?.attemptLog], ['pending', []]);
      assert.equal((await journal.matching.plan(fresh, plan))?.length, 1);
      assert.ok(await journal.deliveries.settle(fresh, delivered, start));
      await journal.leases.release(fresh);
      assert.equal(await journal.deliveries.mark(fresh, ids), false);
    });

    guarantee('a plan moves the position and makes its deliveries, or does neither', async (journal) => {
      const { ids: events } = await accept(journal, [incoming({}), incoming({})]);
      const lease = await claim(journal, 'events/0');
      const deliveries = [planned({ eventId: events[0] ?? null }), planned({ eventId: events[1] ?? null, dueAt: 7 })];
      const wrong = { advance: { partition: 0, from: 1, to: 2 }, deliveries, now: start };
      assert.equal(await journal.matching.plan(lease, wrong), null);
      assert.deepEqual(await list(journal, {}), []);
      const right = { advance: { partition: 0, from: 0, to: 2 }, deliveries, now: start };
      const ids = await journal.matching.plan(lease, right);
      assert.deepEqual(await list(journal, {}), ids?.toReversed());
      assert.equal(await journal.matching.position(0), 2);
      assert.equal(await journal.matching.plan(lease, right), null);
      const beside = await journal.matching.plan(lease, {
        advance: null,
        deliveries: [planned({ test: true })],
        now: start,
      });
      assert.equal(beside?.length, 1);
      assert.equal(await journal.matching.position(0), 2);
    });

    guarantee('due deliveries come with their event, by due time and then id, after the given one', async (journal) => {
      const { ids, eventIds } = await withDeliveries(journal, [
        { dueAt: start + 9 },
        { dueAt: start + 2 },
        { dueAt: start + 2 },
        { dueAt: start + 2 },
        { dueAt: null },
        { destinationId: 'dst_2' },
        { dueAt: start + 1_000 },
      ]);
      const [a, b, c, d] = ids;
      const query = { destinationId: 'dst_1', now: start + 9, limit: 10 };
      const { due: rows } = await journal.deliveries.due(query);
      assert.deepEqual(
        rows.map((row) => row.id),
        [b, c, d, a],
      );
      assert.deepEqual(
        rows.map((row) => row.event?.id),
        [eventIds[1], eventIds[2], eventIds[3], eventIds[0]],
      );
      const { event: _, ...first } = rows[0] ?? assert.fail();
      assert.deepEqual(first, {
        ...planned({ dueAt: start + 2 }),
        id: b,
        eventId: eventIds[1],
        createdAt: start,
        number: 0,
        attempts: 0,
        scheduleStep: 0,
        waitedMs: 0,
        deaths: 0,
        rendered: null,
      });
      const after = { dueAt: start + 2, id: c ?? '' };
      assert.deepEqual(
        (await journal.deliveries.due({ ...query, after })).due.map((row) => row.id),
        [d, a],
      );
      assert.deepEqual(
        (await journal.deliveries.due({ ...query, after, limit: 1 })).due.map((row) => row.id),
        [d],
      );
      const without = await journal.deliveries.due({ ...query, limit: 2, except: [b ?? '', d ?? ''] });
      assert.deepEqual(
        without.due.map((row) => row.id),
        [c, a],
      );
      const nextOf = async (now: number) => (await journal.deliveries.due({ ...query, now, limit: 1 })).nextDueAt;
      assert.deepEqual(
        [await nextOf(start), await nextOf(start + 2), await nextOf(start + 9), await nextOf(start + 1_000)],
        [start + 2, start + 9, start + 1_000, null],
      );
      assert.deepEqual(await journal.deliveries.backlog(), [
        { destinationId: 'dst_1', connectionId: 'con_1', open: 5, nextDueAt: start + 2 },
        { destinationId: 'dst_2', connectionId: 'con_1', open: 1, nextDueAt: start },
      ]);
    });

    guarantee('a settle logs attempts and sets the next step; what was rendered is sent again', async (journal) => {
      const { lease, ids } = await withDeliveries(journal, [{}, {}]);
      const body = rendered('{"a":"\\n"}');
      const failing = attempt(1, {
        outcome: 'retry',
        body: body.body,
        error: { kind: 'http_5xx', message: 'Status 503.' },
      });
      const retry = settlement(ids[0], {
        status: 'retrying',
        reason: 'http_5xx',
        detail: 'Status 503.',
        errorKind: 'http_5xx',
        attempts: 1,
        scheduleStep: 1,
        waitedMs: 17,
        dueAt: start + 5_000,
        rendered: body,
        log: [failing],
      });
      assert.ok(await journal.deliveries.settle(lease, [retry], start + 1));
      assert.deepEqual(await due(journal), [ids[1]]);
      const {
        due: [again],
      } = await journal.deliveries.due({
        destinationId: 'dst_1',
        now: start + 5_000,
        limit: 1,
        after: { dueAt: start, id: ids[1] ?? '' },
      });
      assert.deepEqual(
        [again?.id, again?.number, again?.attempts, again?.scheduleStep, again?.waitedMs, again?.rendered],
        [ids[0], 1, 1, 1, 17, body],
      );
      const unsent = attempt(2, { counted: false, withoutExchange: true, outcome: 'retry', body: null });
      const good = attempt(3, { outcome: 'delivered', body: body.body });
      const done = settlement(ids[0], { status: 'delivered', attempts: 2, scheduleStep: 2, log: [unsent, good] });
      assert.ok(await journal.deliveries.settle(lease, [done], start + 6_000));
      const row = await journal.log.delivery(ids[0] ?? '');
      assert.deepEqual(row?.attemptLog, [failing, unsent, good]);
      assert.deepEqual(
        [
          row?.status,
          row?.reason,
          row?.detail,
          row?.errorKind,
          row?.attempts,
          row?.dueAt,
          row?.finishedAt,
          row?.rendered,
        ],
        ['delivered', null, null, null, 2, null, start + 6_000, body],
      );
    });

    guarantee('settling twice changes nothing, and an unknown delivery is passed over', async (journal) => {
      const { lease, ids } = await withDeliveries(journal, [{}]);
      const step = settlement(ids[0], {
        status: 'failed',
        reason: 'http_4xx',
        attempts: 1,
        rendered: rendered('b'),
        log: [attempt(1, { body: 'b' })],
      });
      const unknown = settlement((ids[0] ?? '').replace(/.$/, 'z'), { status: 'failed', log: [attempt(1)] });
      assert.ok(await journal.deliveries.settle(lease, [unknown, step], start));
      const once = await journal.log.delivery(ids[0] ?? '');
      assert.ok(await journal.deliveries.settle(lease, [step], start + 99));
      assert.deepEqual(await journal.log.delivery(ids[0] ?? ''), once);
      assert.equal(once?.attemptLog.length, 1);
    });

    guarantee('a delivery that a person cancelled meanwhile keeps its state and gets the attempt', async (journal) => {
      const { lease, ids } = await withDeliveries(journal, [{}]);
      assert.equal(await journal.log.cancel(ids[0] ?? '', start + 3), true);
      assert.equal(await journal.log.cancel(ids[0] ?? '', start + 4), false);
      assert.equal(await journal.log.cancel('dlv_x', start), null);
      await journal.deliveries.settle(
        lease,
        [settlement(ids[0], { status: 'delivered', attempts: 1, log: [attempt(1)] })],
        start + 9,
      );
      const row = await journal.log.delivery(ids[0] ?? '');
      assert.deepEqual(
        [row?.status, row?.reason, row?.finishedAt, row?.attempts, row?.attemptLog.length],
        ['cancelled', 'cancelled', start + 3, 1, 1],
      );
      assert.deepEqual(await due(journal), []);
    });

    guarantee(
      'a retry keeps id, log and body and starts the schedule again; rendering anew drops the body',
      async (journal) => {
        const { lease, ids } = await withDeliveries(journal, [{}]);
        const id = ids[0] ?? '';
        const first = settlement(id, {
          status: 'failed',
          reason: 'http_4xx',
          errorKind: 'http_4xx',
          attempts: 4,
          scheduleStep: 4,
          waitedMs: 5,
          rendered: rendered('old'),
          log: [attempt(1, { body: 'old' })],
        });
        await journal.deliveries.settle(lease, [first], start);
        assert.equal(await journal.log.retry({ id: 'dlv_x', now: start, render: null }), false);
        assert.equal(await journal.log.retry({ id, now: start + 10, render: null }), true);
        const {
          due: [kept],
        } = await journal.deliveries.due({ destinationId: 'dst_1', now: start + 10, limit: 1 });
        assert.deepEqual(
          [
            kept?.id,
            kept?.dueAt,
            kept?.number,
            kept?.attempts,
            kept?.scheduleStep,
            kept?.waitedMs,
            kept?.rendered?.body,
          ],
          [id, start + 10, 1, 4, 0, 0, 'old'],
        );
        const row = await journal.log.delivery(id);
        assert.deepEqual([row?.status, row?.reason, row?.errorKind, row?.finishedAt], ['pending', null, null, null]);
        await journal.log.retry({ id, now: start + 20, render: { actionVersion: 7, destinationVersion: 8 } });
        const {
          due: [anew],
        } = await journal.deliveries.due({ destinationId: 'dst_1', now: start + 20, limit: 1 });
        assert.deepEqual([anew?.rendered, anew?.actionVersion, anew?.destinationVersion], [null, 7, 8]);
        const second = settlement(id, {
          status: 'delivered',
          attempts: 5,
          rendered: rendered('new'),
          pinned: { actionVersion: 9, destinationVersion: 9 },
          log: [attempt(2, { body: 'new' })],
        });
        await journal.deliveries.settle(lease, [second], start + 30);
        const done = await journal.log.delivery(id);
        assert.deepEqual(
          done?.attemptLog.map((one) => one.request?.body),
          ['old', 'new'],
        );
        assert.deepEqual([done?.rendered?.body, done?.actionVersion, done?.destinationVersion], ['new', 9, 9]);
      },
    );

    guarantee('held deliveries wait for their release, which makes them due now', async (journal) => {
      const { lease, ids } = await withDeliveries(journal, [{}, {}, { destinationId: 'dst_2' }]);
      const hold = (id: string | undefined) =>
        settlement(id, { status: 'held', reason: 'exhausted', scheduleStep: 9, dueAt: start });
      await journal.deliveries.settle(lease, [hold(ids[0]), hold(ids[2])], start);
      assert.deepEqual(await due(journal), [ids[1]]);
      assert.equal((await journal.upkeep.usage()).unfinished, 3);
      assert.equal(await journal.log.release('dst_1', start + 7), 1);
      assert.equal(await journal.log.release('dst_1', start + 7), 0);
      const { due: rows } = await journal.deliveries.due({ destinationId: 'dst_1', now: start + 7, limit: 9 });
      assert.deepEqual(
        rows.map((row) => [row.id, row.dueAt, row.scheduleStep]),
        [
          [ids[1], start, 0],
          [ids[0], start + 7, 0],
        ],
      );
      assert.equal((await journal.log.delivery(ids[0] ?? ''))?.status, 'pending');
    });

    guarantee('old deliveries of a destination expire when they are due and unfinished', async (journal) => {
      const { lease, ids } = await withDeliveries(journal, [
        {},
        { dueAt: start + hour },
        { destinationId: 'dst_2' },
        {},
        { actionId: null },
        {},
      ]);
      await journal.deliveries.settle(lease, [settlement(ids[3], { status: 'delivered' })], start);
      assert.deepEqual(await journal.log.expire('dst_1', start, start + 1), []);
      const expired = await journal.log.expire('dst_1', start + 1, start + 1);
      assert.deepEqual(
        expired.sort((a, b) => b.count - a.count),
        [
          { actionId: 'act_1', count: 2 },
          { actionId: null, count: 1 },
        ],
      );
      const row = await journal.log.delivery(ids[0] ?? '');
      assert.deepEqual([row?.status, row?.reason, row?.dueAt, row?.finishedAt], ['failed', 'expired', null, start + 1]);
      assert.deepEqual(await list(journal, { status: 'pending' }), [ids[2], ids[1]]);
    });

    guarantee('a delivery during which three processes died in a row is failed as poison', async (journal) => {
      const { lease, ids } = await withDeliveries(journal, [{}, {}, {}, { test: true, dueAt: null }]);
      const [bad = '', good = '', cancelled = '', test = ''] = ids;
      let owner = lease;
      for (const death of [1, 2]) {
        await journal.deliveries.mark(owner, [good]);
        await journal.deliveries.mark(owner, [bad, good, cancelled, test]);
        owner = await claim(journal, 'events/0', `process ${death}`, start + death * 10 * hour);
        const { suspects, poisoned } = await journal.deliveries.recover(owner, start + death);
        assert.deepEqual([suspects, poisoned], [death === 1 ? [bad, good, cancelled] : [bad, good], []]);
        if (death === 1) await journal.log.cancel(cancelled, start);
        else await journal.deliveries.settle(owner, [settlement(good, { status: 'retrying', dueAt: start })], start);
      }
      assert.deepEqual(await journal.deliveries.recover(owner, start), { suspects: [], poisoned: [] });
      await journal.deliveries.mark(owner, [bad, good]);
      assert.deepEqual(await journal.deliveries.recover(owner, start + 9), { suspects: [good], poisoned: [bad] });
      const row = await journal.log.delivery(bad);
      assert.deepEqual([row?.status, row?.reason, row?.finishedAt, row?.dueAt], ['failed', 'poison', start + 9, null]);
      const interrupted = await journal.log.delivery(test);
      assert.deepEqual(
        [interrupted?.status, interrupted?.reason, interrupted?.finishedAt],
        ['cancelled', 'interrupted', start + 1],
      );
    });

    guarantee('lists page both ways without gaps or repetition', async (journal) => {
      const { ids } = await withDeliveries(
        journal,
        Array.from({ length: 5 }, () => ({})),
      );
      await accept(journal, [incoming({})], start + 1);
      await accept(journal, [incoming({}), incoming({})], start + 1, 2);
      const newest = ids.toReversed();
      assert.deepEqual(await list(journal, { limit: 2 }), newest.slice(0, 2));
      assert.deepEqual(await list(journal, { limit: 2, before: newest[1] ?? '' }), newest.slice(2, 4));
      assert.deepEqual(await list(journal, { limit: 2, after: newest[4] ?? '' }), newest.slice(2, 4));
      assert.deepEqual(
        await list(journal, { limit: 9, after: newest[3] ?? '', before: newest[0] ?? '' }),
        newest.slice(1, 3),
      );
      assert.deepEqual(await list(journal, { before: 'nonsense' }), []);
      const events = async (query: { before?: string; after?: string; limit: number }) =>
        (await journal.log.events(query)).map((event) => event.id);
      const all = await events({ limit: 50 });
      assert.equal(all.length, 8);
      assert.deepEqual(all, all.toSorted().toReversed());
      for (const [index, id] of all.entries()) {
        assert.deepEqual(await events({ limit: 2, before: id }), all.slice(index + 1, index + 3));
        assert.deepEqual(await events({ limit: 2, after: id }), all.slice(Math.max(0, index - 2), index));
      }
      assert.deepEqual(await events({ limit: 2, after: 'nonsense' }), []);
    });

    guarantee('events are found by every filter, alone and together', async (journal) => {
      const trace = 'trc_1';
      const a = await accept(journal, [
        incoming({ name: 'a', visitorId: 'v1', data: { sku: '7', note: 'x"y' } }),
        incoming({ name: 'ab', visitorId: 'v2', data: { x: 'v1', sku: '8', list: ['7'] }, ext: { trace } }),
      ]);
      const [b] = await journal.intake.accept([
        {
          partition: 0,
          collectorId: 'col_2',
          receivedAt: start + 10,
          events: [incoming({ name: 'a', visitorId: null, data: { note: trace, y: 'sku' } })],
        },
      ]);
      const [first, second] = a.ids;
      const third = b?.ids[0];
      const cases: [Partial<EventSearch>, (string | undefined)[]][] = [
        [{ name: 'a' }, [third, first]],
        [{ name: 'a', limit: 1, after: first ?? '' }, [third]],
        [{ visitorId: 'v1' }, [first]],
        [{ collectorId: 'col_1' }, [second, first]],
        [{ collectorId: 'col_9' }, []],
        [{ parameter: 'sku' }, [second, first]],
        [{ parameter: 'sku', value: '7' }, [first]],
        [{ parameter: 'note', value: 'x"y' }, [first]],
        [{ parameter: 'list', value: '7' }, []],
        [{ parameter: 'toString' }, []],
        [{ parameter: 'sku', name: 'ab' }, [second]],
        [{ trace }, [second]],
        [{ receivedAfter: start + 10 }, [third]],
        [{ receivedAfter: start, receivedBefore: start + 10 }, [second, first]],
        [{ receivedBefore: start }, []],
        [{ receivedAfter: start + 1, after: first ?? '' }, [third]],
        [{ receivedBefore: start + 1, after: first ?? '' }, [second]],
      ];
      for (const [query, expected] of cases) {
        const { events } = await journal.log.search({ limit: 9, lookedMost: 99, ...query });
        assert.deepEqual(
          events.map((event) => event.id),
          expected,
          JSON.stringify(query),
        );
      }
    });

    guarantee('a search looks at so many events at most and says where the next one goes on', async (journal) => {
      const { ids } = await accept(
        journal,
        Array.from({ length: 7 }, (_, n) => incoming({ name: String(n % 3) })),
      );
      const newest = ids.toReversed();
      const search = async (more: Partial<EventSearch>) => {
        const { events, reached } = await journal.log.search({ limit: 9, lookedMost: 3, name: '0', ...more });
        return [events.map((event) => event.id), reached];
      };
      assert.deepEqual(await search({}), [[newest[0]], newest[2]]);
      assert.deepEqual(await search({ before: newest[2] ?? '' }), [[newest[3]], newest[5]]);
      assert.deepEqual(await search({ before: newest[5] ?? '' }), [[newest[6]], null]);
      assert.deepEqual(await search({ limit: 1, lookedMost: 9 }), [[newest[0]], newest[0]]);
      assert.deepEqual(await search({ after: newest[6] ?? '' }), [[newest[3]], newest[3]]);
      assert.deepEqual(await search({ after: newest[6] ?? '', lookedMost: 9 }), [[newest[0], newest[3]], null]);
      assert.deepEqual(await search({ after: 'nonsense' }), [[], null]);
    });

    guarantee('deliveries are found by every filter, alone and together', async (journal) => {
      const { lease, ids, eventIds } = await withDeliveries(journal, [
        { actionId: 'act_2' },
        { destinationId: 'dst_2' },
        { destinationId: 'dst_3', connectionId: 'con_2' },
        { test: true, actionId: null },
        { dueAt: start + hour },
        {},
      ]);
      const [a, b, c, d, e, f] = ids;
      await journal.deliveries.settle(
        lease,
        [
          settlement(a, { status: 'delivered' }),
          settlement(b, { status: 'failed', errorKind: 'http_4xx' }),
          settlement(c, { status: 'held', reason: 'exhausted', errorKind: 'timeout' }),
          settlement(f, { status: 'retrying', errorKind: 'timeout', dueAt: start }),
        ],
        start,
      );
      const [late] =
        (await journal.matching.plan(lease, { advance: null, deliveries: [planned({})], now: start + hour })) ?? [];
      const cases: [Partial<DeliveryQuery>, (string | undefined)[]][] = [
        [{ status: 'delivered' }, [a]],
        [{ status: 'failed' }, [b]],
        [{ status: 'held' }, [c]],
        [{ status: 'held', closed: ['dst_1', 'dst_9'] }, [f, d, c]],
        [{ status: 'pending' }, [late, e, d]],
        [{ status: 'pending', closed: ['dst_1'] }, [late, e]],
        [{ status: 'retrying' }, [f]],
        [{ status: 'retrying', closed: ['dst_1'] }, []],
        [{ status: 'skipped' }, []],
        [{ actionId: 'act_2' }, [a]],
        [{ actionId: 'act_9' }, []],
        [{ destinationId: 'dst_2' }, [b]],
        [{ destinationId: 'dst_9' }, []],
        [{ connectionId: 'con_1' }, [late, f, e, d, b, a]],
        [{ connectionId: 'con_2' }, [c]],
        [{ connectionId: 'con_1', destinationId: 'dst_3' }, []],
        [{ eventId: eventIds[1] ?? '' }, [b]],
        [{ eventId: 'evt_nonsense' }, []],
        [{ errorKind: 'timeout' }, [f, c]],
        [{ errorKind: 'dns' }, []],
        [{ test: true }, [d]],
        [{ test: false, connectionId: 'con_1' }, [late, f, e, b, a]],
        [{ createdAfter: start + 1 }, [late]],
        [{ createdAfter: start + hour }, [late]],
        [{ createdBefore: start + hour, destinationId: 'dst_1' }, [f, e, d, a]],
        [{ createdAfter: start, createdBefore: start }, []],
        [{ status: 'pending', test: true, destinationId: 'dst_1' }, [d]],
        [{ status: 'held', closed: ['dst_1'], errorKind: 'timeout', connectionId: 'con_2' }, [c]],
        [{ status: 'delivered', actionId: 'act_2', eventId: eventIds[0] ?? '' }, [a]],
      ];
      for (const [query, expected] of cases)
        assert.deepEqual(await list(journal, query), expected, JSON.stringify(query));
      const [first] = await journal.log.deliveries({ limit: 1, closed: [], now: start, actionId: 'act_2' });
      assert.deepEqual(first, {
        ...planned({ actionId: 'act_2' }),
        id: a,
        eventId: eventIds[0],
        status: 'delivered',
        reason: null,
        detail: null,
        errorKind: null,
        attempts: 0,
        dueAt: null,
        createdAt: start,
        finishedAt: start,
      });
    });

    guarantee('retention removes what is old and finished, never what is unmatched or needed', async (journal) => {
      const { lease, ids, eventIds } = await withDeliveries(journal, [{}, {}]);
      const [group] = eventIds;
      const second = await accept(journal, [incoming({}), incoming({})], start + 1);
      const third = await accept(journal, [incoming({})], start + 2);
      const plan = {
        advance: { partition: 0, from: 2, to: 4 },
        deliveries: [planned({ eventId: second.ids[0] ?? null })],
        now: start + 1,
      };
      const [later = ''] = (await journal.matching.plan(lease, plan)) ?? [];
      const step = (id: string | undefined, number: number) =>
        settlement(id, { status: 'delivered', rendered: rendered('x'), log: [attempt(number)] });
      await journal.deliveries.settle(lease, [step(ids[0], 1), settlement(ids[1], { status: 'held' })], start);
      const old = { before: start + hour, bytesMax: null };
      assert.deepEqual(await journal.upkeep.retain({ before: start, bytesMax: null }), { removed: 0, full: false });
      assert.deepEqual(await journal.upkeep.retain(old), { removed: 1, full: false });
      assert.equal(await journal.log.delivery(ids[0] ?? ''), null);
      assert.equal((await journal.log.event(group ?? ''))?.id, group);
      await journal.deliveries.settle(lease, [step(ids[1], 1), step(later, 1)], start + 5);
      assert.deepEqual(await journal.upkeep.retain({ before: start + 1, bytesMax: null }), { removed: 3, full: false });
      assert.equal(await journal.log.event(group ?? ''), null);
      assert.equal((await journal.log.delivery(later))?.rendered?.body, 'x');
      assert.deepEqual(await journal.upkeep.retain(old), { removed: 3, full: false });
      assert.deepEqual(
        (await journal.log.events({ limit: 9 })).map((event) => event.id),
        third.ids,
      );
      assert.deepEqual(await journal.matching.read({ partition: 0, from: 4, limit: 9 }).then((read) => read.to), 5);
      assert.equal(placeOf('event', (await accept(journal, [incoming({})], start + 3)).ids[0] ?? '')?.number, 5);
    });

    guarantee(
      'over its size the journal drops the oldest; with only unfinished things left intake stops until there is room',
      async (journal) => {
        const empty = (await journal.upkeep.usage()).bytes;
        const big = () => incoming({ data: { x: bigText() } });
        const lease = await claim(journal, 'events/0');
        const ids: string[] = [];
        for (let i = 0; i < 20; i++) {
          const { ids: events, from } = await accept(journal, [big()], start + i);
          const plan = {
            advance: { partition: 0, from, to: from + 1 },
            deliveries: [planned({ eventId: events[0] ?? null })],
            now: start + i,
          };
          ids.push(...((await journal.matching.plan(lease, plan)) ?? []));
        }
        const half = ids
          .slice(0, 10)
          .map((id) => settlement(id, { status: 'delivered', rendered: rendered('y'), log: [attempt(1)] }));
        await journal.deliveries.settle(lease, half, start + 50);
        const { bytes } = await journal.upkeep.usage();
        const limit = empty + (bytes - empty) * 0.8;
        const { removed, full } = await journal.upkeep.retain({ before: 0, bytesMax: limit });
        assert.ok(removed > 0 && removed < 20 && !full);
        assert.ok((await journal.upkeep.usage()).bytes <= limit);
        assert.equal(await journal.log.delivery(ids[0] ?? ''), null);
        const tight = empty + (bytes - empty) * 0.3;
        assert.equal((await journal.upkeep.retain({ before: 0, bytesMax: tight })).full, true);
        assert.deepEqual(await list(journal, {}), ids.slice(10).toReversed());
        await assert.rejects(accept(journal, [big()]), (error: AppError) => error.code === 'storage_full');
        const rest = ids.slice(10).map((id) => settlement(id, { status: 'cancelled' }));
        assert.ok(await journal.deliveries.settle(lease, rest, start + 60));
        assert.equal((await journal.upkeep.retain({ before: 0, bytesMax: tight })).full, false);
        await accept(journal, [big()], start + 60);
      },
    );

    guarantee(
      'figures add up in every step that holds their time, of one thing or of all of a kind',
      async (journal) => {
        const { statistics } = journal;
        const entry = (minutes: number, id: string, figures: Record<string, number>, kind = 'destination') => ({
          at: start + minutes * minute,
          kind,
          id,
          figures,
        });
        await statistics.add([entry(0, 'a', { delivered: 1, lastDeliveredAt: 7 }), entry(0, 'b', { delivered: 5 })]);
        await statistics.add([entry(0.5, 'a', { delivered: 2, failed: 1, lastDeliveredAt: 3 })]);
        await statistics.add([entry(2, 'a', { delivered: 10 }), entry(2, 'a', { delivered: 90 }, 'action')]);
        await statistics.rollUp(start + 2 * minute);
        await statistics.add([entry(0, 'a', { delivered: 100 })]);
        await statistics.rollUp(start + 2 * minute);
        await statistics.add([entry(16, 'b', { delivered: 1_000 })]);
        const read = (more: Partial<StatisticsQuery>) =>
          statistics.read({
            kind: 'destination',
            id: null,
            stepMs: minute,
            from: start,
            to: start + 2 * minute,
            follow: 'delivered',
            ...more,
          });
        assert.deepEqual(await read({}), {
          steps: [
            { at: start, figures: { delivered: 108, failed: 1, lastDeliveredAt: 7 } },
            { at: start + minute, figures: {} },
            { at: start + 2 * minute, figures: { delivered: 10 } },
          ],
          things: [
            { id: 'a', figures: { delivered: 113, failed: 1, lastDeliveredAt: 7 }, series: [103, 0, 10] },
            { id: 'b', figures: { delivered: 5 }, series: [5, 0, 0] },
          ],
        });
        assert.deepEqual((await read({ id: 'b' })).things, [{ id: 'b', figures: { delivered: 5 }, series: [5, 0, 0] }]);
        assert.deepEqual((await read({ id: 'c' })).things, []);
        const quarters = await read({ stepMs: 15 * minute, to: start + 15 * minute });
        assert.deepEqual(
          quarters.things.map((one) => [one.id, one.series]),
          [
            ['a', [113, 0]],
            ['b', [5, 1_000]],
          ],
        );
        const twoHours = await read({ stepMs: 2 * hour, to: start });
        assert.deepEqual(twoHours.steps[0]?.figures, { delivered: 1_118, failed: 1, lastDeliveredAt: 7 });
        assert.deepEqual((await read({ kind: 'action' })).things[0]?.series, [0, 0, 90]);
      },
    );

    guarantee('what was added is told', async ({ statistics }) => {
      const entries = ['a', 'b', 'c'].flatMap((id) => [
        { at: start, kind: 'action', id, figures: { matched: 1 } },
        { at: start + minute, kind: 'destination', id, figures: { delivered: 1 } },
      ]);
      const told: StatisticsEntry[] = [];
      await statistics.add(entries, (added) => told.push(...added));
      assert.equal(told.length, entries.length);
      assert.deepEqual(new Set(told), new Set(entries));
    });

    guarantee('figures are forgotten when the time of their step is over', async (journal) => {
      const { statistics } = journal;
      for (const hours of [0, 1, 3, 24, 36, 60, 24 * 9])
        await statistics.add([{ at: start + hours * hour, kind: 'all', id: '', figures: { created: 1 } }]);
      await statistics.rollUp(start + 24 * 9 * hour + minute);
      const kept = async (stepMs: number) => {
        const to = start + 24 * 9 * hour + minute;
        const range = { stepMs, from: start, to: to - (to % stepMs) };
        const { steps } = await statistics.read({ kind: 'all', id: null, ...range, follow: 'created' });
        return steps.flatMap(({ at, figures }) => (figures['created'] === undefined ? [] : [(at - start) / hour]));
      };
      assert.deepEqual(await kept(minute), [24 * 9]);
      assert.deepEqual(await kept(15 * minute), [24 * 9]);
      assert.deepEqual(await kept(2 * hour), [36, 60, 24 * 9]);
    });

    guarantee('what waits for a destination is counted by action', async (journal) => {
      const { lease, ids } = await withDeliveries(journal, [
        {},
        {},
        { dueAt: start + hour },
        { actionId: 'act_2' },
        { actionId: null },
        { destinationId: 'dst_2' },
        { test: true, dueAt: null },
        {},
      ]);
      await journal.deliveries.settle(lease, [settlement(ids[7], { status: 'held', reason: 'exhausted' })], start);
      const waiting = async (except: string[]) =>
        new Map((await journal.statistics.waiting('dst_1', except)).map((one) => [one.actionId, one.count]));
      assert.deepEqual(
        await waiting([]),
        new Map([
          [null, 1],
          ['act_1', 3],
          ['act_2', 1],
        ]),
      );
      assert.deepEqual(
        await waiting([ids[0] ?? '', ids[3] ?? '', 'dlv_x']),
        new Map([
          [null, 1],
          ['act_1', 2],
        ]),
      );
    });

    guarantee(
      'the oldest unfinished delivery is known, in whatever state and to whichever destination',
      async (journal) => {
        assert.equal(await journal.statistics.oldestWaiting(), null);
        const { lease, ids } = await withDeliveries(journal, [{ destinationId: 'dst_2' }]);
        const later = await journal.matching.plan(lease, {
          advance: null,
          deliveries: [planned({ dueAt: start + 5 })],
          now: start + 5,
        });
        await journal.deliveries.settle(
          lease,
          [settlement(later?.[0], { status: 'held', reason: 'exhausted' })],
          start,
        );
        assert.equal(await journal.statistics.oldestWaiting(), start);
        await journal.deliveries.settle(lease, [settlement(ids[0], { status: 'delivered' })], start);
        assert.equal(await journal.statistics.oldestWaiting(), start + 5);
        await journal.log.cancel(later?.[0] ?? '', start);
        assert.equal(await journal.statistics.oldestWaiting(), null);
      },
    );

    guarantee('gates and notes are kept by name', async (journal) => {
      const gate = {
        scopeId: 'con_1',
        reason: 'auth_rejected' as const,
        detail: 'invalid_client',
        since: 1,
        probeAt: 2,
        probes: 3,
      };
      await journal.deliveries.saveGate({ ...gate, scopeId: 'dst_9' });
      await journal.deliveries.saveGate(gate);
      await journal.deliveries.saveGate({ ...gate, probes: 4 });
      await journal.deliveries.removeGate('dst_9');
      await journal.deliveries.removeGate('unknown');
      assert.deepEqual(await journal.deliveries.gates(), [{ ...gate, probes: 4 }]);
      assert.equal(await journal.upkeep.loadNote('parameters'), null);
      await journal.upkeep.saveNote('parameters', 'a');
      await journal.upkeep.saveNote('parameters', 'b\u0000');
      assert.equal(await journal.upkeep.loadNote('parameters'), 'b\u0000');
    });
  });
}

/** About 20 KB that don't shrink. */
const bigText = () => Array.from({ length: 1_300 }, () => Math.random().toString(36).slice(2)).join('');
