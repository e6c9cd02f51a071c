import assert from 'node:assert/strict';
import { test } from 'node:test';
import { settled } from '../../test/support/fake-clock.ts';
import { startRig, wire } from '../../test/support/rig.ts';
import type { EgressRequest } from '../egress/egress.ts';
import { quickjsSandbox } from '../sandbox/quickjs/quickjs-sandbox.ts';

const key = (request: EgressRequest | undefined) => request?.headers.find(([name]) => name === 'Idempotency-Key')?.[1];

test('an event of an action reaches its destination as the documented template writes it', async () => {
  await using rig = await startRig();
  await wire(rig);
  await rig.send({ name: 'ViewPage', data: { 'wt.es': 'shop.example/a', n: '1' } });
  await settled();
  const [request] = rig.egress.requests;
  assert.equal(request?.url, 'https://crm.example/v2/orders');
  assert.equal(request?.body, '{"wt.es":"shop.example/a","n":"1"}');
  const [delivery] = await rig.deliveries();
  assert.equal(delivery?.status, 'delivered');
  assert.equal(delivery?.attempts, 1);
  assert.equal(key(request), delivery?.id);
  assert.deepEqual(rig.failures, []);
});

test('a listener that throws affects neither the response of the intake, nor a delivery, nor later listeners', async () => {
  await using rig = await startRig();
  await wire(rig);
  const heard: string[] = [];
  const broken = () => {
    throw new Error('a broken listener');
  };
  for (const kind of ['received', 'planned', 'evaluated', 'settled'] as const) {
    rig.pipeline.events.on(kind, broken);
    rig.pipeline.events.on(kind, () => heard.push(kind));
  }
  const ids = await rig.send({ data: { n: '1' } });
  await settled();
  assert.equal(ids.length, 1);
  assert.deepEqual(await rig.statuses(), ['delivered']);
  assert.equal(rig.egress.requests.length, 1);
  assert.deepEqual(heard.toSorted(), ['evaluated', 'planned', 'received', 'settled']);
  assert.deepEqual(rig.failures, Array(4).fill(new Error('a broken listener')));
});

test('a delivery counts how often its event came back through deliveries, so that loops end', async () => {
  await using rig = await startRig();
  await wire(rig);
  await rig.send({ data: { n: '1' } }, { data: { n: '2' }, ext: { millraceHops: 3 } });
  await settled();
  const hops = rig.egress.requests.map(({ headers }) => headers.find(([name]) => name === 'Millrace-Hops')?.[1]);
  assert.deepEqual(hops, ['1', '4']);
});

test('a connection with a proxy sends through it, with the credentials of the proxy', async () => {
  await using rig = await startRig();
  const proxy = { url: 'http://proxy.example:3128', username: 'us', password: 'pw' };
  await wire(rig, { connection: { settings: { proxy } } });
  await rig.send({ data: { n: '1' } });
  await settled();
  assert.deepEqual(await rig.statuses(), ['delivered']);
  assert.deepEqual(
    rig.egress.requests.map((request) => request.proxy),
    [proxy],
  );
});

test('of a response that is compressed without a request for it, the log keeps only the beginning', async () => {
  const bodies: Record<string, string> = { gzip: 'z'.repeat(5_000), identity: 'i'.repeat(5_000) };
  await using rig = await startRig({
    handler({ body }) {
      const encoding = String(body).includes('gzip') ? 'gzip' : 'identity';
      return { status: 200, headers: [['content-encoding', encoding]], body: bodies[encoding] ?? '' };
    },
  });
  await wire(rig);
  await rig.send({ data: { n: 'gzip' } }, { data: { n: 'as it is' } });
  await settled();
  const kept = (await rig.deliveries()).map(({ attemptLog }) => attemptLog?.at(-1)?.response);
  assert.deepEqual(
    kept.map((response) => [response?.body?.length, response?.truncated]),
    [
      [64, true],
      [5_000, false],
    ],
  );
});

test('an event that no rule matches creates no delivery, and a later one that matches does', async () => {
  await using rig = await startRig();
  await wire(rig, { action: { rules: { parameter: 'wt.ev', operator: 'equals', value: 'buy' } } });
  await rig.send({ data: { 'wt.ev': 'look' } });
  await rig.send({ data: { 'wt.ev': 'buy' } });
  await settled();
  assert.deepEqual(
    rig.egress.requests.map((request) => request.body),
    ['{"wt.ev":"buy"}'],
  );
});

test('a failing delivery is retried on the schedule, never early, with one key and the same bytes, then held', async () => {
  await using rig = await startRig({ handler: () => ({ status: 500 }) });
  const waits = [5_000, 20_000, 60_000];
  await wire(rig, { connection: { settings: { retry: { scheduleMs: [0, ...waits] } } } });
  await rig.send({ data: { a: '1' } });
  await settled();
  for (const [index, wait] of waits.entries()) {
    assert.equal(rig.egress.requests.length, index + 1);
    await rig.clock.advance(wait - 1);
    assert.equal(rig.egress.requests.length, index + 1, `nothing before ${wait} ms`);
    await rig.clock.advance(1);
  }
  assert.equal(rig.egress.requests.length, 4);
  assert.equal(new Set(rig.egress.requests.map(key)).size, 1);
  assert.equal(new Set(rig.egress.requests.map((request) => request.body)).size, 1);
  const [delivery] = await rig.deliveries();
  assert.deepEqual([delivery?.status, delivery?.reason, delivery?.attempts], ['held', 'exhausted', 4]);
  assert.equal(delivery?.nextAttemptAt, null);
});

test('deliveries of a disabled destination are held, not lost, and sent when it is enabled', async () => {
  await using rig = await startRig();
  const { connectionId, destinationId } = await wire(rig);
  const orders = { connectionId, name: 'Orders', path: '/orders' };
  await rig.put('destination', { ...orders, status: 'disabled' }, destinationId);
  await rig.send({ data: { n: '1' } }, { data: { n: '2' } });
  await settled();
  const held = await rig.deliveries();
  assert.deepEqual(
    held.map(({ status, reason }) => [status, reason]),
    [
      ['held', 'destination_disabled'],
      ['held', 'destination_disabled'],
    ],
  );
  assert.equal((await rig.pipeline.queueStatus.health(connectionId)).held, 2);
  await rig.send({ data: { n: '3' } });
  await settled();
  assert.equal((await rig.pipeline.queueStatus.health(connectionId)).held, 3, 'counted at once');
  assert.equal(rig.egress.requests.length, 0);
  // A delivery held before its first render uses the current template when it is released.
  await rig.put(
    'destination',
    { ...orders, status: 'enabled', template: '{{! return JSON.stringify(it.data); }}' },
    destinationId,
  );
  await settled();
  assert.deepEqual(
    rig.egress.requests.map((request) => request.body),
    ['[{"n":"1"}]', '[{"n":"2"}]', '[{"n":"3"}]'],
  );
  assert.deepEqual(await rig.statuses(), ['delivered', 'delivered', 'delivered']);
});

test('a paused connection holds all its destinations', async () => {
  await using rig = await startRig();
  const { connectionId } = await wire(rig);
  const crm = { name: 'CRM', baseUrl: 'https://crm.example/v2' };
  await rig.put('connection', { ...crm, status: 'paused' }, connectionId);
  await rig.send({ data: { n: '1' } });
  await settled();
  assert.deepEqual(
    (await rig.deliveries()).map((one) => one.reason),
    ['connection_paused'],
  );
  await rig.put('connection', { ...crm, status: 'enabled' }, connectionId);
  await settled();
  assert.deepEqual(await rig.statuses(), ['delivered']);
});

test('refused credentials hold the connection, probe at growing intervals, and one success releases all', async () => {
  let isGood = false;
  await using rig = await startRig({ handler: () => ({ status: isGood ? 200 : 401 }) });
  const { connectionId } = await wire(rig, {
    connection: { auth: { type: 'bearer', token: 'wrong-for-now' } },
  });
  for (let n = 0; n < 20; n++) await rig.send({ data: { n: String(n) } });
  await settled();
  const asked = rig.egress.requests.length;
  assert.ok(asked < 20, `${asked} requests before the hold`);
  assert.ok(
    (await rig.deliveries()).every(
      (one) => one.status === 'held' && one.reason === 'auth_rejected' && one.attempts === 0,
    ),
  );
  assert.equal((await rig.pipeline.queueStatus.health(connectionId)).state, 'needs_attention');
  const counts: number[] = [];
  for (let minute = 0; minute < 10; minute++) {
    await rig.clock.advance(60_000);
    counts.push(rig.egress.requests.length - asked);
  }
  assert.ok((counts.at(-1) ?? 0) <= 6, `probes by minute: ${counts}`);
  isGood = true;
  await rig.clock.advance(30 * 60_000);
  assert.ok((await rig.statuses()).every((status) => status === 'delivered'));
  assert.equal((await rig.pipeline.queueStatus.health(connectionId)).state, 'ok');
});

test('a connection without responses is held with few probes, and drains in order when it is back', async () => {
  let isBack = false;
  const arrived: string[] = [];
  await using rig = await startRig({
    handler: ({ body }) => {
      if (!isBack) return { error: { kind: 'connect', message: 'refused' } };
      arrived.push(String(JSON.parse(String(body)).n));
      return { status: 200 };
    },
  });
  const { connectionId } = await wire(rig, { destination: { template: '{{! return JSON.stringify(it.data[0]); }}' } });
  for (let n = 0; n < 5; n++) {
    await rig.send({ data: { n: String(n) } });
    await settled();
  }
  const health = await rig.pipeline.queueStatus.health(connectionId);
  assert.deepEqual([health.state, health.reason], ['tripped', 'breaker_open']);
  assert.equal(health.detail, 'The last 5 requests got no response.');
  const asked = rig.egress.requests.length;
  for (let n = 5; n < 50; n++) await rig.send({ data: { n: String(n) } });
  await rig.clock.advance(999);
  assert.equal(rig.egress.requests.length, asked, 'nothing is sent before the first probe');
  const held = (await rig.deliveries()).filter((one) => one.status === 'held' && one.reason === 'breaker_open');
  assert.ok(held.length >= 45 && held.every(({ attempts }) => attempts <= 1), `${held.length} held`);
  const probes: number[] = [];
  for (let minute = 0; minute < 15; minute++) {
    const before = rig.egress.requests.length;
    await rig.clock.advance(60_000);
    probes.push(rig.egress.requests.length - before);
  }
  assert.ok(
    probes.every((count) => count <= 20),
    `probes: ${probes}`,
  );
  assert.deepEqual(new Set(probes.slice(-10)), new Set([2]));
  isBack = true;
  await rig.clock.advance(5 * 60_000 + 1_000);
  assert.ok((await rig.statuses()).every((status) => status === 'delivered'));
  assert.equal((await rig.pipeline.queueStatus.health(connectionId)).state, 'ok');
  const fresh = arrived.map(Number).filter((n) => n >= 20);
  assert.deepEqual(
    fresh,
    fresh.toSorted((a, b) => a - b),
  );
});

test('responses that refuse the data never trip a connection', async () => {
  await using rig = await startRig({ handler: () => ({ status: 422 }) });
  const { connectionId } = await wire(rig);
  for (let n = 0; n < 30; n++) await rig.send({ data: { n: String(n) } });
  await rig.clock.advance(1);
  assert.equal((await rig.pipeline.queueStatus.health(connectionId)).state, 'ok');
  assert.equal(rig.egress.requests.length, 30);
});

test('a saved change of the credentials releases the held deliveries, one of anything else does not', async () => {
  await using rig = await startRig({
    handler: (request) => ({ status: request.headers.some(([, value]) => value === 'Bearer right') ? 200 : 401 }),
  });
  const refused = { name: 'CRM', baseUrl: 'https://crm.example', auth: { type: 'bearer', token: 'wrong' } };
  const { connectionId } = await wire(rig, { connection: refused });
  await rig.send({ data: { n: '1' } });
  await settled();
  for (const change of [{ name: 'CRM 2' }, { status: 'paused' }, { settings: { timeoutMs: 5_000 } }, {}]) {
    await rig.put('connection', { ...refused, ...change }, connectionId);
    await settled();
    assert.equal((await rig.pipeline.queueStatus.health(connectionId)).reason, 'auth_rejected');
  }
  assert.deepEqual([await rig.statuses(), rig.egress.requests.length], [['held'], 1]);
  await rig.put('connection', { ...refused, auth: { type: 'bearer', token: 'right' } }, connectionId);
  await settled();
  assert.deepEqual(await rig.statuses(), ['delivered']);
});

test('Retry-After is obeyed, makes the whole connection wait, and uses up no attempt', async () => {
  let isBusy = true;
  await using rig = await startRig({
    handler: () => (isBusy ? { status: 429, headers: [['retry-after', '120']] } : { status: 200 }),
  });
  await wire(rig);
  await rig.send({ data: { n: '1' } });
  await settled();
  isBusy = false;
  await rig.send({ data: { n: '2' } });
  await rig.clock.advance(119_000);
  assert.equal(rig.egress.requests.length, 1);
  await rig.clock.advance(1_000);
  const deliveries = await rig.deliveries();
  assert.deepEqual(
    deliveries.map(({ status, attempts }) => [status, attempts]),
    [
      ['delivered', 1],
      ['delivered', 1],
    ],
  );
  assert.deepEqual(
    deliveries[0]?.attemptLog?.map((one) => one.counted),
    [false, true],
  );
});

test('410 fails the delivery and pauses its destination', async () => {
  await using rig = await startRig({ handler: () => ({ status: 410 }) });
  const { destinationId } = await wire(rig);
  await rig.send({ data: { n: '1' } });
  await settled();
  await rig.send({ data: { n: '2' } });
  await settled();
  assert.equal(rig.pipeline.configuration.snapshot.documents.destination.get(destinationId)?.body.status, 'paused');
  assert.deepEqual(
    (await rig.deliveries()).map((one) => [one.status, one.reason]),
    [
      ['failed', 'http_4xx'],
      ['held', 'destination_paused'],
    ],
  );
});

test('a hanging destination delays no other of its connection', async () => {
  await using rig = await startRig({
    handler: (request) => (request.url.includes('/slow') ? new Promise(() => {}) : { status: 200 }),
  });
  const { connectionId, destinationId } = await wire(rig);
  const slow = await rig.put('destination', { connectionId, name: 'Slow', path: '/slow', status: 'enabled' });
  await rig.put('action', {
    name: 'Both',
    description: 'both',
    status: 'enabled',
    destinations: [{ destinationId: slow }, { destinationId }],
  });
  for (let n = 0; n < 200; n++) await rig.send({ data: { n: String(n) } });
  await settled();
  await settled();
  const done = (
    await rig.journal.log.deliveries({ limit: 200, closed: [], now: 0, destinationId, status: 'delivered' })
  ).length;
  assert.equal(done, 200);
});

test('a backlog larger than memory is read back from the journal, each delivery once', async () => {
  let isOpen = false;
  await using rig = await startRig();
  const { connectionId, destinationId } = await wire(rig, { destination: { status: 'disabled' } });
  for (let n = 0; n < 30; n++)
    await rig.send(...Array.from({ length: 100 }, (_, i) => ({ data: { n: String(n * 100 + i) } })));
  await settled();
  assert.equal(rig.pipeline.depth().inMemory, 0);
  isOpen = true;
  await rig.put('destination', { connectionId, name: 'Orders', path: '/orders', status: 'enabled' }, destinationId);
  for (let round = 0; round < 50 && rig.egress.requests.length < 3_000; round++) await settled();
  assert.ok(isOpen);
  assert.equal(rig.egress.requests.length, 3_000);
  assert.equal(new Set(rig.egress.requests.map(key)).size, 3_000);
  assert.ok(rig.pipeline.depth().inMemory === 0);
});

test('a delivery that becomes due while its queue is being read is not lost', async () => {
  const answers = [Promise.withResolvers<{ status: number }>()];
  await using rig = await startRig({ handler: (_, index) => answers[index]?.promise ?? { status: 200 } });
  const { destinationId } = await wire(rig, { connection: { settings: { retry: { scheduleMs: [0, 0] } } } });
  await rig.send({ data: { n: '1' } });
  await settled();
  const { hot } = rig.journal;
  const read = hot.due;
  const held = Promise.withResolvers<void>();
  hot.due = async (query) => {
    const found = await read(query);
    hot.due = read;
    await held.promise;
    return found;
  };
  rig.pipeline.queueStatus.wake([destinationId]);
  answers[0]?.resolve({ status: 500 });
  await rig.clock.advance(0);
  held.resolve();
  await rig.clock.advance(0);
  assert.deepEqual(await rig.statuses(), ['delivered']);
  assert.equal(rig.egress.requests.length, 2);
});

test('the first attempt waits for the schedule, and a retry by a person is sent at once', async () => {
  await using rig = await startRig({ handler: () => ({ status: 400 }) });
  const retry = { scheduleMs: [600_000, 5_000] };
  const { destinationId } = await wire(rig, { connection: { settings: { retry } } });
  const start = rig.clock.now();
  await rig.send({ data: { n: '1' } });
  await rig.clock.advance(300_000);
  const [waiting] = await rig.deliveries();
  assert.deepEqual([waiting?.status, Date.parse(waiting?.nextAttemptAt ?? '')], ['pending', start + 600_000]);
  await rig.clock.advance(299_999);
  assert.equal(rig.egress.requests.length, 0);
  await rig.clock.advance(1);
  assert.equal(rig.egress.requests.length, 1);
  assert.deepEqual(await rig.statuses(), ['failed']);
  await rig.retry(waiting?.id ?? '');
  rig.pipeline.queueStatus.wake([destinationId]);
  await settled();
  assert.equal(rig.egress.requests.length, 2);
});

test('the schedule of a destination applies to its first attempt too, with jitter', async () => {
  await using rig = await startRig({ random: () => 0.5 });
  const retry = { scheduleMs: [60_000], jitter: 0.1 };
  await wire(rig, { destination: { settings: { retry } } });
  await rig.send({ data: { n: '1' } });
  await rig.clock.advance(62_999);
  assert.equal(rig.egress.requests.length, 0);
  await rig.clock.advance(1);
  assert.equal(rig.egress.requests.length, 1);
});

test('a process that crashes between send and record sends again with the same key', async () => {
  let isDying = true;
  await using rig = await startRig({ handler: () => (isDying ? new Promise(() => {}) : { status: 200 }) });
  await wire(rig);
  await rig.send({ data: { n: '1' } });
  await settled();
  assert.equal(rig.egress.requests.length, 1);
  isDying = false;
  await rig.restart();
  await rig.clock.advance(1);
  assert.equal(rig.egress.requests.length, 2);
  assert.equal(key(rig.egress.requests[1]), key(rig.egress.requests[0]));
  assert.deepEqual(await rig.statuses(), ['delivered']);
});

test('after one crash all deliveries that were in flight are sent again at once', async () => {
  await using rig = await startRig({ handler: () => new Promise(() => {}) });
  await wire(rig);
  await rig.send(...Array.from({ length: 10 }, (_, n) => ({ data: { n: String(n) } })));
  await rig.clock.advance(100);
  const before = rig.egress.requests.length;
  assert.ok(before > 1);
  await rig.restart();
  await rig.clock.advance(100);
  assert.equal(rig.egress.requests.length, 2 * before);
  assert.equal(rig.pipeline.depth().inFlight, before);
});

test('a delivery that is on trial when the process crashes is quarantined as poison, and the others are delivered', async () => {
  await using rig = await startRig({
    handler: (request) => (String(request.body).includes('bad') ? new Promise(() => {}) : { status: 200 }),
  });
  await wire(rig);
  await rig.send({ data: { n: 'bad' } }, { data: { n: 'good' } });
  for (let death = 0; death < 3; death++) {
    await rig.clock.advance(100);
    await rig.restart();
  }
  await rig.clock.advance(100);
  assert.deepEqual(
    (await rig.deliveries()).map((one) => [one.status, one.reason]),
    [
      ['failed', 'poison'],
      ['delivered', null],
    ],
  );
});

test('of many suspects none is quarantined for one crash in its trial', async () => {
  let isDown = true;
  await using rig = await startRig({ handler: () => (isDown ? new Promise(() => {}) : { status: 200 }) });
  await wire(rig);
  await rig.send(...Array.from({ length: 10 }, (_, n) => ({ data: { n: String(n) } })));
  for (let death = 0; death < 3; death++) {
    await rig.clock.advance(100);
    if (death === 2) isDown = false;
    await rig.restart();
  }
  await rig.clock.advance(1_000);
  const reasons = (await rig.deliveries()).map((one) => one.reason ?? one.status);
  assert.deepEqual(new Set(reasons), new Set(['delivered']));
});

test('a stop ends although the storage accepts no writes', async () => {
  const rig = await startRig();
  const isFull = () => Promise.reject(new Error('full'));
  rig.journal.hot.leases.leave = isFull;
  await rig[Symbol.asyncDispose]();
  assert.ok(rig.failures.length > 0);
});

test('a template that returns nothing skips the delivery, one that fails reports its position, and neither is sent', async () => {
  await using sandbox = await quickjsSandbox();
  await using rig = await startRig({ sandbox });
  const { connectionId } = await wire(rig, { destination: { template: '{{! return it.data[1]; }}' } });
  const failing = await rig.put('destination', {
    connectionId,
    name: 'Failing',
    status: 'enabled',
    template: 'a\n{{ it.data[0].user.email }}',
  });
  await rig.put('action', {
    name: 'F',
    description: 'f',
    status: 'enabled',
    destinations: [{ destinationId: failing }],
  });
  await rig.send({ data: { n: '1' } });
  const isDone = async () => (await rig.deliveries()).every((one) => one.finishedAt !== null);
  while (!(await isDone())) await settled();
  const [nothing, failed] = await rig.deliveries();
  assert.deepEqual([nothing?.status, nothing?.reason, nothing?.attempts], ['skipped', 'template_skipped', 0]);
  assert.deepEqual([failed?.status, failed?.reason, failed?.errorKind], ['failed', 'template_error', 'template']);
  assert.match(failed?.detail ?? '', /^Line 2/);
  assert.equal(rig.egress.requests.length, 0);
});
