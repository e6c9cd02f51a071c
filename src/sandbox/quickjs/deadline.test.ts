import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cpuDeadline } from './deadline.ts';

test('waiting for a core does not count, working does', () => {
  const deadline = cpuDeadline(20);
  deadline.start();
  assert.equal(deadline.isOver(), false);
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 30);
  assert.equal(deadline.isOver(), false);
  const startedAt = performance.now();
  while (!deadline.isOver());
  assert.ok(performance.now() - startedAt > 10);
  assert.equal(deadline.wasHit, true);
  deadline.start();
  assert.equal(deadline.wasHit, false);
  assert.equal(deadline.isOver(), false);
});
