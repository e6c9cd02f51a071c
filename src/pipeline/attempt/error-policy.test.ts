import assert from 'node:assert/strict';
import { test } from 'node:test';
import { settled } from '../../../test/support/fake-clock.ts';
import { type Rig, startRig, wire } from '../../../test/support/rig.ts';
import type { FakeAnswer } from '../../egress/fake/fake-egress.testing.ts';
import { attempt, rendered, settlement } from '../../journal/conformance/journal-samples.testing.ts';
import type { Sandbox } from '../../sandbox/sandbox.ts';
import { redactedOrEmptied } from './error-policy.ts';

const hour = 3_600_000;
/** The first attempt at once, then after 5 s and after a minute. */
const retry = { scheduleMs: [0, 5_000, 60_000], jitter: 0 };
const connection = { settings: { retry } };
const template = '{{! return JSON.stringify(it.data); }}';

/** A response that no real adapter returns: reading its Retry-After throws. */
const unreadable = (status: number): FakeAnswer => ({
  status,
  headers: [['retry-after', null as unknown as string]], // against its type
});

const valuesIn = (rig: Rig) =>
  rig.egress.requests.map(({ body }) => JSON.parse(String(body)).map((one: { n: string }) => one.n));

test('an error while a response is judged is a counted attempt that is logged, and retried by the schedule until it holds', async () => {
  await using rig = await startRig({ handler: () => unreadable(503) });
  await wire(rig, { connection });
  const start = rig.clock.now();
  await rig.send({ data: { n: '1' } });
  await settled();
  const [first] = await rig.deliveries();
  assert.deepEqual([first?.status, first?.attempts, first?.errorKind], ['retrying', 1, 'internal_error']);
  assert.equal(Date.parse(first?.nextAttemptAt ?? ''), start + 5_000);
  await rig.clock.advance(hour);
  assert.equal(rig.egress.requests.length, 3);
  const [held] = await rig.deliveries();
  assert.deepEqual(
    [held?.status, held?.reason, held?.errorKind, held?.attempts],
    ['held', 'exhausted', 'internal_error', 3],
  );
  assert.deepEqual(
    held?.attemptLog?.map(({ number, counted, outcome, error, response, request }) => [
      number,
      counted,
      outcome,
      error?.kind,
      response?.status,
      response?.body,
      request,
    ]),
    [1, 2, 3].map((number) => [number, true, 'retry', 'internal_error', 503, null, null]),
  );
  assert.equal(rig.failures.length, 3, 'each is logged for the operator');
});

test('an error of the egress after it got the request counts the same, without a response', async () => {
  await using rig = await startRig({
    handler: () => {
      throw new Error('a bug in the egress, with a secret');
    },
  });
  await wire(rig, { connection });
  await rig.send({ data: { n: '1' } });
  await rig.clock.advance(hour);
  assert.equal(rig.egress.requests.length, 3);
  const [held] = await rig.deliveries();
  assert.deepEqual([held?.status, held?.reason, held?.attempts], ['held', 'exhausted', 3]);
  const [line] = held?.attemptLog ?? [];
  assert.deepEqual([line?.error?.kind, line?.response], ['internal_error', null]);
  assert.ok(!JSON.stringify(held).includes('secret'), 'the message of an error can contain anything');
});

test("responses that can't be judged trip the breaker of their connection", async () => {
  await using rig = await startRig({ handler: () => unreadable(503) });
  const breaker = { failureRatio: 0.5, minimum: 5, windowMs: 60_000, openMs: 30_000 };
  const { connectionId } = await wire(rig, { connection: { settings: { retry, breaker } } });
  for (let n = 0; n < 8; n++) {
    await rig.send({ data: { n: String(n) } });
    await settled();
  }
  assert.equal(rig.egress.requests.length, 5);
  const health = await rig.pipeline.queueStatus.health(connectionId);
  assert.equal(health.state, 'tripped');
});

test("a delivery whose exchange can't be logged is still delivered, and not sent again", async () => {
  await using rig = await startRig({ handler: () => unreadable(200) });
  // The response is searched for its token.
  await wire(rig, { connection: { ...connection, auth: { type: 'bearer', token: 'T0k3n' } } });
  await rig.send({ data: { n: '1' } });
  await rig.clock.advance(hour);
  assert.equal(rig.egress.requests.length, 1);
  const [delivery] = await rig.deliveries();
  assert.deepEqual([delivery?.status, delivery?.attempts], ['delivered', 1]);
  const [line] = delivery?.attemptLog ?? [];
  assert.deepEqual([line?.outcome, line?.error?.kind, line?.response?.status], ['delivered', 'internal_error', 200]);
  assert.equal(rig.failures.length, 1);
});

test('an error before the request is sent is a counted attempt without request and response, until it holds', async () => {
  let renders = 0;
  const sandbox: Sandbox = {
    render: () => {
      renders += 1;
      return Promise.reject(new Error('no engine'));
    },
    stats: { renders: 0, threw: 0, exceededTime: 0, exceededMemory: 0, exceededOutput: 0, restarts: 0, queued: 0 },
    [Symbol.asyncDispose]: async () => {},
  };
  await using rig = await startRig({ sandbox });
  await wire(rig, { connection, destination: { template: "{{! return 'n is ' + it.data[0].n; }}" } });
  await rig.send({ data: { n: '1' } });
  await rig.clock.advance(hour);
  const [held] = await rig.deliveries();
  assert.deepEqual(
    [held?.status, held?.reason, held?.errorKind, held?.attempts, renders],
    ['held', 'exhausted', 'internal_error', 3, 3],
  );
  assert.deepEqual(
    held?.attemptLog?.map(({ number, error, request, response }) => [number, error?.kind, request, response]),
    [1, 2, 3].map((number) => [number, 'internal_error', null, null]),
  );
});

test("a version that can't be loaded is retried by the schedule, and the delivery is sent when it loads", async () => {
  let isBroken = true;
  await using rig = await startRig({ handler: (_, index) => ({ status: index === 0 ? 500 : 200 }) });
  const { connectionId, destinationId } = await wire(rig, { connection });
  const load = rig.catalog.versions;
  let loads = 0;
  rig.catalog.versions = (query) => {
    // A node also loads what saved changes replaced, before a version.
    if ('after' in query) loads += 1;
    return isBroken ? Promise.reject(new Error('disk I/O error')) : load(query);
  };
  await rig.send({ data: { n: '1' } });
  await settled();
  await rig.put('destination', { connectionId, name: 'Orders', path: '/new', status: 'enabled' }, destinationId);
  await rig.clock.advance(5_000);
  await rig.clock.advance(59_999);
  assert.equal(loads, 1);
  const [retrying] = await rig.deliveries();
  assert.deepEqual([retrying?.status, retrying?.errorKind, retrying?.attempts], ['retrying', 'internal_error', 2]);
  isBroken = false;
  await rig.clock.advance(1);
  const [delivered] = await rig.deliveries();
  assert.deepEqual([delivered?.status, delivered?.attempts], ['delivered', 3]);
  assert.deepEqual(
    delivered?.attemptLog?.map(({ number }) => number),
    [1, 2, 3],
  );
});

test("an exchange that can't be redacted is logged without its content and keeps its verdict", () => {
  const logged = attempt(1, { body: 'v-1' });
  const errors: unknown[] = [];
  const reduce = redactedOrEmptied(
    () => {
      throw new Error('a bug');
    },
    { failedOften: (error) => errors.push(error) },
  );
  const before = settlement('dlv_1', { status: 'delivered', detail: 'v-1', rendered: rendered('v-1'), log: [logged] });
  const after = reduce(before);
  assert.equal(after.rendered, undefined);
  assert.deepEqual(
    [after.status, after.log[0]?.outcome, after.log[0]?.response?.status],
    ['delivered', 'delivered', 200],
  );
  assert.ok(!JSON.stringify(after).includes('v-1') && !JSON.stringify(after).includes('Content-Type'));
  assert.equal(errors.length, 1);
});

test('a test send that meets an error ends as failed, with internal_error', async () => {
  await using rig = await startRig({ handler: () => unreadable(503) });
  const { destinationId } = await wire(rig, { connection });
  const sent = await rig.pipeline.preview.testSend(destinationId, { data: [{ n: '1' }] }, null);
  assert.deepEqual([sent.status, sent.reason, sent.errorKind], ['failed', 'internal_error', 'internal_error']);
});

test('when a batch fails with an error before it is sent, the good records are delivered in batches and only the bad one is retried', async () => {
  await using rig = await startRig();
  const destination = { name: 'Orders', path: '/orders', template, settings: { batch: { records: 9, waitMs: 1_000 } } };
  // While it is paused none is in memory: all are read from the journal.
  const { connectionId, destinationId } = await wire(rig, {
    connection,
    destination: { ...destination, status: 'paused' },
  });
  const bad = {
    toJSON() {
      throw new Error('no JSON');
    },
  };
  const { hot } = rig.journal;
  const { due } = hot;
  hot.due = async (query) => {
    const found = await due(query);
    for (const { event } of found.due) if (event?.data['n'] === '2') event.data['n'] = bad as unknown as string; // no stored event has such a value
    return found;
  };
  await rig.send(...Array.from({ length: 8 }, (_, n) => ({ data: { n: String(n) } })));
  await settled();
  await rig.put('destination', { connectionId, ...destination, status: 'enabled' }, destinationId);
  await rig.clock.advance(1_000);
  assert.deepEqual(valuesIn(rig).flat().toSorted(), ['0', '1', '3', '4', '5', '6', '7']);
  assert.ok(rig.egress.requests.length <= 3, `${JSON.stringify(valuesIn(rig))}`);
  const rows = await rig.deliveries();
  assert.deepEqual(
    rows.map(({ status, attempts, errorKind }) => [status, attempts, errorKind]),
    rows.map((_, n) => (n === 2 ? ['retrying', 1, 'internal_error'] : ['delivered', 1, null])),
  );
});

test("a batch whose response can't be judged is retried by the schedule as one request, and is held in the end", async () => {
  await using rig = await startRig({ handler: () => unreadable(503) });
  await wire(rig, { connection, destination: { template, settings: { batch: { records: 5, waitMs: 0 } } } });
  await rig.send(...Array.from({ length: 5 }, (_, n) => ({ data: { n: String(n) } })));
  await rig.clock.advance(hour);
  assert.deepEqual(
    valuesIn(rig).map((one) => one.length),
    [5, 5, 5],
  );
  const rows = await rig.deliveries();
  assert.deepEqual(
    new Set(rows.map(({ status, reason, attempts }) => `${status} ${reason} ${attempts}`)),
    new Set(['held exhausted 3']),
  );
  assert.equal(new Set(rows.flatMap(({ attemptLog }) => attemptLog?.map(({ batchId }) => batchId) ?? [])).size, 3);
});
