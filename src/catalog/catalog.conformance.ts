import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Audit } from '../audit/audit.ts';
import { auditSample } from '../audit/audit-samples.testing.ts';
import { Secret } from '../contract/secret.ts';
import { type Catalog, type Change, type StoredDocument, versionBounds, versionsBytesMax } from './catalog.ts';

type Made = Catalog & { audit: Pick<Audit, 'entries'> } & AsyncDisposable;

/** The conformance suite of the catalog, for every adapter. `make` returns a new and empty one with its audit trail. */
export function catalogConformance(name: string, make: () => Promise<Made>): void {
  const guarantee = (title: string, body: (catalog: Made) => Promise<void>) =>
    test(title, async () => {
      await using catalog = await make();
      await body(catalog);
    });

  describe(name, () => {
    guarantee('documents are read back unchanged, secrets as secrets, with the revision', async (catalog) => {
      assert.deepEqual(await catalog.all(), { revision: 0, documents: [], partitions: new Map() });
      assert.equal(await catalog.revision(), 0);
      const at = '2026-03-01T00:00:00.000Z';
      const crm = document({ body: { name: 'CRM "é"', auth: { token: new Secret('s3cret', at) }, port: null } });
      const other = document({ kind: 'action', id: 'act_1', body: { name: 'A', list: [1, { deep: true }] } });
      assert.equal(await catalog.change(0, [put(crm), put(other)], []), 1);
      const { revision, documents } = await catalog.all();
      assert.equal(revision, 1);
      assert.deepEqual(documents.map(visible), [other, crm].map(visible));
      const [, found = crm] = documents;
      const { token } = (found.body as { auth: { token: Secret } }).auth; // compared above
      assert.deepEqual([token.reveal(), token.updatedAt], ['s3cret', at]);
    });

    guarantee('a change based on an older revision changes nothing', async (catalog) => {
      await catalog.change(0, [put(document({}))], []);
      assert.equal(await catalog.change(0, [put(document({ id: 'con_2' }))], []), null);
      assert.equal(await catalog.change(2, [put(document({ id: 'con_2' }))], []), null);
      assert.deepEqual(
        (await catalog.all()).documents.map((one) => one.id),
        ['con_1'],
      );
      const [first, second] = await Promise.all([
        catalog.change(1, [put(document({ id: 'con_2' }))], []),
        catalog.change(1, [put(document({ id: 'con_3' }))], []),
      ]);
      assert.deepEqual([first, second], [2, null]);
      assert.equal(await catalog.revision(), 2);
    });

    guarantee('a change is made completely or not at all', async (catalog) => {
      await catalog.change(0, [put(document({}))], []);
      await assert.rejects(
        catalog.change(1, [put(document({ id: 'con_2' })), put(document({}))], []),
        /Version 1 of connection con_1 exists/,
      );
      assert.deepEqual([(await catalog.all()).revision, (await catalog.all()).documents.length], [1, 1]);
    });

    guarantee('audit entries are stored exactly when the change they describe is', async (catalog) => {
      const entries = async () => (await catalog.audit.entries({ limit: 9 })).map(({ number, name }) => [number, name]);
      await catalog.change(0, [put(document({}))], [auditSample({ name: 'made' }), auditSample({ name: 'too' })]);
      assert.deepEqual(await entries(), [
        [2, 'too'],
        [1, 'made'],
      ]);
      assert.equal(await catalog.change(0, [put(document({ id: 'con_2' }))], [auditSample({ name: 'stale' })]), null);
      await assert.rejects(catalog.change(1, [put(document({}))], [auditSample({ name: 'refused' })]), /exists/);
      assert.deepEqual(await entries(), [
        [2, 'too'],
        [1, 'made'],
      ]);
      await catalog.change(1, [put(document({ version: 2 }))], [auditSample({ name: 'changed' })]);
      assert.deepEqual((await entries())[0], [3, 'changed']);
    });

    guarantee(
      'a connection keeps its first partition until it is purged, and no document shows it',
      async (catalog) => {
        const in3: Change = { op: 'put', document: document({}), partition: 3 };
        const other = document({ kind: 'action', id: 'act_1' });
        const partitions = async () => [...(await catalog.all()).partitions].sort();
        await catalog.change(0, [in3, put(document({ id: 'con_2' })), put(other)], []);
        const both = [
          ['con_1', 3],
          ['con_2', 0],
        ];
        assert.deepEqual(await partitions(), both);
        const next = document({ version: 2 });
        await catalog.change(1, [{ op: 'put', document: next, partition: 1 }], []);
        assert.deepEqual((await catalog.all()).documents, [other, next, document({ id: 'con_2' })]);
        await catalog.change(2, [{ op: 'delete', document: next }], []);
        assert.deepEqual(await partitions(), both);
        await catalog.change(3, [put(document({ version: 3 }))], []);
        assert.deepEqual(await partitions(), both, 'restored');
        assert.equal(await catalog.change(3, [{ ...in3, document: document({ id: 'con_3' }) }], []), null);
        await catalog.change(4, [{ op: 'delete', document: document({ version: 3 }) }], []);
        await catalog.purge(Date.parse('2026-04-01T00:00:00.000Z'), 9);
        assert.deepEqual(await partitions(), [['con_2', 0]]);
      },
    );

    guarantee('every version is kept, newest first, also of a deleted document', async (catalog) => {
      for (const version of [1, 2, 3])
        await catalog.change(version - 1, [put(document({ version, body: { name: `v${version}` } }))], []);
      const versions = async (before?: number, limit = 10) =>
        (await catalog.versions({ kind: 'connection', id: 'con_1', limit, ...(before && { before }) })).map(
          (one) => one.version,
        );
      assert.deepEqual(await versions(), [3, 2, 1]);
      assert.deepEqual(await versions(3), [2, 1]);
      assert.deepEqual(await versions(3, 1), [2]);
      const [old] = await catalog.versions({ kind: 'connection', id: 'con_1', before: 2, limit: 1 });
      assert.deepEqual(old, document({ body: { name: 'v1' } }));
      assert.equal(await catalog.change(3, [{ op: 'delete', document: document({ version: 3 }) }], []), 4);
      assert.deepEqual((await catalog.all()).documents, []);
      assert.deepEqual(await versions(), [3, 2, 1]);
      assert.equal(await catalog.change(4, [put(document({ version: 4 }))], []), 5);
      assert.deepEqual(await versions(), [4, 3, 2, 1]);
      assert.deepEqual(await catalog.versions({ kind: 'action', id: 'con_1', limit: 1 }), []);
    });

    guarantee('versions are read from both sides of a place, and without the unlisted ones', async (catalog) => {
      for (const version of [1, 2, 3, 4, 5])
        await catalog.change(
          version - 1,
          [{ op: 'put', document: document({ version }), unlisted: version === 2 || version === 5 }],
          [],
        );
      const versions = async (more: { before?: number; after?: number; limit?: number; listed?: boolean }) =>
        (await catalog.versions({ kind: 'connection', id: 'con_1', limit: 9, ...more })).map((one) => one.version);
      assert.deepEqual(await versions({}), [5, 4, 3, 2, 1]);
      assert.deepEqual(await versions({ listed: true }), [4, 3, 1]);
      assert.deepEqual(await versions({ listed: true, before: 3 }), [1]);
      assert.deepEqual(await versions({ listed: true, after: 1, limit: 1 }), [3]);
      assert.deepEqual(await versions({ after: 2, limit: 2 }), [4, 3]);
      assert.equal((await catalog.all()).documents[0]?.version, 5);
    });

    guarantee('of the versions of a document the oldest are removed, beyond a number and a size', async (catalog) => {
      let revision = 0;
      const make = async (...changes: Change[]) => {
        revision = (await catalog.change(revision, changes, [])) ?? revision;
      };
      const version = (number: number, { text = '', unlisted = false, id = 'act_1' } = {}): Change => {
        const body = { name: `v${number}`, text };
        return { op: 'put', document: document({ kind: 'action', id, version: number, body }), unlisted };
      };
      const versions = async (id = 'act_1') => {
        const found: number[] = [];
        for (let before = Number.MAX_SAFE_INTEGER; ; before = found.at(-1) ?? 0) {
          const page = await catalog.versions({ kind: 'action', id, before, limit: 500 });
          if (page.length === 0) return found;
          found.push(...page.map((one) => one.version));
        }
      };
      await make(version(1, { id: 'act_2' }));
      const { count, bytes } = versionBounds;
      // Changes of the status alone don't displace the others.
      await make(...Array.from({ length: count + 10 }, (_, n) => version(n + 1, { unlisted: n >= 5 })));
      assert.deepEqual((await versions()).slice(-6), [11, 5, 4, 3, 2, 1]);
      assert.equal((await versions()).length, count + 5);
      const text = 'x'.repeat(bytes / 4);
      for (let more = 11; more <= 16; more++) await make(version(count + more, { text }));
      assert.deepEqual(await versions(), [count + 16, count + 15, count + 14]);
      await make(version(count + 17, { text: 'x'.repeat(bytes) }));
      assert.deepEqual(await versions(), [count + 17]);
      assert.equal((await catalog.all()).documents.length, 2);
      assert.deepEqual(await versions('act_2'), [1]);
    });

    guarantee('a read of versions ends with the one that reaches the limit of bytes', async (catalog) => {
      const text = 'ä'.repeat(0.6 * versionsBytesMax);
      for (const version of [1, 2, 3, 4])
        await catalog.change(version - 1, [put(document({ version, body: { name: `${version}`, text } }))], []);
      const versions = async (more: { before?: number; after?: number }) =>
        (await catalog.versions({ kind: 'connection', id: 'con_1', limit: 9, ...more })).map((one) => one.version);
      assert.deepEqual(await versions({}), [4, 3]);
      assert.deepEqual(await versions({ before: 3 }), [2, 1]);
      assert.deepEqual(await versions({ after: 1 }), [3, 2]);
    });

    guarantee(
      'deleted documents are listed newest first, by kind and page, until they are restored',
      async (catalog) => {
        const at = (second: number) => `2026-03-02T00:00:0${second}.000Z`;
        const destination = document({
          kind: 'destination',
          id: 'dst_1',
          body: { name: 'Orders', connectionId: 'con_1' },
        });
        const all = [document({}), document({ id: 'con_2', body: { name: 'Shop' } }), destination];
        await catalog.change(0, all.map(put), []);
        for (const [i, one] of all.entries())
          await catalog.change(i + 1, [{ op: 'delete', document: { ...one, updatedAt: at(i), updatedBy: 'ada' } }], []);
        const kinds = ['connection', 'destination'] as const;
        const ids = async (more: object) => (await catalog.deleted({ kinds, limit: 9, ...more })).map(({ id }) => id);
        assert.deepEqual(await ids({}), ['dst_1', 'con_2', 'con_1']);
        assert.deepEqual(await ids({ kinds: ['connection'], limit: 1 }), ['con_2']);
        assert.deepEqual(await ids({ before: { deletedAt: Date.parse(at(1)), id: 'con_2' } }), ['con_1']);
        assert.deepEqual(await ids({ after: { deletedAt: Date.parse(at(0)), id: 'con_1' }, limit: 1 }), ['con_2']);
        assert.deepEqual(await catalog.deleted({ kinds, id: 'dst_1', limit: 9 }), [
          {
            kind: 'destination',
            id: 'dst_1',
            version: 1,
            name: 'Orders',
            connectionId: 'con_1',
            deletedAt: Date.parse(at(2)),
            deletedBy: 'ada',
          },
        ]);
        await catalog.change(4, [put({ ...destination, version: 2 })], []);
        assert.deepEqual(await ids({}), ['con_2', 'con_1']);
        assert.deepEqual((await catalog.all()).documents, [{ ...destination, version: 2 }]);
      },
    );

    guarantee('a purge removes deleted documents with all their versions, and nothing else', async (catalog) => {
      const later = document({ id: 'con_2' });
      await catalog.change(0, [put(document({})), put(later), put(document({ id: 'con_3' }))], []);
      await catalog.change(1, [put(document({ version: 2 }))], []);
      const deleted = (one: StoredDocument, updatedAt: string): Change => ({
        op: 'delete',
        document: { ...one, updatedAt },
      });
      await catalog.change(2, [deleted(document({ version: 2 }), '2026-03-02T00:00:00.000Z')], []);
      await catalog.change(3, [deleted(later, '2026-03-03T00:00:00.000Z')], []);
      const before = Date.parse('2026-03-03T00:00:00.000Z');
      assert.deepEqual(await catalog.purge(before, 9), [{ kind: 'connection', id: 'con_1' }]);
      assert.deepEqual(await catalog.purge(before, 9), []);
      const kept = async (id: string) => (await catalog.versions({ kind: 'connection', id, limit: 9 })).length;
      assert.deepEqual([await kept('con_1'), await kept('con_2'), await kept('con_3')], [0, 1, 1]);
      const left = (await catalog.deleted({ kinds: ['connection'], limit: 9 })).map(({ id }) => id);
      assert.deepEqual(left, ['con_2']);
    });
  });
}

export function document(fields: Partial<StoredDocument>): StoredDocument {
  const at = '2026-03-01T12:00:00.000Z';
  return {
    kind: 'connection',
    id: 'con_1',
    version: 1,
    body: { name: 'CRM' },
    createdAt: at,
    updatedAt: at,
    updatedBy: 'usr_1',
    ...fields,
  };
}

export const put = (one: StoredDocument): Change => ({ op: 'put', document: one });

const visible = (one: StoredDocument) => JSON.parse(JSON.stringify(one));
