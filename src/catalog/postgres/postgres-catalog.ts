import { inTurn } from '../../async/in-turn.ts';
import { mapInSteps } from '../../async/steps.ts';
import { appendAudit } from '../../audit/postgres/append.ts';
import type { Postgres, Query } from '../../postgres/postgres.ts';
import { storable, storedText } from '../../postgres/text.ts';
import type { Sealer } from '../../secrets/sealer.ts';
import type { Catalog, DeletedDocument, DeletedQuery, StoredDocument } from '../catalog.ts';
import { writeChanges } from './changes.ts';
import { closed, columns, type DocumentRow, opened } from './document-row.ts';
import { assertKeys } from './sealed-catalog.ts';
import { readVersions } from './versions.ts';

type Joined = DocumentRow & {
  revision: number;
  documentId: string | null;
  partition: number | null;
  body: string | null;
};

/**
 * The catalog of an open database, which stays open when the catalog ends. Throws an Error of one sentence when a
 * stored secret was sealed with a key that the sealer does not have.
 */
export async function postgresCatalog(
  { query, read, transaction }: Pick<Postgres, 'query' | 'read' | 'transaction'>,
  sealer: Sealer,
): Promise<Catalog> {
  await assertKeys(query, sealer);
  const open = (row: DocumentRow) => opened(sealer, row);
  // Changes that wait for each other would hold a connection each.
  const turn = inTurn();
  return {
    async all() {
      const rows = await query<Joined>(
        `SELECT revision, d.id AS "documentId", d.partition, ${columns} FROM catalog_revision
         LEFT JOIN document AS d ON true
         LEFT JOIN document_version AS v
           ON v.kind = d.kind AND v.id = d.id AND v.version = d.version AND d.deleted_at IS NULL
         ORDER BY d.kind, d.id`,
      );
      const partitions = new Map<string, number>();
      for (const { documentId, partition } of rows)
        if (documentId !== null && partition !== null) partitions.set(documentId, partition);
      const documents = rows.flatMap(({ revision: _, documentId: __, partition: ___, body, ...row }) =>
        body === null ? [] : [open({ ...row, body })],
      );
      return { revision: rows[0]?.revision ?? 0, documents, partitions };
    },

    async revision() {
      const [row] = await query<{ revision: number }>('SELECT revision FROM catalog_revision');
      return row?.revision ?? 0;
    },

    change: (revision, changes, entries) =>
      turn(async () => {
        let rows: DocumentRow[];
        let key: string;
        do {
          key = sealer.sealsWith;
          rows = await mapInSteps(changes, ({ document }) => closed(sealer, document));
          // A rotation that began in between would not find what was sealed with the former key.
        } while (key !== sealer.sealsWith);
        return transaction(async (inside) => {
          const sql = 'UPDATE catalog_revision SET revision = revision + 1 WHERE revision = $1 RETURNING 1';
          if ((await inside(sql, [revision])).length === 0) return null;
          await writeChanges(inside, revision + 1, changes, rows);
          await appendAudit(inside, entries);
          return revision + 1;
        });
      }),

    unapplied: () => query('SELECT revision, kind, id, before FROM unapplied_change ORDER BY revision, kind, id'),

    async applied(changes) {
      await query(
        `DELETE FROM unapplied_change WHERE (revision, kind, id) IN (
           SELECT * FROM unnest($1::bigint[], $2::text[], $3::text[]))`,
        [changes.map(({ revision }) => revision), changes.map(({ kind }) => kind), changes.map(({ id }) => id)],
      );
    },

    versions: async (wanted) => (await readVersions(read, wanted)).map(open),
    deleted: (wanted) => readDeleted(read, wanted),

    purge: (before, limit) =>
      query<Pick<StoredDocument, 'kind' | 'id'>>(
        `WITH gone AS (
           DELETE FROM document WHERE (kind, id) IN (
             SELECT kind, id FROM document WHERE deleted_at < $1 ORDER BY deleted_at, id LIMIT $2 FOR UPDATE)
           RETURNING kind, id),
         versions AS (DELETE FROM document_version AS v USING gone WHERE v.kind = gone.kind AND v.id = gone.id)
         SELECT kind, id FROM gone ORDER BY kind, id`,
        [before, limit],
      ),
  };
}

/** Members of a body as JSON: a text with NUL can't leave it otherwise. */
type DeletedRow = Omit<DeletedDocument, 'name' | 'connectionId'> & { nameJson: string; connectionJson: string | null };

async function readDeleted(read: Query, { kinds, id, before, after, limit }: DeletedQuery): Promise<DeletedDocument[]> {
  const isUp = after !== undefined;
  const place = before ?? after;
  const order = isUp ? 'ASC' : 'DESC';
  const rows = await read<DeletedRow>(
    `SELECT d.kind, d.id, d.version, (v.body::json -> 'name')::text AS "nameJson",
       (v.body::json -> 'connectionId')::text AS "connectionJson", d.deleted_at AS "deletedAt", d.deleted_by AS "deletedBy"
     FROM document AS d JOIN document_version AS v ON v.kind = d.kind AND v.id = d.id AND v.version = d.version
     WHERE d.deleted_at IS NOT NULL AND d.kind = ANY($1) AND ($2::text IS NULL OR d.id = $2)
       AND ($3::bigint IS NULL OR (d.deleted_at, d.id) ${isUp ? '>' : '<'} ($3, $4))
     ORDER BY d.deleted_at ${order}, d.id ${order} LIMIT $5`,
    [kinds, id === undefined ? null : storable(id), place?.deletedAt ?? null, place?.id ?? null, limit],
  );
  const documents = rows.map(({ nameJson, connectionJson, ...row }) => ({
    ...row,
    name: JSON.parse(nameJson),
    connectionId: connectionJson === null ? null : JSON.parse(connectionJson),
    deletedBy: storedText(row.deletedBy),
  }));
  return isUp ? documents.reverse() : documents;
}
