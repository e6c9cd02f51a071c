import assert from 'node:assert/strict';
import type { Guarantee } from './journal.conformance.ts';

/** What `Leases` promises: one owner at a time, and a higher epoch for each. */
export function leasesConformance(guarantee: Guarantee): void {
  guarantee('a database has as many partitions as its first start wanted', async ({ hot: { leases } }) => {
    assert.equal(await leases.partitionCount(4), 4);
    assert.equal(await leases.partitionCount(2), 4);
  });

  guarantee(
    'a partition has one owner at a time, and each new owner has a higher epoch',
    async ({ hot: { leases } }) => {
      const beat = (node: string, now: number) => leases.beat({ node, ttlMs: 100, isLeaving: false, now });
      const take = (node: string, now: number) => leases.take({ node, partitions: [0, 1], now });
      const of = (epoch: number) => [0, 1].map((partition) => ({ partition, owner: 'a', epoch }));
      const [first, second] = [of(1), of(2)];
      assert.deepEqual(await beat('a', 0), { nodes: [{ name: 'a', isLeaving: false }], partitions: [] });
      assert.deepEqual(await take('a', 0), first);
      await beat('b', 50);
      assert.deepEqual(await take('b', 99), []);
      assert.deepEqual(await take('a', 99), second, 'an owner of the same name, which was started again');
      assert.deepEqual((await beat('a', 99)).partitions, second);
      await beat('b', 140);
      assert.deepEqual(await take('b', 198), []);
      assert.deepEqual(await beat('b', 199), {
        nodes: [{ name: 'b', isLeaving: false }],
        partitions: second,
      });
      assert.deepEqual(
        (await take('b', 199)).map(({ epoch }) => epoch),
        [3, 3],
      );
      for (const lease of second) await leases.release(lease);
      assert.deepEqual(
        (await beat('a', 200)).partitions.map(({ owner }) => owner),
        ['b', 'b'],
      );
      assert.deepEqual(await take('a', 201), []);
      await leases.release({ partition: 1, owner: 'b', epoch: 3 });
      assert.deepEqual(await take('a', 202), [{ partition: 1, owner: 'a', epoch: 4 }]);
    },
  );

  guarantee('what no node took stays with an owner whose heartbeat has ended', async ({ hot: { leases } }) => {
    await leases.beat({ node: 'a', ttlMs: 100, isLeaving: false, now: 0 });
    const [lease] = await leases.take({ node: 'a', partitions: [0], now: 0 });
    assert.deepEqual(await leases.beat({ node: 'b', ttlMs: 100, isLeaving: false, now: 150 }), {
      nodes: [{ name: 'b', isLeaving: false }],
      partitions: [lease],
    });
    const roster = await leases.beat({ node: 'a', ttlMs: 100, isLeaving: false, now: 160 });
    assert.deepEqual(roster.nodes.map(({ name }) => name).sort(), ['a', 'b']);
    assert.deepEqual(roster.partitions, [lease]);
    assert.deepEqual(await leases.take({ node: 'b', partitions: [0], now: 170 }), []);
  });

  guarantee('a heartbeat that was held up on its way ends no other one', async ({ hot: { leases } }) => {
    await leases.beat({ node: 'a', ttlMs: 100, isLeaving: false, now: 1_000 });
    const [lease] = await leases.take({ node: 'a', partitions: [0], now: 1_000 });
    const roster = await leases.beat({ node: 'b', ttlMs: 100, isLeaving: false, now: 500 });
    assert.deepEqual(roster.nodes.map(({ name }) => name).sort(), ['a', 'b']);
    assert.deepEqual(roster.partitions, [lease]);
    assert.deepEqual(await leases.take({ node: 'b', partitions: [0], now: 500 }), []);
  });

  guarantee('a node that leaves says so, and frees what it holds', async ({ hot: { leases } }) => {
    await leases.beat({ node: 'a', ttlMs: 100, isLeaving: false, now: 0 });
    const old = await leases.take({ node: 'a', partitions: [0, 1], now: 0 });
    const held = await leases.take({ node: 'a', partitions: [0, 1], now: 0 });
    const leaving = await leases.beat({ node: 'a', ttlMs: 100, isLeaving: true, now: 1 });
    assert.deepEqual(leaving.nodes, [{ name: 'a', isLeaving: true }]);
    await leases.leave('a', old);
    const same = await leases.beat({ node: 'b', ttlMs: 100, isLeaving: false, now: 1 });
    assert.deepEqual([same.nodes.length, same.partitions], [2, held], 'a later process has its name');
    await leases.leave('a', held);
    const after = await leases.beat({ node: 'b', ttlMs: 100, isLeaving: false, now: 2 });
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
