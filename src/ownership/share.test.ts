import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { movesOf, type Policy } from './share.ts';

const names = ['a', 'b', 'c', 'd'];

test('in any state, nodes that follow their moves end with fair shares, and then move nothing', () => {
  const state = fc.record({
    count: fc.integer({ min: 1, max: 20 }),
    alive: fc.subarray(names, { minLength: 1 }),
    owners: fc.array(fc.constantFrom(null, ...names), { minLength: 20, maxLength: 20 }),
    leaving: fc.subarray(names),
  });
  fc.assert(
    fc.property(state, ({ count, alive, owners, leaving }) => {
      const sharing = alive.filter((name) => !leaving.includes(name));
      fc.pre(sharing.length > 0);
      const owned = owners.slice(0, count);
      const nodes = alive.map((name) => ({ name, isLeaving: leaving.includes(name) }));
      const heldBy = (node: string) => new Set([...owned.keys()].filter((partition) => owned[partition] === node));
      const turn = (node: string) => {
        const partitions = owned.map((owner, partition) => ({ partition, owner, epoch: 1 }));
        return movesOf({ policy: 'even', node, count, roster: { nodes, partitions }, held: heldBy(node), own: [] });
      };
      // Partitions of a node that leaves are freed by itself, one after the other.
      for (const [partition, owner] of owned.entries()) if (leaving.includes(owner ?? '')) owned[partition] = null;
      for (let turns = 0; turns < 2 * count + 2; turns++)
        for (const node of alive) {
          const { take, release } = turn(node);
          for (const partition of take) owned[partition] = node;
          if (release !== null) owned[release] = null;
        }
      const counts = sharing.map((node) => heldBy(node).size);
      assert.equal(
        counts.reduce((sum, one) => sum + one, 0),
        count,
        'every partition has an owner',
      );
      assert.ok(Math.max(...counts) - Math.min(...counts) <= 1);
      for (const node of alive) assert.deepEqual(turn(node), { take: [], release: null });
    }),
  );
});

test('a node takes nothing from a living one, and takes its own back that it does not hold, also if it has its share', () => {
  const nodes = ['a', 'b'].map((name) => ({ name, isLeaving: false }));
  const partitions = ['a', 'b', 'b', 'b', 'c'].map((owner, partition) => ({ partition, owner, epoch: 1 }));
  const movesWith = (policy: Policy, held: number[], own: number[]) =>
    movesOf({ policy, node: 'b', count: 5, roster: { nodes, partitions }, held: new Set(held), own });
  assert.deepEqual(movesWith('even', [1, 2], [3]), { take: [3], release: null });
  assert.deepEqual(movesWith('even', [1], []), { take: [4], release: null }, 'it gives two away at the moment');
  assert.deepEqual(movesWith('one', [], [1, 2, 3]), { take: [1, 2, 3, 4], release: null }, 'started again');
});
