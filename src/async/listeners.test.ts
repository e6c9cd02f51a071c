import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createListeners } from './listeners.ts';

test('an error of a listener is reported, the others are called, and a removed one is not', () => {
  const heard: unknown[] = [];
  const { add, tell } = createListeners<[number]>((error) => heard.push(error));
  const error = new Error('no');
  add(() => {
    throw error;
  });
  const remove = add((n) => heard.push(n));
  tell(1);
  remove();
  tell(2);
  assert.deepEqual(heard, [error, 1, error]);
});
