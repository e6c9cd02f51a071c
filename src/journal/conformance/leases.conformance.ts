import assert from 'node:assert/strict';
import type { Guarantee } from './journal.conformance.ts';

/** Longer than a slow machine takes between two heartbeats: a node whose own was late takes no other one for dead. */
const ttlMs = 60_000;

/** What `Leases` promises: one owner at a time, and a higher epoch for each. */
export function leasesConformance(guarantee: Guarantee): void {
  guarantee('a database has as many partitions as its first start wanted', async ({ hot: { leases } }) => {
    assert.equal(await leases.partitionCount(4), 4);
    assert.equal(await leases.partitionCount(2), 4);
  });

  guarantee(
    'a partition has one owner at a time, and each new owner has a higher epoch',
    async ({ hot: { leases } }) => {
      const beat = (node: string, now: number) => leases.beat({ node, ttlMs, isLeaving: false, now });
      const take = (node: string, now: number) => leases.take({ node, partitions: [0, 1], now });
      const of = (epoch: number) => [0, 1].map((partition) => ({ partition, owner: 'a', epoch }));
      const [first, second] = [of(1), of(2)];
      assert.deepEqual(await beat('a', 0), { nodes: [{ name: 'a', isLeaving: false }], partitions: [] });
      assert.deepEqual(await take('a', 0), first);
      await beat('b', ttlMs / 2);
      assert.deepEqual(await take('b', ttlMs - 1), []);
      assert.deepEqual(await take('a', ttlMs - 1), second, 'an owner of the same name, which was started again');
      assert.deepEqual((await beat('a', ttlMs - 1)).partitions, second);
      await beat('b', 1.4 * ttlMs);
      assert.deepEqual(await take('b', 2 * ttlMs - 2), []);
      assert.deepEqual(await beat('b', 2 * ttlMs - 1), {
        nodes: [{ name: 'b', isLeaving: false }],
        partitions: second,
      });
      assert.deepEqual(
        (await take('b', 2 * ttlMs - 1)).map(({ epoch }) => epoch),
        [3, 3],
      );
      for (const lease of second) await leases.release(lease);
      assert.deepEqual(
        (await beat('a', 2 * ttlMs)).partitions.map(({ owner }) => owner),
        ['b', 'b'],
      );
      assert.deepEqual(await take('a', 2 * ttlMs + 1), []);
      await leases.release({ partition: 1, owner: 'b', epoch: 3 });
      assert.deepEqual(await take('a', 2 * ttlMs + 2), [{ partition: 1, owner: 'a', epoch: 4 }]);
    },
  );

  guarantee('what no node took stays with an owner whose heartbeat has ended', async ({ hot: { leases } }) => {
    await leases.beat({ node: 'a', ttlMs, isLeaving: false, now: 0 });
    const [lease] = await leases.take({ node: 'a', partitions: [0], now: 0 });
    assert.deepEqual(await leases.beat({ node: 'b', ttlMs, isLeaving: false, now: 1.5 * ttlMs }), {
      nodes: [{ name: 'b', isLeaving: false }],
      partitions: [lease],
    });
    const roster = await leases.beat({ node: 'a', ttlMs, isLeaving: false, now: 1.6 * ttlMs });
    assert.deepEqual(roster.nodes.map(({ name }) => name).sort(), ['a', 'b']);
    assert.deepEqual(roster.partitions, [lease]);
    assert.deepEqual(await leases.take({ node: 'b', partitions: [0], now: 1.7 * ttlMs }), []);
  });

  guarantee('a heartbeat that was held up on its way ends no other one', async ({ hot: { leases } }) => {
    await leases.beat({ node: 'a', ttlMs, isLeaving: false, now: 2 * ttlMs });
    const [lease] = await leases.take({ node: 'a', partitions: [0], now: 2 * ttlMs });
    const roster = await leases.beat({ node: 'b', ttlMs, isLeaving: false, now: ttlMs / 2 });
    assert.deepEqual(roster.nodes.map(({ name }) => name).sort(), ['a', 'b']);
    assert.deepEqual(roster.partitions, [lease]);
    assert.deepEqual(await leases.take({ node: 'b', partitions: [0], now: ttlMs / 2 }), []);
  });

  guarantee('a node that leaves says so, and frees what it holds', async ({ hot: { leases } }) => {
    await leases.beat({ node: 'a', ttlMs, isLeaving: false, now: 0 });
    const old = await leases.take({ node: 'a', partitions: [0, 1], now: 0 });
    const held = await leases.take({ node: 'a', partitions: [0, 1], now: 0 });
    const leaving = await leases.beat({ node: 'a', ttlMs, isLeaving: true, now: 1 });
    assert.deepEqual(leaving.nodes, [{ name: 'a', isLeaving: true }]);
    await leases.leave('a', old);
    const same = await leases.beat({ node: 'b', ttlMs, isLeaving: false, now: 1 });
    assert.deepEqual([same.nodes.length, same.partitions], [2, held], 'a later process has its name');
    await leases.leave('a', held);
    const after = await leases.beat({ node: 'b', ttlMs, isLeaving: false, now: 2 });
    assert.deepEqual(after.nodes, [{ name: 'b', isLeaving: false }]);
    assert.deepEqual(
      after.partitions.map(({ owner }) => owner),
      [null, null],
    );
    assert.deepEqual(
      (await leases.take({ node: 'b', partitions: [0, 1], now: 2 })).map(({ epoch }) => epoch),
      [3, 3],
    );
  });
}
