import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startRig, wire } from '../../test/support/rig.ts';

test('a test that can not be made at all does not stay unfinished', async () => {
  await using rig = await startRig();
  // The sandbox of this rig rejects everything.
  const { destinationId } = await wire(rig, { destination: { template: '{{ it.data[0].n }}' } });
  await assert.rejects(rig.pipeline.studio.testSend(destinationId, { data: [{ n: '1' }] }, null));
  assert.deepEqual(await rig.statuses(), ['cancelled']);
});
