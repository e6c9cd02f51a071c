import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Audit } from '../audit/audit.ts';
import { auditSample } from '../audit/audit-samples.testing.ts';
import { issueSample } from './issue-samples.testing.ts';
import type { IssueStore } from './issues.ts';

/** The conformance suite of the issue store, for every adapter. `make` returns a new and empty one. */
export function issuesConformance(
  name: string,
  make: () => Promise<IssueStore & AsyncDisposable & { audit: Audit }>,
): void {
  describe(name, () => {
    test('issues are read back as they were last saved, by id, without removed ones', async () => {
      await using store = await make();
      assert.deepEqual(await store.load(), []);
      const [a, b, c] = ['iss_a', 'iss_b', 'iss_c'].map((id) =>
        issueSample({ id, fingerprint: id, detail: `"é\n of ${id}` }),
      );
      assert.ok(a && b && c);
      await store.save([c, a]);
      await store.save([b, { ...c, count: 7 }]);
      assert.deepEqual(await store.load(), [a, b, { ...c, count: 7 }]);
      await store.remove(['iss_a', 'iss_none']);
      assert.deepEqual(await store.load(), [b, { ...c, count: 7 }]);
    });

    test('a fingerprint has one issue, which keeps its first id', async () => {
      await using store = await make();
      await store.save([issueSample({ id: 'iss_a' })]);
      const again = issueSample({ id: 'iss_b', count: 9, detail: '"é\n' });
      await store.save([again, issueSample({ id: 'iss_c', fingerprint: 'other' })]);
      const other = issueSample({ id: 'iss_c', fingerprint: 'other' });
      assert.deepEqual(await store.load(), [{ ...again, id: 'iss_a' }, other]);
    });

    test('an issue whose fingerprint changes is still one', async () => {
      await using store = await make();
      await store.save([issueSample()]);
      const erased = issueSample({ fingerprint: 'failing [erased]' });
      await store.save([erased]);
      assert.deepEqual(await store.load(), [erased]);
      await store.save([issueSample({ id: 'iss_2', fingerprint: 'failing' })]);
      const same = issueSample({ fingerprint: 'failing' });
      await store.save([same]);
      assert.deepEqual(await store.load(), [same], 'it replaces one that has its new fingerprint');
    });

    test("a saved issue does not change with the caller's object", async () => {
      await using store = await make();
      const given = issueSample();
      await store.save([given]);
      given.samples.push('dlv_later');
      assert.deepEqual(await store.load(), [issueSample()]);
    });

    test('an audit entry is stored with the issue that it describes', async () => {
      await using store = await make();
      await store.save([issueSample()], auditSample({ act: 'acknowledge', kind: 'issue', id: 'iss_1' }));
      await store.save([issueSample({ count: 9 })]);
      const entries = await store.audit.entries({ limit: 9 });
      assert.deepEqual(
        entries.map(({ act, id }) => [act, id]),
        [['acknowledge', 'iss_1']],
      );
    });
  });
}
