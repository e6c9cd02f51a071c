import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fakeClock, settled } from '../../../test/support/fake-clock.ts';
import { countReadings, passesDeliveries, type Rig, startRig, wire } from '../../../test/support/rig.ts';
import { byItself } from '../../contract/by-itself.ts';
import { replayInput } from '../../contract/records/replay.ts';
import type { Sandbox } from '../../sandbox/sandbox.ts';

const crm = { name: 'CRM', baseUrl: 'https://crm.example/v2' };

test('when an error prevents a probe from being sent, another delivery of its connection is the probe at once', async () => {
  let isBroken = false;
  let isGood = false;
  const sandbox: Sandbox = {
    async render(jobs) {
      if (isBroken) throw new Error('no engine');
      return jobs.map(() => ({ kind: 'returned', output: '' }));
    },
    stats: { renders: 0, threw: 0, exceededTime: 0, exceededMemory: 0, exceededOutput: 0, restarts: 0, queued: 0 },
    [Symbol.asyncDispose]: async () => {},
  };
  await using rig = await startRig({ sandbox, handler: () => ({ status: isGood ? 200 : 401 }) });
  const auth = { type: 'bearer', token: 'a-token-of-this-test' };
  const rules = (to: string) => ({ parameter: 'to', operator: 'equals', value: to });
  const { connectionId } = await wire(rig, {
    connection: { auth },
    destination: { template: '{{ it.data[0].n }}' },
    action: { rules: rules('rendered') },
  });
  const destinationId = await rig.put('destination', { connectionId, name: 'Plain', status: 'enabled' });
  await rig.put('action', {
    name: 'Plain',
    description: 'needs no engine',
    status: 'enabled',
    destinations: [{ destinationId }],
    rules: rules('plain'),
  });
  await rig.send({ data: { to: 'plain' } });
  await rig.clock.advance(10);
  await rig.send({ data: { to: 'rendered' } });
  await rig.clock.advance(10);
  assert.deepEqual(await rig.statuses(), ['held', 'held']);
  isGood = true;
  isBroken = true;
  await rig.clock.advance(30_000);
  assert.deepEqual(await rig.statuses(), ['delivered', 'retrying']);
  assert.deepEqual(
    (await rig.deliveries()).map(({ attempts }) => attempts),
    [1, 1],
  );
});

test('deliveries that wait while nothing can be recorded are sent as soon as it can, on every connection', async () => {
  await using rig = await startRig();
  await wire(rig, { action: { rules: { parameter: 'to', operator: 'equals', value: 'a' } } });
  const connectionId = await rig.put('connection', { name: 'Other', baseUrl: 'https://other.example' });
  const destinationId = await rig.put('destination', { connectionId, name: 'B', status: 'enabled' });
  await rig.put('action', {
    name: 'B',
    description: 'b',
    status: 'enabled',
    destinations: [{ destinationId }],
    rules: { parameter: 'to', operator: 'equals', value: 'b' },
  });
  const { hot } = rig.journal;
  const settle = hot.settle;
  hot.settle = () => Promise.reject(new Error('disk full'));
  for (let n = 0; n < 50; n++) await rig.send(...Array.from({ length: 100 }, () => ({ data: { to: 'a' } })));
  await rig.clock.advance(10);
  const before = rig.egress.requests.length;
  assert.ok(before > 2_000 && before <= 3_001, `${before} sent without a record`);
  await rig.send({ data: { to: 'b' } });
  await rig.clock.advance(10);
  assert.equal(rig.egress.requests.length, before, 'nothing more is sent');
  hot.settle = settle;
  await rig.clock.advance(1_100);
  assert.equal(rig.egress.requests.filter(({ url }) => url.includes('other')).length, 1);
});

test('of a destination that hangs few deliveries wait in memory, and all are sent once it responds', async () => {
  const hanging: (() => void)[] = [];
  let isHanging = true;
  await using rig = await startRig({
    handler: () =>
      isHanging ? new Promise((resolve) => hanging.push(() => resolve({ status: 200 }))) : { status: 200 },
  });
  await wire(rig);
  const sendMany = (count: number) => rig.send(...Array.from({ length: count }, () => ({ data: { n: '1' } })));
  await sendMany(20);
  await rig.clock.advance(1_100);
  for (let round = 0; round < 5; round++) await sendMany(100);
  await settled();
  const { inMemory } = rig.pipeline.depth();
  assert.ok(inMemory <= 16, `${inMemory} wait in memory`);
  isHanging = false;
  for (const respond of hanging) respond();
  await rig.clock.advance(1_000);
  assert.equal(rig.egress.requests.length, 520);
  assert.equal(rig.pipeline.depth().inMemory, 0);
  // It responds at once now, so a burst stays in memory; one that was passed is read at once.
  const readings = countReadings(rig);
  await sendMany(500);
  await rig.clock.advance(1_000);
  assert.equal(rig.egress.requests.length, 1_020);
  assert.equal(readings(), passesDeliveries ? 1 : 0);
});

test('deliveries to a blocked address do not raise the number of requests in flight', async () => {
  let isBlocked = true;
  await using rig = await startRig({
    handler: () =>
      isBlocked ? { error: { kind: 'blocked', message: 'It is blocked.' } } : new Promise<never>(() => {}),
  });
  await wire(rig);
  const sendMany = () => rig.send(...Array.from({ length: 50 }, (_, n) => ({ data: { n: String(n) } })));
  await sendMany();
  await rig.clock.advance(1_000);
  assert.equal(rig.egress.requests.length, 50);
  isBlocked = false;
  await sendMany();
  await rig.clock.advance(1_000);
  assert.equal(rig.egress.requests.length, 50 + 8);
});

test('many hanging requests do not delay other connections', async () => {
  await using rig = await startRig({
    handler: ({ url }) => (url.includes('dead') ? new Promise(() => {}) : { status: 200 }),
  });
  const { destinationId } = await wire(rig);
  const ids: string[] = [];
  for (let n = 0; n < 300; n++) {
    const connectionId = await rig.put('connection', { name: `Dead ${n}`, baseUrl: `https://dead${n}.example` });
    ids.push(await rig.put('destination', { connectionId, name: 'Dead', status: 'enabled' }));
  }
  for (let n = 0; n < 300; n += 100)
    await rig.put('action', {
      name: `Dead ${n}`,
      description: 'all that hang',
      status: 'enabled',
      destinations: ids.slice(n, n + 100).map((id) => ({ destinationId: id })),
    });
  await rig.send(...Array.from({ length: 20 }, (_, n) => ({ data: { n: String(n) } })));
  for (let round = 0; round < 50; round++) await settled();
  const query = { limit: 200, closed: [], now: 0, destinationId, status: 'delivered' as const };
  assert.equal((await rig.journal.log.deliveries(query)).length, 20);
});

test('refusals of concurrent requests set one hold: the first probe is 30 s later', async () => {
  await using rig = await startRig({ handler: () => ({ status: 401 }) });
  await wire(rig, { connection: { auth: { type: 'bearer', token: 'wrong' } } });
  await rig.send(...Array.from({ length: 20 }, (_, n) => ({ data: { n: String(n) } })));
  await settled();
  const asked = rig.egress.requests.length;
  assert.ok(asked > 1);
  await rig.clock.advance(29_999);
  assert.equal(rig.egress.requests.length, asked);
  await rig.clock.advance(1);
  assert.equal(rig.egress.requests.length, asked + 1);
  await rig.clock.advance(59_999);
  assert.equal(rig.egress.requests.length, asked + 1);
  await rig.clock.advance(1);
  assert.equal(rig.egress.requests.length, asked + 2);
});

test('replaced credentials are not held because of a refusal of the old ones', async () => {
  const old = Promise.withResolvers<{ status: number }>();
  await using rig = await startRig({
    handler: ({ headers }) => (headers.some(([, value]) => value === 'Bearer right') ? { status: 200 } : old.promise),
  });
  const { connectionId } = await wire(rig, { connection: { auth: { type: 'bearer', token: 'wrong' } } });
  await rig.send({ data: { n: '1' } });
  await settled();
  await rig.put('connection', { ...crm, auth: { type: 'bearer', token: 'right' } }, connectionId);
  old.resolve({ status: 401 });
  await rig.clock.advance(1);
  assert.deepEqual(await rig.statuses(), ['delivered']);
  assert.equal((await rig.pipeline.queueStatus.health(connectionId)).state, 'ok');
});

test('a probe without a result postpones the next one, and then any delivery may be the probe', async () => {
  let status = 401;
  await using rig = await startRig({ handler: () => ({ status }) });
  const { destinationId: first, connectionId } = await wire(rig, {
    connection: { auth: { type: 'bearer', token: 't' } },
  });
  const second = await rig.put('destination', { connectionId, name: 'Second', path: '/second', status: 'enabled' });
  await rig.put('action', {
    name: 'Second',
    description: 'the other',
    status: 'enabled',
    destinations: [{ destinationId: second }],
  });
  await rig.send(...Array.from({ length: 3 }, (_, n) => ({ data: { n: String(n) } })));
  await settled();
  const asked = rig.egress.requests.length;
  status = 500;
  await rig.clock.advance(60_000);
  assert.equal(rig.egress.requests.length, asked + 1, 'one probe in the first minute');
  status = 200;
  await rig.put('destination', { connectionId, name: 'Orders', path: '/orders', status: 'disabled' }, first);
  await rig.clock.advance(31 * 60_000);
  assert.equal((await rig.pipeline.queueStatus.health(connectionId)).state, 'ok');
  const query = { limit: 200, closed: [], now: 0, destinationId: second, status: 'delivered' as const };
  assert.equal((await rig.journal.log.deliveries(query)).length, 3);
});

test('while the storage fails, the queues of many destinations write few lines to the log', async () => {
  await using rig = await startRig();
  const { connectionId } = await wire(rig);
  const ids: string[] = [];
  for (let n = 0; n < 20; n++)
    ids.push(await rig.put('destination', { connectionId, name: `D${n}`, path: `/${n}`, status: 'enabled' }));
  rig.journal.hot.due = () => Promise.reject(new Error('the storage fails'));
  rig.pipeline.queueStatus.wake(ids);
  await rig.clock.advance(1_000);
  assert.ok(rig.failures.length >= ids.length);
  assert.deepEqual(rig.unbounded, []);
});

test('a delivery that is cancelled while it waits in memory is not sent', async () => {
  let isBusy = true;
  await using rig = await startRig({
    handler: () => (isBusy ? { status: 429, headers: [['retry-after', '60']] } : { status: 200 }),
  });
  const { destinationId } = await wire(rig);
  await rig.send({ data: { n: 'busy' } });
  await settled();
  isBusy = false;
  await rig.send({ data: { n: 'unwanted' } }, { data: { n: 'wanted' } });
  await settled();
  const unwanted = (await rig.deliveries())[1];
  await rig.cancel(unwanted?.id ?? '');
  rig.pipeline.queueStatus.wake([destinationId]);
  await rig.clock.advance(60_000);
  const bodies = rig.egress.requests.map(({ body }) => body);
  assert.deepEqual(bodies.slice(1).toSorted(), ['{"n":"busy"}', '{"n":"wanted"}']);
});

test('a delivery that is cancelled while its queue is being read is not sent', async () => {
  await using rig = await startRig();
  const { connectionId, destinationId } = await wire(rig, { destination: { status: 'disabled' } });
  await rig.send({ data: { n: '1' } });
  await settled();
  const { hot } = rig.journal;
  const read = hot.due;
  const held = Promise.withResolvers<void>();
  hot.due = async (query) => {
    hot.due = read;
    const found = await read(query);
    await held.promise;
    return found;
  };
  await rig.put('destination', { connectionId, name: 'Orders', status: 'enabled' }, destinationId);
  await settled();
  await rig.cancel((await rig.deliveries())[0]?.id ?? '');
  rig.pipeline.queueStatus.wake([destinationId]);
  held.resolve();
  await rig.clock.advance(1);
  assert.equal(rig.egress.requests.length, 0);
});

test('a retry by a person between the record of an outcome and the next reading is not lost', async () => {
  const answer = Promise.withResolvers<{ status: number }>();
  await using rig = await startRig({ handler: (_, index) => (index === 0 ? answer.promise : { status: 200 }) });
  const { destinationId } = await wire(rig);
  await rig.send({ data: { n: '1' } });
  await settled();
  const { hot } = rig.journal;
  const settle = hot.settle;
  const reported = Promise.withResolvers<void>();
  hot.settle = async (...args) => {
    const isMine = await settle(...args);
    await reported.promise;
    return isMine;
  };
  const read = hot.due;
  const shown = Promise.withResolvers<void>();
  hot.due = async (query) => {
    const found = await read(query);
    await shown.promise;
    return found;
  };
  answer.resolve({ status: 400 });
  await settled();
  const id = (await rig.deliveries())[0]?.id ?? '';
  await rig.retry(id);
  rig.pipeline.queueStatus.wake([destinationId]);
  await settled();
  reported.resolve();
  await settled();
  hot.due = read;
  shown.resolve();
  await rig.clock.advance(1);
  assert.equal(rig.egress.requests.length, 2);
  assert.deepEqual(await rig.statuses(), ['delivered']);
});

test('503 with Retry-After from one destination causes no reading for another one', async () => {
  await using rig = await startRig({
    handler: ({ url }) => (url.includes('busy') ? { status: 503, headers: [['retry-after', '9']] } : { status: 200 }),
  });
  const { connectionId } = await wire(rig, { destination: { path: '/busy' } });
  const others: string[] = [];
  for (let n = 0; n < 20; n++)
    others.push(await rig.put('destination', { connectionId, name: `Other ${n}`, status: 'enabled' }));
  const { hot } = rig.journal;
  const read = hot.due;
  let reads = 0;
  hot.due = (query) => {
    if (others.includes(query.destinationId)) reads += 1;
    return read(query);
  };
  for (let round = 0; round < 5; round++) await settled();
  reads = 0;
  await rig.send({ data: { n: '1' } });
  await rig.clock.advance(100);
  assert.equal(reads, 0);
});

test('held deliveries of a deleted destination are cancelled, also after a restart', async () => {
  await using rig = await startRig({ handler: () => ({ status: 500 }) });
  const { destinationId } = await wire(rig, { connection: { settings: { retry: { scheduleMs: [0] } } } });
  await rig.send({ data: { n: '1' } });
  await settled();
  assert.deepEqual(await rig.statuses(), ['held']);
  await rig.restart();
  await rig.pipeline.configuration.change(byItself, ({ documents }) =>
    [...documents.action.values(), ...documents.destination.values()].map((document) => ({ op: 'delete', document })),
  );
  await rig.clock.advance(1);
  assert.equal(rig.pipeline.configuration.snapshot.documents.destination.has(destinationId), false);
  assert.deepEqual(await rig.statuses(), ['cancelled']);
});

test('a deleted destination keeps no queue once it has no deliveries left', async () => {
  await using rig = await startRig();
  await wire(rig);
  await rig.send({ data: { n: '1' } });
  await settled();
  assert.deepEqual([await rig.statuses(), rig.pipeline.depth().queues], [['delivered'], 1]);
  await rig.pipeline.configuration.change(byItself, ({ documents }) =>
    [...documents.action.values(), ...documents.destination.values()].map((document) => ({ op: 'delete', document })),
  );
  await rig.clock.advance(1);
  assert.equal(rig.pipeline.depth().queues, 0);
});

test('a request to a deleted destination counts for the concurrency of its connection until it ends', async () => {
  const { promise, resolve } = Promise.withResolvers<{ status: number }>();
  await using rig = await startRig({ handler: (_, index) => (index === 0 ? promise : { status: 200 }) });
  const { connectionId } = await wire(rig, { connection: { settings: { rate: { concurrency: 1 } } } });
  await rig.send({ data: { n: '1' } });
  await settled();
  await deleteDestinations(rig);
  await rig.clock.advance(1);
  const destinationId = await rig.put('destination', { connectionId, name: 'Next', status: 'enabled' });
  await rig.put('action', { name: 'Next', description: 'x', status: 'enabled', destinations: [{ destinationId }] });
  await rig.send({ data: { n: '2' } });
  await rig.clock.advance(1_000);
  assert.equal(rig.egress.requests.length, 1);
  resolve({ status: 200 });
  await rig.clock.advance(1_000);
  assert.equal(rig.egress.requests.length, 2);
});

test('after a destination was deleted, the others of its connection still share its concurrency with new ones', async () => {
  const { promise, resolve } = Promise.withResolvers<{ status: number }>();
  await using rig = await startRig({ handler: ({ url }) => (url.endsWith('/in') ? { status: 200 } : promise) });
  const { connectionId, destinationId, actionId } = await wire(rig, {
    destination: { path: '/in' },
    connection: { settings: { rate: { concurrency: 2 } } },
  });
  const add = async (name: string) => {
    const id = await rig.put('destination', { connectionId, name, path: `/${name}`, status: 'enabled' });
    const destinations = [{ destinationId: id }];
    await rig.put('action', { name, description: 'x', status: 'enabled', destinations });
  };
  await add('old');
  await rig.send({ data: { n: '1' } });
  await rig.clock.advance(1_000);
  assert.equal(rig.egress.requests.length, 2);
  await rig.pipeline.configuration.change(byItself, ({ documents: { action, destination } }) =>
    [action.get(actionId), destination.get(destinationId)].map((document) => ({
      op: 'delete',
      document: document ?? assert.fail(),
    })),
  );
  await rig.clock.advance(1);
  assert.equal(rig.pipeline.depth().queues, 1);
  await add('next');
  await rig.send({ data: { n: '2' } }, { data: { n: '3' } });
  await rig.clock.advance(1_000);
  assert.equal(rig.egress.requests.length, 3, 'two in flight');
  resolve({ status: 200 });
  await rig.clock.advance(1_000);
  assert.equal(rig.egress.requests.length, 6);
});

test('crashes in a row quarantine one delivery, however many destinations had deliveries in flight', async () => {
  let isDown = true;
  await using rig = await startRig({ handler: () => (isDown ? new Promise(() => {}) : { status: 200 }) });
  const { connectionId } = await wire(rig);
  const ids: string[] = [];
  for (let n = 0; n < 6; n++)
    ids.push(await rig.put('destination', { connectionId, name: `D${n}`, path: `/${n}`, status: 'enabled' }));
  await rig.put('action', {
    name: 'Many',
    description: 'many',
    status: 'enabled',
    destinations: ids.map((destinationId) => ({ destinationId })),
  });
  await rig.send({ data: { n: '1' } });
  // Two make suspects of all, the third is during a trial, the fourth during the second trial of the same one.
  for (let death = 0; death < 4; death++) {
    await rig.clock.advance(100);
    if (death === 3) isDown = false;
    await rig.restart();
  }
  await rig.clock.advance(1_000);
  const reasons = (await rig.deliveries()).map((one) => one.reason ?? one.status);
  assert.deepEqual(reasons.toSorted(), [...Array.from({ length: 6 }, () => 'delivered'), 'poison']);
});

test('large deliveries use a bounded amount of memory, and all of them are sent', async () => {
  let isDown = true;
  await using rig = await startRig({ handler: () => (isDown ? new Promise(() => {}) : { status: 200 }) });
  const { connectionId, destinationId } = await wire(rig);
  const text = 'x'.repeat(1_000_000);
  for (let n = 0; n < 200; n++) await rig.send({ data: { n: String(n), text } });
  await settled();
  const { inMemory, inFlight } = rig.pipeline.depth();
  assert.ok(inMemory + inFlight < 140, `${inMemory} MB wait in memory, ${inFlight} MB in flight`);
  isDown = false;
  await rig.restart();
  await rig.put('destination', { connectionId, name: 'Orders', path: '/orders', status: 'enabled' }, destinationId);
  await rig.clock.advance(1_000);
  assert.equal((await rig.journal.housekeeping.usage()).unfinished, 0);
});

test('a queue that waits to be read is read once, however often its destination changes in between', async () => {
  await using rig = await startRig();
  const ids: string[] = [];
  for (let n = 0; n < 12; n++) {
    const connectionId = await rig.put('connection', { name: `C${n}`, baseUrl: `https://c${n}.example` });
    ids.push(await rig.put('destination', { connectionId, name: 'D', status: 'enabled' }));
  }
  const destinations = ids.map((destinationId) => ({ destinationId }));
  await rig.put('action', { name: 'All', description: 'all', status: 'enabled', destinations });
  const { hot } = rig.journal;
  const read = hot.due;
  const held = Promise.withResolvers<void>();
  let readings = 0;
  hot.due = async (query) => {
    readings += 1;
    await held.promise;
    return read(query);
  };
  for (let times = 0; times < 3; times++) {
    rig.pipeline.queueStatus.wake(ids);
    await settled();
  }
  assert.equal(readings, 4, 'at once');
  held.resolve();
  await settled();
  assert.equal(readings, 12 + 4, 'those that had begun are read again');
});

test('a stop waits for the readings of the journal that run, and begins no other', async () => {
  const rig = await startRig();
  const ids: string[] = [];
  for (let n = 0; n < 12; n++) {
    const connectionId = await rig.put('connection', { name: `C${n}`, baseUrl: `https://c${n}.example` });
    ids.push(await rig.put('destination', { connectionId, name: 'D', status: 'enabled' }));
  }
  const { hot } = rig.journal;
  const read = hot.due;
  const held = Promise.withResolvers<void>();
  let isOpen = true;
  let readings = 0;
  hot.due = async (query) => {
    assert.ok(isOpen, 'The storage is closed.');
    readings += 1;
    await held.promise;
    return read(query);
  };
  rig.pipeline.queueStatus.wake(ids);
  await settled();
  const stopped = rig.pipeline[Symbol.asyncDispose]().then(() => {
    isOpen = false;
  });
  await settled();
  assert.equal(isOpen, true);
  held.resolve();
  await stopped;
  await settled();
  assert.deepEqual([readings, rig.failures], [4, []]);
});

test('a stop gives up waiting for requests in flight, and their outcomes are dropped', async () => {
  for (const batch of [1, 2]) {
    const answer = Promise.withResolvers<{ status: number }>();
    const rig = await startRig({ handler: () => answer.promise });
    await wire(rig, {
      connection: { settings: { breaker: { minimum: 1, failureRatio: 0.1 } } },
      destination: { settings: { batch: { records: batch, waitMs: 0 } } },
    });
    await rig.send({ data: { n: '1' } }, { data: { n: '2' } });
    await settled();
    const { hot } = rig.journal;
    const closed = () => Promise.reject(new Error('The storage is closed.'));
    const stopped = rig.pipeline[Symbol.asyncDispose]().then(() => {
      Object.assign(hot, { settle: closed, saveHold: closed });
    });
    await rig.clock.advance(60_000);
    await stopped;
    answer.resolve({ status: 500 });
    await rig.clock.advance(60_000);
    assert.deepEqual([rig.egress.requests.length > 0, rig.failures], [true, []]);
  }
});

test('a delivery that would be held after its destination was deleted is cancelled', async () => {
  const answer = Promise.withResolvers<{ status: number }>();
  await using rig = await startRig({ handler: () => answer.promise });
  await wire(rig, { connection: { settings: { retry: { scheduleMs: [0] } } } });
  await rig.send({ data: { n: '1' } });
  await settled();
  await rig.pipeline.configuration.change(byItself, ({ documents }) =>
    [...documents.action.values(), ...documents.destination.values()].map((document) => ({ op: 'delete', document })),
  );
  await settled();
  answer.resolve({ status: 500 });
  await rig.clock.advance(1);
  assert.deepEqual(await rig.statuses(), ['cancelled']);
});

test('a destination whose queue is read slowly does not delay others of its connection', async () => {
  let isBusy = true;
  await using rig = await startRig({
    handler: () => (isBusy ? { status: 429, headers: [['retry-after', '60']] } : { status: 200 }),
  });
  const { connectionId, destinationId } = await wire(rig);
  const other = await rig.put('destination', { connectionId, name: 'Other', path: '/other', status: 'enabled' });
  await rig.send({ data: { n: 'busy' } });
  await settled();
  isBusy = false;
  const destinations = [{ destinationId }, { destinationId: other }];
  await rig.put('action', { name: 'Both', description: 'both', status: 'enabled', destinations });
  await rig.send({ data: { n: '1' } });
  await settled();
  const { hot } = rig.journal;
  const read = hot.due;
  const held = Promise.withResolvers<void>();
  hot.due = async (query) => {
    if (query.destinationId === destinationId) await held.promise;
    return read(query);
  };
  rig.pipeline.queueStatus.wake([destinationId]);
  await rig.clock.advance(60_000);
  assert.deepEqual(
    rig.egress.requests.slice(1).map(({ url }) => url),
    ['https://crm.example/v2/other'],
  );
  held.resolve();
  await rig.clock.advance(1);
  assert.ok((await rig.statuses()).every((status) => status === 'delivered'));
});

test('suspects are on trial one at a time, and other deliveries never wait for one', async () => {
  let isHanging = true;
  await using rig = await startRig({
    handler: ({ body }) => (isHanging && String(body).includes('old') ? new Promise(() => {}) : { status: 200 }),
  });
  await wire(rig);
  const named = (kind: string) => Array.from({ length: 5 }, (_, n) => ({ data: { n: `${kind} ${n}` } }));
  const sentOf = (kind: string) => rig.egress.requests.filter(({ body }) => String(body).includes(kind)).length;
  await rig.send(...named('old'));
  for (let crash = 0; crash < 2; crash++) {
    await rig.clock.advance(100);
    await rig.restart();
  }
  await rig.clock.advance(100);
  const before = sentOf('old');
  await rig.send(...named('new'));
  await rig.clock.advance(1_000);
  assert.equal(sentOf('new'), 5);
  assert.equal(sentOf('old'), before, 'one of the suspects is on trial, the others wait');
  assert.equal(rig.pipeline.depth().inFlight, 1);
  isHanging = false;
  await rig.restart();
  await rig.clock.advance(1_000);
  const statuses = Object.groupBy(await rig.statuses(), (status) => status);
  assert.equal(statuses.delivered?.length, 10, 'also the one that was on trial at the third crash');
});

test('a destination that is deleted during a replay costs other queues no memory', async () => {
  let answer = Promise.resolve({ status: 200 });
  await using rig = await startRig({ handler: () => answer });
  await wire(rig);
  await rig.send(...Array.from({ length: 40 }, (_, n) => ({ data: { n: String(n) } })));
  await rig.clock.advance(10);
  const late = Promise.withResolvers<{ status: number }>();
  answer = late.promise;
  await replayAll(rig);
  assert.ok(rig.pipeline.depth().inFlight > 2);
  await deleteDestinations(rig);
  late.resolve({ status: 200 });
  await rig.clock.advance(5_000);
  assert.equal(rig.pipeline.depth().queues, 0);
  answer = new Promise(() => {});
  await wire(rig, { connection: { name: 'Other' } });
  await rig.send(...Array.from({ length: 500 }, (_, n) => ({ data: { n: String(n) } })));
  await settled();
  const { inMemory, inFlight } = rig.pipeline.depth();
  assert.equal(inMemory + inFlight, 500);
});

test('held deliveries of a replay to a deleted destination are cancelled', async () => {
  let status = 200;
  await using rig = await startRig({ handler: () => ({ status }) });
  await wire(rig, { connection: { settings: { retry: { scheduleMs: [0] } } } });
  await rig.send({ data: { n: '1' } });
  await rig.clock.advance(10);
  status = 500;
  await replayAll(rig);
  assert.deepEqual(await rig.statuses(), ['delivered', 'held']);
  const { log } = rig.journal;
  const release = log.release;
  const isRead = Promise.withResolvers<void>();
  log.release = async (...args) => {
    await isRead.promise;
    return release(...args);
  };
  await deleteDestinations(rig);
  // By now the live queue has been read and has nothing to do.
  isRead.resolve();
  await rig.clock.advance(10_000);
  assert.deepEqual(await rig.statuses(), ['delivered', 'cancelled']);
});

test('a destination whose deliveries wait for a failed probe of another one gets the next probe', async () => {
  const answers = new Map(['straggler', 'probe'].map((name) => [name, Promise.withResolvers<{ status: number }>()]));
  const refused = { status: 401 };
  let isRepaired = false;
  await using rig = await startRig({
    handler({ body }) {
      if (isRepaired) return { status: 200 };
      const name = JSON.parse(String(body)).n;
      return answers.get(name)?.promise ?? refused;
    },
  });
  const rules = (to: string) => ({ parameter: 'to', operator: 'equals', value: to });
  const { connectionId } = await wire(rig, {
    connection: { auth: { type: 'bearer', token: 'a-token-of-this-test' } },
    action: { rules: rules('first') },
  });
  const second = await rig.put('destination', { connectionId, name: 'Second', path: '/second', status: 'enabled' });
  await rig.put('action', {
    name: 'Second',
    description: 'the other',
    status: 'enabled',
    destinations: [{ destinationId: second }],
    rules: rules('second'),
  });
  await rig.send({ data: { to: 'second', n: 'straggler' } });
  await settled();
  await rig.send({ data: { to: 'first', n: 'waiting' } });
  await settled();
  await rig.send({ data: { to: 'second', n: 'probe' } });
  await rig.clock.advance(31_000);
  assert.equal(rig.egress.requests.length, 3, 'the probe is in flight');
  answers.get('straggler')?.resolve(refused);
  await rig.clock.advance(1_000);
  answers.get('probe')?.resolve(refused);
  await rig.clock.advance(1_000);
  for (const { id, destinationId: to } of await rig.deliveries()) if (to === second) await rig.cancel(id);
  rig.pipeline.queueStatus.wake([second]);
  isRepaired = true;
  await rig.clock.advance(10 * 60_000);
  assert.deepEqual(await rig.statuses(), ['cancelled', 'delivered', 'cancelled']);
});

test('a connection continues after an error in a decision about it', async () => {
  const clock = fakeClock();
  let errors = 0;
  const failing: typeof clock = {
    ...clock,
    after(ms, call) {
      if (ms === 7_000 && errors++ < 2) throw new Error('no timer');
      return clock.after(ms, call);
    },
  };
  await using rig = await startRig({ clock: failing });
  await wire(rig, { connection: { settings: { rate: { limit: 1, perMs: 7_000 } } } });
  await rig.send(...Array.from({ length: 3 }, (_, n) => ({ data: { n: String(n) } })));
  await rig.clock.advance(60_000);
  assert.ok(errors > 0);
  assert.match(String(rig.failures[0]), /no timer/);
  assert.deepEqual(await rig.statuses(), ['delivered', 'delivered', 'delivered']);
});

test('a destination that fails to compile does not keep a change from the other ones', async () => {
  await using rig = await startRig();
  const { connectionId, destinationId: broken } = await wire(rig, {
    action: { rules: { parameter: 'n', operator: 'equals', value: 'first' } },
  });
  const other = { connectionId, name: 'Other', path: '/other', status: 'enabled' };
  const otherId = await rig.put('destination', other);
  const destinations = [{ destinationId: otherId }];
  await rig.put('action', { name: 'Other', description: 'other', status: 'enabled', destinations });
  await rig.send({ data: { n: 'first' } });
  await rig.clock.advance(10);
  assert.equal(rig.egress.requests.length, 2);
  await rig.pipeline.configuration.change(byItself, ({ documents }) => {
    const [first, second] = [documents.destination.get(broken), documents.destination.get(otherId)];
    assert.ok(first !== undefined && second !== undefined);
    const { batch: _, ...settings } = first.body.settings;
    const body = { ...first.body, settings } as typeof first.body; // as no version ever stored it
    const rate = { limit: 1, perMs: 60_000 };
    const limited = { ...second.body, settings: { ...second.body.settings, rate } };
    return [
      { op: 'put', document: { ...first, body, version: first.version + 1 } },
      { op: 'put', document: { ...second, body: limited, version: second.version + 1 } },
    ];
  });
  await rig.send(...Array.from({ length: 3 }, (_, n) => ({ data: { n: String(n) } })));
  await rig.clock.advance(1_000);
  const urls = rig.egress.requests.slice(2).map(({ url }) => url);
  assert.deepEqual(urls, ['https://crm.example/v2/other']);
  assert.match(String(rig.failures[0]), /TypeError/);
  await rig.put('destination', { connectionId, name: 'Orders', path: '/orders', status: 'enabled' }, broken);
  await rig.clock.advance(5 * 60_000);
  assert.deepEqual(new Set(await rig.statuses()), new Set(['delivered']));
});

async function deleteDestinations(rig: Rig): Promise<void> {
  await rig.pipeline.configuration.change(byItself, ({ documents }) =>
    [...documents.action.values(), ...documents.destination.values()].map((document) => ({ op: 'delete', document })),
  );
  await settled();
}

/** Starts a replay of all deliveries; returns its id once its first deliveries are in flight or wait. */
async function replayAll(rig: Rig): Promise<string> {
  const id = 'rpl_00000000000000000000000001';
  const input = replayInput.parse({ of: 'deliveries', only: 'all', filter: {} });
  await rig.pipeline.replays.run(
    input,
    { id, startedBy: 'ops' },
    {
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
    },
  );
  await rig.clock.advance(3_000);
  return id;
}

test('deliveries to a destination that does not compile wait until it does, from a start on, and delay no others', async () => {
  let isUp = false;
  await using rig = await startRig({ handler: () => ({ status: isUp ? 200 : 503 }) });
  const { connectionId, destinationId, actionId } = await wire(rig, { connection: crm });
  const other = { connectionId, name: 'Other', path: '/other', status: 'enabled' };
  const otherId = await rig.put('destination', other);
  const destinations = [{ destinationId }, { destinationId: otherId }];
  await rig.put('action', { name: 'All', description: 'all', status: 'enabled', destinations }, actionId);
  await settled();
  await rig.send({ data: { n: '1' } });
  await rig.clock.advance(1);
  assert.deepEqual(await rig.statuses(), ['retrying', 'retrying']);

  const { all } = rig.catalog;
  rig.catalog.all = async () => {
    const { documents, ...rest } = await all();
    const broken = (body: unknown) => {
      const { settings, ...same } = Object(body);
      return { ...same, settings: { ...settings, outcomes: null } };
    };
    return {
      ...rest,
      documents: documents.map((one) => (one.id === otherId ? { ...one, body: broken(one.body) } : one)),
    };
  };
  await rig.restart();
  isUp = true;
  await rig.clock.advance(120_000);
  assert.deepEqual(await rig.statuses(), ['delivered', 'retrying']);
  rig.pipeline.queueStatus.wake([otherId, destinationId]);
  await rig.put('destination', other, otherId);
  await rig.clock.advance(60_000);
  assert.deepEqual(await rig.statuses(), ['delivered', 'delivered']);
});
