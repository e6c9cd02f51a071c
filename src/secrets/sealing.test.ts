import assert from 'node:assert/strict';
import { test } from 'node:test';
import { configuredKeys } from './keys.ts';
import { createSealing, type SealedStore } from './sealing.ts';

const keyring = configuredKeys([1, 2].map((fill) => Buffer.alloc(32, fill).toString('base64')).join());
const [first, second] = keyring.keys;

/** Bodies under the old key; `step` lets one of them be sealed again. */
function slowStore(total: number) {
  let old = total;
  let step = Promise.withResolvers<void>();
  const store: SealedStore = {
    bodiesByKey: async () => new Map([[first.id, total - old]]),
    count: async () => total,
    async reseal(done) {
      done(total - old);
      while (old > 0) {
        await step.promise;
        old -= 1;
        done(1);
      }
    },
  };
  return {
    store,
    step(error?: Error) {
      const now = step;
      step = Promise.withResolvers();
      if (error === undefined) now.resolve();
      else now.reject(error);
    },
  };
}

test('a running rotation is joined, a failed one says so, and the next one does the rest', async () => {
  const failures: unknown[] = [];
  const { store, step } = slowStore(2);
  const sealing = createSealing({ keyring, store, now: () => 0, failed: (error) => failures.push(error) });
  assert.equal((await sealing.state()).rotation, null);
  const begun = await sealing.rotate({ newKey: false });
  assert.deepEqual(
    [begun.keyId, begun.keys, begun.rotation?.state, begun.rotation?.done],
    [
      first.id,
      [
        { id: first.id, bodies: 0 },
        { id: second?.id, bodies: 0 },
      ],
      'running',
      0,
    ],
  );
  step();
  await new Promise(setImmediate);
  const joined = await sealing.rotate({ newKey: false });
  assert.deepEqual([joined.rotation?.done, joined.rotation?.startedAt], [1, begun.rotation?.startedAt]);
  step(new Error('the disk is full'));
  await sealing.ended();
  const { rotation } = await sealing.state();
  assert.deepEqual([rotation?.state, rotation?.done, failures.length], ['failed', 1, 1]);
  assert.doesNotMatch(rotation?.error ?? '', /disk/, 'the cause is for the log');
  await sealing.rotate({ newKey: false });
  step();
  await sealing.ended();
  const after = await sealing.state();
  assert.deepEqual([after.rotation?.state, after.rotation?.done, after.keys[0]?.bodies], ['done', 2, 2]);
  await assert.rejects(sealing.rotate({ newKey: true }), /MILLRACE_SECRET_KEY/);
});

test('a stop ends a rotation between two steps, and is no failure', async () => {
  const failures: unknown[] = [];
  const { store, step } = slowStore(2);
  const sealing = createSealing({ keyring, store, now: () => 0, failed: (error) => failures.push(error) });
  await sealing.rotate({ newKey: false });
  const stopped = sealing[Symbol.asyncDispose]();
  step();
  await stopped;
  assert.deepEqual([(await sealing.state()).rotation?.state, failures], ['failed', []]);
});
