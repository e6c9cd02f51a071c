import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fakeClock } from '../../test/support/fake-clock.ts';
import { followOnDemand } from './follow-on-demand.ts';

test('reads are shared by those who wait, and begin 250 ms apart', async () => {
  const clock = fakeClock();
  let reads = 0;
  const follow = followOnDemand(async () => void reads++, clock);
  await Promise.all([follow(), follow()]);
  assert.equal(reads, 1);
  const later = Promise.all([follow(), follow()]);
  await clock.advance(249);
  assert.equal(reads, 1);
  await clock.advance(1);
  await later;
  assert.equal(reads, 2);
});

test('a read that fails is told to those who wait for it alone', async () => {
  const clock = fakeClock();
  let fails = true;
  const follow = followOnDemand(async () => {
    if (fails) throw new Error('no database');
  }, clock);
  await assert.rejects(follow(), /no database/);
  fails = false;
  const later = follow();
  await clock.advance(250);
  await later;
});
