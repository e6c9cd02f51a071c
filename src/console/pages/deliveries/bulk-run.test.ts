import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bulkRun } from './bulk-run.ts';

test('each item is processed once, refusals are counted by their reason, and a few items run at once', async () => {
  let atOnce = 0;
  let most = 0;
  const seen: number[] = [];
  const result = await bulkRun({
    items: [1, 2, 3, 4, 5, 6],
    async act(item) {
      most = Math.max(most, ++atOnce);
      seen.push(item);
      await Promise.resolve();
      atOnce -= 1;
      return item % 3 === 0 ? 'has ended' : null;
    },
    onProgress() {},
    signal: new AbortController().signal,
    lanes: 2,
  });
  assert.deepEqual([result.done, [...result.refused], result.left, most], [4, [['has ended', 2]], 0, 2]);
  assert.deepEqual(seen.toSorted(), [1, 2, 3, 4, 5, 6]);
});

test('a stop leaves the other items unchanged, and counts them', async () => {
  const stop = new AbortController();
  const result = await bulkRun({
    items: [1, 2, 3],
    act: async () => null,
    onProgress: () => stop.abort(),
    signal: stop.signal,
    lanes: 1,
  });
  assert.deepEqual([result.done, result.left], [1, 2]);
});
