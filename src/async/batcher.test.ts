import assert from 'node:assert/strict';
import { test } from 'node:test';
import { batcher } from './batcher.ts';

test('requests of one turn share a batch, bounded in size, and each gets its own result', async () => {
  const batches: number[][] = [];
  const double = batcher<number, number>({
    size: 3,
    outstanding: 1,
    run: async (asks) => {
      batches.push(asks);
      return asks.map((ask) => ask * 2);
    },
  });
  assert.deepEqual(await Promise.all([1, 2, 3, 4].map(double)), [2, 4, 6, 8]);
  assert.deepEqual(batches, [[1, 2, 3], [4]]);
});

test('a batch that fails rejects its own requests and no others', async () => {
  const run = batcher<string, string>({
    size: 1,
    outstanding: 2,
    run: async ([ask]) => {
      if (ask === 'bad') throw new Error('no');
      return [`${ask}!`];
    },
  });
  const results = await Promise.allSettled(['a', 'bad', 'b'].map(run));
  assert.deepEqual(
    results.map((result) => (result.status === 'fulfilled' ? result.value : 'failed')),
    ['a!', 'failed', 'b!'],
  );
});
