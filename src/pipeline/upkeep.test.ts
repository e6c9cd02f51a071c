import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startRig, wire } from '../../test/support/rig.ts';

test('only what is held expires: what waits for a slow peer is sent, however old', async () => {
  await using rig = await startRig({
    handler: ({ url }) => (url.includes('busy') ? { status: 429, headers: [['retry-after', '600']] } : { status: 200 }),
  });
  const settings = { heldMaxAgeMs: 60_000 };
  const { destinationId } = await wire(rig, { connection: { settings }, destination: { status: 'paused' } });
  const connectionId = await rig.put('connection', { name: 'Busy', baseUrl: 'https://busy.example', settings });
  const busy = await rig.put('destination', { connectionId, name: 'Busy', status: 'enabled' });
  await rig.put('action', { name: 'B', description: 'b', status: 'enabled', destinations: [{ destinationId: busy }] });
  await rig.send({ data: { n: '1' } });
  await rig.clock.advance(1);
  await rig.send({ data: { n: '2' } });
  await rig.clock.advance(200_000);
  const shown = (await rig.deliveries()).map((one) => [one.destinationId, one.status, one.reason]);
  assert.deepEqual(
    shown.filter(([id]) => id === destinationId),
    [
      [destinationId, 'failed', 'expired'],
      [destinationId, 'failed', 'expired'],
    ],
  );
  assert.deepEqual(
    shown.filter(([id]) => id === busy),
    [
      [busy, 'retrying', null],
      [busy, 'pending', 'budget'],
    ],
  );
});

test('what may be held for a second is not held for a minute', async () => {
  await using rig = await startRig();
  const settings = { heldMaxAgeMs: 1_000 };
  await wire(rig, { connection: { settings }, destination: { status: 'paused' } });
  await rig.send({ data: { n: '1' } });
  await rig.clock.advance(900);
  assert.equal((await rig.deliveries())[0]?.status, 'held');
  await rig.clock.advance(1_200);
  const [shown] = await rig.deliveries();
  assert.deepEqual([shown?.status, shown?.reason], ['failed', 'expired']);
});
