import assert from 'node:assert/strict';
import type { Guarantee } from './journal.conformance.ts';
import { claim } from './journal-samples.testing.ts';

/** What the journal promises for what owners store of their connections for other nodes. */
export function statusesConformance(guarantee: Guarantee): void {
  guarantee('the status of a connection is that of the owner of its partition', async (journal) => {
    const { statuses } = journal.hot;
    const [zero, one] = [await claim(journal, 0), await claim(journal, 1)];
    const save = (lease: typeof one, texts: Record<string, string | null>) =>
      statuses.save(
        lease,
        Object.entries(texts).map(([connectionId, text]) => ({ connectionId, text })),
      );
    const listed = async () =>
      (await statuses.list()).map(({ partition, connectionId, text }) => `${partition} ${connectionId} ${text}`);
    assert.equal(await save(one, { con_b: 'b', con_a: 'a' }), true);
    assert.equal(await save(zero, { con_c: 'c' }), true);
    assert.deepEqual(await listed(), ['0 con_c c', '1 con_a a', '1 con_b b']);
    await save(one, { con_a: 'new', con_b: null, con_d: null });
    assert.deepEqual(await listed(), ['0 con_c c', '1 con_a new']);

    const former = { ...one, epoch: one.epoch - 1 };
    assert.equal(await save(former, { con_a: 'late', con_b: 'late' }), false);
    assert.equal(await statuses.clear(former), false);
    assert.deepEqual(await listed(), ['0 con_c c', '1 con_a new']);
    assert.equal(await statuses.clear(one), true);
    assert.deepEqual(await listed(), ['0 con_c c']);
  });
}
