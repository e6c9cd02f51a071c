import assert from 'node:assert/strict';
import { test } from 'node:test';
import { counted, formatBytes, formatDuration, formatRelative } from './format.ts';

test('lengths of time, sizes and counts are told in the unit that fits', () => {
  assert.deepEqual([12, 1_500, 90_000, 7_200_000].map(formatDuration), ['12ms', '1.5s', '1.5m', '2h']);
  assert.deepEqual([0, 999, 1_500, 2_000_000].map(formatBytes), ['0B', '999B', '1.5kB', '2MB']);
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
