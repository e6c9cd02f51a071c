import assert from 'node:assert/strict';
import { test } from 'node:test';
import { drainRate, type Sample, withSample } from './drain-rate.ts';

test('the rate of a drain follows the last ten seconds, and is unknown while nothing moves', () => {
  assert.equal(drainRate([]), null);
  assert.equal(drainRate([{ at: 0, left: 5 }]), null);
  let samples: Sample[] = [];
  for (const [at, left] of [
    [0, 5_000],
    [1_000, 4_600],
    [2_000, 4_200],
  ] as const)
    samples = withSample(samples, { at, left });
  assert.equal(drainRate(samples), 400);
  for (let at = 3_000; at <= 13_000; at += 1_000) samples = withSample(samples, { at, left: 4_200 });
  assert.equal(drainRate(samples), null);
  assert.equal(samples[0]?.at, 4_000);
});
