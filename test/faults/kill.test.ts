import assert from 'node:assert/strict';
import { test } from 'node:test';
import { killUnderLoad } from '../../bench/soak/kill.ts';

test('ten times kill -9 under load: each acknowledged event is delivered, under one key with one body', async () => {
  const { faults, eventsAcknowledged, readyMs } = await killUnderLoad({ kills: 10, seed: 7, upMostMs: 400 });
  assert.deepEqual(faults, []);
  assert.ok(eventsAcknowledged > 0);
  assert.ok(readyMs.max < 10_000, `ready again after ${readyMs.max} ms`);
});
