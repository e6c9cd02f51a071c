import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startRig, wire } from '../../../test/support/rig.ts';

test("while the in-flight marker can't be written, deliveries are sent, and it is tried after 1 s, doubling to 30 s", async () => {
  await using rig = await startRig();
  await wire(rig);
  const { deliveries } = rig.journal;
  const { mark } = deliveries;
  let tries = 0;
  deliveries.mark = () => {
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
  deliveries.mark = mark;
});

test('a delivery that begins while the in-flight marker is written is in the next one, 20 ms later', async () => {
  const { promise: answered, resolve: answer } = Promise.withResolvers<void>();
  await using rig = await startRig({ handler: () => answered.then(() => ({ status: 200 })) });
  await wire(rig);
  const { deliveries } = rig.journal;
  const { mark } = deliveries;
  const marked: number[] = [];
  const { promise, resolve } = Promise.withResolvers<void>();
  deliveries.mark = async (lease, ids, onTrial) => {
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
