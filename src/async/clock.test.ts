import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isoTime, systemClock } from './clock.ts';

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

test('a time is written as JavaScript writes it', () => {
  const days = [0, -1, 86_399_999, 86_400_000, -86_400_000, 951_782_400_000, 1_709_251_199_999, 253_402_300_800_000];
  const ends = [8.64e15, -8.64e15, 1_700_000_000_000.75, -0.5];
  // Each day twice, after another one.
  for (const ms of [...days, ...ends, ...days.map((day) => day + 45_296_789)])
    assert.equal(isoTime(ms), new Date(ms).toISOString());
  for (const ms of [Number.NaN, 8.64e15 + 1]) assert.throws(() => isoTime(ms), RangeError);
});
