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
      assert.deepEqual((await store.load()).records, []);
      const [a, b, c] = ['iss_a', 'iss_b', 'iss_c'].map((id) =>
        issueSample({ id, fingerprint: id, detail: `"é\n of ${id}` }),
      );
      assert.ok(a && b && c);
      const { revision: first } = await store.save([c, a]);
      const { revision: second } = await store.save([b, { ...c, revision: first, count: 7 }]);
      const [storedB, storedC] = [
        { ...b, revision: second },
        { ...c, revision: second, count: 7 },
      ];
      const loaded = await store.load();
      assert.deepEqual(loaded, { revision: second, records: [{ ...a, revision: first }, storedB, storedC] });
      await store.remove([
        { id: 'iss_a', revision: first },
        { id: 'iss_b', revision: first },
        { id: 'iss_none', revision: 1 },
      ]);
      assert.deepEqual((await store.load()).records, [storedB, storedC], 'iss_b has changed since it was read');
    });

    test('of two nodes that have read an issue, one changes it, and the other gets that change', async () => {
      await using store = await make();
      const read = { ...issueSample(), revision: (await store.save([issueSample()])).revision };
      const { revision } = await store.save([{ ...read, count: 9 }]);
      const other = issueSample({ id: 'iss_2', fingerprint: 'other' });
      const late = await store.save([{ ...read, count: 8 }, other]);
      const current = { ...read, count: 9, revision };
      assert.deepEqual(late.stored, [current, null], 'others of the call are written');
      const entry = auditSample({ act: 'mute', kind: 'issue', id: 'iss_1' });
      const { stored } = await store.save([{ ...other, revision: late.revision, count: 5 }, read], entry);
      assert.deepEqual(stored, [null, current]);
      assert.deepEqual((await store.load()).records, [current, { ...other, revision: late.revision }]);
      assert.deepEqual(await store.audit.entries({ limit: 9 }), [], 'nothing is written of what a person does');
    });

    test('a fingerprint has one issue: a second node that finds the problem gets it', async () => {
      await using store = await make();
      const { revision } = await store.save([issueSample({ id: 'iss_a' })]);
      const other = issueSample({ id: 'iss_c', fingerprint: 'other' });
      const { stored } = await store.save([issueSample({ id: 'iss_b', count: 9 }), other, { ...other, id: 'iss_d' }]);
      assert.deepEqual(
        stored.map((one) => one?.id),
        ['iss_a', undefined, 'iss_c'],
      );
      assert.deepEqual((await store.load()).records[0], issueSample({ id: 'iss_a', revision }));
    });

    test('a node learns what changed after what it knows, and which issues are left when some were removed', async () => {
      await using store = await make();
      const [a, b] = ['iss_a', 'iss_b'].map((id) => issueSample({ id, fingerprint: id }));
      assert.ok(a && b);
      const { revision: first } = await store.save([a]);
      assert.deepEqual(await store.since(first), { revision: first, records: [], ids: null });
      const { revision: second } = await store.save([b]);
      const storedB = { ...b, revision: second };
      assert.deepEqual(await store.since(first), { revision: second, records: [storedB], ids: null });
      await store.remove([{ id: 'iss_a', revision: first }]);
      const { revision: third, ...left } = await store.since(second);
      assert.deepEqual(left, { records: [], ids: ['iss_b'] });
      assert.deepEqual(await store.since(third), { revision: third, records: [], ids: null });
    });

    test('an issue whose fingerprint changes is still one', async () => {
      await using store = await make();
      const { revision } = await store.save([issueSample()]);
      const erased = issueSample({ fingerprint: 'failing [erased]', revision });
      const { revision: second } = await store.save([erased]);
      assert.deepEqual((await store.load()).records, [{ ...erased, revision: second }]);
      await store.save([issueSample({ id: 'iss_2', fingerprint: 'failing' })]);
      const same = issueSample({ fingerprint: 'failing', revision: second });
      const { revision: third } = await store.save([same]);
      assert.deepEqual((await store.load()).records, [{ ...same, revision: third }], 'it replaces the other one');
      assert.deepEqual((await store.since(second)).ids, ['iss_1']);
    });

    test("a saved issue does not change with the caller's object", async () => {
      await using store = await make();
      const given = issueSample();
      const { revision } = await store.save([given]);
      given.samples.push('dlv_later');
      assert.deepEqual((await store.load()).records, [issueSample({ revision })]);
    });

    test('an audit entry is stored with the issue that it describes', async () => {
      await using store = await make();
      const entry = auditSample({ act: 'acknowledge', kind: 'issue', id: 'iss_1' });
      const { revision } = await store.save([issueSample()], entry);
      await store.save([issueSample({ count: 9, revision })]);
      const entries = await store.audit.entries({ limit: 9 });
      assert.deepEqual(
        entries.map(({ act, id }) => [act, id]),
        [['acknowledge', 'iss_1']],
      );
    });
  });
}
