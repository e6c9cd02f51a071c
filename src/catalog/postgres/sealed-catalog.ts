import type { Query } from '../../postgres/postgres.ts';
import type { Sealer } from '../../secrets/sealer.ts';
import type { SealedStore } from '../../secrets/sealing.ts';
import { columns, type DocumentRow, sealedRow } from './document-row.ts';

/** Small enough that sealing them does not delay other work. */
const versionsAtOnce = 50;

/**
 * The sealed secrets of the catalog. Resealing goes through all versions, including old ones and those of deleted
 * documents, while others read and write; afterwards only the sealer's first key is needed. When it is started again it
 * continues with the rest.
 */
export function sealedCatalog(query: Query, sealer: Sealer): SealedStore {
  const resealed = ({ body: old, ...document }: DocumentRow) => {
    const sealed = JSON.parse(old);
    if (!sealer.isSealedWithOldKey(sealed)) return [];
    const at = sealedRow(document);
    return [{ ...document, old, body: JSON.stringify(sealer.sealBody(at, sealer.openBody(at, sealed))) }];
  };
  const countOf = async (part: string): Promise<number> => {
    const sql = 'SELECT count(*) AS count FROM document_version WHERE strpos(body, $1) > 0';
    const [row] = await query<{ count: number }>(sql, [part]);
    return row?.count ?? 0;
  };

  return {
    async bodiesByKey(keyIds) {
      const counts = new Map<string, number>();
      for (const keyId of keyIds) counts.set(keyId, await countOf(`"$secret":"${keyId}.`));
      return counts;
    },
    count: () => countOf('"$secret"'),
    async reseal(done) {
      for await (const rows of sealedVersions(query)) {
        const bodies = rows.flatMap(resealed);
        if (bodies.length > 0)
          await query(
            `UPDATE document_version AS v SET body = changed.body
             FROM unnest($1::text[], $2::text[], $3::integer[], $4::text[], $5::text[]) AS changed (kind, id, version, old, body)
             WHERE v.kind = changed.kind AND v.id = changed.id AND v.version = changed.version AND v.body = changed.old`,
            (['kind', 'id', 'version', 'old', 'body'] as const).map((field) =>
              bodies.map(({ [field]: value }) => value),
            ),
          );
        done(rows.length);
      }
    },
  };
}

/** Throws an Error of one sentence when something in the catalog was sealed with a key that the sealer does not have. */
export async function assertKeys(query: Query, sealer: Sealer): Promise<void> {
  for await (const rows of sealedVersions(query)) for (const { body } of rows) sealer.requireKeys(JSON.parse(body));
}

/** Stored versions that may contain a secret, present or not. */
async function* sealedVersions(query: Query): AsyncGenerator<DocumentRow[]> {
  let after: Pick<DocumentRow, 'id' | 'version'> & { kind: string } = { kind: '', id: '', version: 0 };
  for (;;) {
    const rows = await query<DocumentRow>(
      `SELECT ${columns} FROM document_version AS v
       WHERE (v.kind, v.id, v.version) > ($1, $2, $3) AND strpos(v.body, '"$secret"') > 0
       ORDER BY v.kind, v.id, v.version LIMIT $4`,
      [after.kind, after.id, after.version, versionsAtOnce],
    );
    const last = rows.at(-1);
    if (last === undefined) return;
    yield rows;
    after = last;
  }
}
