import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createShares } from './replay-shares.ts';

const [id, windowMs] = ['rpl_1', 500];

/** What the owner of partition 0 reads. */
function startReading() {
  const shares = createShares(100);
  return (at: number, partitions: number[], isOwn = (partition: number): boolean => partition === 0) =>
    shares.read(id, { at, partitions, isOwn, windowMs });
}

test('a partition of a replay sends when all nodes have read that it takes part, and then has an equal part of the rate', () => {
  const read = startReading();
  assert.deepEqual(
    [0, 500, 1_000, 1_499, 1_500, 1_600].map((at) => read(at, at < 1_600 ? [0, 1] : [0, 1, 2])),
    [0, 0, 0, 0, 1 / 2, 1 / 3],
  );
});

test('a partition that has nothing to send any more takes part until its last requests do not count in the rate', () => {
  const read = startReading();
  read(0, [0, 1]);
  assert.deepEqual(
    [read(1_500, [0, 1]), read(1_600, [0]), read(2_000, [0]), read(2_001, [0])],
    [1 / 2, 1 / 2, 1 / 2, 1],
  );
  assert.equal(read(2_100, []), 0);
});

test('a partition that was lost, or had nothing to send, waits again; so do all when the clock was set back', () => {
  const read = startReading();
  read(0, [0]);
  assert.equal(read(1_500, [0]), 1);
  assert.equal(
    read(1_600, [0], () => false),
    0,
  );
  assert.deepEqual([read(1_700, [0]), read(3_199, [0]), read(3_200, [0])], [0, 0, 1]);
  read(3_300, []);
  assert.deepEqual([read(3_400, [0]), read(4_900, [0])], [0, 1]);
  assert.deepEqual([read(900, [0]), read(2_399, [0]), read(2_400, [0])], [0, 0, 1]);
});
