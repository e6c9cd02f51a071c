import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fuzzSdkBodies } from '../../bench/fuzz/sdk-bodies.ts';

// npm run fuzz sdks sends many more.
test('hostile bodies of SDKs and webhooks get a 4xx or are taken, and nothing of a refused request is stored', async () => {
  const { faults, formats } = await fuzzSdkBodies({ count: 170, seed: 34, say: () => {} });
  assert.deepEqual(faults, []);
  const figures = Object.values(formats);
  assert.ok(figures.filter(({ events }) => events > 5).length > 5, JSON.stringify(formats));
  assert.ok(figures.filter(({ statuses }) => (statuses['400'] ?? 0) > 20).length > 5, JSON.stringify(formats));
});
