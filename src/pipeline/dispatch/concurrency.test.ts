import assert from 'node:assert/strict';
import { test } from 'node:test';
import { adaptiveConcurrency } from './concurrency.ts';

test('requests that fail together halve the concurrency once, and one after the clock was set back halves it too', () => {
  const concurrency = adaptiveConcurrency();
  concurrency.failed(1_000, 2_000);
  concurrency.failed(1_001, 2_001);
  assert.equal(concurrency.limit, 4);
  concurrency.failed(500, 600);
  assert.equal(concurrency.limit, 2);
  concurrency.failed(2_500, 2_600);
  assert.equal(concurrency.limit, 1);
});

test('the concurrency grows by one per success up to 64; after a failure, by one per round', () => {
  const concurrency = adaptiveConcurrency();
  const succeed = (times: number) => {
    for (let n = 0; n < times; n++) concurrency.succeeded();
    return concurrency.limit;
  };
  assert.deepEqual([concurrency.limit, succeed(1), succeed(100)], [8, 9, 64]);
  concurrency.failed(1_000, 2_000);
  assert.deepEqual([concurrency.limit, succeed(31), succeed(2), succeed(33)], [32, 32, 33, 34]);
  for (let round = 1; round <= 8; round++) concurrency.failed(2_000 * round, 2_000 * round);
  assert.equal(concurrency.limit, 1);
});
