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

test('changes run one at a time, and a failed one does not stop the next', async () => {
  const change = optimisticChanges(
    async () => {},
    () => new Error('too many'),
  );
  const log: string[] = [];
  const one = (name: string, error?: Error) => async () => {
    log.push(`${name} begins`);
    await new Promise(setImmediate);
    log.push(`${name} ends`);
    if (error !== undefined) throw error;
    return name;
  };
  const [first, second] = [change(one('a', new Error('no'))), change(one('b'))];
  await assert.rejects(first, /no/);
  assert.equal(await second, 'b');
  assert.deepEqual(log, ['a begins', 'a ends', 'b begins', 'b ends']);
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
