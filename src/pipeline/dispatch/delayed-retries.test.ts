import assert from 'node:assert/strict';
import { test } from 'node:test';
import { settled } from '../../../test/support/fake-clock.ts';
import { countReadings, partitionOf, passesDeliveries, type Rig, startRig, wire } from '../../../test/support/rig.ts';
import type { Settlement } from '../../journal/journal.ts';
import { asSettled } from './recording.ts';

const bodies = (rig: Rig) => rig.egress.requests.map(({ body }) => body);

test('a retry that is due soon is sent at its time without being read from the journal', async () => {
  await using rig = await startRig({ handler: (_, index) => ({ status: index < 2 ? 503 : 200 }) });
  await wire(rig);
  await settled();
  const readings = countReadings(rig);
  await rig.send({ data: { n: '1' } });
  await settled();
  // One that was passed is read once.
  const read = passesDeliveries ? 1 : 0;
  assert.equal(readings(), read);
  const [first] = await rig.deliveries();
  assert.equal(rig.pipeline.depth().inMemory, 1);
  await rig.clock.advance(Date.parse(first?.nextAttemptAt ?? '') - rig.clock.now() - 1);
  assert.equal(rig.egress.requests.length, 1, 'never early');
  await rig.clock.advance(1);
  assert.equal(rig.egress.requests.length, 2);
  await rig.clock.advance(60_000);
  assert.deepEqual(await rig.statuses(), ['delivered']);
  assert.deepEqual(
    (await rig.deliveries())[0]?.attemptLog?.map(({ number, outcome }) => [number, outcome]),
    [
      [1, 'retry'],
      [2, 'retry'],
      [3, 'delivered'],
    ],
  );
  assert.deepEqual(new Set(bodies(rig)).size, 1);
  assert.equal(readings(), read);
  assert.deepEqual(rig.pipeline.depth(), { inMemory: 0, inFlight: 0, heldBytes: 0, queues: 1, unmatched: 0 });
});

test('a delivery that continues from memory equals the one that the journal would return', async () => {
  const answer = Promise.withResolvers<{ status: number }>();
  await using rig = await startRig({ handler: () => answer.promise });
  const { connectionId, destinationId } = await wire(rig);
  await rig.send({ data: { n: '1' } });
  await settled();
  const { hot } = rig.journal;
  const settlements: Settlement[] = [];
  const { settle } = hot;
  hot.settle = (lease, some, now) => {
    settlements.push(...some);
    return settle(lease, some, now);
  };
  const stored = async () => {
    const query = {
      partition: partitionOf(rig, connectionId),
      destinationId,
      replayId: null,
      now: rig.clock.now() + 3_600_000,
      limit: 9,
    };
    const [one] = (await hot.due(query)).due;
    assert.ok(one);
    return one;
  };
  const before = await stored();
  answer.resolve({ status: 503 });
  await rig.clock.advance(1);
  const [settlement] = settlements;
  assert.ok(settlement);
  assert.equal(settlement.status, 'retrying');
  assert.deepEqual(asSettled(before, settlement), await stored());
});

test('a retry that is cancelled while it waits for its time is not sent', async () => {
  await using rig = await startRig({ handler: () => ({ status: 503 }) });
  const { destinationId } = await wire(rig);
  await rig.send({ data: { n: '1' } });
  await settled();
  await rig.cancel((await rig.deliveries())[0]?.id ?? '');
  rig.pipeline.queueStatus.wake([destinationId]);
  await rig.clock.advance(600_000);
  assert.equal(rig.egress.requests.length, 1);
  assert.equal(rig.pipeline.depth().inMemory, 0);
});

test('a delivery that is cancelled while it is in flight is not retried', async () => {
  const answer = Promise.withResolvers<{ status: number }>();
  await using rig = await startRig({ handler: () => answer.promise });
  const { destinationId } = await wire(rig);
  await rig.send({ data: { n: '1' } });
  await settled();
  await rig.cancel((await rig.deliveries())[0]?.id ?? '');
  rig.pipeline.queueStatus.wake([destinationId]);
  answer.resolve({ status: 503 });
  await rig.clock.advance(600_000);
  assert.equal(rig.egress.requests.length, 1);
  assert.deepEqual(await rig.statuses(), ['cancelled']);
});

test('a retry that a person requests early is sent once, now', async () => {
  await using rig = await startRig({ handler: (_, index) => ({ status: index === 0 ? 503 : 200 }) });
  const { destinationId } = await wire(rig);
  await rig.send({ data: { n: '1' } });
  await settled();
  await rig.retry((await rig.deliveries())[0]?.id ?? '');
  rig.pipeline.queueStatus.wake([destinationId]);
  await settled();
  assert.deepEqual(await rig.statuses(), ['delivered']);
  await rig.clock.advance(600_000);
  assert.equal(rig.egress.requests.length, 2);
});

test('a retry whose destination is disabled before its time is held, and sent once when it is enabled again', async () => {
  let isDown = true;
  await using rig = await startRig({ handler: () => ({ status: isDown ? 503 : 200 }) });
  const { connectionId, destinationId } = await wire(rig);
  const set = (status: string) => rig.put('destination', { connectionId, name: 'Orders', status }, destinationId);
  await rig.send({ data: { n: '1' } });
  await settled();
  await set('disabled');
  await rig.clock.advance(60_000);
  assert.equal(rig.egress.requests.length, 1);
  assert.deepEqual(await rig.statuses(), ['held']);
  isDown = false;
  await set('enabled');
  await rig.clock.advance(1);
  assert.deepEqual(await rig.statuses(), ['delivered']);
  await rig.clock.advance(600_000);
  assert.equal(rig.egress.requests.length, 2);
});

test('retries that wait for their time survive a crash, and are sent once', async () => {
  let isDown = true;
  await using rig = await startRig({ handler: () => ({ status: isDown ? 503 : 200 }) });
  await wire(rig, { connection: { settings: { breaker: { minimum: 1_000 } } } });
  for (let n = 0; n < 20; n++) await rig.send({ data: { n: String(n) } });
  await settled();
  assert.equal(rig.egress.requests.length, 20);
  isDown = false;
  const before = rig.pipeline;
  await rig.restart();
  await before[Symbol.asyncDispose]();
  await rig.clock.advance(600_000);
  assert.equal((await rig.journal.housekeeping.usage()).unfinished, 0);
  assert.equal(new Set(bodies(rig).slice(20)).size, 20);
  assert.equal(rig.egress.requests.length, 40);
});

test('waiting retries use a bounded amount of memory, and those that did not fit are sent too', async () => {
  let isDown = true;
  await using rig = await startRig({ handler: () => ({ status: isDown ? 503 : 200 }) });
  await wire(rig, { connection: { settings: { breaker: { minimum: 1_000 } } } });
  const text = 'x'.repeat(1_000_000);
  for (let n = 0; n < 200; n++) {
    await rig.send({ data: { n: String(n), text } });
    await settled();
  }
  const { inMemory } = rig.pipeline.depth();
  assert.ok(inMemory > 30 && inMemory < 140, `${inMemory} MB wait in memory`);
  isDown = false;
  await rig.clock.advance(3_600_000);
  assert.equal((await rig.journal.housekeeping.usage()).unfinished, 0);
  assert.equal(new Set(bodies(rig)).size, 200);
});
