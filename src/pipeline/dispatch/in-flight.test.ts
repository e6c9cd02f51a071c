import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fakeClock, settled } from '../../../test/support/fake-clock.ts';
import { startRig, wire } from '../../../test/support/rig.ts';
import { suspectDeaths } from '../../journal/journal.ts';
import type { QueuedDelivery } from './destination-queue.ts';
import { InFlight, Trials } from './in-flight.ts';

test("while the in-flight marker can't be written, deliveries are sent, and it is tried after 1 s, doubling to 30 s", async () => {
  await using rig = await startRig();
  await wire(rig);
  const { hot } = rig.journal;
  const { mark } = hot;
  let tries = 0;
  hot.mark = () => {
    tries += 1;
    return Promise.reject(new Error('the disk is full'));
  };
  for (let n = 0; n < 100; n++) {
    await rig.send({ data: { n: String(n) } });
    await rig.clock.advance(100);
  }
  assert.equal(rig.egress.requests.length, 100);
  // After 0, 1, 3 and 7 s.
  assert.equal(tries, 4);
  hot.mark = mark;
});

test('a delivery that begins while the in-flight marker is written is in the next one, 20 ms later', async () => {
  const { promise: answered, resolve: answer } = Promise.withResolvers<void>();
  await using rig = await startRig({ handler: () => answered.then(() => ({ status: 200 })) });
  await wire(rig);
  const { hot } = rig.journal;
  const { mark } = hot;
  const marked: number[] = [];
  const { promise, resolve } = Promise.withResolvers<void>();
  hot.mark = async (lease, ids, onTrial) => {
    marked.push(ids.length);
    await promise;
    return mark(lease, ids, onTrial);
  };
  await rig.send({ data: { n: '1' } });
  await rig.clock.advance(20);
  await rig.send({ data: { n: '2' } });
  await rig.clock.advance(1_000);
  assert.deepEqual(marked, [1]);
  resolve();
  await rig.clock.advance(21);
  assert.deepEqual(marked, [1, 2]);
  answer();
  await rig.clock.advance(1_000);
});

test('the request of a suspect waits until the marker on disk names it, and the next trial until it is over', async () => {
  const clock = fakeClock();
  const marked: unknown[] = [];
  const errors: unknown[] = [];
  let ends = 0;
  const trials = new Trials();
  trials.ended.add(() => ends++);
  const inFlight = new InFlight({
    lease: { partition: 0, owner: 'test', epoch: 1 },
    clock,
    journal: {
      async mark(_lease, ids, onTrial) {
        if (errors.length < 2) throw new Error('the disk is full');
        marked.push([ids, onTrial]);
        return true;
      },
    },
    trials,
    failed: (error) => errors.push(error),
  });
  const suspect = { delivery: { id: 'dlv_1', deaths: suspectDeaths }, slot: -1 } as QueuedDelivery; // all that is read
  inFlight.add(suspect);
  let isMarked = false;
  void inFlight.mark(suspect)?.then(() => {
    isMarked = true;
  });
  await clock.advance(2_999);
  assert.deepEqual([isMarked, trials.isTaken, errors.length], [false, true, 2]);
  await clock.advance(1);
  assert.deepEqual([isMarked, marked], [true, [[['dlv_1'], 'dlv_1']]]);
  inFlight.remove(suspect);
  inFlight.remove(suspect);
  assert.deepEqual([trials.isTaken, inFlight.size, ends], [false, 0, 1]);
});

test('a suspect is sent after the marker on disk names it', async () => {
  await using rig = await startRig({ handler: () => new Promise(() => {}) });
  await wire(rig);
  await rig.send({ data: { n: '1' } });
  const { hot } = rig.journal;
  const { mark } = hot;
  const { promise: released, resolve: release } = Promise.withResolvers<void>();
  const named: (string | null)[] = [];
  for (let crash = 1; crash <= suspectDeaths; crash++) {
    await rig.clock.advance(100);
    if (crash === suspectDeaths)
      hot.mark = async (lease, ids, onTrial) => {
        named.push(onTrial);
        await released;
        return mark(lease, ids, onTrial);
      };
    await rig.restart();
  }
  await rig.clock.advance(10_000);
  const before = rig.egress.requests.length;
  release();
  await rig.clock.advance(100);
  const [delivery] = await rig.deliveries();
  assert.deepEqual([named, before, rig.egress.requests.length], [[delivery?.id], 2, 3]);
});

test('a delivery is known as in flight from its request until its outcome is recorded, whatever was asked before', async () => {
  const { promise: answered, resolve: answer } = Promise.withResolvers<void>();
  await using rig = await startRig({ handler: () => answered.then(() => ({ status: 200 })) });
  await wire(rig);
  const { isSending } = rig.pipeline.queueStatus;
  const states = async () => (await rig.deliveries()).map(({ id }) => isSending(id));
  await rig.send({ data: { n: '1' } });
  await settled();
  assert.deepEqual(await states(), [true]);
  await rig.send({ data: { n: '2' } });
  await settled();
  assert.deepEqual(await states(), [true, true]);
  answer();
  await rig.clock.advance(10);
  assert.deepEqual(await states(), [false, false]);
});
