import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { AuditEntry } from '../contract/records/audit.ts';
import type { Audit, AuditQuery } from './audit.ts';
import { auditSample } from './audit-samples.testing.ts';
import { canonicalJson } from './canonical-json.ts';
import { type ChainedRow, verifyChain } from './chain.ts';

/** The conformance suite of the audit trail, for every adapter. `make` returns a new and empty one. */
export function auditConformance(name: string, make: () => Promise<Audit & AsyncDisposable>): void {
  const guarantee = (title: string, body: (audit: Audit) => Promise<void>) =>
    test(title, async () => {
      await using audit = await make();
      await body(audit);
    });
  const numbers = async (audit: Audit, query: Partial<AuditQuery> = {}) =>
    (await audit.entries({ limit: 50, ...query })).map((one) => one.number);

  describe(name, () => {
    guarantee(
      'entries are read back unchanged, newest first, each with the hash of the previous one',
      async (audit) => {
        const given = [auditSample(), auditSample({ act: 'delete', name: '"é\ud800', changes: [] })];
        await audit.append(given.slice(0, 1));
        await audit.append(given.slice(1));
        const [second, first] = await audit.entries({ limit: 2 });
        assert.deepEqual(bare(first), given[0]);
        assert.deepEqual(bare(second), { ...given[1], name: '"é\ufffd' });
        assert.deepEqual([first?.number, first?.previousHash, second?.number], [1, '0'.repeat(64), 2]);
        assert.equal(second?.previousHash, first?.hash);
        assert.equal(verifyEntries(await audit.entries({ limit: 9 })).ok, true);
      },
    );

    guarantee('entries that are added together are consecutive in the chain', async (audit) => {
      await Promise.all(Array.from({ length: 20 }, (_, i) => audit.append([auditSample({ id: `con_${i}` })])));
      assert.deepEqual(
        await numbers(audit),
        Array.from({ length: 20 }, (_, i) => 20 - i),
      );
      assert.equal(verifyEntries(await audit.entries({ limit: 50 })).ok, true);
    });

    guarantee('pages start next to a number, and entries match every given filter', async (audit) => {
      await audit.append([
        auditSample(),
        auditSample({ act: 'retry', kind: 'delivery', id: 'dlv_1', principal: 'ben@example.com', principalId: null }),
        auditSample({ result: 'refused', code: 'forbidden', createdAt: '2026-03-02T00:00:00.000Z' }),
        auditSample({ id: 'con_2', createdAt: '2026-03-03T00:00:00.000Z' }),
      ]);
      assert.deepEqual(await numbers(audit, { before: 4, limit: 2 }), [3, 2]);
      assert.deepEqual(await numbers(audit, { after: 1, limit: 2 }), [3, 2]);
      assert.deepEqual(await numbers(audit, { act: 'retry' }), [2]);
      assert.deepEqual(await numbers(audit, { kind: 'connection', id: 'con_1' }), [3, 1]);
      assert.deepEqual(await numbers(audit, { ids: ['dlv_1', 'con_2', 'con_9'] }), [4, 2]);
      assert.deepEqual(await numbers(audit, { ids: [] }), []);
      assert.deepEqual(await numbers(audit, { principal: 'Ben@' }), [2]);
      assert.deepEqual(await numbers(audit, { principal: 'usr_1' }), [4, 3, 1]);
      assert.deepEqual(await numbers(audit, { result: 'refused' }), [3]);
      const [createdAfter, createdBefore] = ['2026-03-02T00:00:00.000Z', '2026-03-03T00:00:00.000Z'];
      assert.deepEqual(await numbers(audit, { createdAfter, createdBefore }), [3]);
      assert.deepEqual(await numbers(audit, { id: 'con_1', createdBefore: createdAfter }), [1]);
    });

    guarantee('an entry whose texts have a NUL is read back and found', async (audit) => {
      const given = auditSample({ id: 'a\0b', name: 'c\0', principal: 'D\0e' });
      await audit.append([auditSample(), given]);
      for (const query of [{ id: 'a\0b' }, { ids: ['a\0b'] }, { principal: 'd\0E' }])
        assert.deepEqual((await audit.entries({ limit: 9, ...query })).map(bare), [given]);
    });

    guarantee('pruning removes old entries, and the rest is a chain with the anchor where it begins', async (audit) => {
      const day = (n: number) => Date.parse('2026-03-01T00:00:00.000Z') + n * 86_400_000;
      const created = (n: number) => auditSample({ createdAt: new Date(day(n)).toISOString() });
      await audit.append([created(0), created(1), created(2)]);
      const [, last] = await audit.entries({ limit: 2 });
      assert.equal(await audit.prune(day(0), day(3)), 0);
      assert.equal(await audit.prune(day(2), day(3)), 2);
      assert.deepEqual(await numbers(audit), [4, 3]);
      const [entry] = await audit.entries({ limit: 1 });
      assert.deepEqual([entry?.act, entry?.kind, entry?.principal], ['prune', 'audit', 'millrace']);
      assert.deepEqual(entry?.changes[0]?.after, { number: 2, hash: last?.hash });
      assert.deepEqual(verifyEntries(await audit.entries({ limit: 9 })), {
        ok: true,
        count: 2,
        first: 3,
        head: { number: 4, hash: entry?.hash },
      });
      // All of them, including the prune entry of the last time.
      assert.equal(await audit.prune(day(4), day(5)), 2);
      await audit.append([created(6)]);
      assert.deepEqual(await numbers(audit), [6, 5]);
      assert.equal(verifyEntries(await audit.entries({ limit: 9 })).ok, true);
    });
  });
}

/** Verifies entries, newest first, with nothing but the data that the API returns. */
function verifyEntries(entries: readonly AuditEntry[]) {
  const rows = entries.map(
    ({ hash, ...rest }): ChainedRow => ({ number: rest.number, body: canonicalJson(rest), hash }),
  );
  return verifyChain(rows.reverse());
}

function bare(entry: AuditEntry | undefined) {
  if (entry === undefined) return undefined;
  const { number: _n, hash: _h, previousHash: _p, ...rest } = entry;
  return rest;
}
