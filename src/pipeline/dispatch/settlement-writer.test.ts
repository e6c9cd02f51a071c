import assert from 'node:assert/strict';
import test from 'node:test';
import { fakeClock } from '../../../test/support/fake-clock.ts';
import { AppError } from '../../contract/errors.ts';
import { settlement } from '../../journal/conformance/journal-samples.testing.ts';
import type { Settlement } from '../../journal/journal.ts';
import { SettlementWriter, UnrecordedOutcomes } from './settlement-writer.ts';

const lease = { partition: 0, owner: 'test', epoch: 1 };

function rig(refuses: (some: readonly Settlement[]) => Error | null) {
  const clock = fakeClock();
  const recorded: Settlement[] = [];
  const errors: unknown[] = [];
  const writes: number[] = [];
  const unrecorded = new UnrecordedOutcomes();
  const writer = new SettlementWriter({
    unrecorded,
    clock,
    isOver: () => false,
    lease,
    journal: {
      async settle(_lease, some) {
        writes.push(some.length);
        const error = refuses(some);
        if (error !== null) throw error;
        recorded.push(...some);
        return [];
      },
    },
    failed: (error) => errors.push(error),
  });
  return { clock, writer, unrecorded, recorded, errors, writes };
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
    outcomes.map(() => []),
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

test('the outcomes of one turn are written together, at most 500 and about 8 MiB in one write', async () => {
  const { writer, unrecorded, writes } = rig(() => null);
  await Promise.all(many(1_200).map((one) => writer.record(one)));
  assert.deepEqual(writes.splice(0), [500, 500, 200]);
  const rendered = { path: '/', headers: [], body: 'x'.repeat(5 * 1024 * 1024), isObject: false };
  await Promise.all(many(3).map((one) => writer.record({ ...one, rendered })));
  assert.deepEqual(writes, [2, 1]);
  assert.equal(unrecorded.isBehind, false);
});

test('at most four writes run at once, and the outcomes that come while they run share the next one', async () => {
  const running: (() => void)[] = [];
  const writes: number[] = [];
  const writer = new SettlementWriter({
    unrecorded: new UnrecordedOutcomes(),
    clock: fakeClock(),
    isOver: () => false,
    lease,
    journal: {
      async settle(_lease, some) {
        writes.push(some.length);
        await new Promise<void>((resolve) => running.push(resolve));
        return [];
      },
    },
    failed: () => {},
  });
  const first = Promise.all(many(2_000).map((one) => writer.record(one)));
  await turns();
  const later = Promise.all(many(30).map((one) => writer.record(one)));
  await turns();
  assert.deepEqual(writes, [500, 500, 500, 500]);
  for (const end of running.splice(0)) end();
  await first;
  await turns();
  assert.equal(writes[4], 30);
  for (const end of running) end();
  await later;
});

/** More turns of the event loop than there are writes. */
async function turns(): Promise<void> {
  for (let n = 0; n < 10; n++) await new Promise((resolve) => setImmediate(resolve));
}

test('the writer is behind while over 2,000 outcomes, or 32 MiB, wait to be recorded', async () => {
  let isFull = true;
  const { clock, writer, unrecorded } = rig(() => (isFull ? new AppError('storage_full') : null));
  const all = many(2_000).map((one) => writer.record(one));
  assert.equal(unrecorded.isBehind, false);
  all.push(writer.record(settlement('dlv_2000', {})));
  assert.equal(unrecorded.isBehind, true);
  isFull = false;
  await clock.advance(60_000);
  await Promise.all(all);
  assert.equal(unrecorded.isBehind, false);
  const body = 'x'.repeat(17 * 1024 * 1024);
  const large = () =>
    writer.record(settlement('dlv_1', { rendered: { path: '', headers: [], body, isObject: false } }));
  all.push(large());
  assert.equal(unrecorded.isBehind, false);
  all.push(large());
  assert.equal(unrecorded.isBehind, true);
  await clock.advance(0);
  await Promise.all(all);
  assert.equal(unrecorded.isBehind, false);
});
