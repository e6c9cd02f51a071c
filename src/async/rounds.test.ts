import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fakeClock } from '../../test/support/fake-clock.ts';
import { Rounds } from './rounds.ts';

test('rounds follow at the time that the last one named, and sooner when one is requested', async () => {
  const clock = fakeClock();
  const times: number[] = [];
  const start = clock.now();
  const rounds = new Rounds(clock, async () => {
    times.push(clock.now() - start);
    return times.length < 3 ? 1_000 : null;
  });
  rounds.request(100);
  rounds.request(500);
  await clock.advance(1_200);
  assert.deepEqual(times, [100, 1_100]);
  rounds.request(100);
  await clock.advance(5_000);
  assert.deepEqual(times, [100, 1_100, 1_300]);
});

test('one round runs at a time, a request during it makes another one, and none begins after the end', async () => {
  const clock = fakeClock();
  let gate = Promise.withResolvers<void>();
  let begun = 0;
  const rounds = new Rounds(clock, async () => {
    begun += 1;
    await gate.promise;
    return null;
  });
  rounds.request(0);
  await clock.advance(0);
  rounds.request(0);
  await clock.advance(1_000);
  assert.equal(begun, 1);
  gate.resolve();
  gate = Promise.withResolvers<void>();
  await rounds.idle();
  await clock.advance(1_000);
  assert.equal(begun, 2);
  rounds.request(0);
  rounds.end();
  gate.resolve();
  await rounds.idle();
  await clock.advance(1_000);
  assert.equal(begun, 2);
});
