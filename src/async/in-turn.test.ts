import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inTurn, sharedRun } from './in-turn.ts';

test('work runs one at a time in the order of the calls, and work that fails does not stop the next', async () => {
  const run = inTurn();
  const log: string[] = [];
  const one = (name: string, error?: Error) => async () => {
    log.push(`${name} begins`);
    await new Promise(setImmediate);
    log.push(`${name} ends`);
    if (error !== undefined) throw error;
    return name;
  };
  const [first, second] = [run(one('a', new Error('no'))), run(one('b'))];
  await assert.rejects(first, /no/);
  assert.equal(await second, 'b');
  assert.deepEqual(log, ['a begins', 'a ends', 'b begins', 'b ends']);
});

test('calls during a write share the next one, which has what changed until it begins', async () => {
  let changes = ['a'];
  const written: string[][] = [];
  const ends: (() => void)[] = [];
  const write = sharedRun(async () => {
    written.push(changes);
    changes = [];
    const { promise, resolve } = Promise.withResolvers<void>();
    ends.push(resolve);
    await promise;
  });
  const first = write();
  await new Promise(setImmediate);
  changes.push('b');
  const shared = [write(), write()];
  changes.push('c');
  ends.shift()?.();
  await first;
  await new Promise(setImmediate);
  ends.shift()?.();
  await Promise.all(shared);
  assert.deepEqual(written, [['a'], ['b', 'c']]);
});

test('the callers of a write that fails learn of it, and the next write is tried', async () => {
  let tries = 0;
  const write = sharedRun(async () => {
    tries += 1;
    if (tries === 1) throw new Error('no room');
  });
  const both = [write(), write()];
  for (const one of both) await assert.rejects(one, /no room/);
  await write();
  assert.equal(tries, 2);
});
