import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fakeClock } from '../../test/support/fake-clock.ts';
import { repeated } from './repeated.ts';

test('a job is repeated, later after each error in a row, and no more when it ends', async () => {
  const clock = fakeClock();
  const start = clock.now();
  const at: number[] = [];
  const errors: unknown[] = [];
  let isFailing = false;
  const job = async () => {
    at.push(clock.now() - start);
    if (isFailing) throw new Error('no');
  };
  const jobs = repeated(clock, 500, job, (error) => errors.push(error));
  await clock.advance(1_000);
  isFailing = true;
  await clock.advance(4_000);
  assert.deepEqual(at, [500, 1_000, 1_500, 2_500, 4_500]);
  isFailing = false;
  await clock.advance(4_000);
  assert.deepEqual(at.slice(5), [8_500, 9_000]);
  assert.equal(errors.length, 3);
  await jobs[Symbol.asyncDispose]();
  await clock.advance(10_000);
  assert.equal(at.length, 7);
});
