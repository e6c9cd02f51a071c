import { appendAudit } from '../../audit/sqlite/append.ts';
import { byItself } from '../../contract/by-itself.ts';
import type { NewAuditEntry } from '../../contract/records/audit.ts';
import type { Db } from '../../sqlite/db.ts';
import {
  type Change,
  type DeletedDocument,
  type DeletedQuery,
  type StoredDocument,
  type UnappliedChange,
  type VersionQuery,
  versionBounds,
  versionsBytesMax,
} from '../catalog.ts';

/** A document as stored: its body is JSON with sealed secrets. */
export type DocumentRow = Omit<StoredDocument, 'body'> & { body: string };

/** A change as stored. */
export type ChangeRow = { op: Change['op']; row: DocumentRow; listed: boolean; partition?: number };

const columns = `v.kind, v.id, v.version, v.body, v.created_at AS createdAt, v.updated_at AS updatedAt, v.updated_by AS updatedBy`;

/** The operations of the catalog in the storage threads. */
export const operations = {
  catalogRevision: (db: Db, _: null): number => revision(db),

  allDocuments: (
    db: Db,
    _: null,
  ): { revision: number; rows: DocumentRow[]; partitions: { id: string; partition: number }[] } => ({
    revision: revision(db),
    rows: db.all<DocumentRow>(
      `SELECT ${columns} FROM document AS d
       JOIN document_version AS v ON v.kind = d.kind AND v.id = d.id AND v.version = d.version ORDER BY d.kind, d.id`,
    ),
    partitions: db.all('SELECT id, partition FROM connection_partition'),
  }),

  changeDocuments(
    db: Db,
    /** Changes (`ChangeRow`) and audit entries as JSON: cloning thousands of objects would block the caller. */
    change: { revision: number; changes: readonly string[]; entries: readonly string[] },
  ): number | null {
    if (revision(db) !== change.revision) return null;
    const next = change.revision + 1;
    for (const text of change.changes) {
      const { op, row, listed, partition = 0 }: ChangeRow = JSON.parse(text);
      if (op === 'put') put(db, row, listed);
      else remove(db, row);
      if (op === 'put' && row.kind === 'connection')
        db.run('INSERT OR IGNORE INTO connection_partition (id, partition) VALUES (?, ?)', row.id, partition);
      const before = op === 'put' ? row.version - 1 : row.version;
      const isNotable = row.kind === 'connection' || row.kind === 'destination';
      if (isNotable && before > 0 && row.updatedBy !== byItself.principal)
        db.run(
          'INSERT INTO unapplied_change (revision, kind, id, before) VALUES (?, ?, ?, ?)',
          next,
          row.kind,
          row.id,
          before,
        );
    }
    appendAudit(
      db,
      change.entries.map((text): NewAuditEntry => JSON.parse(text)),
    );
    db.run('UPDATE catalog_revision SET revision = ?', next);
    return next;
  },

  unappliedChanges: (db: Db, _: null): UnappliedChange[] =>
    db.all('SELECT revision, kind, id, before FROM unapplied_change ORDER BY revision, kind, id'),

  changesApplied(db: Db, changes: readonly UnappliedChange[]): void {
    for (const { revision, kind, id } of changes)
      db.run('DELETE FROM unapplied_change WHERE revision = ? AND kind = ? AND id = ?', revision, kind, id);
  },

  documentVersions(db: Db, { kind, id, before, after, limit, listed = false }: VersionQuery): DocumentRow[] {
    const isUp = after !== undefined;
    const rows: DocumentRow[] = [];
    let [above = 0, below = Number.MAX_SAFE_INTEGER] = [after, before];
    for (let bytes = 0; rows.length < limit && bytes < versionsBytesMax; ) {
      const row = db.get<DocumentRow>(
        `SELECT ${columns} FROM document_version AS v
         WHERE kind = ? AND id = ? AND version > ? AND version < ? AND listed >= ?
         ORDER BY version ${isUp ? 'ASC' : 'DESC'} LIMIT 1`,
        ...[kind, id, above, below, Number(listed)],
      );
      if (row === undefined) break;
      rows.push(row);
      bytes += row.body.length;
      if (isUp) above = row.version;
      else below = row.version;
    }
    return isUp ? rows.reverse() : rows;
  },

  deletedDocuments(db: Db, { kinds, id, before, after, limit }: DeletedQuery): DeletedDocument[] {
    const isUp = after !== undefined;
    const place = before ?? after;
    const rows = db.all<DeletedDocument>(
      `SELECT d.kind, d.id, d.version, v.body ->> 'name' AS name, v.body ->> 'connectionId' AS connectionId,
         d.deleted_at AS deletedAt, d.deleted_by AS deletedBy
       FROM deleted_document AS d
       JOIN document_version AS v ON v.kind = d.kind AND v.id = d.id AND v.version = d.version
       WHERE d.kind IN (SELECT value FROM json_each(?)) ${id === undefined ? '' : 'AND d.id = ?'}
         ${place === undefined ? '' : `AND (d.deleted_at, d.id) ${isUp ? '>' : '<'} (?, ?)`}
       ORDER BY d.deleted_at ${isUp ? 'ASC' : 'DESC'}, d.id ${isUp ? 'ASC' : 'DESC'} LIMIT ?`,
      JSON.stringify(kinds),
      ...(id === undefined ? [] : [id]),
      ...(place === undefined ? [] : [place.deletedAt, place.id]),
      limit,
    );
    return isUp ? rows.reverse() : rows;
  },

  purgeDocuments(db: Db, { before, limit }: { before: number; limit: number }): { kind: string; id: string }[] {
    const gone = db.all<{ kind: string; id: string }>(
      'SELECT kind, id FROM deleted_document WHERE deleted_at < ? ORDER BY deleted_at LIMIT ?',
      before,
      limit,
    );
    if (gone.length === 0) return [];
    // Sealed secrets are overwritten on disk, not only unlinked.
    db.all('PRAGMA secure_delete = ON');
    for (const { kind, id } of gone) {
      db.run('DELETE FROM document_version WHERE kind = ? AND id = ?', kind, id);
      db.run('DELETE FROM deleted_document WHERE kind = ? AND id = ?', kind, id);
      if (kind === 'connection') db.run('DELETE FROM connection_partition WHERE id = ?', id);
    }
    db.all('PRAGMA secure_delete = FAST');
    return gone;
  },

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

function put(db: Db, row: DocumentRow, listed: boolean) {
  const sql = 'SELECT 1 FROM document_version WHERE kind = ? AND id = ? AND version = ?';
  if (db.get(sql, row.kind, row.id, row.version) !== undefined)
    throw new Error(`Version ${row.version} of ${row.kind} ${row.id} exists already.`);
  db.run(
    `INSERT INTO document_version (kind, id, version, body, created_at, updated_at, updated_by, listed)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
    row.kind,
    row.id,
    row.version,
    row.body,
    row.createdAt,
    row.updatedAt,
    row.updatedBy,
    Number(listed),
  );
  db.run('INSERT OR REPLACE INTO document (kind, id, version) VALUES (?, ?, ?)', row.kind, row.id, row.version);
  db.run('DELETE FROM deleted_document WHERE kind = ? AND id = ?', row.kind, row.id);
  removeOldVersions(db, row);
}

/** Removes versions of a document over `versionBounds`. */
function removeOldVersions(db: Db, { kind, id, version }: DocumentRow): void {
  const rows = db.all<{ row: number }>(
    `SELECT row FROM (
       SELECT rowid AS row, version, row_number() OVER (PARTITION BY listed ORDER BY version DESC) AS number,
         sum(octet_length(body)) OVER (ORDER BY version DESC) AS size
       FROM document_version WHERE kind = ? AND id = ?)
     WHERE version <> ? AND (number > ? OR size > ?)`,
    ...[kind, id, version, versionBounds.count, versionBounds.bytes],
  );
  if (rows.length === 0) return;
  // Sealed secrets are overwritten on disk, not only unlinked.
  db.all('PRAGMA secure_delete = ON');
  for (const { row } of rows) db.run('DELETE FROM document_version WHERE rowid = ?', row);
  db.all('PRAGMA secure_delete = FAST');
}

function remove(db: Db, { kind, id, version, updatedAt, updatedBy }: DocumentRow) {
  db.run('DELETE FROM document WHERE kind = ? AND id = ?', kind, id);
  db.run(
    'INSERT INTO deleted_document (kind, id, version, deleted_at, deleted_by) VALUES (?, ?, ?, ?, ?)',
    kind,
    id,
    version,
    Date.parse(updatedAt),
    updatedBy,
  );
}
