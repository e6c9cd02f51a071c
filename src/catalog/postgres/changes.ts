import { byItself } from '../../contract/by-itself.ts';
import type { Query } from '../../postgres/postgres.ts';
import { type Change, versionBounds } from '../catalog.ts';
import type { DocumentRow } from './document-row.ts';

type Written = { change: Change; row: DocumentRow };

/** Makes the changes of a revision, inside its transaction, and removes versions over `versionBounds`. `rows`: the documents of the changes as stored. */
export async function writeChanges(
  query: Query,
  revision: number,
  changes: readonly Change[],
  rows: readonly DocumentRow[],
): Promise<void> {
  const all = changes.flatMap((change, index): Written[] => {
    const row = rows[index];
    return row === undefined ? [] : [{ change, row }];
  });
  const puts = all.filter(({ change }) => change.op === 'put');
  if (puts.length > 0) await insertVersions(query, puts);
  const last = [...new Map(all.map((one) => [placeOf(one.row), one])).values()];
  const notable = all.map(replaced).filter((one) => one !== null);
  if (last.length === 0) return;
  await query(
    `WITH changed AS (SELECT * FROM unnest($1::text[], $2::text[], $3::integer[], $4::smallint[], $5::bigint[], $6::text[])
         AS changed (kind, id, version, partition, deleted_at, deleted_by)),
       present AS (INSERT INTO document (kind, id, version, partition, deleted_at, deleted_by) SELECT * FROM changed
         ON CONFLICT (kind, id) DO UPDATE SET version = excluded.version, deleted_at = excluded.deleted_at,
           deleted_by = excluded.deleted_by, partition = coalesce(document.partition, excluded.partition)),
       notable AS (INSERT INTO unapplied_change (revision, kind, id, before)
         SELECT $10::bigint, * FROM unnest($7::text[], $8::text[], $9::integer[])),
       old AS (
         SELECT kind, id, version, row_number() OVER (PARTITION BY kind, id, listed ORDER BY version DESC) AS number,
           row_number() OVER newer AS place, sum(octet_length(body)) OVER newer AS size
         FROM document_version WHERE (kind, id) IN (SELECT kind, id FROM changed)
         WINDOW newer AS (PARTITION BY kind, id ORDER BY version DESC))
     DELETE FROM document_version AS v USING old
     WHERE v.kind = old.kind AND v.id = old.id AND v.version = old.version
       AND old.place > 1 AND (old.number > $11 OR old.size > $12)`,
    [
      ...keysOf(last.map(({ row }) => row)),
      last.map(({ row }) => row.version),
      last.map(({ change }) => partitionOf(change)),
      last.map(({ change, row }) => (change.op === 'delete' ? Date.parse(row.updatedAt) : null)),
      last.map(({ change, row }) => (change.op === 'delete' ? row.updatedBy : null)),
      ...keysOf(notable),
      notable.map(({ before }) => before),
      revision,
      versionBounds.count,
      versionBounds.bytes,
    ],
  );
}

async function insertVersions(query: Query, puts: readonly Written[]): Promise<void> {
  const rows = puts.map(({ row }) => row);
  const stored = await query<{ kind: string; id: string; version: number }>(
    `INSERT INTO document_version (kind, id, version, body, created_at, updated_at, updated_by, listed)
     SELECT * FROM unnest($1::text[], $2::text[], $3::integer[], $4::text[], $5::text[], $6::text[], $7::text[], $8::boolean[])
     ON CONFLICT DO NOTHING RETURNING kind, id, version`,
    [
      ...keysOf(rows),
      rows.map(({ version }) => version),
      rows.map(({ body }) => body),
      rows.map(({ createdAt }) => createdAt),
      rows.map(({ updatedAt }) => updatedAt),
      rows.map(({ updatedBy }) => updatedBy),
      puts.map(({ change }) => change.op === 'put' && change.unlisted !== true),
    ],
  );
  if (stored.length < rows.length) {
    const known = new Set(stored.map((one) => `${placeOf(one)} ${one.version}`));
    const twice = rows.find((one) => !known.delete(`${placeOf(one)} ${one.version}`));
    throw new Error(`Version ${twice?.version} of ${twice?.kind} ${twice?.id} exists already.`);
  }
}

/** The version whose consequences for stored data are to be done; null: there are none. */
function replaced({ change, row }: Written) {
  const before = change.op === 'put' ? row.version - 1 : row.version;
  const isNotable = row.kind === 'connection' || row.kind === 'destination';
  return isNotable && before > 0 && row.updatedBy !== byItself.principal
    ? { kind: row.kind, id: row.id, before }
    : null;
}

/** Of a connection that has none yet; null for other documents. */
function partitionOf(change: Change): number | null {
  if (change.document.kind !== 'connection') return null;
  return (change.op === 'put' ? change.partition : null) ?? 0;
}

const placeOf = ({ kind, id }: { kind: string; id: string }): string => `${kind} ${id}`;
const keysOf = (rows: readonly { kind: string; id: string }[]): [kinds: string[], ids: string[]] => [
  rows.map(({ kind }) => kind),
  rows.map(({ id }) => id),
];
