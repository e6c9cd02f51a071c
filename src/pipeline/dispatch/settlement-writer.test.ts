import assert from 'node:assert/strict';
import test from 'node:test';
import { fakeClock } from '../../../test/support/fake-clock.ts';
import { AppError } from '../../contract/errors.ts';
import type { Settlement } from '../../journal/journal.ts';
import { settlement } from '../../journal/journal-samples.testing.ts';
import { SettlementWriter } from './settlement-writer.ts';

const lease = { scope: 'dispatch', owner: 'test', epoch: 1 };

function rig(refuses: (some: readonly Settlement[]) => Error | null) {
  const clock = fakeClock();
  const recorded: Settlement[] = [];
  const errors: unknown[] = [];
  const writes: number[] = [];
  const writer = new SettlementWriter({
    clock,
    lease,
    journal: {
      async settle(_lease, some) {
        writes.push(some.length);
        const error = refuses(some);
        if (error !== null) throw error;
        recorded.push(...some);
        return true;
      },
    },
    failed: (error) => errors.push(error),
  });
  return { clock, writer, recorded, errors, writes };
}

const many = (count: number) => Array.from({ length: count }, (_, at) => settlement(`dlv_${at}`, {}));

test('an outcome that the storage can not record delays no other one, and is recorded without its content', async () => {
  const { clock, writer, recorded } = rig((some) =>
    some.some(({ deliveryId, detail }) => deliveryId === 'dlv_7' && detail !== null) ? new Error('a bad value') : null,
  );
  const outcomes = many(20).map((one) => ({ ...one, detail: 'HTTP status 500.' }));
  const all = Promise.all(outcomes.map((one) => writer.record(one)));
  await clock.advance(0);
  assert.equal(recorded.length, 19);
  await clock.advance(60_000);
  assert.deepEqual(
    await all,
    outcomes.map(() => true),
  );
  assert.equal(recorded.find(({ deliveryId }) => deliveryId === 'dlv_7')?.detail, null);
});

test('while the disk is full, outcomes are written again together', async () => {
  let isFull = true;
  const { clock, writer, recorded, writes } = rig(() => (isFull ? new AppError('storage_full') : null));
  const all = Promise.all(many(20).map((one) => writer.record(one)));
  await clock.advance(60_000);
  assert.deepEqual(new Set(writes), new Set([20]));
  isFull = false;
  await clock.advance(60_000);
  await all;
  assert.equal(recorded.length, 20);
});
