import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { auditSample } from '../../audit/audit-samples.testing.ts';
import { type Journal, type Lease, suspectDeaths } from '../journal.ts';
import type { Guarantee } from './journal.conformance.ts';
import {
  accept,
  attempt,
  claim,
  due,
  incoming,
  list,
  planned,
  rendered,
  settlement,
  start,
  withDeliveries,
} from './journal-samples.testing.ts';

const hour = 3_600_000;

/** Conformance: unfinished deliveries, their settles, and the commands of people. */
export function deliveriesConformance(guarantee: Guarantee): void {
  guarantee(
    'a reading of due deliveries ends before a large one, and does not copy an event that is known',
    async (journal) => {
      const events = [incoming({}), incoming({ data: { text: 'x'.repeat(20_000) } }), incoming({})];
      const { ids, from } = await accept(journal, events);
      const lease = await claim(journal, 0);
      const deliveries = ids.map((eventId) => planned({ eventId, dueAt: start }));
      await journal.hot.plan(lease, { advance: { from, to: from + 3 }, deliveries, now: start });
      const query = { partition: 0, destinationId: 'dst_1', now: start, limit: 10 };
      const whole = await journal.hot.due(query);
      assert.deepEqual([whole.due.length, whole.isCut], [3, false]);
      const small = await journal.hot.due({ ...query, bytesMax: 16_384 });
      assert.deepEqual([small.due.length, small.isCut], [1, true]);
      const last = small.due[0] ?? assert.fail();
      const none = await journal.hot.due({ ...query, bytesMax: 16_384, after: { dueAt: start, id: last.id } });
      assert.deepEqual([none.due.length, none.isCut], [0, true]);
      const known = last.event ?? assert.fail();
      const again = await journal.hot.due({ ...query, eventOf: (id) => (id === known.id ? known : undefined) });
      assert.deepEqual(
        again.due.map(({ event }) => event === known),
        [true, false, false],
      );
    },
  );

  guarantee(
    'due deliveries are listed with their event, by due time and then id, after the given one',
    async (journal) => {
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
      const query = { partition: 0, destinationId: 'dst_1', now: start + 9, limit: 10 };
      const { due: rows } = await journal.hot.due(query);
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
        replayId: null,
        idempotencyKey: null,
      });
      const after = { dueAt: start + 2, id: c ?? '' };
      assert.deepEqual(
        (await journal.hot.due({ ...query, after })).due.map((row) => row.id),
        [d, a],
      );
      assert.deepEqual(
        (await journal.hot.due({ ...query, after, limit: 1 })).due.map((row) => row.id),
        [d],
      );
      const without = await journal.hot.due({ ...query, limit: 2, except: [b ?? '', d ?? ''] });
      assert.deepEqual(
        without.due.map((row) => row.id),
        [c, a],
      );
      const nextOf = async (now: number) => (await journal.hot.due({ ...query, now, limit: 1 })).nextDueAt;
      assert.deepEqual(
        [await nextOf(start), await nextOf(start + 2), await nextOf(start + 9), await nextOf(start + 1_000)],
        [start + 2, start + 9, start + 1_000, null],
      );
      const backlog = await journal.log.backlog();
      assert.deepEqual(backlog, [
        { destinationId: 'dst_1', connectionId: 'con_1', replayId: null, open: 5, nextDueAt: start + 2 },
        { destinationId: 'dst_2', connectionId: 'con_1', replayId: null, open: 1, nextDueAt: start },
      ]);
      assert.deepEqual(
        await journal.hot.nextDue(0),
        backlog.map(({ open: _, ...next }) => next),
      );
    },
  );

  guarantee(
    'a shared exchange is stored once, shown by each of its deliveries, found by its id, and removed with the last of them',
    async (journal) => {
      const many = 60;
      const { lease, ids } = await withDeliveries(
        journal,
        Array.from({ length: many + 1 }, () => ({})),
      );
      const batch = { id: 'bat_1', records: many };
      // Random text, which compression does not shorten.
      const body = randomBytes(24_000).toString('base64');
      const before = (await journal.housekeeping.usage()).bytes;
      const log = [attempt(1, { outcome: 'retry', counted: false, body, batch })];
      const members = ids.slice(0, many);
      // A large batch is settled in parts; repeating a part changes nothing.
      for (const part of [members.slice(0, 40), members.slice(40), members.slice(30)])
        await journal.hot.settle(
          lease,
          part.map((id) => settlement(id, { status: 'retrying', dueAt: start, log })),
          start,
        );
      // Not sixty times; the first rows of a table and its indexes take pages.
      assert.ok((await journal.housekeeping.usage()).bytes - before < 16 * body.length);
      for (const id of [ids[0], ids[39], ids[40], ids[many - 1]])
        assert.deepEqual((await journal.log.delivery(id ?? ''))?.attemptLog, log);
      assert.deepEqual(await list(journal, { batchId: 'bat_1', limit: 100 }), members.toReversed());
      assert.deepEqual(await list(journal, { batchId: 'bat_1', limit: 2, before: ids[5] ?? '' }), [ids[4], ids[3]]);
      assert.deepEqual(await list(journal, { batchId: 'bat_1', status: 'delivered' }), []);
      assert.deepEqual(await list(journal, { batchId: 'bat_2' }), []);

      const last = ids[7] ?? '';
      const own = attempt(2, { body: 'alone' });
      await journal.hot.settle(
        lease,
        members
          .filter((id) => id !== last)
          .map((id) => settlement(id, { status: 'delivered', attempts: 1, log: [own] })),
        start,
      );
      await journal.housekeeping.retain({ before: start + hour, bytesMax: null });
      assert.deepEqual(await list(journal, { batchId: 'bat_1' }), [last]);
      assert.deepEqual((await journal.log.delivery(last))?.attemptLog, log);
      await journal.hot.settle(lease, [settlement(last, { status: 'failed', log: [own] })], start);
      await journal.housekeeping.retain({ before: start + hour, bytesMax: null });
      assert.deepEqual(await list(journal, { batchId: 'bat_1' }), []);
    },
  );

  guarantee(
    'a settle logs attempts and sets the next step; later attempts send the same rendered request',
    async (journal) => {
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
      assert.ok(await journal.hot.settle(lease, [retry], start + 1));
      assert.deepEqual(await due(journal), [ids[1]]);
      const {
        due: [again],
      } = await journal.hot.due({
        partition: 0,
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
      assert.ok(await journal.hot.settle(lease, [done], start + 6_000));
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
    },
  );

  guarantee('settling twice changes nothing, and an unknown delivery is skipped', async (journal) => {
    const { lease, ids } = await withDeliveries(journal, [{}]);
    const step = settlement(ids[0], {
      status: 'failed',
      reason: 'http_4xx',
      attempts: 1,
      rendered: rendered('b'),
      log: [attempt(1, { body: 'b' })],
    });
    const unknown = settlement((ids[0] ?? '').replace(/.$/, 'z'), { status: 'failed', log: [attempt(1)] });
    assert.ok(await journal.hot.settle(lease, [unknown, step], start));
    const once = await journal.log.delivery(ids[0] ?? '');
    assert.ok(await journal.hot.settle(lease, [step], start + 99));
    assert.deepEqual(await journal.log.delivery(ids[0] ?? ''), once);
    assert.equal(once?.attemptLog.length, 1);
  });

  guarantee(
    'a delivery that was cancelled while in flight gets the attempt, and is delivered if that was',
    async (journal) => {
      const { lease, ids } = await withDeliveries(journal, [{}, {}]);
      assert.equal(await journal.log.cancel(lease, ids[0] ?? '', start + 3), true);
      assert.equal(await journal.log.cancel(lease, ids[0] ?? '', start + 4), false);
      assert.equal(await journal.log.cancel(lease, 'dlv_x', start), null);
      assert.equal(await journal.log.cancel(lease, ids[1] ?? '', start + 3), true);
      const ends = [
        settlement(ids[0], { status: 'failed', reason: 'http_4xx', attempts: 1, log: [attempt(1)] }),
        settlement(ids[1], { status: 'delivered', attempts: 1, log: [attempt(1)] }),
      ];
      assert.deepEqual(await journal.hot.settle(lease, ends, start + 9), [
        { deliveryId: ids[0], isCorrected: false },
        { deliveryId: ids[1], isCorrected: true },
      ]);
      const rows = await Promise.all(ids.map((id) => journal.log.delivery(id)));
      assert.deepEqual(
        rows.map((row) => [row?.status, row?.reason, row?.finishedAt, row?.attempts, row?.attemptLog.length]),
        [
          ['cancelled', 'cancelled', start + 3, 1, 1],
          ['delivered', null, start + 9, 1, 1],
        ],
      );
      assert.deepEqual(await due(journal), []);
    },
  );

  guarantee("a person's retry or cancel is in the audit trail exactly when it took effect", async (journal) => {
    const { lease, ids } = await withDeliveries(journal, [{}]);
    const id = ids[0] ?? '';
    const retry = auditSample({ act: 'retry', kind: 'delivery', id, changes: [{ pointer: '/render', after: true }] });
    const cancel = auditSample({ act: 'cancel', kind: 'delivery', id, changes: [] });
    await journal.log.cancel(lease, id, start + 1, cancel);
    await journal.log.cancel(lease, id, start + 2, cancel);
    await journal.log.retry(lease, { id, now: start + 3, render: null }, retry);
    await journal.log.retry(lease, { id: 'dlv_x', now: start + 4, render: null }, retry);
    await journal.log.cancel(lease, 'dlv_x', start + 5, cancel);
    await journal.log.retry(lease, { id, now: start + 6, render: null });
    const entries = await journal.audit.entries({ limit: 9 });
    assert.deepEqual(
      entries.map(({ act, changes }) => [act, changes]),
      [
        ['retry', [{ pointer: '/status', before: 'cancelled', after: 'pending' }, ...retry.changes]],
        ['cancel', [{ pointer: '/status', before: 'pending', after: 'cancelled' }]],
      ],
    );
  });

  guarantee(
    'a retry keeps id, log and body and starts the schedule again; rendering again drops the body',
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
      await journal.hot.settle(lease, [first], start);
      assert.equal(await journal.log.retry(lease, { id: 'dlv_x', now: start, render: null }), null);
      assert.equal(await journal.log.retry(lease, { id, now: start + 10, render: null }), 'failed');
      const {
        due: [kept],
      } = await journal.hot.due({ partition: 0, destinationId: 'dst_1', now: start + 10, limit: 1 });
      assert.deepEqual(
        [kept?.id, kept?.dueAt, kept?.number, kept?.attempts, kept?.scheduleStep, kept?.waitedMs, kept?.rendered?.body],
        [id, start + 10, 1, 4, 0, 0, 'old'],
      );
      const row = await journal.log.delivery(id);
      assert.deepEqual([row?.status, row?.reason, row?.errorKind, row?.finishedAt], ['pending', null, null, null]);
      await journal.log.retry(lease, { id, now: start + 20, render: { actionVersion: 7, destinationVersion: 8 } });
      const {
        due: [again],
      } = await journal.hot.due({ partition: 0, destinationId: 'dst_1', now: start + 20, limit: 1 });
      assert.deepEqual([again?.rendered, again?.actionVersion, again?.destinationVersion], [null, 7, 8]);
      const second = settlement(id, {
        status: 'delivered',
        attempts: 5,
        rendered: rendered('new'),
        pinned: { actionVersion: 9, destinationVersion: 9 },
        log: [attempt(2, { body: 'new' })],
      });
      await journal.hot.settle(lease, [second], start + 30);
      const done = await journal.log.delivery(id);
      assert.deepEqual(
        done?.attemptLog.map((one) => one.request?.body),
        ['old', 'new'],
      );
      assert.deepEqual([done?.rendered?.body, done?.actionVersion, done?.destinationVersion], ['new', 9, 9]);
    },
  );

  guarantee('held deliveries stay held until a release makes them due now', async (journal) => {
    const { lease, ids } = await withDeliveries(journal, [{}, {}, { destinationId: 'dst_2' }]);
    const hold = (id: string | undefined) =>
      settlement(id, { status: 'held', reason: 'exhausted', scheduleStep: 9, dueAt: start });
    await journal.hot.settle(lease, [hold(ids[0]), hold(ids[2])], start);
    assert.deepEqual(await due(journal), [ids[1]]);
    assert.equal((await journal.housekeeping.usage()).unfinished, 3);
    assert.deepEqual(
      (await journal.log.storedHeld()).map(({ destinationId, count }) => [destinationId, count]),
      [
        ['dst_1', 1],
        ['dst_2', 1],
      ],
    );
    assert.equal((await journal.log.release(lease, 'dst_1', start + 7)).released, 1);
    assert.equal((await journal.log.release(lease, 'dst_1', start + 7)).released, 0);
    const { due: rows } = await journal.hot.due({ partition: 0, destinationId: 'dst_1', now: start + 7, limit: 9 });
    assert.deepEqual(
      rows.map((row) => [row.id, row.dueAt, row.scheduleStep]),
      [
        [ids[1], start, 0],
        [ids[0], start + 7, 0],
      ],
    );
    assert.equal((await journal.log.delivery(ids[0] ?? ''))?.status, 'pending');
  });

  guarantee(
    'a delivery whose outcome is unknown stays held, unless all of its destination are released',
    async (journal) => {
      const { lease, ids } = await withDeliveries(journal, Array(1_200).fill({}));
      const hold = (id: string, at: number) =>
        settlement(id, { status: 'held', reason: at % 4 === 0 ? 'unknown_outcome' : 'exhausted' });
      await journal.hot.settle(lease, ids.map(hold), start);
      const known = await journal.log.release(lease, 'dst_1', start + 1);
      assert.deepEqual(known, { released: 900, unknownOutcomes: 300 });
      const first = await journal.log.delivery(ids[0] ?? '');
      assert.deepEqual([first?.status, first?.reason], ['held', 'unknown_outcome']);
      assert.deepEqual(await journal.log.release(lease, 'dst_1', start + 1, 'all'), {
        released: 300,
        unknownOutcomes: 0,
      });
      assert.deepEqual(await journal.log.storedHeld(), []);
    },
  );

  guarantee(
    'a clock that was set back moves later due times with it, those of every destination, each once',
    async (journal) => {
      const many = Array.from({ length: 1_200 }, () => ({ dueAt: start + 3_600_000 }));
      const dueAts = [start - 1, start, start + 1, start + 3_600_001, start + 7_200_000];
      const planned = [...dueAts.map((dueAt) => ({ dueAt })), { destinationId: 'dst_2', dueAt: start + 1 }, ...many];
      const { lease, ids } = await withDeliveries(journal, planned);
      await journal.hot.followClock(lease, start, 3_600_000);
      const dueOf = async (destinationId: string) => {
        const { due } = await journal.hot.due({ partition: 0, destinationId, now: start + 9_000_000, limit: 9_999 });
        return new Map(due.map(({ id, dueAt }) => [id, (dueAt ?? 0) - start]));
      };
      const of = await dueOf('dst_1');
      assert.deepEqual(
        ids.slice(0, 5).map((id) => of.get(id)),
        [-1, 0, 1 - 3_600_000, 1, 3_600_000],
      );
      assert.deepEqual(new Set(ids.slice(6).map((id) => of.get(id))), new Set([0]));
      assert.deepEqual([...(await dueOf('dst_2')).values()], [1 - 3_600_000]);
    },
  );

  guarantee('deliveries of a destination expire when they are old, due and unfinished', async (journal) => {
    const { lease, ids } = await withDeliveries(journal, [
      {},
      { dueAt: start + hour },
      { destinationId: 'dst_2' },
      {},
      { actionId: null },
      {},
      {},
    ]);
    await journal.hot.settle(lease, [settlement(ids[3], { status: 'delivered' })], start);
    const expire = (createdBefore: number, except: readonly string[]) =>
      journal.log.expire(lease, { destinationId: 'dst_1', createdBefore, now: start + 1, except });
    assert.deepEqual(await expire(start, []), []);
    const expired = await expire(start + 1, [ids[6] ?? '']);
    assert.deepEqual(
      expired.sort((a, b) => b.count - a.count),
      [
        { actionId: 'act_1', count: 2 },
        { actionId: null, count: 1 },
      ],
    );
    const row = await journal.log.delivery(ids[0] ?? '');
    assert.deepEqual([row?.status, row?.reason, row?.dueAt, row?.finishedAt], ['failed', 'expired', null, start + 1]);
    assert.deepEqual(await list(journal, { status: 'pending' }), [ids[6], ids[2], ids[1]]);
  });

  guarantee(
    'a delivery that expired in flight becomes delivered when it arrived, and stays expired when it failed',
    async (journal) => {
      const { lease, ids } = await withDeliveries(journal, [{}, {}]);
      const [arrived = '', refused = ''] = ids;
      await journal.log.expire(lease, { destinationId: 'dst_1', createdBefore: start + 1, now: start + 1, except: [] });
      const steps = [
        settlement(arrived, { status: 'delivered', attempts: 1, log: [attempt(1)] }),
        settlement(refused, { status: 'retrying', attempts: 1, dueAt: start + 9, log: [attempt(1)] }),
      ];
      await journal.hot.settle(lease, steps, start + 2);
      const [first, second] = await Promise.all(ids.map((id) => journal.log.delivery(id)));
      assert.deepEqual([first?.status, first?.reason, first?.finishedAt], ['delivered', null, start + 2]);
      assert.deepEqual([second?.status, second?.reason, second?.dueAt], ['failed', 'expired', null]);
    },
  );

  guarantee(
    'crashes alone quarantine no delivery: they make those in flight at two in a row suspects',
    async (journal) => {
      const { lease, ids } = await withDeliveries(journal, [{}, {}, {}]);
      const [a = '', b = '', cancelled = ''] = ids;
      let owner = lease;
      for (let crash = 1; crash <= 5; crash++) {
        await journal.hot.mark(owner, [b], b);
        await journal.hot.mark(owner, [a, b, cancelled], null);
        owner = await claim(journal, 0);
        const { suspects, poisoned } = await journal.hot.recover(owner, start + crash);
        assert.deepEqual([suspects, poisoned], [crash < 2 ? [] : [a, b], []]);
        if (crash === 1) await journal.log.cancel(owner, cancelled, start);
      }
      const { due } = await journal.hot.due({ partition: 0, destinationId: 'dst_1', now: start, limit: 9 });
      assert.deepEqual(
        due.map(({ id, deaths }) => [id, deaths]),
        [
          [a, suspectDeaths],
          [b, suspectDeaths],
        ],
      );
      assert.deepEqual(await journal.hot.recover(owner, start), { suspects: [], poisoned: [] });
    },
  );

  guarantee(
    'a suspect is quarantined when the process crashes during its trial, at once if it is the only one, else at the second',
    async (journal) => {
      const { lease, ids } = await withDeliveries(journal, [{}, {}, {}]);
      const [bad = '', suspect = '', fresh = ''] = ids;
      const crash = crashes(journal, lease);
      await crash([bad, suspect], null);
      assert.deepEqual(
        await crash([bad, suspect], bad),
        { suspects: [bad, suspect], poisoned: [] },
        'it was not a suspect yet',
      );
      assert.deepEqual(await crash([fresh, bad], bad), { suspects: [bad], poisoned: [] }, 'there are two suspects');
      assert.deepEqual(await crash([suspect], suspect), { suspects: [suspect], poisoned: [] });
      assert.deepEqual(await crash([fresh, bad], bad), {
        suspects: [fresh],
        poisoned: [bad],
      });
      const row = await journal.log.delivery(bad);
      assert.deepEqual([row?.status, row?.reason, row?.finishedAt, row?.dueAt], ['failed', 'poison', start + 9, null]);
      assert.deepEqual(await list(journal, { status: 'pending' }), [fresh, suspect]);
    },
  );

  guarantee('neither a quarantined delivery nor one that met a single crash is another suspect', async (journal) => {
    const { lease, ids } = await withDeliveries(journal, [{}, {}, {}]);
    const [first = '', second = '', other = ''] = ids;
    const crash = crashes(journal, lease);
    await crash([first], null);
    await crash([first], null);
    assert.deepEqual((await crash([first], first)).poisoned, [first]);
    await crash([second, other], null);
    await crash([second], null);
    assert.deepEqual(await crash([second], second), { suspects: [], poisoned: [second] });
  });

  guarantee('a node that was only stopped, or has left, has not crashed, and a dead one has', async (journal) => {
    const { hot } = journal;
    const { ids } = await withDeliveries(journal, [{}, {}]);
    const [a = '', b = ''] = ids;
    let now = start;
    let owner = await claim(journal, 0, 'node 0', now + hour * 10);
    const deaths = async () =>
      (await hot.due({ partition: 0, destinationId: 'dst_1', now: start, limit: 9 })).due.map((one) => one.deaths);
    const beat = (node: string) => hot.leases.beat({ node, ttlMs: 1_000, isLeaving: false, now });
    /** The heartbeat of the owner ends with these deliveries in flight, and another node recovers. */
    const takeOver = async (inFlight: string[], onTrial: string | null, by: string) => {
      await hot.mark(owner, inFlight, onTrial);
      now += 20 * hour;
      owner = await claim(journal, 0, by, now);
      return hot.recover(owner, now);
    };
    await takeOver([a, b], null, 'node 1');
    assert.deepEqual(await deaths(), [1, 1]);
    now += 60_000;
    await beat('node 0');
    assert.deepEqual(await deaths(), [0, 0], 'it lives');
    await beat('node 0');
    assert.deepEqual(await deaths(), [0, 0], 'once');

    await takeOver([a], null, 'node 2');
    now += 60_000;
    await hot.settle(owner, [settlement(b, { status: 'retrying', dueAt: start })], now);
    await takeOver([a, b], null, 'node 3');
    assert.deepEqual(await deaths(), [2, 1]);
    assert.deepEqual(await takeOver([a], a, 'node 4'), { suspects: [a], poisoned: [] }, 'node 3 may be only stopped');
    now += 60_000;
    await beat('node 3');
    assert.deepEqual(await deaths(), [2, 1], 'still a suspect by the other crashes');
    await hot.mark(owner, [a], a);
    await hot.leases.release(owner);
    owner = await claim(journal, 0, 'node 5', now);
    assert.deepEqual(await hot.recover(owner, now), { suspects: [], poisoned: [] });
    assert.deepEqual(await deaths(), [2, 1], 'a node that leaves has not crashed');

    assert.deepEqual(await takeOver([a], a, 'node 6'), { suspects: [a], poisoned: [] });
    now += 2 * hour;
    await beat('node 5');
    assert.deepEqual(await takeOver([a], a, 'node 7'), { suspects: [], poisoned: [a] }, 'node 5 came back too late');
  });

  guarantee('a settle, a retry or a release clears the crash count', async (journal) => {
    const { lease, ids } = await withDeliveries(journal, [{}, {}, {}, {}]);
    const [settled = '', retried = '', released = '', untouched = ''] = ids;
    let owner = lease;
    const crash = async (onTrial: string | null) => {
      await journal.hot.mark(owner, ids, onTrial);
      owner = await claim(journal, 0);
      return journal.hot.recover(owner, start);
    };
    await crash(null);
    await journal.hot.settle(owner, [settlement(released, { status: 'held', reason: 'exhausted' })], start);
    await crash(null);
    await journal.hot.settle(owner, [settlement(settled, { status: 'retrying', dueAt: start })], start);
    await journal.log.retry(owner, { id: retried, now: start, render: null });
    await journal.log.release(owner, 'dst_1', start);
    const { due } = await journal.hot.due({ partition: 0, destinationId: 'dst_1', now: start, limit: 9 });
    const counts = new Map(due.map(({ id, deaths }) => [id, deaths]));
    assert.deepEqual(
      [settled, retried, released, untouched].map((id) => counts.get(id)),
      [0, 0, 0, suspectDeaths],
    );
    assert.deepEqual(await crash(settled), { suspects: [untouched], poisoned: [] });
  });

  guarantee('a delivery that is cancelled during its trial stays cancelled', async (journal) => {
    const { lease, ids } = await withDeliveries(journal, [{}]);
    const [id = ''] = ids;
    let owner = lease;
    for (let crash = 1; crash <= 3; crash++) {
      await journal.hot.mark(owner, [id], crash === 3 ? id : null);
      if (crash === 3) await journal.log.cancel(owner, id, start);
      owner = await claim(journal, 0);
      assert.deepEqual((await journal.hot.recover(owner, start)).poisoned, []);
    }
    assert.equal((await journal.log.delivery(id))?.status, 'cancelled');
  });

  guarantee('a test whose caller is gone is cancelled as interrupted', async (journal) => {
    const { lease, ids } = await withDeliveries(journal, [{ test: true, dueAt: null }, { test: true }]);
    await journal.hot.recover(lease, start + 1);
    const [driven, due] = await Promise.all(ids.map((id) => journal.log.delivery(id)));
    assert.deepEqual([driven?.status, driven?.reason, driven?.finishedAt], ['cancelled', 'interrupted', start + 1]);
    assert.equal(due?.status, 'pending');
  });
}

/** Ends the process with these deliveries in flight, and starts the next one, which recovers. */
function crashes(journal: Journal, lease: Lease) {
  let owner = lease;
  return async (inFlight: string[], onTrial: string | null) => {
    await journal.hot.mark(owner, inFlight, onTrial);
    owner = await claim(journal, 0);
    return journal.hot.recover(owner, start + 9);
  };
}
