import assert from 'node:assert/strict';
import { test } from 'node:test';
import { counted, formatBytes, formatDuration, formatRelative, formatTime } from './format.ts';

test('durations, sizes and counts are written in the unit that fits', () => {
  assert.deepEqual([0.5, 12, 1_500, 90_000, 7_200_000].map(formatDuration), [
    '< 1 ms',
    '12 ms',
    '1.5 s',
    '1.5 min',
    '2 h',
  ]);
  assert.deepEqual([0, 999, 1_500, 2_000_000].map(formatBytes), ['0 B', '999 B', '1.5 kB', '2 MB']);
  const words = { one: 'destination', other: 'destinations' };
  assert.deepEqual([counted(1, words), counted(1_200, words)], ['1 destination', '1,200 destinations']);
});

test('times are told from now, past and to come', () => {
  const at = (ms: number) => formatRelative(new Date(1_000_000_000 + ms), 1_000_000_000);
  assert.deepEqual(
    [at(0), at(-40_000), at(7_200_000), at(-86_400_000)],
    ['now', '40 seconds ago', 'in 2 hours', 'yesterday'],
  );
});

test('a time is as exact as asked, and leaves out what the present makes clear', () => {
  const now = new Date(2026, 2, 5, 18).getTime();
  const today = new Date(2026, 2, 5, 14, 7, 9, 123);
  assert.equal(formatTime(today, 'date', now), '5 Mar, 14:07');
  assert.equal(formatTime(today, 'log', now), '5 Mar 2026, 14:07:09');
  assert.equal(formatTime(today, 'stream', now), '14:07:09.123');
  assert.equal(formatTime(new Date(2026, 2, 4, 9, 0), 'stream', now), '4 Mar, 09:00:00.000');
  assert.equal(formatTime(new Date(2025, 11, 31, 23, 59), 'date', now), '31 Dec 2025, 23:59');
});
