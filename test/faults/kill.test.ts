import assert from 'node:assert/strict';
import { test } from 'node:test';
import { killUnderLoad } from '../../bench/soak/kill.ts';

test('kill -9 under load: each acknowledged event is delivered, with one key and one body', async () => {
  const { faults, eventsAcknowledged } = await killUnderLoad({ kills: 4, seed: 7, upMsMax: 400 });
  assert.deepEqual(faults, []);
  assert.ok(eventsAcknowledged > 0);
});

test('kill -9 under load with order by visitor: no older delivery arrives after a newer one', async () => {
  const { faults, eventsAcknowledged } = await killUnderLoad({ kills: 3, seed: 8, upMsMax: 400, isOrdered: true });
  assert.deepEqual(faults, []);
  assert.ok(eventsAcknowledged > 0);
});
