import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fakeClock } from '../../test/support/fake-clock.ts';
import { nodeOf, startRig } from '../../test/support/rig.ts';
import { Jobs } from './jobs.ts';

const minute = 60_000;

test('a job runs under the lease of the last partition, also one that is added later, and has ended before that is given away', async () => {
  const jobs = new Jobs(4);
  const seen: string[] = [];
  const job = (name: string) => async () => {
    seen.push(`${name} begins`);
    return {
      async [Symbol.asyncDispose]() {
        await Promise.resolve();
        seen.push(`${name} ends`);
      },
    };
  };
  const lease = (partition: number) => ({ partition, owner: 'a', epoch: 1 });
  await jobs.add(job('first'));
  await jobs.acquired(lease(0));
  assert.deepEqual([jobs.lease(), seen], [null, []]);
  await jobs.acquired(lease(3));
  const second = await jobs.add(job('second'));
  assert.deepEqual(seen.splice(0), ['first begins', 'second begins']);
  await second[Symbol.asyncDispose]();
  await jobs.ended(lease(0));
  assert.deepEqual([jobs.lease(), seen.splice(0)], [lease(3), ['second ends']]);
  await jobs.ended(lease(3));
  assert.deepEqual([jobs.lease(), seen], [null, ['first ends']]);
});

test('one of two nodes removes what is old and rolls up statistics, and the other one does it after that leaves', async () => {
  const clock = fakeClock();
  const rig = await startRig({ clock, node: nodeOf('a', 2, clock) });
  const { housekeeping, log } = rig.journal;
  const { retain } = housekeeping;
  const { rollUp } = log.statistics;
  const counts = { retained: 0, rolledUp: 0 };
  Object.assign(housekeeping, {
    retain(...args: Parameters<typeof retain>) {
      counts.retained += 1;
      return retain(...args);
    },
  });
  Object.assign(log.statistics, {
    async rollUp(...args: Parameters<typeof rollUp>) {
      const isMore = await rollUp(...args);
      if (!isMore) counts.rolledUp += 1;
      return isMore;
    },
  });
  const other = await rig.start(nodeOf('b', 2, clock), clock);
  await clock.advance(2 * minute);
  assert.deepEqual([rig.pipeline.doesJobs(), other.doesJobs()], [false, true]);
  Object.assign(counts, { retained: 0, rolledUp: 0 });
  await clock.advance(5 * minute);
  assert.deepEqual(counts, { retained: 5, rolledUp: 5 });
  assert.ok(rig.pipeline.confirmedNow() !== null, 'the other node knows the time by which data is removed');
  const left = other[Symbol.asyncDispose]();
  await clock.advance(minute);
  await left;
  assert.equal(rig.pipeline.doesJobs(), true);
  Object.assign(counts, { retained: 0, rolledUp: 0 });
  await clock.advance(5 * minute);
  assert.deepEqual(counts, { retained: 5, rolledUp: 5 });
  await rig[Symbol.asyncDispose]();
});
