import assert from 'node:assert/strict';
import type { Guarantee } from './journal.conformance.ts';
import { claim, settlement, start, withDeliveries } from './journal-samples.testing.ts';

/** What the journal promises for commands on deliveries while nodes take partitions over. */
export function deliveryOwnersConformance(guarantee: Guarantee): void {
  guarantee(
    'what is done to deliveries is done by the owner of their partition, and a former one changes nothing',
    async (journal) => {
      const { log, hot } = journal;
      const { lease: former, ids } = await withDeliveries(journal, [{}, {}, { orderKey: 1 }, {}]);
      const [open = '', held = '', retrying = '', failed = ''] = ids;
      const settled = [
        settlement(held, { status: 'held', reason: 'exhausted' }),
        settlement(retrying, { status: 'retrying', attempts: 3, dueAt: start + 500 }),
        settlement(failed, { status: 'failed', reason: 'http_4xx' }),
      ];
      await hot.settle(former, settled, start);
      const all = () => Promise.all(ids.map(log.delivery));
      const before = await all();
      await claim(journal, 0, 'test');
      const elsewhere = await claim(journal, 1);
      const old = { destinationId: 'dst_1', createdBefore: start + 9, now: start + 9, except: [] };
      const isLost = { code: 'unavailable' };
      await assert.rejects(log.retry(former, { id: failed, now: start, render: null }), isLost);
      await assert.rejects(log.cancel(former, open, start), isLost);
      await assert.rejects(log.release(former, 'dst_1', start), isLost);
      await assert.rejects(log.releaseOrder(former, 'dst_1', 2), isLost);
      assert.deepEqual(await log.expire(former, old), []);
      assert.deepEqual(await all(), before);

      assert.equal(await log.retry(elsewhere, { id: failed, now: start, render: null }), null);
      assert.equal(await log.cancel(elsewhere, open, start), null);
      assert.equal((await log.release(elsewhere, 'dst_1', start)).released, 0);
      await log.releaseOrder(elsewhere, 'dst_1', 2);
      assert.deepEqual(await log.expire(elsewhere, old), []);
      assert.deepEqual(await all(), before, 'the owner of another partition');
    },
  );
}
