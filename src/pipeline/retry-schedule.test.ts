import assert from 'node:assert/strict';
import { test } from 'node:test';
import { retryPolicy } from '../contract/documents/connection.ts';
import { nextAttempt } from './retry-schedule.ts';

const policy = retryPolicy.parse({});

test('the schedule runs at once, 5 s, 1 min, 5 min, 30 min, 2 h, 5 h, 10 h, 10 h, and then is exhausted', () => {
  const waits = Array.from({ length: 10 }, (_, step) => {
    const at = nextAttempt({ policy, step, now: 1_000, random: () => 0 });
    return at === null ? null : (at - 1_000) / 1_000;
  });
  assert.deepEqual(waits, [0, 5, 60, 300, 1_800, 7_200, 18_000, 36_000, 36_000, null]);
});

test('jitter adds at most its share and never makes an attempt early', () => {
  for (const random of [0, 0.1, 0.5, 0.999_999]) {
    const at = nextAttempt({ policy, step: 2, now: 0, random: () => random });
    assert.ok(at !== null && at >= 60_000 && at <= 66_000);
  }
  assert.equal(nextAttempt({ policy: { ...policy, jitter: 0 }, step: 1, now: 7, random: () => 0.9 }), 5_007);
  assert.equal(nextAttempt({ policy, step: 1, now: 0, random: () => 0.000_1 }), 5_001);
});
