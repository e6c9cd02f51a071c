import type { Query } from '../../postgres/postgres.ts';
import { storable } from '../../postgres/text.ts';
import { type VersionQuery, versionsBytesMax } from '../catalog.ts';
import { columns, type DocumentRow } from './document-row.ts';

/** Versions of one document, newest first, until `versionsBytesMax`. */
export function readVersions(
  read: Query,
  { kind, id, before, after, limit, listed = false }: VersionQuery,
): Promise<DocumentRow[]> {
  const isUp = after !== undefined;
  const order = isUp ? 'ASC' : 'DESC';
  return read<DocumentRow>(
    `SELECT ${columns} FROM (
       SELECT *, sum(characters) OVER (ORDER BY version ${order}) - characters AS others FROM document_version
       WHERE kind = $1 AND id = $2 AND version > $3::bigint AND version < $4::bigint AND (listed OR NOT $5)
       ORDER BY version ${order} LIMIT $6) AS v
     WHERE others < $7 ORDER BY version DESC`,
    [kind, storable(id), after ?? 0, before ?? Number.MAX_SAFE_INTEGER, listed, limit, versionsBytesMax],
  );
}
