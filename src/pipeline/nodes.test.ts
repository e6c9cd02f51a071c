import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fakeClock } from '../../test/support/fake-clock.ts';
import { nodeOf, type RigOptions, startRig, wire } from '../../test/support/rig.ts';
import { type Clock, pause } from '../async/clock.ts';
import { auditSample } from '../audit/audit-samples.testing.ts';
import { AppError } from '../contract/errors.ts';
import { placeOf } from '../contract/ids.ts';
import type { NewAuditEntry } from '../contract/records/audit.ts';
import type { IncomingEvent } from '../contract/records/event.ts';
import { Secret } from '../contract/secret.ts';
import type { Lease } from '../journal/journal.ts';
import type { Pipeline } from './pipeline.ts';
import type { NodeParts } from './pipeline-parts.ts';

const second = 1_000;

/** Two nodes in this process, on one database with four partitions; the second one sends. `stop` stops its timers. */
async function startNodes(options: RigOptions = {}, given: Partial<Pick<NodeParts, 'followMs' | 'statusMs'>> = {}) {
  const clock = fakeClock();
  const node = (name: string) => ({ ...nodeOf(name, 4, clock), pollMs: second, ...given });
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
    /** Starts two more nodes, so that each node has one partition. */
    async join() {
      const more = [await rig.start(node('c'), clock), await rig.start(node('d'), clock)];
      return {
        async [Symbol.asyncDispose]() {
          const ended = more.map((one) => one[Symbol.asyncDispose]());
          await clock.advance(60 * second);
          await Promise.all(ended);
        },
      };
    },
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

test('who waits 5 s for the plan of events is told to send them again, and they are stored and delivered once', async () => {
  await using nodes = await startNodes();
  const { rig } = nodes;
  const { hot } = rig.journal;
  const { accept, plan } = hot;
  hot.accept = ({ plan: _, ...given }) => accept(given);
  const stored = Promise.withResolvers<void>();
  hot.plan = async (...given) => {
    await stored.promise;
    return plan(...given);
  };
  const sent = () => {
    const { events, ...rest } = request(rig.clock.now(), 1, 'v');
    return rig.pipeline.accept({ ...rest, events: events.map((event) => ({ ...event, identity: 'one' })) });
  };
  const answers: string[] = [];
  const listen = (accepted: Promise<unknown>) =>
    accepted.then(
      () => answers.push('accepted'),
      ({ code, message }) => answers.push(`${code}: ${message}`),
    );
  const refused = 'storage_busy: The events are stored, and have no plan yet. Send them again.';
  const first = listen(sent());
  await rig.clock.advance(5 * second - 1);
  assert.deepEqual(answers, []);
  await rig.clock.advance(1);
  assert.deepEqual(answers, [refused]);
  const again = listen(sent());
  await rig.clock.advance(5 * second);
  assert.deepEqual(answers, [refused, refused], 'also where it is a duplicate');
  await Promise.all([first, again]);
  stored.resolve();
  await listen(sent());
  await rig.clock.advance(20 * second);
  assert.deepEqual([answers[2], rig.egress.requests.length], ['accepted', 1]);
});

test('an event whose write broke off is stored in no other partition: it may be stored', async () => {
  await using nodes = await startNodes();
  const { rig, send } = nodes;
  const { hot } = rig.journal;
  const { accept } = hot;
  hot.accept = async (given) => {
    await accept(given);
    hot.accept = accept;
    throw new AppError('unavailable');
  };
  await assert.rejects(send(rig.pipeline, 1, 'v'), { code: 'unavailable' });
  await rig.clock.advance(60 * second);
  assert.equal(rig.egress.requests.length, 1);
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

test('a node that leaves finishes what it has in flight, once, and the other one sends the events that come in while it leaves', async () => {
  const slow = Promise.withResolvers<{ status: number }>();
  await using nodes = await startNodes({ handler: () => slow.promise });
  const { rig, other, send } = nodes;
  await send(rig.pipeline, 1, 'v');
  await rig.clock.advance(6 * second);
  const ended = other[Symbol.asyncDispose]();
  await rig.clock.advance(6 * second);
  await assert.rejects(send(other, 2, 'v'), { code: 'unavailable' });
  await send(rig.pipeline, 2, 'v');
  await rig.clock.advance(12 * second);
  assert.equal(rig.egress.requests.length, 1, 'the later event of the visitor waits for it');
  slow.resolve({ status: 200 });
  await rig.clock.advance(60 * second);
  await ended;
  assert.deepEqual(
    (await rig.deliveries()).map(({ status, attempts }) => [status, attempts]),
    [
      ['delivered', 1],
      ['delivered', 1],
    ],
  );
  assert.equal(rig.egress.requests.length, 2);
});

test('what was held before another node became the owner expires at its age, although no hold changes any more', async () => {
  await using nodes = await startNodes();
  const { rig, send, connectionId } = nodes;
  const { documents, destinationsOf } = rig.pipeline.configuration.snapshot;
  const { body } = documents.connection.get(connectionId) ?? {};
  await rig.put('connection', { ...body, settings: { heldMaxAgeMs: 3_600 * second } }, connectionId);
  for (const id of destinationsOf(connectionId))
    await rig.put('destination', { ...documents.destination.get(id)?.body, status: 'paused' }, id);
  await rig.clock.advance(6 * second);
  await send(rig.pipeline, 1, 'v');
  await rig.clock.advance(6 * second);
  nodes.stop();
  await rig.clock.advance(3_500 * second);
  assert.deepEqual(await rig.statuses(), ['held']);
  await rig.clock.advance(300 * second);
  assert.deepEqual(await rig.statuses(), ['failed']);
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

test('a node sends nothing of a partition that it lost before it had begun with it', async () => {
  await using nodes = await startNodes({ handler: () => new Promise(() => {}) });
  const { rig, send } = nodes;
  const begun = Promise.withResolvers<void>();
  const { recover } = rig.journal.hot;
  rig.journal.hot.recover = async (lease, now) => {
    if (lease.owner === 'b') await begun.promise;
    return recover(lease, now);
  };
  for (const turn of ['takes', 'loses']) {
    nodes.stop();
    await rig.clock.advance(80 * second);
    if (turn === 'loses') await send(rig.pipeline, 1, 'v');
    nodes.go();
    await rig.clock.advance((turn === 'takes' ? 60 : 6) * second);
  }
  begun.resolve();
  await rig.clock.advance(2 * second);
  assert.equal(rig.egress.requests.length, 1, 'the next owner has sent it');
});

test('a node that has not heard of a destination yet sends to it, and does not take it for a deleted one', async () => {
  await using nodes = await startNodes({}, { followMs: 3_600 * second });
  const { rig, send } = nodes;
  await wire(rig);
  await send(rig.pipeline, 1, 'v');
  await rig.clock.advance(20 * second);
  assert.deepEqual(await rig.statuses(), ['delivered', 'delivered']);
});

test('what comes after a pause is not sent by a node that has not heard of the pause, even when it looks at its queues', async () => {
  await using nodes = await startNodes({}, { followMs: 3_600 * second });
  const { rig, other, send, connectionId } = nodes;
  const { body } = rig.pipeline.configuration.snapshot.documents.connection.get(connectionId) ?? {};
  const hears = Promise.withResolvers<void>();
  const all = rig.catalog.all.bind(rig.catalog);
  rig.catalog.all = () => hears.promise.then(all);
  await rig.put('connection', { ...body, status: 'paused' }, connectionId);
  await send(rig.pipeline, 1, 'v');
  await rig.clock.advance(2 * second);
  await other.askOwner(connectionId, 'release', { connectionId });
  await rig.clock.advance(2 * second);
  const sentBefore = rig.egress.requests.length;
  hears.resolve();
  await rig.clock.advance(2 * second);
  assert.deepEqual([sentBefore, rig.egress.requests.length, await rig.statuses()], [0, 0, ['held']]);
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

for (const first of ['the write', 'the heartbeat'])
  test(`a node that is stopped between its decision and the write sends nothing, and the next owner sends instead: ${first} comes first`, async () => {
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
    const steps = [stopped.resolve, nodes.go];
    for (const step of first === 'the write' ? steps : steps.reverse()) {
      step();
      await rig.clock.advance(60 * second);
    }
    assert.deepEqual(await rig.statuses(), ['delivered']);
    assert.equal(rig.egress.requests.length, 1);
    assert.equal((await rig.deliveries())[0]?.attempts, 1);
    assert.deepEqual(rig.failures, []);
  });

test('a node that gives a partition away before a request has a socket sends nothing later, and the next owner sends instead', async () => {
  const late = Promise.withResolvers<void>();
  let connects = 0;
  await using nodes = await startNodes({ connect: () => (connects++ === 0 ? late.promise : undefined) });
  const { rig, other, send, join } = nodes;
  await send(other, 1, 'v');
  await rig.clock.advance(6 * second);
  assert.equal(connects, 1, 'it waits for a socket');
  await using _ = await join();
  await rig.clock.advance(80 * second);
  assert.equal(connects, 2);
  late.resolve();
  await rig.clock.advance(10 * second);
  assert.deepEqual(await rig.statuses(), ['delivered']);
  assert.equal(rig.egress.requests.length, 1);
  assert.deepEqual(rig.failures, []);
});

test('the other node shows the hold that the owner of a connection set, and keeps it when it becomes the owner', async () => {
  let status = 401;
  await using nodes = await startNodes({ handler: () => ({ status }) });
  const { rig, other, send, connectionId } = nodes;
  const reasonAt = async (node: Pipeline) => (await node.queueStatus.health(connectionId)).reason;
  const { body } = rig.pipeline.configuration.snapshot.documents.connection.get(connectionId) ?? {};
  await rig.put('connection', { ...body, auth: { type: 'bearer', token: 'a-token-of-this-test' } }, connectionId);
  await rig.clock.advance(6 * second);
  await send(rig.pipeline, 1, 'v');
  await rig.clock.advance(12 * second);
  assert.deepEqual([await reasonAt(other), await reasonAt(rig.pipeline)], ['auth_rejected', 'auth_rejected']);
  assert.deepEqual(await rig.statuses(), ['held']);
  const ended = other[Symbol.asyncDispose]();
  await rig.clock.advance(15 * second);
  await ended;
  assert.equal(await reasonAt(rig.pipeline), 'auth_rejected');
  status = 200;
  await rig.clock.advance(120 * second);
  assert.deepEqual([await reasonAt(rig.pipeline), await rig.statuses()], [null, ['delivered']]);
  assert.deepEqual(await rig.journal.hot.holds(), []);
});

test('a saved change is applied to stored deliveries by the owner of the connection, wherever it was saved', async () => {
  let status = 400;
  await using nodes = await startNodes({ handler: () => ({ status }) });
  const { rig, send, connectionId } = nodes;
  const { body } = rig.pipeline.configuration.snapshot.documents.connection.get(connectionId) ?? {};
  const settings = { retry: { scheduleMs: [0], jitter: 0 } };
  await rig.put('connection', { ...body, settings }, connectionId);
  await send(rig.pipeline, 1, 'v');
  await rig.clock.advance(12 * second);
  assert.deepEqual(await rig.statuses(), ['failed']);
  await rig.clock.advance(12 * second);
  assert.deepEqual(await rig.catalog.unapplied(), []);
  status = 503;
  await send(rig.pipeline, 2, 'v');
  await rig.clock.advance(12 * second);
  assert.deepEqual(await rig.statuses(), ['failed', 'held']);
  status = 200;
  await rig.put('connection', { ...body, settings: {} }, connectionId);
  await rig.clock.advance(12 * second);
  assert.deepEqual([await rig.statuses(), await rig.catalog.unapplied()], [['failed', 'delivered'], []]);
});

const entry = (act: 'retry' | 'cancel', id: string): NewAuditEntry => auditSample({ act, kind: 'delivery', id });

test('what a person asks of deliveries at any node is done by the owner of their connection', async () => {
  let status = 400;
  await using nodes = await startNodes({ handler: () => ({ status }) });
  const { rig, send, connectionId } = nodes;
  const { pipeline, clock } = rig;
  const asked = async <T>(asking: Promise<T>) => {
    await clock.advance(4 * second);
    return asking;
  };
  const stored = async (n: number) => (await rig.journal.log.deliveries({ limit: 9, closed: [], now: clock.now() }))[n];
  await send(pipeline, 1, 'v');
  await clock.advance(4 * second);
  const delivery = (await stored(0)) ?? assert.fail();
  status = 200;
  const retry = { delivery, render: false, entry: entry('retry', delivery.id) };
  await asked(pipeline.askOwner(connectionId, 'retry', retry));
  assert.deepEqual([await rig.statuses(), rig.egress.requests.length], [['delivered'], 2]);
  const cancel = { delivery, entry: entry('cancel', delivery.id) };
  const refused = assert.rejects(pipeline.askOwner(connectionId, 'cancel', cancel), {
    code: 'conflict',
    message: 'The delivery is already finished.',
  });
  await asked(refused);

  status = 401;
  const { body } = pipeline.configuration.snapshot.documents.connection.get(connectionId) ?? {};
  await rig.put('connection', { ...body, auth: { type: 'bearer', token: 'a-token-of-this-test' } }, connectionId);
  await rig.clock.advance(6 * second);
  await send(pipeline, 2, 'v');
  await clock.advance(12 * second);
  assert.equal((await pipeline.queueStatus.health(connectionId)).reason, 'auth_rejected');
  status = 200;
  await asked(pipeline.askOwner(connectionId, 'release', { connectionId }));
  assert.equal((await pipeline.queueStatus.health(connectionId)).reason, null);
  await clock.advance(4 * second);
  assert.deepEqual(await rig.statuses(), ['delivered', 'delivered']);
  assert.deepEqual(rig.failures, []);
});

test('who ends a pause at any node sees there at once that it is over', async () => {
  const given = { followMs: 60 * second, statusMs: 60 * second };
  let status = 429;
  await using nodes = await startNodes({ handler: () => ({ status, headers: [['retry-after', '3600']] }) }, given);
  const { rig, send, connectionId } = nodes;
  const { pipeline, clock } = rig;
  const [destinationId = ''] = pipeline.configuration.snapshot.documents.destination.keys();
  const shown = async () => [
    (await pipeline.queueStatus.health(connectionId)).waitsUntil !== null,
    pipeline.queueStatus.blockOf({ id: '', destinationId, replayId: null })?.limit ?? null,
  ];
  await send(pipeline, 1, 'v');
  await clock.advance(130 * second);
  assert.deepEqual(await shown(), [true, 'rate']);
  status = 200;
  const asked = pipeline.askOwner(connectionId, 'probe', { connectionId });
  await clock.advance(3 * second);
  await asked;
  assert.deepEqual(await shown(), [false, null]);
});

test('a command that the owner does not respond to fails after 5 s and says that nothing was done', async () => {
  await using nodes = await startNodes();
  const { rig, connectionId } = nodes;
  nodes.stop();
  const refused = assert.rejects(rig.pipeline.askOwner(connectionId, 'probe', { connectionId }), {
    code: 'unavailable',
    message: /Nothing was done/,
  });
  await rig.clock.advance(6 * second);
  await refused;
  nodes.go();
});

test('a command whose owner dies is done by the asker when it becomes the owner and the only node', async () => {
  await using nodes = await startNodes();
  const { rig, connectionId } = nodes;
  nodes.stop();
  // The heartbeat of the owner lasts 15 s.
  await rig.clock.advance(13 * second);
  const done = rig.pipeline.askOwner(connectionId, 'probe', { connectionId });
  await rig.clock.advance(6 * second);
  await done;
  assert.equal(rig.pipeline.nodes(), 1);
  nodes.go();
});

test('a test asked at any node is sent by the owner of the connection, with the secrets of the draft, and its texts are stored sealed', async () => {
  const slow = Promise.withResolvers<{ status: number; body: string }>();
  await using nodes = await startNodes({ handler: () => slow.promise });
  const { rig, connectionId } = nodes;
  const { pipeline, clock, journal } = rig;
  const stored: string[] = [];
  const { commands } = journal.hot;
  const { ask, respond } = commands;
  commands.ask = (command) => {
    stored.push(command.body);
    return ask(command);
  };
  commands.respond = (number, response) => {
    stored.push(response);
    return respond(number, response);
  };
  const [destination] = pipeline.configuration.snapshot.documents.destination.values();
  const { id: destinationId, body } = destination ?? assert.fail();
  const header = { name: 'X-Key', value: new Secret('of-the-draft-alone', ''), secret: true as const };
  const draft = { ...body, settings: { ...body.settings, headers: [header] } };
  const asked = { destinationId, connectionId, input: { data: [{ n: 'the-data' }] }, draft, actionDraft: null };
  const tested = pipeline.askOwner(connectionId, 'test', asked);
  await clock.advance(12 * second);
  slow.resolve({ status: 200, body: 'the-response' });
  await clock.advance(4 * second);
  const { id, status, attemptLog } = await tested;
  const partition = pipeline.configuration.snapshot.partitions.get(connectionId);
  assert.deepEqual([status, placeOf('delivery', id)?.partition], ['delivered', partition]);
  assert.equal(attemptLog?.[0]?.response?.body, 'the-response');
  const [request, ...others] = rig.egress.requests;
  assert.deepEqual([others, new Map(request?.headers).get('X-Key')], [[], 'of-the-draft-alone']);
  assert.equal(stored.length, 2);
  assert.doesNotMatch(stored.join(), /of-the-draft-alone|the-data|the-response/);
  await assert.rejects(pipeline.preview.testSend(destinationId, asked.input, draft), { code: 'unavailable' });
  assert.deepEqual(rig.failures, []);
});

test('a test whose owner dies fails with a text that says that it may have been sent', async () => {
  await using nodes = await startNodes({ handler: () => new Promise(() => {}) });
  const { rig, connectionId } = nodes;
  const [destinationId = ''] = rig.pipeline.configuration.snapshot.documents.destination.keys();
  const asked = { destinationId, connectionId, input: { data: [{}] }, draft: null, actionDraft: null };
  const refused = assert.rejects(rig.pipeline.askOwner(connectionId, 'test', asked), {
    code: 'unavailable',
    message: /has begun this/,
  });
  await rig.clock.advance(4 * second);
  assert.equal(rig.egress.requests.length, 1);
  nodes.stop();
  await rig.clock.advance(30 * second);
  await refused;
  nodes.go();
});

test('of suspects in several partitions one is on trial at a time, and none is quarantined for one crash', async () => {
  const clock = fakeClock();
  let isDown = true;
  await using rig = await startRig({
    clock,
    node: nodeOf('a', 4, clock),
    handler: () => (isDown ? new Promise(() => {}) : { status: 200 }),
  });
  const made = [await wire(rig), await wire(rig)];
  const { partitions } = rig.pipeline.configuration.snapshot;
  assert.equal(new Set(made.map(({ connectionId }) => partitions.get(connectionId))).size, 2);
  await rig.send({ data: { n: '1' } });
  for (let death = 0; death < 3; death++) {
    await rig.clock.advance(10 * second);
    assert.equal(
      rig.egress.requests.length,
      [2, 4, 5][death],
      'those that were in flight at two crashes are sent one by one',
    );
    if (death === 2) isDown = false;
    await rig.restart();
  }
  await rig.clock.advance(20 * second);
  assert.deepEqual(await rig.statuses(), ['delivered', 'delivered']);
});

test('every node shows what is in flight at the owner of a connection, until the next owner says otherwise', async () => {
  const slow = Promise.withResolvers<{ status: number }>();
  let isSlow = true;
  await using nodes = await startNodes({ handler: () => (isSlow ? slow.promise : { status: 200 }) });
  const { rig, other, send, connectionId } = nodes;
  const loads = () => [rig.pipeline, other].map((node) => node.queueStatus.loadOf(connectionId).inFlight);
  await send(rig.pipeline, 1, 'v');
  await rig.clock.advance(12 * second);
  assert.deepEqual(await rig.statuses(), ['sending']);
  assert.deepEqual(loads(), [1, 1]);
  assert.equal((await rig.pipeline.queueStatus.state()).sending, 1);
  const retry = { delivery: (await rig.journal.log.deliveries({ limit: 1, closed: [], now: rig.clock.now() }))[0] };
  const refused = assert.rejects(
    rig.pipeline.askOwner(connectionId, 'retry', {
      delivery: retry.delivery ?? assert.fail(),
      render: false,
      entry: entry('retry', 'dlv_1'),
    }),
    { message: /in flight/ },
  );
  await rig.clock.advance(4 * second);
  await refused;
  isSlow = false;
  nodes.stop();
  await rig.clock.advance(60 * second);
  assert.deepEqual(await rig.statuses(), ['delivered']);
  assert.equal(rig.pipeline.queueStatus.loadOf(connectionId).inFlight, 0);
  slow.resolve({ status: 200 });
  nodes.go();
});

test('who follows events at a node sees those of the other nodes too, once each, with the actions that they match', async () => {
  await using nodes = await startNodes();
  const { rig, other, send } = nodes;
  await send(other, 1, 'v');
  await rig.clock.advance(5 * second);
  const seen: string[] = [];
  const { events } = rig.pipeline;
  const stop = (['evaluated', 'evaluatedElsewhere'] as const).map((kind) =>
    events.on(kind, (some) => {
      for (const [{ data }, rules] of some) seen.push(`${data['n']} ${rules.length}`);
    }),
  );
  await send(other, 2, 'v');
  await send(rig.pipeline, 3, 'v');
  await rig.clock.advance(2 * second);
  await send(other, 4, 'v');
  await rig.clock.advance(5 * second);
  assert.deepEqual(seen, ['3 1', '2 1', '4 1']);
  for (const end of stop) end();
  await send(other, 5, 'v');
  await rig.clock.advance(5 * second);
  assert.equal(seen.length, 3);
  assert.deepEqual(rig.failures, []);
});

test('a partition that is lost while it is given away, and taken again, is worked on when its first work ends', async () => {
  await using nodes = await startNodes();
  const { rig, other, send, connectionId } = nodes;
  const { hot } = rig.journal;
  const { takePassed } = hot;
  const looks = Promise.withResolvers<void>();
  let first: Lease | null = null;
  hot.takePassed = async (lease, query) => {
    if (lease.owner === 'b' && lease.partition === 3) first ??= lease;
    if (lease === first) await looks.promise;
    return takePassed(lease, query);
  };
  await rig.clock.advance(2 * second);
  const more = await nodes.join();
  await rig.clock.advance(8 * second);
  nodes.stop();
  await rig.clock.advance(60 * second);
  await more[Symbol.asyncDispose]();
  nodes.go();
  await rig.clock.advance(60 * second);
  looks.resolve();
  assert.ok(other.ownsConnection(connectionId));
  const { body } = rig.pipeline.configuration.snapshot.documents.connection.get(connectionId) ?? {};
  await rig.put('connection', { ...body, status: 'paused' }, connectionId);
  await rig.clock.advance(6 * second);
  await send(other, 1, 'v');
  await rig.clock.advance(6 * second);
  assert.deepEqual(await rig.statuses(), ['held']);
  await rig.put('connection', { ...body, status: 'enabled' }, connectionId);
  await rig.clock.advance(6 * second);
  assert.deepEqual(await rig.statuses(), ['delivered']);
});

test('a resume that is saved while a node applies the pause before it is applied, too', async () => {
  let isDown = true;
  await using nodes = await startNodes({
    handler: () => (isDown ? { status: 503, headers: [['retry-after', '3600']] } : { status: 200 }),
  });
  const { rig, other, send, connectionId } = nodes;
  const { catalog } = rig;
  const { body } = rig.pipeline.configuration.snapshot.documents.connection.get(connectionId) ?? {};
  await send(rig.pipeline, 1, 'v');
  await rig.clock.advance(12 * second);
  assert.deepEqual(await rig.statuses(), ['retrying']);
  isDown = false;
  const unapplied = catalog.unapplied.bind(catalog);
  const statusAtOther = () => other.configuration.snapshot.documents.connection.get(connectionId)?.body.status;
  let isResumed = false;
  catalog.unapplied = async () => {
    if (statusAtOther() === 'paused' && !isResumed) {
      isResumed = true;
      await rig.put('connection', { ...body, status: 'enabled' }, connectionId);
    }
    return unapplied();
  };
  await rig.put('connection', { ...body, status: 'paused' }, connectionId);
  await rig.clock.advance(12 * second);
  assert.deepEqual([isResumed, await rig.statuses(), await unapplied()], [true, ['delivered'], []]);
});

test('a saved change is applied once by a node that takes a partition while it applies it', async () => {
  await using nodes = await startNodes();
  const { rig, other } = nodes;
  const { log } = rig.journal;
  const { catalog } = rig;
  let ids = await wire(rig);
  while (!rig.pipeline.ownsConnection(ids.connectionId)) ids = await wire(rig);
  await rig.clock.advance(6 * second);
  const applying = Promise.withResolvers<void>();
  const loading = Promise.withResolvers<void>();
  const { release } = log;
  let releases = 0;
  log.release = async (...given) => {
    if (given[1] === ids.destinationId) releases += 1;
    await applying.promise;
    return release(...given);
  };
  const unapplied = catalog.unapplied.bind(catalog);
  await rig.put('connection', { name: 'CRM', baseUrl: 'https://crm.example/v2' }, ids.connectionId);
  await rig.clock.advance(2 * second);
  assert.equal(releases, 1);
  catalog.unapplied = async () => {
    const found = await unapplied();
    await loading.promise;
    return found;
  };
  const ended = other[Symbol.asyncDispose]();
  await rig.clock.advance(60 * second);
  await ended;
  applying.resolve();
  await rig.clock.advance(2 * second);
  loading.resolve();
  await rig.clock.advance(2 * second);
  assert.deepEqual([releases, await unapplied()], [1, []]);
  assert.ok(rig.pipeline.ownsConnection(nodes.connectionId));
});
