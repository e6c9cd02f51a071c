import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fakeClock } from '../../test/support/fake-clock.ts';
import { openStorage } from '../../test/support/storage.ts';
import type { Clock } from '../async/clock.ts';
import type { Lease, Leases } from '../journal/journal.ts';
import { silentTelemetry } from '../telemetry/silent-telemetry.testing.ts';
import { Ownership, type PartitionWork } from './ownership.ts';
import type { Policy } from './share.ts';

const ttlMs = 1_500;
const everyMs = 250;
const count = 4;

/** A node that keeps what it is told, with a process that can be stopped and continued. */
function startNode(
  node: string,
  leases: Omit<Leases, 'partitionCount'>,
  clock: Clock,
  work: Partial<PartitionWork> & { policy?: Policy; aheadMs?: number } = {},
) {
  const told: string[] = [];
  const stopped: (() => void)[] = [];
  let isStopped = false;
  const ownership = new Ownership({
    leases,
    node,
    count,
    ...(work.policy !== undefined && { policy: work.policy }),
    ttlMs,
    everyMs,
    clock: {
      now: () => clock.now() + (work.aheadMs ?? 0),
      after: (ms, call) => clock.after(ms, () => (isStopped ? void stopped.push(call) : call())),
    },
    monotonic: clock.now,
    telemetry: {
      ...silentTelemetry(),
      failed: (error) => told.push(String(error)),
      noticed: (text) => told.push(text),
    },
    work: {
      async acquired(lease) {
        told.push(`acquired ${lease.partition}`);
        await work.acquired?.(lease);
      },
      async drain(lease) {
        told.push(`drain ${lease.partition}`);
        await work.drain?.(lease);
      },
      lost: (lease) => told.push(`lost ${lease.partition}`),
    },
  });
  return {
    ownership,
    partitions: () =>
      ownership
        .owned()
        .map(({ partition }) => partition)
        .sort(),
    /** What it was told since the last call. */
    told: () => told.splice(0),
    stop() {
      isStopped = true;
    },
    go() {
      isStopped = false;
      for (const call of stopped.splice(0)) call();
    },
  };
}

const storedLeases = async () => (await openStorage()).journal.hot.leases;

test('a node alone owns everything at once, and a second one gets its share, drained before it is given', async () => {
  const clock = fakeClock();
  const leases = await storedLeases();
  const drained = Promise.withResolvers<void>();
  const a = startNode('a', leases, clock, { drain: () => drained.promise });
  await a.ownership.start();
  assert.deepEqual(a.partitions(), [0, 1, 2, 3]);
  assert.deepEqual(
    a.told(),
    [0, 1, 2, 3].map((partition) => `acquired ${partition}`),
  );
  const b = startNode('b', leases, clock);
  await b.ownership.start();
  assert.deepEqual(b.partitions(), []);
  await clock.advance(2_000);
  assert.deepEqual([a.told(), a.partitions(), b.partitions()], [['drain 3'], [0, 1, 2], []], 'while it drains');
  drained.resolve();
  await clock.advance(1_000);
  assert.deepEqual(
    [a.partitions(), b.partitions()],
    [
      [0, 1],
      [2, 3],
    ],
  );
  assert.deepEqual(b.told().sort(), ['acquired 2', 'acquired 3']);
  await clock.advance(10_000);
  assert.deepEqual([a.told(), b.told()], [['drain 2'], []]);
});

test('a node that leaves gives its partitions away at once; one that dies, within its heartbeat', async () => {
  const clock = fakeClock();
  const leases = await storedLeases();
  const nodes = ['a', 'b', 'c'].map((name) => startNode(name, leases, clock));
  const [a, b, c] = nodes as [(typeof nodes)[0], (typeof nodes)[0], (typeof nodes)[0]]; // three names
  for (const { ownership } of nodes) await ownership.start();
  await clock.advance(5_000);
  assert.deepEqual(nodes.flatMap((one) => one.partitions()).sort(), [0, 1, 2, 3]);
  const left = a.partitions();
  await a.ownership.leave();
  await a.ownership[Symbol.asyncDispose]();
  assert.deepEqual(a.partitions(), []);
  assert.deepEqual(
    a
      .told()
      .filter((one) => one.startsWith('drain'))
      .slice(-left.length),
    left.map((one) => `drain ${one}`),
  );
  await clock.advance(everyMs);
  assert.deepEqual([...b.partitions(), ...c.partitions()].sort(), [0, 1, 2, 3]);
  b.stop();
  await clock.advance(ttlMs + everyMs);
  assert.deepEqual(c.partitions(), [0, 1, 2, 3]);
});

test('while a partition of a node that leaves is drained, its others are given away', async () => {
  const clock = fakeClock();
  const leases = await storedLeases();
  const drained = Promise.withResolvers<void>();
  const a = startNode('a', leases, clock, {
    drain: ({ partition }) => (partition === 0 ? drained.promise : Promise.resolve()),
  });
  await a.ownership.start();
  const left = a.ownership.leave();
  await clock.advance(everyMs);
  const b = startNode('b', leases, clock);
  await b.ownership.start();
  assert.deepEqual(b.partitions(), [1, 2, 3]);
  drained.resolve();
  await left;
  await clock.advance(everyMs);
  assert.deepEqual(b.partitions(), [0, 1, 2, 3]);
});

test('with one active node, a standby takes all partitions within 2 s after its death, and at once after it leaves', async () => {
  const clock = fakeClock();
  const leases = await storedLeases();
  const [a, b, c] = [0, 1, 2].map((n) => startNode('abc'[n] ?? '', leases, clock, { policy: 'one' }));
  assert.ok(a && b && c);
  for (const { ownership } of [b, a, c]) await ownership.start();
  await clock.advance(5_000);
  assert.deepEqual([a.partitions(), b.partitions(), c.partitions()], [[], [0, 1, 2, 3], []], 'the first one stays');
  b.stop();
  await clock.advance(2_000);
  assert.deepEqual([a.partitions(), c.partitions()], [[0, 1, 2, 3], []]);
  b.go();
  await clock.advance(5_000);
  assert.deepEqual([a.partitions(), b.partitions(), c.partitions()], [[0, 1, 2, 3], [], []], 'it stands by');
  await a.ownership.leave();
  await a.ownership[Symbol.asyncDispose]();
  await clock.advance(everyMs);
  assert.deepEqual([b.partitions(), c.partitions()], [[0, 1, 2, 3], []]);
});

test('a node that was stopped acts no more before another one can have its partitions, and hears of the loss', async () => {
  const clock = fakeClock();
  const leases = await storedLeases();
  const [a, b] = [startNode('a', leases, clock), startNode('b', leases, clock)];
  await a.ownership.start();
  const [before] = a.ownership.owned();
  a.stop();
  await b.ownership.start();
  await clock.advance(ttlMs - 201);
  assert.equal(a.ownership.mayAct(), true);
  await clock.advance(1);
  assert.deepEqual([a.ownership.mayAct(), b.partitions()], [false, []]);
  await clock.advance(200 + everyMs);
  assert.deepEqual(b.partitions(), [0, 1, 2, 3]);
  const after = b.ownership.owned().find(({ partition }) => partition === before?.partition);
  assert.ok(before && after && after.epoch > before.epoch);
  a.told();
  a.go();
  await clock.advance(0);
  assert.deepEqual(
    a.told(),
    [0, 1, 2, 3].map((partition) => `lost ${partition}`),
  );
  await clock.advance(5_000);
  assert.deepEqual([a.partitions().length, b.partitions().length], [2, 2]);
});

test('after a failure of storage, a node keeps what no other one took', async () => {
  const clock = fakeClock();
  const leases = await storedLeases();
  let isDown = false;
  const beat: Leases['beat'] = (of) => (isDown ? Promise.reject(new Error('down')) : leases.beat(of));
  const a = startNode('a', { ...leases, beat }, clock);
  await a.ownership.start();
  a.told();
  isDown = true;
  await clock.advance(10_000);
  assert.equal(a.ownership.mayAct(), false);
  assert.deepEqual(a.partitions(), [0, 1, 2, 3]);
  isDown = false;
  await clock.advance(everyMs);
  assert.equal(a.ownership.mayAct(), true);
  assert.deepEqual(new Set(a.told()), new Set(['Error: down']));
});

test('a partition whose release failed is given away later', async () => {
  const clock = fakeClock();
  const leases = await storedLeases();
  let failures = 0;
  const release: Leases['release'] = (lease) =>
    failures++ < 2 ? Promise.reject(new Error('down')) : leases.release(lease);
  const a = startNode('a', { ...leases, release }, clock);
  await a.ownership.start();
  const b = startNode('b', leases, clock);
  await b.ownership.start();
  await clock.advance(10_000);
  assert.deepEqual([a.partitions().length, b.partitions().length, failures], [2, 2, 4]);
});

test('the partitions of a process that died and was started again under its name are shared with the others', async () => {
  for (const policy of ['even', 'one'] as const) {
    const clock = fakeClock();
    const leases = await storedLeases();
    const before = startNode('z', leases, clock, { policy });
    await before.ownership.start();
    before.stop();
    const [z, b] = [startNode('z', leases, clock, { policy }), startNode('b', leases, clock, { policy })];
    await b.ownership.start();
    await z.ownership.start();
    await clock.advance(10_000);
    const shares = [z.partitions().length, b.partitions().length];
    assert.deepEqual(shares, policy === 'even' ? [2, 2] : [4, 0]);
  }
});

test('a partition that cannot be acquired is released, and tried again after 1 s, doubling', async () => {
  const clock = fakeClock();
  const leases = await storedLeases();
  const start = clock.now();
  const tries: number[] = [];
  let isBroken = false;
  const acquired = async ({ partition }: Lease) => {
    if (partition === 3) tries.push(clock.now() - start);
    if (isBroken && partition === 3) throw new Error('unreadable');
  };
  const a = startNode('a', leases, clock, { acquired });
  isBroken = true;
  await assert.rejects(a.ownership.start(), /unreadable/);
  await a.ownership[Symbol.asyncDispose]();
  const b = startNode('b', leases, clock);
  await b.ownership.start();
  const again = startNode('a', leases, clock, { acquired });
  await again.ownership.start();
  await b.ownership.leave();
  await clock.advance(9_000);
  assert.deepEqual(again.partitions(), [0, 1, 2]);
  assert.ok(tries.length >= 3 && tries.length <= 6, String(tries));
  isBroken = false;
  await clock.advance(30_000);
  assert.deepEqual(again.partitions(), [0, 1, 2, 3]);
});

test('partitions that fail together are one failure, and all are tried again after 1 s', async () => {
  const clock = fakeClock();
  const leases = await storedLeases();
  let isBroken = true;
  const acquired = async () => {
    if (isBroken) throw new Error('the database is slow');
  };
  const other = startNode('b', leases, clock);
  await other.ownership.start();
  const a = startNode('a', leases, clock, { acquired });
  await a.ownership.start();
  other.stop();
  await clock.advance(2_000);
  assert.ok(a.told().filter((one) => one.includes('slow')).length >= count);
  isBroken = false;
  await clock.advance(1_500);
  assert.deepEqual(a.partitions(), [0, 1, 2, 3]);
  await a.ownership[Symbol.asyncDispose]();
});

test('a node that ends during a turn reports no loss, and leaves no timer', async () => {
  const clock = fakeClock();
  const leases = await storedLeases();
  const beating = Promise.withResolvers<void>();
  let isSlow = false;
  const beat: Leases['beat'] = async (of) => {
    if (isSlow) await beating.promise;
    return leases.beat(of);
  };
  const a = startNode('a', { ...leases, beat }, clock);
  await a.ownership.start();
  isSlow = true;
  await clock.advance(everyMs);
  const ended = a.ownership[Symbol.asyncDispose]();
  beating.resolve();
  await ended;
  await clock.advance(60_000);
  assert.deepEqual(
    a.told().filter((one) => !one.startsWith('acquired')),
    [],
  );
  assert.equal(clock.next(), null);
});

test('a node whose wall clock is ahead takes nothing from nodes that live, and one that is behind takes from the dead', async () => {
  const clock = fakeClock();
  const leases = await storedLeases();
  const a = startNode('a', leases, clock, { policy: 'one' });
  const ahead = startNode('b', leases, clock, { aheadMs: 3_600_000, policy: 'one' });
  const behind = startNode('c', leases, clock, { aheadMs: -3_600_000 });
  await a.ownership.start();
  const before = a.ownership.owned();
  await ahead.ownership.start();
  await clock.advance(5_000);
  assert.deepEqual([a.ownership.owned(), ahead.partitions()], [before, []]);
  a.stop();
  ahead.stop();
  await clock.advance(ttlMs + everyMs);
  await behind.ownership.start();
  assert.deepEqual(behind.partitions(), [0, 1, 2, 3]);
});

test('a process that was started again under its name takes its partitions back at once, and keeps them', async () => {
  const clock = fakeClock();
  const leases = await storedLeases();
  const [before, after] = [startNode('a', leases, clock), startNode('a', leases, clock)];
  await before.ownership.start();
  await after.ownership.start();
  assert.deepEqual(after.partitions(), [0, 1, 2, 3]);
  await clock.advance(10_000);
  assert.deepEqual([before.partitions(), after.partitions()], [[], [0, 1, 2, 3]]);
  assert.equal(before.told().filter((one) => one.startsWith('another process')).length, 1);
});

test('a process that was started again under its name takes its partitions anew when a failover lost that it had', async () => {
  const clock = fakeClock();
  const leases = await storedLeases();
  const before = startNode('a', leases, clock);
  await before.ownership.start();
  before.stop();
  const { partitions } = await leases.beat({ node: 'a', ttlMs, isLeaving: false, now: clock.now() });
  let isReplica = false;
  const a = startNode(
    'a',
    { ...leases, beat: async (of) => ({ ...(await leases.beat(of)), ...(isReplica && { partitions }) }) },
    clock,
  );
  await a.ownership.start();
  a.told();
  isReplica = true;
  await clock.advance(everyMs);
  isReplica = false;
  await clock.advance(everyMs);
  assert.deepEqual(a.partitions(), [0, 1, 2, 3]);
  assert.ok(a.ownership.mayAct());
  assert.equal(a.told().filter((one) => one.startsWith('another process')).length, 0);
});
