import { appendAudit } from '../../audit/sqlite/append.ts';
import type { NewAuditEntry } from '../../contract/records/audit.ts';
import type { Db } from '../../sqlite/db.ts';
import type { StoredDocument } from '../catalog.ts';

/** A document as stored: its body is JSON with sealed secrets. */
export type DocumentRow = Omit<StoredDocument, 'body'> & { body: string };

const columns = `v.kind, v.id, v.version, v.body, v.created_at AS createdAt, v.updated_at AS updatedAt, v.updated_by AS updatedBy`;

/** The operations of the catalog in the storage threads. */
export const operations = {
  allDocuments: (db: Db, _: null): { revision: number; rows: DocumentRow[] } => ({
    revision: revision(db),
    rows: db.all<DocumentRow>(
      `SELECT ${columns} FROM document AS d
       JOIN document_version AS v ON v.kind = d.kind AND v.id = d.id AND v.version = d.version ORDER BY d.kind, d.id`,
    ),
  }),

  changeDocuments(
    db: Db,
    change: {
      revision: number;
      changes: { op: 'put' | 'delete'; row: DocumentRow }[];
      entries: readonly NewAuditEntry[];
    },
  ): number | null {
    if (revision(db) !== change.revision) return null;
    for (const { op, row } of change.changes) {
      if (op === 'delete') db.run('DELETE FROM document WHERE kind = ? AND id = ?', row.kind, row.id);
      else put(db, row);
    }
    appendAudit(db, change.entries);
    db.run('UPDATE catalog_revision SET revision = revision + 1');
    return revision(db);
  },

  documentVersions: (db: Db, query: { kind: string; id: string; before: number; limit: number }): DocumentRow[] =>
    db.all<DocumentRow>(
      `SELECT ${columns} FROM document_version AS v WHERE kind = ? AND id = ? AND version < ?
       ORDER BY version DESC LIMIT ?`,
      query.kind,
      query.id,
      query.before,
      query.limit,
    ),

  /** The number of stored versions, present or not, that need each of these keys. */
  sealedCounts: (db: Db, keyIds: readonly string[]): { keyId: string; count: number }[] =>
    keyIds.map((keyId) => ({
      keyId,
      count:
        db.get<{ count: number }>(
          'SELECT count(*) AS count FROM document_version WHERE instr(body, ?) > 0',
          `"$secret":"${keyId}.`,
        )?.count ?? 0,
    })),

  /** The number of stored versions that may contain a secret. */
  sealedCount: (db: Db, _: null): number =>
    db.get<{ count: number }>(`SELECT count(*) AS count FROM document_version WHERE instr(body, '"$secret"') > 0`)
      ?.count ?? 0,

  /** Stored versions that may contain a secret, present or not, in the order of their rows, after the given row. */
  sealedDocuments: (db: Db, { after, limit }: { after: number; limit: number }): (DocumentRow & { row: number })[] =>
    db.all(
      `SELECT v.rowid AS row, ${columns} FROM document_version AS v
       WHERE v.rowid > ? AND instr(body, '"$secret"') > 0 ORDER BY v.rowid LIMIT ?`,
      after,
      limit,
    ),

  /** Replaces the sealed secrets in bodies that have not changed. */
  resealDocuments(db: Db, bodies: { row: number; old: string; body: string }[]): void {
    // The old ciphertext is overwritten on disk, not only unlinked.
    db.all('PRAGMA secure_delete = ON');
    for (const { row, old, body } of bodies)
      db.run('UPDATE document_version SET body = ? WHERE rowid = ? AND body = ?', body, row, old);
    db.all('PRAGMA secure_delete = FAST');
  },
};

function revision(db: Db): number {
  return db.get<{ revision: number }>('SELECT revision FROM catalog_revision')?.revision ?? 0;
}

function put(db: Db, row: DocumentRow) {
  const sql = 'SELECT 1 FROM document_version WHERE kind = ? AND id = ? AND version = ?';
  if (db.get(sql, row.kind, row.id, row.version) !== undefined)
    throw new Error(`Version ${row.version} of ${row.kind} ${row.id} exists already.`);
  db.run(
    `INSERT INTO document_version (kind, id, version, body, created_at, updated_at, updated_by)
     VALUES (?, ?, ?, ?, ?, ?, ?)`,
    row.kind,
    row.id,
    row.version,
    row.body,
    row.createdAt,
    row.updatedAt,
    row.updatedBy,
  );
  db.run('INSERT OR REPLACE INTO document (kind, id, version) VALUES (?, ?, ?)', row.kind, row.id, row.version);
}
