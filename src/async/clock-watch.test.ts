import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fakeClock } from '../../test/support/fake-clock.ts';
import { watchClock } from './clock-watch.ts';

test('a clock that was set back is a problem until it has caught up', async () => {
  const clock = fakeClock();
  let setBackMs = 0;
  using watch = watchClock({ ...clock, now: () => clock.now() - setBackMs });
  await clock.advance(60_000);
  assert.equal(watch.problem(), null);
  setBackMs = 4_000;
  assert.equal(watch.problem(), null);
  setBackMs = 3_600_000;
  assert.match(watch.problem() ?? '', /went back by 3600 s/);
  await clock.advance(3_600_000);
  assert.equal(watch.problem(), null);
});
