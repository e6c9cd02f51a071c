import assert from 'node:assert/strict';
import { placeOf } from '../../contract/ids.ts';
import type { Journal, Lease } from '../journal.ts';
import type { Guarantee } from './journal.conformance.ts';
import { attempt, claim, planned, settlement, start } from './journal-samples.testing.ts';

/** What the journal promises for several partitions: each has its own deliveries, and lists show all by time. */
export function partitionsConformance(guarantee: Guarantee): void {
  guarantee('each partition numbers its own deliveries, and works on no other one', async (journal) => {
    const { hot, log } = journal;
    const [zero, one] = [await claim(journal, 0), await claim(journal, 31)];
    const [a = ''] = await make(journal, zero, [0]);
    const [b = '', c = ''] = await make(journal, one, [0, 0]);
    assert.deepEqual(
      [a, b, c].map((id) => placeOf('delivery', id)),
      [
        { timeMs: start, partition: 0, number: 1 },
        { timeMs: start, partition: 31, number: 1 },
        { timeMs: start, partition: 31, number: 2 },
      ],
    );
    const dueIn = async (partition: number) =>
      (await hot.due({ partition, destinationId: 'dst_1', now: start, limit: 9 })).due.map(({ id }) => id);
    assert.deepEqual([await dueIn(0), await dueIn(31), await dueIn(2)], [[a], [b, c], []]);
    assert.deepEqual(
      [(await hot.nextDue(0)).length, (await hot.nextDue(31)).length, (await hot.nextDue(2)).length],
      [1, 1, 0],
    );

    await hot.mark(zero, [a], null);
    await hot.mark(one, [b, c], null);
    assert.equal((await hot.recover(zero, start)).suspects.length, 0);
    const deaths = async (partition: number) =>
      (await hot.due({ partition, destinationId: 'dst_1', now: start, limit: 9 })).due.map((due) => due.deaths);
    assert.deepEqual([await deaths(0), await deaths(31)], [[1], [0, 0]]);
    await hot.recover(one, start);
    assert.deepEqual(await deaths(31), [1, 1]);

    const delivered = [a, b].map((id) => settlement(id, { status: 'delivered', log: [attempt(1)] }));
    assert.deepEqual(await hot.settle(one, delivered, start + 1), []);
    assert.deepEqual([await dueIn(0), await dueIn(31)], [[a], [c]], 'that of the other partition is left alone');
    assert.equal((await log.delivery(b))?.attemptLog.length, 1);
  });

  guarantee(
    'lists and searches show the deliveries of all partitions by time, in pages of any size',
    async (journal) => {
      const leases = [await claim(journal, 0), await claim(journal, 1), await claim(journal, 7)];
      const made: string[] = [];
      for (let at = 0; at < 24; at++) {
        const lease = leases[(at * 5) % 3];
        if (lease !== undefined) made.push(...(await make(journal, lease, [Math.floor(at / 2) * 10])));
      }
      const newestFirst = made.sort(byTime).reverse();
      const idsOf = (rows: { id: string }[]) => rows.map(({ id }) => id);
      for (const limit of [1, 5, 24]) {
        assert.deepEqual(await pages(limit, (before) => list(journal, { limit, ...before }).then(idsOf)), newestFirst);
        const searched = (before: { before?: string }) =>
          journal.log
            .searchDeliveries({ limit, closed: [], now: start, forMs: 1_000, recovered: false, ...before })
            .then(({ deliveries }) => idsOf(deliveries));
        assert.deepEqual(await pages(limit, searched), newestFirst);
      }
      const [middle = ''] = newestFirst.slice(12);
      assert.deepEqual(idsOf(await list(journal, { limit: 4, after: middle })), newestFirst.slice(8, 12));
      const some = { createdAfter: start + 30, createdBefore: start + 60 };
      assert.deepEqual(idsOf(await list(journal, { limit: 99, ...some })), newestFirst.slice(12, 18));
      const { counts } = await journal.log.histogram({
        edges: [start, start + 60],
        closed: [],
        now: start,
        forMs: 9e9,
      });
      assert.deepEqual(
        counts.map(({ pending }) => pending),
        [12, 12],
      );
    },
  );

  guarantee('retention removes the finished deliveries of every partition', async (journal) => {
    const leases = [await claim(journal, 0), await claim(journal, 3)];
    for (const lease of leases) {
      const [id, open] = await make(journal, lease, [0, 0]);
      await journal.hot.settle(lease, [settlement(id, { status: 'failed', reason: 'exhausted', log: [] })], start);
      assert.ok(open);
    }
    assert.deepEqual(await journal.housekeeping.retain({ before: start + 9, bytesMax: null }), {
      removed: 2,
      full: false,
    });
    assert.equal((await list(journal, { limit: 9 })).length, 2);
    const old = { destinationId: 'dst_1', createdBefore: start + 9, now: start + 9, except: [] };
    for (const lease of leases)
      assert.deepEqual(await journal.log.expire(lease, old), [{ actionId: 'act_1', count: 1 }], 'its own');
  });
}

/** Creates a delivery at each of these times after the start. */
async function make({ hot }: Journal, lease: Lease, atMs: readonly number[]): Promise<string[]> {
  const ids: string[] = [];
  for (const at of atMs) {
    const now = start + at;
    ids.push(...((await hot.plan(lease, { advance: null, deliveries: [planned({ dueAt: start })], now })) ?? []));
  }
  return ids;
}

const list = ({ log }: Journal, query: { limit: number; before?: string; after?: string }) =>
  log.deliveries({ closed: [], now: start, ...query });

/** All pages from the newest on. */
async function pages(limit: number, page: (before: { before?: string }) => Promise<string[]>): Promise<string[]> {
  const all: string[] = [];
  for (let before = {}; ; before = { before: all.at(-1) }) {
    const ids = await page(before);
    all.push(...ids);
    if (ids.length < limit) return all;
  }
}

function byTime(a: string, b: string): number {
  const [one, other] = [placeOf('delivery', a), placeOf('delivery', b)];
  if (one === null || other === null) return 0;
  return one.timeMs - other.timeMs || one.partition - other.partition || one.number - other.number;
}
