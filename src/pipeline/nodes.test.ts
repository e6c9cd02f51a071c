import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fakeClock } from '../../test/support/fake-clock.ts';
import { nodeOf, type RigOptions, startRig, wire } from '../../test/support/rig.ts';
import { type Clock, pause } from '../async/clock.ts';
import type { IncomingEvent } from '../contract/records/event.ts';
import type { Pipeline } from './pipeline.ts';

const second = 1_000;

/** Two nodes in this process, on one database with four partitions; the second one sends. `stop` stops its timers. */
async function startNodes(options: RigOptions = {}, followMs = 5 * second) {
  const clock = fakeClock();
  const node = (name: string) => ({ ...nodeOf(name, 4, clock), followMs });
  const rig = await startRig({ ...options, clock, node: node('a') });
  const state = { isStopped: false, waiting: [] as (() => void)[] };
  const own: Clock = {
    now: clock.now,
    after: (ms, call) => clock.after(ms, () => (state.isStopped ? void state.waiting.push(call) : call())),
  };
  const { connectionId } = await wire(rig, {
    destination: { settings: { order: { key: 'visitorId', releaseAfter: null } } },
  });
  const other = await rig.start(node('b'), own);
  // The connection is in partition 3. The first node gives 3 and 2 away, one at a time.
  await clock.advance(30 * second);
  const send = (to: Pipeline, n: number, visitorId: string) => to.accept(request(clock.now(), n, visitorId));
  return {
    rig,
    other,
    connectionId,
    send,
    stop() {
      state.isStopped = true;
    },
    go() {
      state.isStopped = false;
      for (const call of state.waiting.splice(0)) call();
    },
    async [Symbol.asyncDispose]() {
      const ended = other[Symbol.asyncDispose]();
      await clock.advance(60 * second);
      await ended;
      await rig[Symbol.asyncDispose]();
    },
  };
}

function request(now: number, n: number, visitorId: string) {
  const event: IncomingEvent = {
    name: null,
    visitorId,
    anonymousId: null,
    sessionId: null,
    occurredAt: new Date(now).toISOString(),
    data: { n: String(n) },
    ext: {},
    session: {},
    source: { collectorId: 'col_1', format: 'infinity' },
    identity: null,
  };
  return { collectorId: 'col_1', receivedAt: now, events: [event] };
}

const bodyOf = ({ body }: { body: unknown }) => String(body);

test('events that any of two nodes takes in are delivered once, in the order of their acknowledgements', async () => {
  await using nodes = await startNodes();
  const { rig, other, send } = nodes;
  for (let n = 0; n < 40; n++) await send(n % 3 === 0 ? rig.pipeline : other, n, `v-${n % 2}`);
  await rig.clock.advance(20 * second);
  assert.deepEqual(new Set(await rig.statuses()), new Set(['delivered']));
  const sent = rig.egress.requests.map(bodyOf);
  assert.equal(sent.length, 40);
  for (const visitor of [0, 1]) {
    const own = Array.from({ length: 40 }, (_, n) => n).filter((n) => n % 2 === visitor);
    const seen = sent.map((body) => own.find((n) => body.includes(`"${n}"`))).filter((n) => n !== undefined);
    assert.deepEqual(seen, own);
  }
  assert.deepEqual(rig.failures, []);
});

test('events that are stored without a plan are acknowledged when their plan is stored, so that later ones come after them', async () => {
  await using nodes = await startNodes();
  const { rig, other, send } = nodes;
  const { hot } = rig.journal;
  const { accept, plan } = hot;
  hot.accept = ({ plan: _, ...request }) => accept(request);
  hot.plan = async (...given) => {
    await pause(rig.clock, second);
    return plan(...given);
  };
  let isAcknowledged = false;
  const first = send(rig.pipeline, 1, 'v').then(() => (isAcknowledged = true));
  await rig.clock.advance(second / 2);
  assert.equal(isAcknowledged, false);
  hot.accept = accept;
  await rig.clock.advance(second);
  await first;
  await send(other, 2, 'v');
  await rig.clock.advance(20 * second);
  assert.deepEqual(
    rig.egress.requests.map((one) => /"n":"(\d)"/.exec(bodyOf(one))?.[1]),
    ['1', '2'],
  );
});

test('a node that leaves loses nothing, and the other one continues with its deliveries', async () => {
  await using nodes = await startNodes();
  const { rig, other, send } = nodes;
  for (let n = 0; n < 10; n++) await send(other, n, 'v');
  const ended = other[Symbol.asyncDispose]();
  await rig.clock.advance(60 * second);
  await ended;
  await assert.rejects(send(other, 99, 'v'), { code: 'unavailable' });
  for (let n = 10; n < 20; n++) await send(rig.pipeline, n, 'v');
  await rig.clock.advance(60 * second);
  assert.deepEqual(await rig.statuses(), Array(20).fill('delivered'));
  assert.equal(rig.egress.requests.length, 20);
});

test('what a stopped node had in flight is sent by the next owner with its key, and its late outcome changes nothing', async () => {
  const late = Promise.withResolvers<{ status: number }>();
  let isLate = true;
  await using nodes = await startNodes({ handler: () => (isLate ? late.promise : { status: 200 }) });
  const { rig, other, send } = nodes;
  await send(other, 1, 'v');
  await send(rig.pipeline, 2, 'w');
  await rig.clock.advance(6 * second);
  const before = rig.egress.requests.length;
  nodes.stop();
  isLate = false;
  await rig.clock.advance(14 * second);
  await assert.rejects(send(other, 3, 'v'), { code: 'unavailable' }, 'it acts no more');
  await rig.clock.advance(60 * second);
  late.resolve({ status: 503 });
  nodes.go();
  await rig.clock.advance(60 * second);
  assert.deepEqual(new Set(await rig.statuses()), new Set(['delivered']));
  const keys = rig.egress.requests.map(({ headers }) => new Map(headers).get('Idempotency-Key'));
  assert.equal(new Set(keys).size, 2);
  assert.deepEqual([before, keys.length], [2, 4]);
});

test('a node that has not heard of a destination yet sends to it, and does not take it for a deleted one', async () => {
  await using nodes = await startNodes({}, 3_600 * second);
  const { rig, send } = nodes;
  await wire(rig);
  await send(rig.pipeline, 1, 'v');
  await rig.clock.advance(20 * second);
  assert.deepEqual(await rig.statuses(), ['delivered', 'delivered']);
});

test('a node follows the changes of the configuration that others make', async () => {
  await using nodes = await startNodes();
  const { rig, send, connectionId } = nodes;
  const { body } = rig.pipeline.configuration.snapshot.documents.connection.get(connectionId) ?? {};
  const sent = () => rig.egress.requests.length;
  await rig.put('connection', { ...body, status: 'paused' }, connectionId);
  await rig.clock.advance(6 * second);
  await send(rig.pipeline, 1, 'v');
  await rig.clock.advance(20 * second);
  assert.equal(sent(), 0);
  await rig.put('connection', { ...body, status: 'enabled' }, connectionId);
  await rig.clock.advance(20 * second);
  assert.equal(sent(), 1);
});

test('a node that is stopped between its decision and the write sends nothing, and the next owner sends instead', async () => {
  const stopped = Promise.withResolvers<void>();
  let connects = 0;
  await using nodes = await startNodes({ connect: () => (connects++ === 0 ? stopped.promise : undefined) });
  const { rig, other, send } = nodes;
  await send(other, 1, 'v');
  await rig.clock.advance(6 * second);
  assert.equal(connects, 1, 'it waits for a socket');
  nodes.stop();
  await rig.clock.advance(80 * second);
  assert.equal(connects, 2);
  stopped.resolve();
  nodes.go();
  await rig.clock.advance(60 * second);
  assert.deepEqual(await rig.statuses(), ['delivered']);
  assert.equal(rig.egress.requests.length, 1);
  assert.equal((await rig.deliveries())[0]?.attempts, 1);
  assert.deepEqual(rig.failures, []);
});
