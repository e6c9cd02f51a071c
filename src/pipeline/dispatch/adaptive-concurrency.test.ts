import assert from 'node:assert/strict';
import { test } from 'node:test';
import { adaptiveConcurrency } from './adaptive-concurrency.ts';

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
