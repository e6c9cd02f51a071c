import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startRig, wire } from '../../test/support/rig.ts';

test('however many actions an event fires, one transaction plans a bounded number of deliveries', async () => {
  await using rig = await startRig();
  const { connectionId } = await wire(rig);
  const ids: string[] = [];
  for (let n = 0; n < 100; n++)
    ids.push(await rig.put('destination', { connectionId, name: `D${n}`, path: `/${n}`, status: 'paused' }));
  const destinations = ids.map((destinationId) => ({ destinationId }));
  await rig.put('action', { name: 'Many', description: 'all', status: 'enabled', destinations });
  const { matching } = rig.journal;
  const plan = matching.plan;
  const sizes: number[] = [];
  matching.plan = (lease, planned) => {
    sizes.push(planned.deliveries.length);
    return plan(lease, planned);
  };
  await rig.send(...Array.from({ length: 200 }, (_, n) => ({ data: { n: String(n) } })));
  await rig.clock.advance(1);
  assert.equal(
    sizes.reduce((sum, one) => sum + one, 0),
    200 * 101,
  );
  assert.ok(Math.max(...sizes) <= 5_100, `plans of ${sizes}`);
});

test('many heavy events are read back from the log a few at a time', async () => {
  await using rig = await startRig();
  await wire(rig);
  const { matching } = rig.journal;
  const { plan, read } = matching;
  matching.plan = () => Promise.reject(new Error('not now'));
  const limits: number[] = [];
  matching.read = (query) => {
    limits.push(query.limit);
    return read(query);
  };
  const text = 'x'.repeat(1_000_000);
  for (let n = 0; n < 100; n++) await rig.send({ data: { n: String(n), text } });
  assert.ok(rig.pipeline.depth().unmatched < 40);
  matching.plan = plan;
  await rig.clock.advance(10_000);
  assert.equal(rig.egress.requests.length, 100);
  assert.deepEqual([limits.shift(), limits.every((limit) => limit <= 16)], [32, true]);
});
