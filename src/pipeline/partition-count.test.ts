import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fakeClock } from '../../test/support/fake-clock.ts';
import { nodeOf, startRig } from '../../test/support/rig.ts';

test('a database keeps the number of its partitions: a node that wants more gets that, and a process alone is refused', async () => {
  const clock = fakeClock();
  await using rig = await startRig({ clock, node: nodeOf('a', 4, clock) });
  const other = await rig.start(nodeOf('b', 8, clock), clock);
  await clock.advance(60_000);
  const { partitions } = await rig.journal.hot.leases.beat({ node: 'c', ttlMs: 1, isLeaving: false, now: clock.now() });
  assert.deepEqual(partitions.map(({ partition, owner }) => [partition, owner]).sort(), [
    [0, 'a'],
    [1, 'a'],
    [2, 'b'],
    [3, 'b'],
  ]);
  const ended = other[Symbol.asyncDispose]();
  await clock.advance(60_000);
  await ended;
  await assert.rejects(
    rig.start(),
    /^Error: Nodes share this database: it has 4 partitions\. A process alone has one\.$/,
  );
});
