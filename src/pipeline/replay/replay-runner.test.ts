import assert from 'node:assert/strict';
import { test } from 'node:test';
import { settled } from '../../../test/support/fake-clock.ts';
import { type Rig, startRig, wire } from '../../../test/support/rig.ts';
import { type ReplayInput, replayInput } from '../../contract/records/replay.ts';

const entry = {
  createdAt: '2026-01-01T00:00:00.000Z',
  principal: 'ops',
  principalId: null,
  address: null,
  requestId: null,
  act: 'create',
  kind: 'replay',
  id: null,
  name: null,
  result: 'done',
  code: null,
  changes: [],
} as const;
let made = 0;

async function replay(rig: Rig, given: Record<string, unknown>): Promise<string> {
  const id = `rpl_${String(++made).padStart(26, '0')}`;
  await rig.pipeline.replays.run(parsed(given), { id, startedBy: 'ops' }, { ...entry, changes: [] });
  return id;
}

const parsed = (given: Record<string, unknown>): ReplayInput =>
  replayInput.parse({ of: 'deliveries', ...('ids' in given ? {} : { filter: {} }), ...given });

async function shown(rig: Rig, id: string) {
  const stored = await rig.journal.log.replays.replay(id);
  assert.ok(stored);
  return rig.pipeline.replays.show(stored);
}

const bodies = (rig: Rig) => rig.egress.requests.map(({ body }) => JSON.parse(String(body)));
const keyOf = (headers: readonly (readonly [string, string])[]) =>
  headers.find(([name]) => name.toLowerCase() === 'idempotency-key')?.[1];

test('failed deliveries are sent again, byte for byte and with their keys, after the receiver is repaired; delivered ones are not', async () => {
  let isBroken = true;
  const handler = ({ body }: { body: unknown }) => ({ status: isBroken && String(body).includes('bad') ? 422 : 200 });
  await using rig = await startRig({ handler });
  const { destinationId } = await wire(rig);
  await rig.send({ data: { n: 'bad 1' } }, { data: { n: 'good' } }, { data: { n: 'bad 2' } });
  await rig.clock.advance(10);
  assert.deepEqual(await rig.statuses(), ['failed', 'delivered', 'failed']);
  const sentBefore = rig.egress.requests.slice();
  // The current template would send something else.
  await rig.put(
    'destination',
    { connectionId: (await rig.deliveries())[0]?.connectionId, name: 'Orders', path: '/other', status: 'enabled' },
    destinationId,
  );
  isBroken = false;
  const plan = await rig.pipeline.replays.plan(parsed({ only: 'failed' }), true);
  assert.deepEqual([plan.looked, plan.deliveries, plan.duplicates, plan.complete], [3, 2, 0, true]);
  assert.deepEqual(plan.leftOut, [{ reason: 'not_failed', count: 1 }]);
  assert.deepEqual(
    plan.samples?.map(({ request }) => request?.url),
    ['https://crm.example/v2/orders', 'https://crm.example/v2/orders'],
  );
  const id = await replay(rig, { only: 'failed', reason: 'mended' });
  await rig.clock.advance(3_000);
  const { state, progress } = await shown(rig, id);
  assert.deepEqual([state, progress.total, progress.done, progress.skipped, progress.waiting], ['done', 3, 2, 1, 0]);
  const again = rig.egress.requests.slice(3);
  const sentAs = ({ url, body, headers }: (typeof again)[number]) => [url, String(body), keyOf(headers)];
  const bad = sentBefore.filter(({ body }) => String(body).includes('bad'));
  assert.deepEqual(new Set(again.map(sentAs)), new Set(bad.map(sentAs)));
  const [first, , , repeat] = await rig.deliveries();
  assert.deepEqual([repeat?.replayOf, repeat?.replayId, first?.replayId], [first?.id, id, null]);
  const twice = await replay(rig, { only: 'failed' });
  await rig.clock.advance(3_000);
  assert.deepEqual((await shown(rig, twice)).progress.leftOut, [
    { reason: 'already_delivered', count: 2 },
    { reason: 'not_failed', count: 3 },
  ]);
  assert.equal(rig.egress.requests.length, 5);
});

test('a plan counts what was rejected, and what its destination, connection or action has changed since', async () => {
  let status = 422;
  await using rig = await startRig({ handler: () => ({ status }) });
  const { connectionId, destinationId } = await wire(rig, { connection: { settings: { retry: { scheduleMs: [0] } } } });
  await rig.send({ data: { n: '1' } }, { data: { n: '2' } });
  await rig.clock.advance(10);
  status = 500;
  await rig.send({ data: { n: '3' } });
  await rig.clock.advance(10);
  const counts = async () => {
    const plan = await rig.pipeline.replays.plan(parsed({ only: 'undelivered' }), false);
    return [plan.deliveries, plan.rejected, plan.changed];
  };
  assert.deepEqual(await rig.statuses(), ['failed', 'failed', 'held']);
  assert.deepEqual(await counts(), [3, 2, 0]);
  status = 200;
  const { documents } = rig.pipeline.configuration.snapshot;
  const destination = documents.destination.get(destinationId)?.body;
  await rig.put('destination', { ...destination, description: 'Changed' }, destinationId);
  await rig.clock.advance(10);
  assert.deepEqual(await rig.statuses(), ['failed', 'failed', 'delivered'], 'the change sent what was held');
  status = 422;
  await rig.send({ data: { n: '4' } });
  await rig.clock.advance(10);
  assert.deepEqual(await counts(), [3, 3, 2]);
  await rig.put('connection', { ...documents.connection.get(connectionId)?.body, description: 'x' }, connectionId);
  assert.deepEqual(await counts(), [3, 3, 3]);
});

test('a plan of failed deliveries reads lists of them alone, and nothing of each', async () => {
  await using rig = await startRig({ handler: () => ({ status: 422 }) });
  await wire(rig);
  await rig.send(...Array.from({ length: 250 }, (_, n) => ({ data: { n: String(n) } })));
  await rig.clock.advance(10);
  let reads = 0;
  const { log } = rig.journal;
  const counted =
    <Query, Result>(read: (query: Query) => Result) =>
    (query: Query) => {
      reads += 1;
      return read(query);
    };
  Object.assign(log, {
    deliveries: counted(log.deliveries),
    delivery: counted(log.delivery),
    event: counted(log.event),
  });
  const plan = await rig.pipeline.replays.plan(parsed({ only: 'failed' }), false);
  assert.deepEqual([plan.deliveries, plan.complete], [250, true]);
  assert.ok(reads <= 3, `${reads} reads`);
});

test('a replay with the current template leaves out what its action no longer sends to the destination', async () => {
  await using rig = await startRig({ handler: () => ({ status: 422 }) });
  const { actionId } = await wire(rig);
  await rig.send({ data: { n: '1' } });
  await rig.clock.advance(10);
  const action = { name: 'Act', description: 'x', status: 'enabled', rules: { all: [] }, destinations: [] };
  await rig.put('action', action, actionId);
  const { leftOut } = await rig.pipeline.replays.plan(parsed({ body: 'current' }), false);
  assert.deepEqual(leftOut, [{ reason: 'not_in_action', count: 1 }]);
  const { deliveries } = await rig.pipeline.replays.plan(parsed({ body: 'original' }), false);
  assert.equal(deliveries, 1, 'what was stored is sent as it was');
});

test('live and replayed deliveries that need the same old version for their batches are sent after a restart', async () => {
  let isBroken = true;
  await using rig = await startRig({ handler: () => ({ status: isBroken ? 422 : 200 }) });
  const orders = { path: '/orders', status: 'enabled', settings: { batch: { records: 10, waitMs: 1_000 } } };
  const { connectionId, destinationId } = await wire(rig, { destination: orders });
  await rig.send({ data: { n: '1' } });
  await rig.clock.advance(2_000);
  isBroken = false;
  const write = (status: string) =>
    rig.put('destination', { connectionId, name: 'Orders', ...orders, status }, destinationId);
  await write('paused');
  await rig.send({ data: { n: '2' } });
  await replay(rig, { only: 'failed', body: 'current' });
  await rig.clock.advance(1);
  await write('enabled');
  await settled();
  const isFound = Promise.withResolvers<void>();
  const { versions } = rig.catalog;
  rig.catalog.versions = async (query) => {
    await isFound.promise;
    return versions(query);
  };
  await rig.restart();
  await rig.clock.advance(2_000);
  isFound.resolve();
  await rig.clock.advance(2_000);
  assert.deepEqual(await rig.statuses(), ['failed', 'delivered', 'delivered']);
});

test('events without a match are sent by a new action, and the plan says when rules are ignored', async () => {
  await using rig = await startRig();
  await wire(rig, { action: { rules: { parameter: 'n', operator: 'equals', value: 'never' } } });
  await rig.send({ name: 'a', data: { n: '1' } }, { name: 'b', data: { n: '2' } });
  await rig.clock.advance(10);
  assert.equal(rig.egress.requests.length, 0);
  const connectionId = await rig.put('connection', { name: 'New', baseUrl: 'https://new.example' });
  const destinationId = await rig.put('destination', { connectionId, name: 'New', status: 'enabled' });
  const body = { name: 'New', description: 'later', status: 'disabled', destinations: [{ destinationId }] };
  const actionId = await rig.put('action', { ...body, rules: { parameter: 'n', operator: 'equals', value: '2' } });
  const given = { of: 'events', filter: { name: 'a' }, to: { actionId } };
  await replay(rig, { of: 'events', to: { actionId } });
  await rig.clock.advance(3_000);
  assert.deepEqual(bodies(rig), [{ n: '2' }]);
  assert.deepEqual((await rig.pipeline.replays.plan(parsed(given), false)).leftOut, [
    { reason: 'no_rule_matched', count: 1 },
  ]);
  await replay(rig, { of: 'events', to: { actionId, ignoreRules: true } });
  await rig.clock.advance(3_000);
  assert.deepEqual(bodies(rig), [{ n: '2' }, { n: '1' }], 'the delivered one is left out');
  await replay(rig, { of: 'events', only: 'all', order: 'newest', to: { actionId, ignoreRules: true } });
  await rig.clock.advance(3_000);
  assert.deepEqual(bodies(rig).slice(2), [{ n: '2' }, { n: '1' }]);
});

test('no delivered delivery of an event with hundreds of deliveries is sent again', async () => {
  await using rig = await startRig();
  const connectionId = await rig.put('connection', { name: 'CRM', baseUrl: 'https://crm.example' });
  const destinations: { destinationId: string }[] = [];
  for (let n = 0; n < 100; n++) {
    const destinationId = await rig.put('destination', { connectionId, name: `Orders ${n}`, status: 'enabled' });
    destinations.push({ destinationId });
  }
  for (const name of ['A', 'B', 'C'])
    await rig.put('action', { name, description: name, status: 'enabled', destinations });
  await rig.send({ data: { n: '1' } });
  await rig.clock.advance(1_000);
  assert.equal(rig.egress.requests.length, 300);
  const plan = await rig.pipeline.replays.plan(parsed({ of: 'events', only: 'undelivered' }), false);
  assert.deepEqual([plan.deliveries, plan.leftOut], [0, [{ reason: 'already_delivered', count: 300 }]]);
});

test('a delivery that was delivered by a retry is not sent again by a replay of its failed repeat', async () => {
  let isBroken = true;
  await using rig = await startRig({ handler: () => ({ status: isBroken ? 422 : 200 }) });
  await wire(rig);
  await rig.send({ data: { n: '1' } });
  await rig.clock.advance(10);
  await replay(rig, { only: 'failed' });
  await rig.clock.advance(3_000);
  const [first, repeat] = await rig.deliveries();
  assert.equal(repeat?.replayOf, first?.id);
  isBroken = false;
  await rig.retry(first?.id ?? '');
  await rig.restart();
  await rig.clock.advance(1_000);
  assert.deepEqual(await rig.statuses(), ['delivered', 'failed']);
  const plan = await rig.pipeline.replays.plan(parsed({ ids: [repeat?.id], only: 'failed' }), false);
  assert.deepEqual(plan.leftOut, [{ reason: 'already_delivered', count: 1 }]);
});

test('a paused replay sends nothing, a resumed one continues, a cancelled one cancels its deliveries', async () => {
  await using rig = await startRig();
  await wire(rig);
  await rig.send(...Array.from({ length: 60 }, (_, n) => ({ data: { n: String(n) } })));
  await rig.clock.advance(10);
  const id = await replay(rig, { only: 'all', ratePerSecond: 10 });
  await rig.clock.advance(2_000);
  assert.ok(await rig.pipeline.replays.pause(id, { ...entry, changes: [] }));
  const sent = rig.egress.requests.length;
  assert.ok(sent >= 60 + 18 && sent <= 60 + 22, `${sent} at ten a second`);
  await rig.clock.advance(60_000);
  assert.equal(rig.egress.requests.length, sent);
  assert.equal((await shown(rig, id)).progress.waiting, 120 - sent);
  const waiting = (await rig.deliveries()).filter(({ status }) => status === 'pending');
  assert.deepEqual(
    waiting.map(({ detail, nextAttemptAt }) => [detail, nextAttemptAt]),
    waiting.map(() => ['Its replay is paused.', null]),
  );
  assert.equal(await rig.pipeline.replays.pause(id, { ...entry, changes: [] }), false);
  assert.ok(await rig.pipeline.replays.resume(id, { ...entry, changes: [] }));
  await rig.clock.advance(1_000);
  const more = rig.egress.requests.length;
  assert.ok(more > sent);
  assert.ok(await rig.pipeline.replays.cancel(id, { ...entry, changes: [] }));
  await rig.clock.advance(60_000);
  const { state, progress } = await shown(rig, id);
  assert.deepEqual(
    [state, progress.done, progress.cancelled, progress.waiting],
    ['cancelled', more - 60, 120 - more, 0],
  );
  assert.equal(rig.egress.requests.length, more);
  assert.deepEqual(
    [
      await rig.pipeline.replays.resume(id, { ...entry, changes: [] }),
      await rig.pipeline.replays.cancel(id, { ...entry, changes: [] }),
    ],
    [false, false],
  );
});

test('a replay that is paused while its last round counts its deliveries is paused, and is done when it is resumed', async () => {
  await using rig = await startRig({ handler: () => ({ status: 422 }) });
  await wire(rig);
  await rig.send({ data: { n: '1' } });
  await rig.clock.advance(10);
  const { replays } = rig.journal.log;
  const { outcome } = replays;
  const counting = Promise.withResolvers<void>();
  const paused = Promise.withResolvers<void>();
  replays.outcome = async (...of) => {
    const counted = await outcome(...of);
    if (counted.failed === 0) return counted;
    counting.resolve();
    await paused.promise;
    return counted;
  };
  const id = await replay(rig, { only: 'failed' });
  const passing = rig.clock.advance(3_000);
  await counting.promise;
  assert.equal(await rig.pipeline.replays.pause(id, { ...entry, changes: [] }), true);
  paused.resolve();
  await passing;
  assert.equal((await shown(rig, id)).state, 'paused');
  assert.equal(await rig.pipeline.replays.resume(id, { ...entry, changes: [] }), true);
  await rig.clock.advance(3_000);
  assert.equal((await shown(rig, id)).state, 'done');
});

test('deliveries that are sent while the progress of a replay is read do not count as held', async () => {
  await using rig = await startRig();
  await wire(rig);
  await rig.send(...Array.from({ length: 60 }, (_, n) => ({ data: { n: String(n) } })));
  await rig.clock.advance(10);
  const id = await replay(rig, { only: 'all', ratePerSecond: 10 });
  await rig.clock.advance(2_000);
  const { replays } = rig.journal.log;
  const read = replays.outcome;
  replays.outcome = async (...query) => {
    replays.outcome = read;
    const outcome = await read(...query);
    await rig.clock.advance(1_000);
    return outcome;
  };
  const { held, waiting, done, total } = (await shown(rig, id)).progress;
  assert.deepEqual([held, done + waiting], [0, total]);
});

test('the progress of an ended replay follows its deliveries that a person sends again', async () => {
  let status = 500;
  await using rig = await startRig({ handler: () => ({ status }) });
  const { destinationId } = await wire(rig, { connection: { settings: { retry: { scheduleMs: [0] } } } });
  await rig.send({ data: { n: '1' } });
  await rig.clock.advance(10);
  const [original] = await rig.deliveries();
  async function ended() {
    const id = await replay(rig, { ids: [original?.id], only: 'all' });
    await rig.clock.advance(3_000);
    const repeat = (await rig.deliveries()).find(({ replayId }) => replayId === id)?.id ?? '';
    return { id, repeat, before: await shown(rig, id) };
  }
  async function sentAgain({ id, repeat }: { id: string; repeat: string }) {
    await rig.retry(repeat);
    rig.pipeline.queueStatus.wake([destinationId], id);
    await rig.clock.advance(10);
    return (await shown(rig, id)).progress;
  }
  const held = await ended();
  status = 422;
  const failed = await ended();
  status = 200;
  assert.deepEqual([held.before.state, held.before.progress.held], ['done', 1]);
  assert.deepEqual([failed.before.state, failed.before.progress.failed], ['done', 1]);
  for (const one of [held, failed]) {
    const { total, done, held: onHold, failed: refused } = await sentAgain(one);
    assert.deepEqual({ total, done, onHold, refused }, { total: 1, done: 1, onHold: 0, refused: 0 });
  }
});

test('a held delivery of an ended replay is sent when it is released after a restart', async () => {
  let status = 500;
  await using rig = await startRig({ handler: () => ({ status }) });
  const retry = { scheduleMs: [0] };
  const { connectionId, destinationId } = await wire(rig, { connection: { settings: { retry } } });
  await rig.send({ data: { n: '1' } });
  await rig.clock.advance(10);
  const id = await replay(rig, { only: 'all' });
  await rig.clock.advance(3_000);
  assert.deepEqual([(await shown(rig, id)).state, await rig.statuses()], ['done', ['cancelled', 'held']]);
  await rig.restart();
  status = 200;
  await rig.put('destination', { connectionId, name: 'Orders', path: '/v3', status: 'enabled' }, destinationId);
  await rig.clock.advance(1_000);
  assert.deepEqual(await rig.statuses(), ['cancelled', 'delivered']);
});

test('a replay to a held destination waits like other deliveries, and does not delay other destinations', async () => {
  await using rig = await startRig();
  const { connectionId, destinationId } = await wire(rig);
  const other = await rig.put('destination', { connectionId, name: 'B', path: '/b', status: 'enabled' });
  await rig.put('action', { name: 'B', description: 'b', status: 'enabled', destinations: [{ destinationId: other }] });
  for (let n = 0; n < 7; n++) await rig.send(...Array.from({ length: 100 }, () => ({ data: { n: String(n) } })));
  await rig.clock.advance(100);
  const paused = { connectionId, name: 'Orders', path: '/orders', status: 'paused' };
  await rig.put('destination', paused, destinationId);
  const id = await replay(rig, { only: 'all', order: 'newest' });
  await rig.clock.advance(20_000);
  const { state, progress } = await shown(rig, id);
  assert.deepEqual([state, progress.total, progress.done, progress.held], ['running', 1_400, 700, 700]);
  await rig.put('destination', { ...paused, status: 'enabled' }, destinationId);
  await rig.clock.advance(5_000);
  assert.equal((await shown(rig, id)).state, 'done');
});

test('replays whose deliveries all wait for a person leave their places to others', async () => {
  for (const cause of ['a paused destination', 'an exhausted delivery of their key']) {
    let status = 200;
    await using rig = await startRig({ handler: ({ url }) => ({ status: url.includes('/other') ? 200 : status }) });
    const settings = { order: { key: 'key' } };
    const retry = { scheduleMs: [0] };
    const { connectionId, destinationId } = await wire(rig, {
      connection: { settings: { retry } },
      destination: { settings },
    });
    const other = await rig.put('destination', { connectionId, name: 'Other', path: '/other', status: 'enabled' });
    const destinations = [{ destinationId: other }];
    await rig.put('action', { name: 'Other', description: 'b', status: 'enabled', destinations });
    await rig.send(...Array.from({ length: 6 }, (_, n) => ({ data: { n: String(n), key: 'k' } })));
    await rig.clock.advance(100);
    const delivered = (await rig.deliveries()).filter((one) => one.destinationId === destinationId);
    status = 500;
    if (cause === 'a paused destination')
      await rig.put(
        'destination',
        { connectionId, name: 'Orders', path: '/v3', status: 'paused', settings },
        destinationId,
      );
    else await rig.send({ data: { n: 'fails', key: 'k' } });
    await rig.clock.advance(100);
    for (const { id } of delivered) await replay(rig, { ids: [id], only: 'all' });
    const last = await replay(rig, { filter: { destinationId: other }, only: 'all' });
    await rig.clock.advance(30_000);
    assert.deepEqual([cause, (await shown(rig, last)).state], [cause, 'done']);
  }
});

test('a replay whose process crashes continues at its cursor: nothing twice, nothing left out', async () => {
  await using rig = await startRig();
  await wire(rig);
  for (let n = 0; n < 9; n++)
    await rig.send(...Array.from({ length: 100 }, (_, i) => ({ data: { n: String(100 * n + i) } })));
  await rig.clock.advance(100);
  const id = await replay(rig, { only: 'all', ratePerSecond: 1_000 });
  await rig.clock.advance(400);
  const before = rig.egress.requests.length;
  assert.ok(before > 900 && before < 1_800, `${before}`);
  await rig.restart();
  await rig.clock.advance(20_000);
  const { state, progress } = await shown(rig, id);
  assert.deepEqual([state, progress.total, progress.done], ['done', 900, 900]);
  const page = await rig.journal.log.deliveries({ limit: 2_000, closed: [], now: rig.clock.now(), replayId: id });
  assert.equal(new Set(page.map(({ replayOf }) => replayOf)).size, 900);
});

test('a replay that found no room in memory continues when other deliveries finish', async () => {
  let isSlow = false;
  const waiting: ((answer: { status: number }) => void)[] = [];
  await using rig = await startRig({
    handler: () => (isSlow ? new Promise((resolve) => waiting.push(resolve)) : { status: 422 }),
  });
  await wire(rig);
  await rig.send({ data: { n: 'missed' } }, { data: { n: 'missed' } });
  await rig.clock.advance(10);
  isSlow = true;
  await rig.send(...Array.from({ length: 8 }, () => ({ data: { n: 'live' } })));
  const id = await replay(rig, { only: 'failed' });
  await rig.clock.advance(5_000);
  assert.equal(rig.egress.requests.length, 10, 'no room is left');
  isSlow = false;
  for (const answer of waiting) answer({ status: 200 });
  await rig.clock.advance(1);
  assert.equal(rig.egress.requests.length, 12);
  await rig.clock.advance(5_000);
  assert.equal((await shown(rig, id)).progress.failed, 2);
});

test('at a limit of 100 in 10 s, 5,000 events and a replay of 5,000: no request is refused, live deliveries go first, the whole rate is used', async () => {
  const windowMs = 10_000;
  const seen = { windows: new Map<number, number>(), refused: 0, live: [] as number[], replayed: [] as number[] };
  let clock = () => 0;
  const rig = await startRig({
    handler({ body }) {
      const window = Math.floor(clock() / windowMs);
      const count = (seen.windows.get(window) ?? 0) + 1;
      seen.windows.set(window, count);
      if (count > 100) seen.refused += 1;
      (String(body).includes('missed') ? seen.replayed : seen.live).push(clock());
      const resetSeconds = Math.ceil(((window + 1) * windowMs - clock()) / 1_000);
      const reported = `"default";r=${Math.max(0, 100 - count)};t=${resetSeconds}`;
      return count > 100
        ? {
            status: 429,
            headers: [
              ['ratelimit', reported],
              ['retry-after', String(resetSeconds)],
            ],
          }
        : { status: 200, headers: [['ratelimit', reported]] };
    },
  });
  await using _ = rig;
  clock = rig.clock.now;
  const send = async (name: string) => {
    for (let n = 0; n < 5_000; n += 500)
      await rig.send(...Array.from({ length: 500 }, (_, i) => ({ data: { name, to: String((n + i) % 3) } })));
  };
  // No action matches these yet.
  await send('missed');
  await rig.clock.advance(10);
  const settings = { rate: { limit: 100, perMs: windowMs } };
  const connectionId = await rig.put('connection', { name: 'Vendor', baseUrl: 'https://vendor.example', settings });
  for (const n of [0, 1, 2]) {
    const of = { connectionId, name: `D${n}`, path: `/${n}`, status: 'enabled' };
    const destinations = [{ destinationId: await rig.put('destination', of) }];
    const rules = { parameter: 'to', operator: 'equals', value: String(n) };
    await rig.put('action', { name: `A${n}`, description: 'a', status: 'enabled', rules, destinations });
  }
  const id = await replay(rig, { of: 'events' });
  await send('live');
  const begin = clock();
  await rig.clock.advance(1_060_000);
  const { state, progress } = await shown(rig, id);
  assert.deepEqual([state, progress.done, progress.failed], ['done', 5_000, 0]);
  assert.equal(seen.refused, 0);
  assert.deepEqual([seen.live.length, seen.replayed.length], [5_000, 5_000]);
  const lastAt = Math.max(...seen.replayed, ...seen.live);
  assert.ok(100 * ((lastAt - begin) / windowMs) * 0.95 <= 10_000, `took ${lastAt - begin} ms`);
  const liveEnd = Math.max(...seen.live);
  const early = seen.replayed.filter((at) => at < liveEnd).length;
  assert.ok(early > 0 && early <= (liveEnd - begin) / 30_000 + 1, `${early} were sent before live ones`);
});

test('an action whose rules throw, and a destination that does not compile, end no replay: they are left out', async () => {
  await using rig = await startRig();
  const { destinationId } = await wire(rig);
  const of = { description: 'x', status: 'enabled', destinations: [{ destinationId }] };
  const badId = await rig.put('action', { name: 'Bad', ...of });
  const { snapshot } = rig.pipeline.configuration;
  const { rules } = snapshot;
  const { match } = rules;
  const never: typeof match = () => [];
  rules.match = never;
  await rig.send({ data: { n: '1' } }, { data: { n: '2' } });
  await rig.clock.advance(10);
  rules.match = (event, threw) => {
    const matched = match(event);
    for (const rule of matched)
      if (rule.id === badId && threw === undefined) throw new RangeError('bad');
      else if (rule.id === badId) threw?.(rule, new RangeError('bad'));
    return matched.filter(({ id }) => id !== badId);
  };
  const { deliveries, leftOut } = await rig.pipeline.replays.plan(parsed({ of: 'events' }), false);
  assert.deepEqual([deliveries, leftOut], [2, [{ reason: 'rule_error', count: 2 }]]);
  await replay(rig, { of: 'events' });
  await rig.clock.advance(3_000);
  assert.equal(rig.egress.requests.length, 2);
  Object.assign(snapshot, { planOf: () => assert.fail('no plan') });
  const others = await rig.pipeline.replays.plan(parsed({ only: 'all' }), false);
  assert.deepEqual([others.deliveries, others.leftOut], [0, [{ reason: 'rule_error', count: 2 }]]);
});
