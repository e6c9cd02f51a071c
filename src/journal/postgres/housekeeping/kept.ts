import type { Query } from '../../../postgres/postgres.ts';
import { lineText } from '../../codec/attempt-codec.ts';
import { packLines } from '../../codec/event-codec.ts';
import { type BlockPlace, blockKey, linesOfBlock } from '../attempt-blocks.ts';
import { linesOf } from '../event-reader.ts';
import { attemptLines, type Logged } from './attempt-lines.ts';
import { dayMs, tableOf } from './day-tables.ts';

const rowsAtOnce = 500;
/** Ids of blocks are times in ms times this. */
const idsPerMs = 4_096;

/** Makes the tables of what outlives the tables of its day, for this transaction alone. `version`: of the block that was copied. */
export async function keptTables(query: Query): Promise<void> {
  await query(`CREATE TEMPORARY TABLE kept_delivery (partition smallint, number bigint, PRIMARY KEY (partition, number))
    ON COMMIT DROP`);
  await query(`CREATE TEMPORARY TABLE kept_block (partition smallint, id bigint, version text NOT NULL, lines bytea NOT NULL,
    PRIMARY KEY (partition, id)) ON COMMIT DROP`);
  await query(
    'CREATE TEMPORARY TABLE kept_group (partition smallint, first bigint, received_at bigint) ON COMMIT DROP',
  );
}

/** Copies the lines of all deliveries that wait out of the blocks of a day. */
export async function keepLines(query: Query, day: number): Promise<void> {
  let after: [number, number] = [-1, -1];
  for (let isEnd = false; !isEnd; ) ({ isEnd, after } = await keepSomeLines(query, day, after));
}

/** The same for some deliveries after a place, without those whose lines are copied. `isEnd`: there are no more. */
export async function keepSomeLines(
  query: Query,
  day: number,
  after: [partition: number, number: number] = [-1, -1],
): Promise<{ isEnd: boolean; after: [number, number] }> {
  const [from, to] = [day * idsPerMs, (day + dayMs) * idsPerMs];
  const rows = await query<Logged & { block: number }>(
    `WITH step AS (
         SELECT partition, number, block FROM waiting
         WHERE (partition, number) > ($1::smallint, $2::bigint) AND created_at < $3 AND block >= $4
           AND NOT EXISTS (SELECT FROM kept_delivery AS kept
             WHERE kept.partition = waiting.partition AND kept.number = waiting.number)
         ORDER BY partition, number LIMIT ${rowsAtOnce}),
       kept AS (INSERT INTO kept_delivery SELECT partition, number FROM step)
     SELECT * FROM step ORDER BY partition, number`,
    [...after, day + dayMs, from],
  );
  const blocks = attemptLines(query, 'read');
  await blocks.load(rows);
  const wanted = new Map<string, BlockPlace & { numbers: Set<number> }>();
  for (const row of rows)
    for (const id of (await blocks.history(row)).ids) {
      if (id < from || id >= to) continue;
      const place = { partition: row.partition, id };
      const block = wanted.get(blockKey(place)) ?? { ...place, numbers: new Set() };
      block.numbers.add(row.number);
      wanted.set(blockKey(place), block);
    }
  for (const block of wanted.values()) await keepBlock(query, day, block);
  const last = rows.at(-1);
  return { isEnd: rows.length < rowsAtOnce, after: last === undefined ? after : [last.partition, last.number] };
}

type Wanted = BlockPlace & { numbers: ReadonlySet<number> };

/** Adds the lines of these deliveries to the copy of a block. */
async function keepBlock(query: Query, day: number, { partition, id, numbers }: Wanted): Promise<void> {
  const [row] = await query<{ version: string; lines: Buffer; kept: Buffer | null }>(
    `SELECT own.xmin::text AS version, own.lines, kept_block.lines AS kept
     FROM ${tableOf('attempt_block', day)} AS own LEFT JOIN kept_block USING (partition, id) WHERE partition = $1 AND id = $2`,
    [partition, id],
  );
  if (row === undefined) return;
  const block = linesOfBlock(row.lines);
  const texts = [...numbers].flatMap((number) =>
    (block.get(number) ?? []).map((line) => lineText(number, line.before, line)),
  );
  await query(
    `INSERT INTO kept_block (partition, id, version, lines) VALUES ($1, $2, $3, $4)
     ON CONFLICT (partition, id) DO UPDATE SET lines = excluded.lines`,
    [partition, id, row.version, Buffer.from(packLines([...(row.kept ? linesOf(row.kept) : []), ...texts].join('\n')))],
  );
}

/** Whether the copied blocks of a day are as they were: an erasure or a forgetting of bodies can have removed something. */
export async function isUnchanged(query: Query, day: number): Promise<boolean> {
  const changed = await query(
    `SELECT 1 FROM kept_block LEFT JOIN ${tableOf('attempt_block', day)} AS own USING (partition, id)
     WHERE own.xmin::text IS DISTINCT FROM version LIMIT 1`,
  );
  return changed.length === 0;
}

/**
 * Notes the groups of a day that are not matched, or have deliveries that stay: passed ones, waiting ones, and those in the
 * tables of later days or of no day.
 * Returns how many events they have.
 */
export async function keepGroups(query: Query, day: number): Promise<number> {
  const inDay = (column: string) => `${column} >= ${day} AND ${column} < ${day + dayMs}`;
  const place = 'event_partition AS partition, event_number AS number';
  const own = tableOf('event_group', day);
  const found = 'stored.partition, stored.first, stored.received_at, stored.count';
  const before = (number: string) => `SELECT * FROM ${own} AS stored
    WHERE stored.partition = used.partition AND stored.first <= ${number} ORDER BY stored.first DESC LIMIT 1`;
  const [kept] = await query<{ count: number }>(
    `WITH used AS (
         SELECT ${place} FROM waiting WHERE ${inDay('event_at')}
         UNION SELECT ${place} FROM open_delivery WHERE ${inDay('event_at')}
         UNION SELECT ${place} FROM delivery WHERE ${inDay('event_at')} AND created_at >= ${day + dayMs}
           AND event_at / ${dayMs} < created_at / ${dayMs}
         UNION SELECT ${place} FROM delivery_other WHERE ${inDay('event_at')}),
       passed AS (SELECT source AS partition, min(first) AS first FROM passed_delivery GROUP BY source),
       unmatched AS (SELECT partition, least(position, first) AS number FROM intake LEFT JOIN passed USING (partition)),
       needed AS (
         SELECT ${found} FROM unmatched AS used JOIN ${own} AS stored USING (partition) WHERE stored.first >= used.number
         UNION SELECT ${found} FROM unmatched AS used CROSS JOIN LATERAL (${before('used.number')}) AS stored
           WHERE used.number < stored.first + stored.count
         UNION SELECT ${found} FROM used CROSS JOIN LATERAL (${before('used.number')}) AS stored
           WHERE used.number < stored.first + stored.count),
       kept AS (INSERT INTO kept_group SELECT partition, first, received_at FROM needed)
     SELECT coalesce(sum(count), 0)::bigint AS count FROM needed`,
  );
  return kept?.count ?? 0;
}
