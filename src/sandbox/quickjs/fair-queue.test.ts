import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fairQueue } from './fair-queue.ts';

const tasks = (...names: string[]) => names.map((name) => ({ name, key: name.slice(0, 1), chars: 10 }));
const names = (taken: { name: string }[]) => taken.map(({ name }) => name).join(' ');

function queueOf(...of: string[]) {
  const queue = fairQueue<{ name: string; key: string; chars: number }>();
  for (const task of tasks(...of)) queue.push(task);
  return queue;
}

test('tasks are taken in order, bounded in number and size, at least one', () => {
  const queue = queueOf('a1', 'b1', 'a2', 'c1', 'c2');
  assert.equal(names(queue.take(2, 1000, 0, true)), 'a1 b1');
  assert.equal(names(queue.take(9, 25, 0, true)), 'a2 c1');
  assert.equal(names(queue.take(9, 5, 0, true)), 'c2');
  assert.equal(names(queue.take(9, 5, 0, true)), '');
  queue.putBack(tasks('a2', 'c1'));
  queue.push({ name: 'd1', key: 'd', chars: 10 });
  assert.equal(names(queue.take(9, 1000, 0, true)), 'a2 c1 d1');
});

test('a key that wasted time waits twenty times as long while others have work', () => {
  const queue = queueOf('a1', 'b1', 'a2', 'b2', 'b3');
  queue.penalise('a', 50, 1000);
  assert.equal(names(queue.take(2, 1000, 1000, false)), 'b1 b2');
  assert.equal(queue.size, 3);
  assert.equal(names(queue.take(2, 1000, 1999, false)), 'b3');
  assert.equal(names(queue.take(2, 1000, 1999, false)), '');
  assert.equal(names(queue.take(2, 1000, 2000, false)), 'a1 a2');
});

test('a key that wasted time goes one at a time when no others wait', () => {
  const queue = queueOf('a1', 'a2', 'a3');
  queue.penalise('a', 50, 0);
  assert.equal(names(queue.take(9, 1000, 1, true)), 'a1');
  assert.equal(names(queue.take(9, 1000, 1, false)), '');
  assert.equal(names(queue.take(9, 1000, 1, true)), 'a2');
  assert.equal(names(queue.drain()), 'a3');
  assert.equal(queue.size, 0);
});
