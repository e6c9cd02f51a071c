import { mapInSteps } from '../../async/steps.ts';
import type { SealedRow, Sealer } from '../../secrets/sealer.ts';
import type { SealedStore } from '../../secrets/sealing.ts';
import type { Client } from '../../sqlite/operation.ts';
import type { Sqlite } from '../../sqlite/sqlite.ts';
import type { Catalog, StoredDocument } from '../catalog.ts';
import type { ChangeRow, DocumentRow, operations } from './operations.ts';

/** Small enough that sealing them does not delay other work. */
const versionsAtOnce = 50;

/**
 * The catalog of an open database, which stays open when the catalog ends. Throws an Error of one sentence when a
 * stored secret was sealed with a key that the sealer does not have.
 */
export async function sqliteCatalog(sqlite: Pick<Sqlite, 'client'>, sealer: Sealer): Promise<Catalog> {
  const client = sqlite.client<typeof operations>();
  await assertKeys(client, sealer);

  const open = (row: DocumentRow): StoredDocument => ({
    ...row,
    body: sealer.openBody(sealedRow(row), JSON.parse(row.body)),
  });
  const close = (document: StoredDocument): DocumentRow => ({
    ...document,
    body: JSON.stringify(sealer.sealBody(sealedRow(document), document.body)),
  });

  return {
    async all() {
      const { revision, rows, partitions } = await client.write('allDocuments', null);
      const byId = new Map(partitions.map(({ id, partition }) => [id, partition]));
      return { revision, documents: rows.map(open), partitions: byId };
    },
    revision: () => client.read('catalogRevision', null),
    async change(revision, changes, entries) {
      let rows: string[];
      let key: string;
      do {
        key = sealer.sealsWith;
        rows = await mapInSteps(changes, (change) => {
          const { op, document, unlisted = false, partition = 0 } = { unlisted: false, partition: 0, ...change };
          return JSON.stringify({ op, row: close(document), listed: !unlisted, partition } satisfies ChangeRow);
        });
        // A rotation that began in between would not find what was sealed with the former key.
      } while (key !== sealer.sealsWith);
      const written = await mapInSteps(entries, (entry) => JSON.stringify(entry));
      return client.write('changeDocuments', { revision, changes: rows, entries: written });
    },
    unapplied: () => client.write('unappliedChanges', null),
    applied: (changes) => client.write('changesApplied', changes),
    versions: async (query) => (await client.read('documentVersions', query)).map(open),
    deleted: (query) => client.read('deletedDocuments', query),
    purge: async (before, limit) =>
      (await client.write('purgeDocuments', { before, limit })) as Pick<StoredDocument, 'kind' | 'id'>[], // as put
  };
}

/**
 * The sealed secrets of the catalog. Resealing goes through all versions, including old ones and those of deleted
 * documents, while others read and write; afterwards only the sealer's first key is needed. When it is started again it
 * continues with the rest.
 */
export function sealedCatalog(sqlite: Pick<Sqlite, 'client'>, sealer: Sealer): SealedStore {
  const client = sqlite.client<typeof operations>();

  function resealed({ row, body: old, ...document }: DocumentRow & { row: number }) {
    const sealed = JSON.parse(old);
    if (!sealer.isSealedWithOldKey(sealed)) return [];
    const at = sealedRow(document);
    return [{ row, old, body: JSON.stringify(sealer.sealBody(at, sealer.openBody(at, sealed))) }];
  }

  return {
    async bodiesByKey(keyIds) {
      const counts = await client.read('sealedCounts', keyIds);
      return new Map(counts.map(({ keyId, count }) => [keyId, count]));
    },
    count: () => client.read('sealedCount', null),
    async reseal(done) {
      for await (const rows of sealedVersions(client)) {
        const bodies = rows.flatMap(resealed);
        if (bodies.length > 0) await client.write('resealDocuments', bodies);
        done(rows.length);
      }
    },
  };
}

async function assertKeys(client: Client<typeof operations>, sealer: Sealer): Promise<void> {
  for await (const rows of sealedVersions(client)) for (const { body } of rows) sealer.requireKeys(JSON.parse(body));
}

async function* sealedVersions(client: Client<typeof operations>) {
  for (let after = 0; ; ) {
    const rows = await client.write('sealedDocuments', { after, limit: versionsAtOnce });
    const last = rows.at(-1);
    if (last === undefined) return;
    yield rows;
    after = last.row;
  }
}

const sealedRow = ({ kind, id }: { kind: string; id: string }): SealedRow => ({ table: 'document', kind, id });
