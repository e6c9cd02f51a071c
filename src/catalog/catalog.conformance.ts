import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Audit } from '../audit/audit.ts';
import { auditSample } from '../audit/audit-samples.testing.ts';
import { Secret } from '../contract/secret.ts';
import type { Catalog, Change, StoredDocument } from './catalog.ts';

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
      assert.deepEqual(await catalog.all(), { revision: 0, documents: [] });
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
