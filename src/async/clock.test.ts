import assert from 'node:assert/strict';
import { test } from 'node:test';
import { systemClock } from './clock.ts';

const minute = 60_000;

test('a wait ends at its time although the machine slept during it', (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  let now = 0;
  t.mock.method(Date, 'now', () => now);
  let calls = 0;
  systemClock.after(600 * minute, () => {
    calls += 1;
  });
  now = minute;
  t.mock.timers.tick(minute);
  assert.equal(calls, 0);
  now = 700 * minute;
  t.mock.timers.tick(minute);
  t.mock.timers.tick(600 * minute);
  assert.equal(calls, 1);
});

test('a clock that is set back does not make a wait longer, and a wait can be cancelled at any time', (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  let now = 0;
  t.mock.method(Date, 'now', () => now);
  const calls: string[] = [];
  systemClock.after(3 * minute, () => calls.push('kept'));
  const cancel = systemClock.after(3 * minute, () => calls.push('called off'));
  now = -600 * minute;
  t.mock.timers.tick(minute);
  t.mock.timers.tick(minute);
  cancel();
  assert.deepEqual(calls, []);
  t.mock.timers.tick(minute);
  assert.deepEqual(calls, ['kept']);
});
