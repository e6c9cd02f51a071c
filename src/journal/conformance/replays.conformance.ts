import assert from 'node:assert/strict';
import { auditSample } from '../../audit/audit-samples.testing.ts';
import { placeOf } from '../../contract/ids.ts';
import type { ReplayInput } from '../../contract/records/replay.ts';
import type { NewReplay, ReplayedDelivery, ReplayStep } from '../journal.ts';
import type { Guarantee } from './journal.conformance.ts';
import {
  accept,
  attempt,
  claim,
  due,
  erasureEntry,
  incoming,
  list,
  planned,
  rendered,
  settlement,
  start,
  withDeliveries,
} from './journal-samples.testing.ts';

const idOf = (n: number) => `rpl_${String(n).padStart(26, '0')}`;

const input: ReplayInput = {
  of: 'deliveries',
  filter: { status: 'failed' },
  only: 'failed',
  to: null,
  body: 'original',
  keepIdempotencyKey: true,
  reason: 'why',
  ratePerSecond: null,
  order: 'oldest',
  plan: false,
};

const replay = (n: number): NewReplay => ({
  id: idOf(n),
  input,
  startedBy: 'ops',
  createdAt: start,
  upTo: null,
  partition: 0,
  total: 3,
  planLeftOut: { already_delivered: 1 },
});

function repeat(of: string | undefined, fields: Partial<ReplayedDelivery> = {}): ReplayedDelivery {
  const { dueAt: _, test: _t, ...same } = planned({});
  return { ...same, replayOf: of ?? null, source: of ?? null, idempotencyKey: null, keepsBody: false, ...fields };
}

const step = (fields: Partial<ReplayStep>): ReplayStep => ({
  id: idOf(1),
  from: null,
  to: 'a',
  isLast: false,
  deliveries: [],
  leftOut: {},
  now: start + 10,
  ...fields,
});

/** Conformance: replays. */
export function replaysConformance(guarantee: Guarantee): void {
  guarantee('replays are listed newest first and move from state to state with their entries', async (journal) => {
    const { replays } = journal.log;
    for (const n of [1, 2, 3]) await replays.create(replay(n), { ...auditSample(), act: 'create', kind: 'replay' });
    const ids = async (query: Partial<Parameters<typeof replays.replays>[0]>) =>
      (await replays.replays({ limit: 10, ...query })).map(({ id }) => id);
    assert.deepEqual(await ids({}), [idOf(3), idOf(2), idOf(1)]);
    assert.deepEqual(await ids({ before: idOf(3), limit: 1 }), [idOf(2)]);
    assert.deepEqual(await ids({ after: idOf(1), limit: 1 }), [idOf(2)]);
    const move = (from: Parameters<typeof replays.move>[1]['from'], to: Parameters<typeof replays.move>[1]['to']) =>
      replays.move(idOf(1), { from, to, now: start + 5 }, { ...auditSample(), act: 'pause', kind: 'replay' });
    assert.equal(await move(['running'], 'paused'), false);
    assert.equal(await move(['planned'], 'running'), true);
    assert.deepEqual(await ids({ state: 'running' }), [idOf(1)]);
    assert.equal(await replays.move(idOf(9), { from: ['planned'], to: 'running', now: start }), false);
    assert.equal(await replays.replay(idOf(9)), null);
    assert.equal(await move(['running'], 'cancelled'), true);
    const { outcome, finishedAt, state } = (await replays.replay(idOf(1))) ?? assert.fail();
    assert.deepEqual([state, finishedAt, outcome?.pending], ['cancelled', start + 5, 0]);
    assert.equal((await journal.audit.entries({ limit: 20 })).length, 5, 'three made, two moved');
  });

  guarantee(
    'a replay is open until it is done, and a cancelled one until its last delivery has finished',
    async (journal) => {
      const { hot, log } = journal;
      const { replays } = log;
      const { lease, ids } = await withDeliveries(journal, [{}]);
      const open = async () => (await replays.open({ limit: 9 })).map(({ id }) => id);
      for (const n of [1, 2, 3]) await replays.create(replay(n));
      const move = (n: number, to: 'running' | 'done' | 'cancelled' | 'paused') =>
        replays.move(idOf(n), { from: ['planned', 'running', 'cancelled'], to, now: start });
      await move(1, 'running');
      await replays.advance(lease, step({ deliveries: [repeat(ids[0])] }));
      await move(2, 'paused');
      assert.deepEqual(await open(), [idOf(3), idOf(2), idOf(1)]);
      for (const n of [1, 3]) await move(n, 'cancelled');
      assert.deepEqual(await open(), [idOf(2), idOf(1)], 'one delivery may be in flight');
      await replays.cancelRest(lease, idOf(1), start, []);
      await move(1, 'cancelled');
      assert.deepEqual(await open(), [idOf(2)]);
      assert.equal((await hot.nextDue(0)).length > 0, true, 'others wait on');
    },
  );

  guarantee('a step creates deliveries and moves the cursor in one transaction, and never twice', async (journal) => {
    const { log } = journal;
    const { replays } = journal.log;
    const { lease, ids, eventIds } = await withDeliveries(journal, [{}, {}]);
    await replays.create(replay(1));
    const deliveries = ids.map((id, i) => repeat(id, { eventId: eventIds[i] ?? null, idempotencyKey: id }));
    assert.equal(await replays.advance(lease, step({ deliveries })), null, 'it is not running yet');
    await replays.move(idOf(1), { from: ['planned'], to: 'running', now: start });
    assert.equal(await replays.advance({ ...lease, epoch: 99 }, step({ deliveries })), null);
    const made = ((await replays.advance(lease, step({ deliveries, leftOut: { test: 2 } }))) ?? assert.fail()).ids;
    assert.equal(await replays.advance(lease, step({ deliveries })), null, 'the cursor has moved');
    assert.ok(
      await replays.advance(lease, step({ from: 'a', to: 'b', isLast: true, leftOut: { test: 1, unknown: 4 } })),
    );
    const stored = (await replays.replay(idOf(1))) ?? assert.fail();
    assert.deepEqual(
      [stored.cursor, stored.isRead, stored.made, stored.leftOut, stored.input, stored.total],
      ['b', true, 2, { test: 3, unknown: 4 }, input, 3],
    );
    const row = (await log.delivery(made[0] ?? '')) ?? assert.fail();
    assert.deepEqual([row.replayId, row.replayOf, row.status, row.dueAt], [idOf(1), ids[0], 'pending', start + 10]);
    assert.deepEqual(await list(journal, { replayId: idOf(1) }), [made[1], made[0]]);
    assert.deepEqual(await list(journal, { replayOf: ids[0] ?? '' }), [made[0]]);
    assert.deepEqual(await list(journal, { replayId: idOf(1), status: 'failed' }), []);
    assert.deepEqual(await due(journal), ids, 'they have a queue of their own');
    const query = { partition: 0, destinationId: 'dst_1', now: start + 1_000, limit: 10, replayId: idOf(1) };
    const { due: own } = await journal.hot.due(query);
    assert.deepEqual(
      own.map((one) => [one.id, one.replayId, one.idempotencyKey, one.event?.id]),
      made.map((id, i) => [id, idOf(1), ids[i], eventIds[i]]),
    );
    const backlog = await journal.log.backlog();
    assert.deepEqual(
      backlog.map(({ replayId, open }) => [replayId, open]),
      [
        [null, 2],
        [idOf(1), 2],
      ],
    );
    assert.deepEqual(
      (await journal.log.unfinished(start + 1_000)).map(({ replayId, open, due }) => [replayId, open, due]),
      [
        [null, 2, 2],
        [idOf(1), 2, 2],
      ],
    );
    assert.deepEqual([await replays.waiting(idOf(1), []), await replays.waiting(idOf(1), ['dst_1'])], [2, 0]);
  });

  guarantee(
    'what a replay sends in another partition is created there once, and ends what is held there',
    async (journal) => {
      const { hot, log } = journal;
      const { replays } = log;
      const { lease, ids, eventIds } = await withDeliveries(journal, [{}, {}]);
      const one = await claim(journal, 1);
      const two = await claim(journal, 2);
      const body = rendered('{"a":1}');
      const end = { reason: 'http_4xx', rendered: body, attempts: 1 } as const;
      const held = { ...end, status: 'held' as const, log: [attempt(1, { body: body.body })] };
      await hot.settle(lease, [settlement(ids[0], held), settlement(ids[1], held)], start + 1);
      await replays.create({ ...replay(1), partition: 2 });
      await replays.move(idOf(1), { from: ['planned'], to: 'running', now: start });
      const to = { partition: 1, destinationId: 'dst_2', connectionId: 'con_2', keepsBody: true };
      const deliveries = [
        repeat(ids[0], { eventId: eventIds[0] ?? null, ...to, idempotencyKey: 'key' }),
        repeat(ids[1], { eventId: eventIds[1] ?? null, partition: 0 }),
        repeat(undefined, { eventId: eventIds[1] ?? null }),
      ];
      const all = step({ deliveries, isLast: true });
      assert.equal(await replays.advance(lease, all), null, 'the replay is of another partition');
      assert.equal(await replays.isPassing(), false);
      const made = (await replays.advance(two, all)) ?? assert.fail();
      assert.deepEqual([made.ids.length, made.ended], [1, []]);
      assert.deepEqual([await replays.isPassing(), await replays.waiting(idOf(1), [])], [true, 3]);
      assert.deepEqual([(await replays.outcome(idOf(1))).pending, await replays.isMoving(idOf(1), [])], [3, true]);
      const partitions = (onHold: string[], dueBefore: number) => replays.partitions(idOf(1), { onHold, dueBefore });
      assert.deepEqual(await partitions([], start + 11), [0, 1, 2]);
      assert.equal((await log.delivery(ids[0] ?? ''))?.status, 'held');

      const { actionId } = planned({});
      const ended = { actionId, destinationId: 'dst_1', connectionId: 'con_1', isOrdered: false };
      const inOne = (await hot.takePassed(one, { limit: 9, now: start + 20, revision: 0 })) ?? assert.fail();
      assert.deepEqual(
        inOne.taken.map((taken) => [
          taken.destinationId,
          taken.eventId,
          taken.replayId,
          placeOf('delivery', taken.id)?.partition,
        ]),
        [['dst_2', eventIds[0], idOf(1), 1]],
      );
      assert.deepEqual(inOne.ended, [], 'its source is of partition 0');
      const inZero = (await hot.takePassed(lease, { limit: 9, now: start + 20, revision: 0 })) ?? assert.fail();
      assert.deepEqual([inZero.taken.length, inZero.ended], [1, [ended, ended]]);
      for (const id of ids) assert.equal((await log.delivery(id))?.status, 'cancelled');
      const query = { destinationId: 'dst_2', now: start + 1_000, limit: 9, replayId: idOf(1) };
      const [copy] = (await hot.due({ ...query, partition: 1 })).due;
      assert.deepEqual([copy?.rendered, copy?.idempotencyKey, copy?.event?.id], [body, 'key', eventIds[0]]);
      assert.equal((await log.delivery(copy?.id ?? ''))?.replayOf, ids[0]);
      assert.deepEqual([await replays.isPassing(), (await replays.outcome(idOf(1))).pending], [false, 3]);
      assert.deepEqual([await partitions(['dst_1'], start + 11), await partitions([], start + 10)], [[1], []]);
      for (const by of [one, lease])
        assert.deepEqual((await hot.takePassed(by, { limit: 9, now: start, revision: 0 }))?.taken, []);
    },
  );

  guarantee('an event is kept until the deliveries of it that a replay passed are created', async (journal) => {
    const { hot, log, housekeeping } = journal;
    const { replays } = log;
    const { ids } = await hot.accept({ partition: 0, collectorId: 'col_1', receivedAt: start, events: [incoming({})] });
    const zero = await claim(journal, 0);
    await hot.plan(zero, { advance: { from: 0, to: 1 }, deliveries: [], now: start });
    const [one, two] = [await claim(journal, 1), await claim(journal, 2)];
    await replays.create({ ...replay(1), partition: 2 });
    await replays.move(idOf(1), { from: ['planned'], to: 'running', now: start });
    const deliveries = [repeat(undefined, { eventId: ids[0] ?? null, partition: 1 })];
    await replays.advance(two, step({ deliveries }));
    const retain = () => housekeeping.retain({ before: start + 1e9, bytesMax: null });
    assert.equal((await retain()).removed, 0);
    await hot.takePassed(one, { limit: 9, now: start, revision: 0 });
    assert.notEqual(await log.event(ids[0] ?? ''), null);
  });

  guarantee('a replayed delivery repeats the rendered request when asked to; a held original ends', async (journal) => {
    const { log, hot } = journal;
    const { replays } = journal.log;
    const { lease, ids, eventIds } = await withDeliveries(journal, [{}, {}]);
    const body = rendered('{"a":1}');
    const failed = { status: 'failed', reason: 'http_4xx', rendered: body, attempts: 1 } as const;
    await hot.settle(
      lease,
      [
        settlement(ids[0], { ...failed, log: [attempt(1, { body: body.body })] }),
        settlement(ids[1], {
          ...failed,
          status: 'held',
          reason: 'exhausted',
          log: [attempt(1, { body: body.body })],
        }),
      ],
      start + 1,
    );
    await replays.create(replay(1));
    await replays.move(idOf(1), { from: ['planned'], to: 'running', now: start });
    const repeats = [
      repeat(ids[0], { eventId: eventIds[0] ?? null, keepsBody: true }),
      repeat(ids[1], { eventId: eventIds[1] ?? null }),
    ];
    const { ids: made, ended } = (await replays.advance(lease, step({ deliveries: repeats }))) ?? assert.fail();
    const { actionId, destinationId, connectionId } = planned({});
    const source = { actionId, destinationId, connectionId, isOrdered: false };
    assert.deepEqual(ended, [source], 'only what was held ends');
    const query = { partition: 0, destinationId: 'dst_1', now: start + 1_000, limit: 10, replayId: idOf(1) };
    const { due: own } = await hot.due(query);
    assert.deepEqual(
      own.map((one) => [one.rendered, one.number, one.attempts]),
      [
        [body, 0, 0],
        [null, 0, 0],
      ],
    );
    const [first, held] = await Promise.all(ids.map((id) => log.delivery(id)));
    assert.deepEqual([first?.status, held?.status, held?.reason], ['failed', 'cancelled', 'cancelled']);
    assert.match(held?.detail ?? '', new RegExp(idOf(1)));
    const done = attempt(1, { body: body.body });
    await hot.settle(
      lease,
      [settlement(made[0], { status: 'delivered', rendered: body, attempts: 1, log: [done] })],
      start + 20,
    );
    const history = (await log.delivery(made[0] ?? '')) ?? assert.fail();
    assert.deepEqual([history.attemptLog, history.rendered], [[done], body]);
    assert.deepEqual((await log.delivery(ids[0] ?? ''))?.attemptLog.length, 1);
  });

  guarantee('cancelling the rest ends all unfinished deliveries except those in flight', async (journal) => {
    const { replays } = journal.log;
    const { lease, ids, eventIds } = await withDeliveries(journal, [{}, {}, {}]);
    await replays.create(replay(1));
    await replays.move(idOf(1), { from: ['planned'], to: 'running', now: start });
    const repeats = ids.map((id, i) =>
      repeat(id, { eventId: eventIds[i] ?? null, destinationId: `dst_${i === 2 ? 2 : 1}` }),
    );
    const made = ((await replays.advance(lease, step({ deliveries: repeats, isLast: true }))) ?? assert.fail()).ids;
    const former = { ...lease, epoch: lease.epoch - 1 };
    assert.deepEqual(await replays.cancelRest(former, idOf(1), start + 20, []), []);
    assert.deepEqual(await replays.cancelRest(await claim(journal, 1), idOf(1), start + 20, []), []);
    assert.deepEqual(
      (await replays.cancelRest(lease, idOf(1), start + 20, [made[0] ?? ''])).sort((a, b) =>
        a.destinationId < b.destinationId ? -1 : 1,
      ),
      [
        { actionId: 'act_1', destinationId: 'dst_1', connectionId: 'con_1', count: 1 },
        { actionId: 'act_1', destinationId: 'dst_2', connectionId: 'con_1', count: 1 },
      ],
    );
    const { pending, cancelled } = await replays.outcome(idOf(1));
    assert.deepEqual([pending, cancelled], [1, 2]);
    assert.equal((await due(journal)).length, 3, 'deliveries of no replay are not changed');
  });

  guarantee('the outcome of a replay has its deliveries that retention or an erasure has removed', async (journal) => {
    const { hot, housekeeping } = journal;
    const { erasures } = journal.housekeeping;
    const { replays } = journal.log;
    const { lease, eventIds } = await withDeliveries(journal, [{}]);
    const { ids: others } = await accept(journal, [incoming({ visitorId: 'ann' })]);
    await replays.create(replay(1));
    await replays.move(idOf(1), { from: ['planned'], to: 'running', now: start });
    const events = [...others, ...others, ...eventIds, ...eventIds];
    const repeats = events.map((eventId) => repeat(undefined, { eventId }));
    const made = ((await replays.advance(lease, step({ deliveries: repeats, isLast: true }))) ?? assert.fail()).ids;
    const plan = { advance: { from: 1, to: 2 }, deliveries: [], now: start };
    await journal.hot.plan(lease, plan);
    const end = (status: 'delivered' | 'failed', id: string | undefined) => settlement(id, { status });
    await hot.settle(lease, [end('delivered', made[0]), end('failed', made[2])], start);
    await erasures.begin({ id: 'era_1', code: 'c', sought: { visitorId: 'ann' }, now: start }, erasureEntry);
    while ((await erasures.step('era_1', { now: start, sending: [] })).state === 'running');
    await housekeeping.retain({ before: start + 20, bytesMax: null });
    assert.deepEqual(await list(journal, { replayId: idOf(1) }), [made[3]]);
    const { pending, delivered, failed, cancelled } = await replays.outcome(idOf(1));
    assert.deepEqual({ pending, delivered, failed, cancelled }, { pending: 1, delivered: 1, failed: 1, cancelled: 1 });
  });

  guarantee('what is due behind a hold is held in the outcome of a replay, also a retry', async (journal) => {
    const { hot } = journal;
    const { replays } = journal.log;
    const { lease, eventIds } = await withDeliveries(journal, [{}]);
    await replays.create(replay(1));
    await replays.move(idOf(1), { from: ['planned'], to: 'running', now: start });
    const repeats = [1, 1, 2].map((n) =>
      repeat(undefined, { eventId: eventIds[0] ?? null, destinationId: `dst_${n}` }),
    );
    const made = ((await replays.advance(lease, step({ deliveries: repeats, isLast: true }))) ?? assert.fail()).ids;
    const again = { status: 'retrying', attempts: 1, dueAt: start + 100 } as const;
    await hot.settle(lease, [settlement(made[0], again)], start);
    const at = async (now: number) => {
      const onHold = { destinationIds: ['dst_1'], now };
      const { pending, retrying, held } = await replays.outcome(idOf(1), onHold);
      return { pending, retrying, held };
    };
    assert.deepEqual(await at(start + 99), { pending: 1, retrying: 1, held: 1 });
    assert.deepEqual(await at(start + 100), { pending: 1, retrying: 0, held: 2 });
    assert.deepEqual(
      await Promise.all([['dst_1'], ['dst_1', 'dst_2']].map((onHold) => replays.isMoving(idOf(1), onHold))),
      [true, false],
    );
  });

  guarantee('an ended replay is removed when its last delivery is removed, and not before', async (journal) => {
    const { housekeeping } = journal;
    const { replays } = journal.log;
    const { lease, ids, eventIds } = await withDeliveries(journal, [{}]);
    for (const n of [1, 2]) await replays.create(replay(n));
    for (const n of [1, 2]) await replays.move(idOf(n), { from: ['planned'], to: 'running', now: start });
    const made = await replays.advance(
      lease,
      step({ deliveries: [repeat(ids[0], { eventId: eventIds[0] ?? null })], isLast: true }),
    );
    for (const n of [1, 2]) await replays.move(idOf(n), { from: ['running'], to: 'done', now: start + 20 });
    const left = async (before: number) => {
      await housekeeping.retain({ before, bytesMax: null });
      return (await replays.replays({ limit: 10 })).map(({ id }) => id);
    };
    assert.deepEqual(await left(start + 20), [idOf(2), idOf(1)]);
    assert.deepEqual(await left(start + 21), [idOf(1)]);
    await replays.cancelRest(lease, idOf(1), start + 30, []);
    assert.deepEqual(await left(start + 5), [idOf(1)], 'its delivery is still stored');
    assert.deepEqual(await left(start + 40), []);
    assert.equal((await journal.log.deliveries({ limit: 10, closed: [], now: start, replayId: idOf(1) })).length, 0);
    assert.ok(made);
  });
}
