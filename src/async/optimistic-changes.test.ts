import assert from 'node:assert/strict';
import { test } from 'node:test';
import { optimisticChanges } from './optimistic-changes.ts';

test('a change that meets a newer revision runs again on the reloaded state', async () => {
  let loads = 0;
  const change = optimisticChanges(
    async () => {
      loads += 1;
    },
    () => new Error('too many'),
  );
  assert.equal(await change(async () => (loads < 2 ? null : `after ${loads} loads`)), 'after 2 loads');
});

test('endless conflicts are refused', async () => {
  const change = optimisticChanges(
    async () => {},
    () => new Error('too many'),
  );
  await assert.rejects(
    change(async () => null),
    /too many/,
  );
});
