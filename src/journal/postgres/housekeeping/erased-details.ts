import { erased } from '../../../contract/erased-text.ts';
import type { Query } from '../../../postgres/postgres.ts';

const rowsAtOnce = 5_000;

type Erased = { count: number; last: [partition: number, number: number] | null };

const quotes = 'EXISTS (SELECT FROM unnest($2::text[]) AS form WHERE position(form IN detail) > 0)';

/**
 * Erases the reasons that quote one of the forms of a text in some rows of a table of deliveries, after those of a key. `last`: the key
 * of the last row; null: there are no more.
 */
export async function eraseDetails(
  query: Query,
  table: string,
  { forms, after }: { forms: readonly string[]; after: [partition: number, number: number] },
): Promise<Erased> {
  const [row] = await query<{ count: number; rows: number; partition: number; number: number }>(
    `WITH step AS MATERIALIZED (SELECT partition, number, created_at, detail IS NOT NULL AND ${quotes} AS is_found FROM ${table}
         WHERE (partition, number) > ($3::smallint, $4::bigint) ORDER BY partition, number LIMIT ${rowsAtOnce}),
       changed AS (UPDATE ${table} AS row SET detail = $1 FROM step WHERE is_found AND row.partition = step.partition
         AND row.number = step.number AND row.created_at = step.created_at RETURNING 1)
     SELECT (SELECT count(*) FROM changed) AS count, count(*) OVER () AS rows, partition, number
     FROM step ORDER BY partition DESC, number DESC LIMIT 1`,
    [erased, forms, ...after],
  );
  const isEnd = row === undefined || row.rows < rowsAtOnce;
  return { count: row?.count ?? 0, last: isEnd ? null : [row.partition, row.number] };
}

/** The same for all holds, of which there is one per connection or destination. */
export async function eraseDetailsOfHolds(query: Query, forms: readonly string[]): Promise<Erased> {
  const rows = await query(`UPDATE gate SET detail = $1 WHERE ${quotes} RETURNING 1`, [erased, forms]);
  return { count: rows.length, last: null };
}
