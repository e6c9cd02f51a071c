import { type MovedTable, reading, sameTable, writing } from './moved-table.ts';

/** Those of one process or of one database stay. */
const movedNotes = "name NOT LIKE 'node/%' AND name NOT LIKE 'database/%' AND name <> 'secret_key/check'";

const revision = { revision: 'bigint' } as const;

const document = {
  kind: 'text',
  id: 'text',
  version: 'integer',
  partition: 'smallint',
  deleted_at: 'bigint',
  deleted_by: 'free',
} as const;

const version = {
  kind: 'text',
  id: 'text',
  version: 'integer',
  body: 'text',
  created_at: 'text',
  updated_at: 'text',
  updated_by: 'free',
  listed: 'boolean',
} as const;

/** What people configured. Partitions of connections are as they were: the ids of deliveries name them. */
export const configurationTables: readonly MovedTable[] = [
  sameTable('notes', 'note', { name: 'text', text: 'free' }, { order: 'name', where: movedNotes }),
  sameTable('configuration revision', 'catalog_revision', revision, { order: 'revision', isSingle: true }),
  {
    kind: 'documents',
    table: 'document',
    columns: document,
    order: 'kind, id',
    sqlite: {
      read: reading(
        document,
        `SELECT kind, id, version, partition, deleted_at, deleted_by FROM (
           SELECT kind, id, version, NULL AS deleted_at, NULL AS deleted_by FROM document
           UNION ALL SELECT kind, id, version, deleted_at, deleted_by FROM deleted_document)
         LEFT JOIN (SELECT 'connection' AS kind, id, partition FROM connection_partition) USING (kind, id)`,
      ),
      write: writing(
        document,
        'INSERT INTO document (kind, id, version) SELECT :kind, :id, :version WHERE :deleted_at IS NULL',
        `INSERT INTO deleted_document (kind, id, version, deleted_at, deleted_by)
         SELECT :kind, :id, :version, :deleted_at, :deleted_by WHERE :deleted_at IS NOT NULL`,
        'INSERT INTO connection_partition (id, partition) SELECT :id, :partition WHERE :partition IS NOT NULL',
      ),
    },
  },
  sameTable('versions of documents', 'document_version', version, { order: 'kind, id, version' }),
  sameTable(
    'changes to apply',
    'unapplied_change',
    { revision: 'bigint', kind: 'text', id: 'text', before: 'integer' },
    { order: 'revision, kind, id' },
  ),
];
