import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openEngine } from '../../../test/support/engine.ts';
import { fakeClock, settled } from '../../../test/support/fake-clock.ts';
import { type Rig, startRig, wire } from '../../../test/support/rig.ts';
import type { Stats, StatsRange } from '../../contract/records/stats.ts';
import { attempt, settlement } from '../../journal/conformance/journal-samples.testing.ts';
import { statisticsBatch } from '../../journal/journal.ts';
import { newDelivery } from '../new-delivery.ts';
import { createDeliveryEvents } from './delivery-events.ts';
import { createStatistics } from './statistics.ts';

const minute = 60_000;

/** Statistics as somebody sees them who looks now. */
function look(rig: Rig, kind: Stats['kind'] = 'all', id: string | null = null, range: StatsRange = '15m') {
  return rig.pipeline.statistics.read({ kind, id, range });
}

/** The counts that are not 0. */
function some(counts: object): Record<string, unknown> {
  return Object.fromEntries(Object.entries(counts).filter(([, value]) => typeof value === 'number' && value !== 0));
}

test('the range auto is the shortest that has what happened in the last 24 hours', async () => {
  await using rig = await startRig();
  await wire(rig);
  const auto = async () => (await rig.pipeline.statistics.read({ kind: 'all', id: null, range: 'auto' })).range;
  assert.equal(await auto(), '24h', 'nothing happened');
  await rig.send({ data: { n: '1' } });
  await settled();
  assert.equal(await auto(), '15m');
  await rig.clock.advance(30 * minute);
  assert.equal(await auto(), '1h');
  await rig.clock.advance(3 * 60 * minute);
  assert.equal(await auto(), '24h');
});

test('each outcome is counted for everything, its action, destination and connection, with its reason', async () => {
  const answers = [200, 500, 200, 404, 400];
  await using rig = await startRig({ handler: () => ({ status: answers.shift() ?? 200 }) });
  const buy = { parameter: 'n', operator: 'exists' };
  const wired = await wire(rig, {
    action: { rules: buy },
    connection: { settings: { retry: { scheduleMs: [0, 5_000], jitter: 0 } } },
  });
  for (const data of [{ n: '1' }, { n: '2' }, { n: '3' }, { n: '4' }, { other: '5' }]) {
    await rig.send({ data });
    await settled();
  }
  await rig.clock.advance(10_000);
  const outcomes = { created: 4, delivered: 2, failed: 2, retried: 1 };
  const all = await look(rig);
  assert.deepEqual(some(all.totals), { received: 5, matched: 4, unmatched: 1, ...outcomes });
  assert.deepEqual(all.reasons, [{ outcome: 'failed', reason: 'http_4xx', count: 2 }]);
  assert.deepEqual(some((await look(rig, 'action', wired.actionId)).totals), { matched: 4, ...outcomes });
  assert.deepEqual(some((await look(rig, 'destination', wired.destinationId)).totals), outcomes);
  assert.deepEqual(some((await look(rig, 'connection', wired.connectionId)).totals), outcomes);
  assert.deepEqual(some((await look(rig, 'collector', 'col_1')).totals), { received: 5, matched: 4, unmatched: 1 });
  const [item, ...more] = (await look(rig, 'destination')).items;
  assert.deepEqual([item?.id, item?.lastStatus, more], [wired.destinationId, 400, []]);
  assert.equal(item?.series.length, 15);
  assert.equal(
    item?.series.reduce((sum, one) => sum + one, 0),
    2,
  );
  const { errors } = await look(rig, 'destination', wired.destinationId);
  assert.deepEqual(
    errors.map(({ error, count, series }) => [error, count, series.reduce((sum, one) => sum + one, 0)]),
    [
      ['400', 1, 1],
      ['404', 1, 1],
      ['500', 1, 1],
    ],
  );
  assert.deepEqual((await look(rig, 'destination', 'dst_unknown')).totals.created, 0);
  assert.deepEqual(rig.failures, []);
});

test('a time without a running server is told from a time without traffic', async () => {
  await using counting = await alone();
  const { clock, events, read } = counting;
  const runMinutes = async (minutes: number) => {
    for (let n = 0; n < minutes; n++) {
      events.emit('alive');
      await clock.advance(minute);
    }
  };
  await runMinutes(3);
  await clock.advance(4 * minute);
  await runMinutes(2);
  const { series } = await read('15m');
  const up = [null, true, true, true, false, false, false, false, true, true, true];
  assert.deepEqual(series.map(({ isUp }) => isUp).slice(-up.length), up);
});

test('statistics of a given time have its steps alone, the shortest that are kept so long', async () => {
  await using rig = await startRig();
  await wire(rig);
  const begun = rig.clock.now();
  await rig.send({ data: { n: '1' } });
  await rig.clock.advance(10 * minute);
  await rig.send({ data: { n: '2' } });
  await rig.clock.advance(minute);
  const read = async (from: number, until?: number) => {
    const stats = await rig.pipeline.statistics.read({ kind: 'all', id: null, range: '24h', from, until });
    return [stats.stepMs, stats.series.length, stats.totals.received, Date.parse(stats.from) <= from];
  };
  const start = begun - (begun % minute);
  assert.deepEqual(await read(start, start + 5 * minute), [minute, 5, 1, true]);
  assert.deepEqual((await read(start)).slice(2), [2, true]);
  assert.deepEqual((await read(begun - 24 * 60 * minute)).slice(0, 1), [15 * minute]);
  assert.deepEqual((await read(begun - 7 * 24 * 60 * minute)).slice(0, 1), [120 * minute]);
  assert.deepEqual((await read(begun - 400 * 24 * 60 * minute)).slice(0, 1), [120 * minute]);
  assert.deepEqual((await read(rig.clock.now() + minute)).slice(1), [1, 0, true]);
});

test('a delivery is put on hold once: made while it is held, or with refused credentials that probes find refused', async () => {
  let status = 401;
  await using rig = await startRig({ handler: () => ({ status }) });
  const wired = await wire(rig, { connection: { auth: { type: 'bearer', token: 'old' } } });
  await rig.send({ data: { n: '1' } });
  await settled();
  await rig.send({ data: { n: '2' } });
  await rig.clock.advance(100_000);
  assert.ok(rig.egress.requests.length > 1, 'it was probed');
  const held = await look(rig, 'destination', wired.destinationId);
  assert.deepEqual(some(held.totals), { created: 2, held: 2 });
  assert.deepEqual(held.reasons, [{ outcome: 'held', reason: 'auth_rejected', count: 2 }]);
  const waiting = (await look(rig)).oldestWaitingAt;
  assert.equal(waiting, (await rig.deliveries())[0]?.createdAt);
  status = 200;
  await rig.clock.advance(30 * minute);
  const sent = await look(rig, 'all', null, '1h');
  assert.deepEqual([sent.totals.delivered, sent.totals.held, sent.oldestWaitingAt], [2, 2, null]);
});

test('what happened before somebody looks is counted, also when others just looked', async () => {
  await using rig = await startRig();
  await wire(rig);
  const none = await Promise.all([look(rig), look(rig, 'collector', 'col_1')]);
  assert.deepEqual(
    none.map(({ totals }) => some(totals)),
    [{}, {}],
  );
  await rig.send({ data: { n: '1' } });
  await settled();
  const looked = await Promise.all([look(rig), look(rig, 'collector', 'col_1')]);
  rig.pipeline.events.emit('rejected', 'col_1', 'not_found');
  const third = await look(rig);
  assert.deepEqual(
    [...looked, third].map(({ totals }) => [totals.received, totals.rejected]),
    [
      [1, 0],
      [1, 0],
      [1, 1],
    ],
  );
});

for (const [place, retryMs, readings] of [
  ['in memory', 60_000, 0],
  ['in the journal', 180_000, 1],
] as const)
  test(`what waits ${place} when a gate closes is put on hold, what is on the wire only when it comes back`, async () => {
    const { promise: hold, resolve: answerNow } = Promise.withResolvers<void>();
    await using rig = await startRig({
      async handler({ body }) {
        if (String(body).includes('slow')) await hold;
        return { status: 503 };
      },
    });
    let read = 0;
    const { log } = rig.journal;
    const { waiting } = log;
    log.waiting = (...args) => {
      read += 1;
      return waiting(...args);
    };
    const wired = await wire(rig, { connection: { settings: { retry: { scheduleMs: [0, retryMs], jitter: 0 } } } });
    await rig.send({ data: { n: '1' } }, { data: { n: '2' } }, { data: { n: 'slow' } });
    await settled();
    const pause = { name: 'Orders', path: '/orders', status: 'paused', connectionId: wired.connectionId };
    await rig.put('destination', pause, wired.destinationId);
    await settled();
    assert.deepEqual(some((await look(rig, 'action', wired.actionId)).totals), {
      matched: 3,
      created: 3,
      retried: 2,
      held: 2,
    });
    assert.equal(read, readings);
    answerNow();
    await rig.clock.advance(2 * minute);
    const { totals, reasons } = await look(rig, 'destination', wired.destinationId);
    assert.deepEqual(some(totals), { created: 3, retried: 3, held: 3 });
    assert.deepEqual(reasons, [{ outcome: 'held', reason: 'destination_paused', count: 3 }]);
  });

test('what was held for too long is counted as failed', async () => {
  await using rig = await startRig();
  const wired = await wire(rig, {
    connection: { settings: { heldMaxAgeMs: 60_000 } },
    destination: { status: 'paused' },
  });
  await rig.send({ data: { n: '1' } }, { data: { n: '2' } });
  await rig.clock.advance(3 * minute);
  const { totals, reasons } = await look(rig, 'connection', wired.connectionId);
  assert.deepEqual(some(totals), { created: 2, held: 2, failed: 2 });
  assert.equal((await look(rig, 'action', wired.actionId)).totals.failed, 2);
  assert.deepEqual(
    reasons.find((one) => one.outcome === 'failed'),
    { outcome: 'failed', reason: 'expired', count: 2 },
  );
});

/** Statistics alone, over a time in which nothing else happens. */
async function alone() {
  const clock = fakeClock();
  const storage = await openEngine();
  const { log } = storage.journal;
  const events = createDeliveryEvents({ failedOften: assert.ifError });
  const statistics = createStatistics({
    events,
    log,
    clock,
    holds: new Map(),
    confirmedNow: clock.now,
    rollsUp: () => true,
    failed: assert.ifError,
  });
  const delivery = { id: 'dlv_1', actionId: 'act_1', destinationId: 'dst_1', connectionId: 'con_1' };
  return {
    [Symbol.asyncDispose]: storage[Symbol.asyncDispose],
    clock,
    journal: log.statistics,
    events,
    statistics,
    async read(range: StatsRange) {
      await clock.advance(1_000);
      return statistics.read({ kind: 'all', id: null, range });
    },
    deliver(latencyMs: number, durationMs = 1) {
      const planned = { ...delivery, eventId: null, actionVersion: 1, destinationVersion: 1, dueAt: null, test: false };
      const fresh = {
        ...newDelivery('', planned, null, null),
        createdAt: clock.now() - latencyMs,
      };
      const log = [{ ...attempt(1), durationMs }];
      const step = {
        sent: 1,
        quota: null,
        wait: null,
        health: 'good',
        auth: null,
        peerSignal: 'good',
        pausesDestination: false,
        follows: false,
      } as const;
      const about = { wasHeld: false, overtaken: null };
      events.emit('settled', fresh, { ...step, settlement: settlement('', { status: 'delivered', log }) }, about);
    },
  };
}

test('latency is from planned to delivered, duration that of the exchange; percentiles are off by 20 % at most', async () => {
  await using counting = await alone();
  const { deliver, read } = counting;
  assert.deepEqual([(await read('1h')).latency, (await read('1h')).durations], [null, null]);
  for (let n = 1; n <= 1_000; n++) deliver(n * 100, n);
  const { latency, durations } = await read('1h');
  const isNear = (found: number | undefined, value: number) => Math.abs((found ?? 0) - value) <= value * 0.2;
  for (const [name, part] of [
    ['p50Ms', 0.5],
    ['p95Ms', 0.95],
    ['p99Ms', 0.99],
  ] as const) {
    assert.ok(isNear(latency?.[name], part * 100_000), `${name} ${latency?.[name]}`);
    assert.ok(isNear(durations?.[name], part * 1_000), `${name} ${durations?.[name]}`);
  }
});

test('a destination that moves to another connection between two flushes counts for each what was its own', async () => {
  await using counting = await alone();
  const { events, statistics } = counting;
  const held = (connectionId: string, amount: number) =>
    events.emit('held', { actionId: 'act_1', destinationId: 'dst_1', connectionId }, 'destination_paused', amount);
  held('con_1', 1);
  held('con_2', 2);
  held('con_1', 4);
  const heldBy = async (kind: Stats['kind']) =>
    (await statistics.read({ kind, id: null, range: '15m' })).items.map((item) => [item.id, item.held]).sort();
  assert.deepEqual(await heldBy('connection'), [
    ['con_1', 5],
    ['con_2', 2],
  ]);
  assert.deepEqual(await heldBy('destination'), [['dst_1', 7]]);
});

test('what happens on both sides of the end of a minute, before a flush, is in the series where it happened', async () => {
  await using counting = await alone();
  const { clock, events, statistics } = counting;
  await clock.advance(minute - (clock.now() % minute) - 1_000);
  events.emit('received', 'col_1', 1);
  await clock.advance(2_000);
  events.emit('received', 'col_1', 2);
  const { series } = await statistics.read({ kind: 'all', id: null, range: '15m' });
  assert.deepEqual(
    series.slice(-2).map(({ received }) => received),
    [1, 2],
  );
});

test('series show when things happened, up to now, and every range has what lies in it', async () => {
  await using counting = await alone();
  const { clock, deliver, read } = counting;
  const day = 24 * 60 * minute;
  for (const waitMs of [6 * day, day - 30 * minute, 25 * minute, 4 * minute]) {
    deliver(1);
    await clock.advance(waitMs);
  }
  const delivered = async (range: StatsRange) => {
    const { series, totals, from, until, stepMs } = await read(range);
    assert.deepEqual(
      series.map(({ at }) => Date.parse(at)),
      Array.from(series, (_, index) => Date.parse(from) + index * stepMs),
    );
    const ageMs = Date.parse(until) - Date.parse(series.at(-1)?.at ?? '');
    assert.ok(ageMs >= 0 && ageMs < stepMs);
    assert.equal(
      series.reduce((sum, one) => sum + one.delivered, 0),
      totals.delivered,
    );
    return [series.length, totals.delivered];
  };
  assert.deepEqual(await delivered('15m'), [15, 1]);
  assert.deepEqual(await delivered('1h'), [60, 2]);
  assert.deepEqual(await delivered('24h'), [96, 3]);
  assert.deepEqual(await delivered('7d'), [84, 4]);
});

test('counters that the journal refuses are kept until it takes them', async () => {
  await using rig = await startRig();
  await wire(rig);
  const { statistics } = rig.journal.log;
  const { add } = statistics;
  statistics.add = () => Promise.reject(new Error('the disk is full'));
  await rig.send({ data: { n: '1' } });
  await rig.clock.advance(2 * minute);
  assert.ok(rig.failures.length > 0);
  assert.match(rig.pipeline.statistics.problem() ?? '', /can't be written/);
  statistics.add = add;
  await rig.send({ data: { n: '2' } });
  await settled();
  const { totals, series } = await look(rig);
  assert.equal(rig.pipeline.statistics.problem(), null);
  assert.equal(totals.delivered, 2);
  assert.equal(series.filter((one) => one.delivered > 0).length, 2, 'each in its minute');
});

test('counters of which the journal took some are not counted twice', async () => {
  await using rig = await startRig();
  const { statistics } = rig.journal.log;
  const { add } = statistics;
  let writes = 0;
  statistics.add = (entries) => (writes++ === 0 ? add(entries) : Promise.reject(new Error('the disk is full')));
  const things = 2 * statisticsBatch;
  for (let n = 1; n <= things; n++) rig.pipeline.events.emit('rejected', `col_${n}`, 'not_found');
  await rig.clock.advance(6_000);
  assert.equal(rig.failures.length, 1);
  statistics.add = add;
  assert.equal((await look(rig)).totals.rejected, things);
  const { items } = await look(rig, 'collector');
  assert.equal(items.length, things);
  assert.ok(items.every(({ rejected }) => rejected === 1));
});

test('what happens while hundreds of things are written is counted too', async () => {
  await using counting = await alone();
  const { clock, events, statistics } = counting;
  const receive = () => {
    for (let n = 0; n < 250; n++) events.emit('received', `col_${n}`, 1);
  };
  receive();
  await clock.advance(2_000);
  const first = statistics.read({ kind: 'all', id: null, range: '15m' });
  await new Promise<void>((resolve) => setImmediate(resolve));
  receive();
  assert.equal((await first).totals.received, 250);
  await clock.advance(2 * minute);
  const { totals, items } = await statistics.read({ kind: 'collector', id: null, range: '15m' });
  assert.deepEqual([totals.received, items.length, items[0]?.received], [500, 250, 2]);
});

test('batches come with pauses between them, in a second all together; a reader waits for none', async () => {
  await using counting = await alone();
  const { clock, events, journal, statistics } = counting;
  const { add } = journal;
  let writtenAt: number[] = [];
  journal.add = (entries) => {
    assert.ok(entries.length <= statisticsBatch);
    writtenAt.push(clock.now());
    return add(entries);
  };
  const receive = (things: number) => {
    for (let n = 1; n < things; n++) events.emit('received', `col_${n}`, 1);
    writtenAt = [];
  };
  const start = clock.now();
  receive(4 * statisticsBatch);
  await clock.advance(6_000);
  assert.deepEqual(
    writtenAt,
    [0, 10, 20, 30].map((ms) => start + 5_000 + ms),
  );
  receive(120 * statisticsBatch);
  await clock.advance(6_000);
  assert.equal(writtenAt.length, 120);
  assert.ok((writtenAt.at(-1) ?? 0) - (writtenAt[0] ?? 0) <= 1_000);
  receive(5 * statisticsBatch);
  await clock.advance(5_000);
  assert.ok(writtenAt.length < 5, 'it is in a pause');
  const { totals } = await statistics.read({ kind: 'all', id: null, range: '15m' });
  assert.deepEqual([writtenAt.length, totals.received], [5, 129 * statisticsBatch - 3]);
});

test('minutes that are over are rolled up once, again when it failed, and no reader waits for it', async () => {
  await using rig = await startRig();
  const { statistics } = rig.journal.log;
  const { rollUp } = statistics;
  const befores: number[] = [];
  const { promise: stuck, reject: fail } = Promise.withResolvers<boolean>();
  let goesOn = false;
  statistics.rollUp = async (before) => {
    // A round takes as many calls as there is more to do.
    if (!goesOn) befores.push(before);
    if (befores.length === 1) return stuck;
    goesOn = await rollUp(before);
    return goesOn;
  };
  await wire(rig);
  const present = rig.clock.now() - (rig.clock.now() % minute);
  await rig.send({ data: { n: '1' } });
  await rig.clock.advance(6_000);
  assert.equal((await look(rig)).totals.delivered, 1);
  fail(new Error('the disk is full'));
  await settled();
  assert.equal(rig.failures.length, 1);
  for (const waitMs of [5_000, 5_000, minute, 5_000]) {
    await rig.send({ data: { n: '2' } });
    await rig.clock.advance(waitMs);
  }
  assert.deepEqual(befores.slice(0, 2), [present, present]);
  assert.deepEqual(befores.slice(2), [present + minute]);
});

test('a stop writes what was counted', async () => {
  await using rig = await startRig();
  await wire(rig);
  await rig.send({ data: { n: '1' } });
  await settled();
  await rig.pipeline[Symbol.asyncDispose]();
  await rig.restart();
  assert.equal((await look(rig)).totals.delivered, 1);
});

test('a process that dies takes at most the last five seconds of statistics along', async () => {
  await using rig = await startRig();
  await wire(rig);
  await rig.send({ data: { n: '1' } });
  await rig.clock.advance(5_000);
  await rig.send({ data: { n: '2' } });
  await settled();
  const dead = rig.pipeline;
  await rig.restart();
  const { statistics } = rig.pipeline;
  assert.equal((await statistics.read({ kind: 'all', id: null, range: '15m' })).totals.delivered, 1);
  const ended = dead[Symbol.asyncDispose]();
  await rig.clock.advance(60_000);
  await ended;
});
