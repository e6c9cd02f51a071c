import assert from 'node:assert/strict';
import { test } from 'node:test';
import { counted, formatBytes, formatDuration, formatRelative } from './format.ts';

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
