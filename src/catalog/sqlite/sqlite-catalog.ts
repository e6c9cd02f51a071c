import type { Sealer, SealPlace } from '../../secrets/sealer.ts';
import type { Client } from '../../sqlite/operation.ts';
import type { Sqlite } from '../../sqlite/sqlite.ts';
import type { Catalog, StoredDocument } from '../catalog.ts';
import type { DocumentRow, operations } from './operations.ts';

/** The module that a database must load for `sqliteCatalog`. */
export const catalogOperations = new URL(
  import.meta.url.endsWith('.ts') ? './operations.ts' : './operations.js',
  import.meta.url,
);

const versionsAtOnce = 200;

/**
 * The catalogue of an open database (which stays open when the catalogue ends). Throws an Error of one sentence when a
 * stored secret was sealed with a key that is not among the sealer's.
 */
export async function sqliteCatalog(sqlite: Sqlite, sealer: Sealer): Promise<Catalog> {
  const client = sqlite.client<typeof operations>();
  await assertKeys(client, sealer);

  const open = ({ kind, body, ...row }: DocumentRow): StoredDocument => ({
    ...row,
    kind: kind as StoredDocument['kind'], // stored from one
    body: sealer.openBody(placeOf({ kind, id: row.id }), JSON.parse(body)),
  });
  const close = (document: StoredDocument): DocumentRow => ({
    ...document,
    body: JSON.stringify(sealer.sealBody(placeOf(document), document.body)),
  });

  return {
    async all() {
      const { revision, rows } = await client.write('allDocuments', null);
      return { revision, documents: rows.map(open) };
    },
    change: (revision, changes, entries) =>
      client.write('changeDocuments', {
        revision,
        changes: changes.map(({ op, document }) => ({ op, row: close(document) })),
        entries,
      }),
    async versions({ kind, id, before = Number.MAX_SAFE_INTEGER, limit }) {
      return (await client.read('documentVersions', { kind, id, before, limit })).map(open);
    },
    async [Symbol.asyncDispose]() {},
  };
}

/**
 * Seals every stored secret anew with the sealer's first key, old versions too, while others read and write. Answers
 * how many versions it went through; afterwards the other keys are no longer needed by the catalogue.
 */
export async function rotateCatalogSecrets(sqlite: Sqlite, sealer: Sealer): Promise<number> {
  const client = sqlite.client<typeof operations>();
  let count = 0;
  for await (const rows of sealedVersions(client)) {
    const bodies = rows.map(({ row, body: old, ...document }) => {
      const place = placeOf(document);
      const body = JSON.stringify(sealer.sealBody(place, sealer.openBody(place, JSON.parse(old))));
      return { row, old, body };
    });
    await client.write('resealDocuments', bodies);
    count += rows.length;
  }
  return count;
}

async function assertKeys(client: Client<typeof operations>, sealer: Sealer): Promise<void> {
  for await (const rows of sealedVersions(client)) {
    const [missing] = rows.flatMap((row) => sealer.missingKeys(JSON.parse(row.body)));
    if (missing !== undefined)
      throw new Error(
        `Stored secrets were sealed with key ${missing}, which is not among the secret keys; set MILLRACE_SECRET_KEY (or secret.key in the data folder) to the key that they were sealed with.`,
      );
  }
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

const placeOf = ({ kind, id }: { kind: string; id: string }): SealPlace => ({ table: 'document', kind, id });
