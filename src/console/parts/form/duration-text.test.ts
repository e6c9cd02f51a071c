import assert from 'node:assert/strict';
import { test } from 'node:test';
import { durationOf, durationsOf, durationText } from './duration-text.ts';

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

test('people write lengths of time in many ways, and a list of them between commas', () => {
  assert.deepEqual(['2h', '10 Minutes', '3 days', '200ms', '-1 s', '1,5 s'].map(durationOf), [
    7_200_000,
    600_000,
    259_200_000,
    200,
    null,
    1_500,
  ]);
  assert.deepEqual(durationsOf('0 s, 5 s; 1 min'), [0, 5_000, 60_000]);
  assert.equal(durationsOf('0 s, later'), null);
});
