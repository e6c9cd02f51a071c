import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fuzzSdkBodies } from '../../bench/fuzz/sdk-bodies.ts';

// npm run fuzz sdks sends many more.
test('hostile bodies of SDKs and webhooks get a 4xx or are taken, and nothing of a refused request is stored', async () => {
  const { faults, statuses, events } = await fuzzSdkBodies({ count: 170, seed: 34 });
  assert.deepEqual(faults, []);
  assert.ok(events > 20 && (statuses['400'] ?? 0) > 20, JSON.stringify({ statuses, events }));
});
