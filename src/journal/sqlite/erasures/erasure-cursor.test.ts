import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cursorOf } from './erasure-cursor.ts';

test('an erasure that an older version began continues where it was', () => {
  const older = (phase: string, after: [number, string]) =>
    cursorOf(JSON.stringify({ phase, partitions: [[0, 9]], at: 5, after }));
  assert.deepEqual(older('events', [-1, '']), { phase: 'events', partitions: [[0, 9]], at: 5 });
  assert.deepEqual(older('tests', [8, '']), { phase: 'tests', at: 5, end: 8 });
  assert.deepEqual(older('tests', [-1, '']), { phase: 'tests', at: 5, end: Number.MAX_SAFE_INTEGER });
  assert.deepEqual(older('exchanges', [-1, '']), { phase: 'exchanges', at: 5 });
  assert.deepEqual(older('identities', [2, 'a']), { phase: 'identities', after: [2, 'a'] });
  assert.deepEqual(older('vacuum', [-1, '']), { phase: 'clear', at: 0 });
});
