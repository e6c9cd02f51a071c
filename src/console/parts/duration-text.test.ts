import assert from 'node:assert/strict';
import { test } from 'node:test';
import { durationOf, durationText } from './duration-text.ts';

test('a length of time reads back as what it was', () => {
  for (const ms of [0, 1, 1_500, 5_000, 90_000, 3_600_000, 86_400_000])
    assert.equal(durationOf(durationText(ms)), ms, durationText(ms));
  assert.deepEqual(['5', '5s', '1.5 min', '2m', 'soon', '', '-1'].map(durationOf), [
    5_000,
    5_000,
    90_000,
    120_000,
    null,
    null,
    null,
  ]);
});
