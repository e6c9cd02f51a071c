import type { Postgres, Query } from '../../../postgres/postgres.ts';
import { lineText } from '../../codec/attempt-codec.ts';
import { packLines } from '../../codec/event-codec.ts';
import { statusOf } from '../../codec/status-codes.ts';
import type { BlockPlace } from '../attempt-blocks.ts';
import { readBlocks } from '../attempt-blocks.ts';
import { countRemovedBy } from '../replays/outcome.ts';
import { attemptLines } from './attempt-lines.ts';
import { changeTables, dayMs, dropDay, tableOf } from './day-tables.ts';

type Parts = Pick<Postgres, 'query' | 'transaction'>;

const waitingAtOnce = 500;
/** Ids of blocks are times in ms times this. */
const idsPerMs = 4_096;

/**
 * Drops the tables of a day. What is still needed is stored again: events that are not matched or have deliveries, and the logs of
 * waiting deliveries. Returns how many events and deliveries are gone; null: a delivery of the day has no row yet, or a reader uses
 * the tables.
 */
export async function removeDay(parts: Parts, day: number): Promise<number | null> {
  const { query } = parts;
  const [open] = await query(
    `SELECT 1 FROM ${tableOf('plan_entry', day)} AS entry JOIN settling USING (partition)
     WHERE first + count > settled LIMIT 1`,
  );
  if (open !== undefined) return null;
  const groups = await neededGroups(query, day);
  const blocks = await neededBlocks(query, day);
  const events = tableOf('event_group', day);
  const deliveries = tableOf('delivery', day);
  const sums = await query<{ replay: string | null; status: number; count: number }>(
    `SELECT nullif(replay, '') AS replay, status, count(*) AS count FROM ${deliveries} JOIN target ON target.id = target
     GROUP BY 1, 2`,
  );
  const [stored] = await query<{ count: number }>(`SELECT coalesce(sum(count), 0)::bigint AS count FROM ${events}`);
  const dropped = await changeTables(parts, async (within) => {
    await dropDay(within, day, async (table, own) => {
      if (table === 'event_group' && groups.length > 0)
        await within(
          `INSERT INTO event_group SELECT ${own}.* FROM ${own}
             JOIN unnest($1::smallint[], $2::bigint[]) AS needed (partition, first) USING (partition, first)`,
          [groups.map(({ partition }) => partition), groups.map(({ first }) => first)],
        );
      if (table === 'attempt_block')
        for (const { partition, id, lines } of blocks)
          await within('INSERT INTO attempt_block (partition, id, lines) VALUES ($1, $2, $3)', [partition, id, lines]);
    });
    for (const { replay, status, count } of sums)
      if (replay !== null) await countRemovedBy(within, replay, { [statusOf(status)]: count });
    return true;
  });
  if (dropped === null) return null;
  const kept = groups.reduce((sum, { count }) => sum + count, 0);
  return sums.reduce((sum, { count }) => sum + count, 0) + (stored?.count ?? 0) - kept;
}

type Group = { partition: number; first: number; count: number };

/** The groups of a day that are not matched, or have deliveries that stay: waiting ones, and those of later days. */
function neededGroups(query: Query, day: number): Promise<Group[]> {
  const inDay = (column: string) => `${column} >= ${day} AND ${column} < ${day + dayMs}`;
  const place = 'event_partition AS partition, event_number AS number';
  return query<Group>(
    `WITH used AS (
         SELECT ${place} FROM waiting WHERE ${inDay('event_at')}
         UNION SELECT ${place} FROM open_delivery WHERE ${inDay('event_at')}
         UNION SELECT ${place} FROM delivery WHERE ${inDay('event_at')} AND created_at >= ${day + dayMs}
           AND event_at / ${dayMs} < created_at / ${dayMs}),
       passed AS (SELECT source, min(first) AS first FROM passed_delivery GROUP BY source)
     SELECT partition, stored.first, count FROM ${tableOf('event_group', day)} AS stored
       LEFT JOIN intake USING (partition) LEFT JOIN passed ON passed.source = partition
     WHERE stored.first + count > least(intake.position, passed.first)
     UNION SELECT used.partition, found.first, found.count FROM used CROSS JOIN LATERAL (
       SELECT first, count FROM ${tableOf('event_group', day)} AS stored
       WHERE stored.partition = used.partition AND stored.first <= used.number ORDER BY first DESC LIMIT 1) AS found
     WHERE used.number < found.first + found.count`,
  );
}

/** The blocks of a day with the lines of deliveries that wait, and no others. */
async function neededBlocks(query: Query, day: number): Promise<(BlockPlace & { lines: Buffer })[]> {
  const [from, to] = [day * idsPerMs, (day + dayMs) * idsPerMs];
  const needed = new Map<string, BlockPlace & { numbers: Set<number> }>();
  for (let after: [number, number] | null = [-1, -1]; after !== null; ) {
    const rows: { partition: number; number: number; block: number }[] = await query(
      `SELECT partition, number, block FROM waiting
       WHERE (partition, number) > ($1::smallint, $2::bigint) AND created_at < ${day + dayMs} AND block >= ${from}
       ORDER BY partition, number LIMIT ${waitingAtOnce}`,
      after,
    );
    const blocks = attemptLines(query);
    await blocks.load(rows);
    for (const row of rows)
      for (const id of (await blocks.history(row)).ids) {
        if (id < from || id >= to) continue;
        const key = `${row.partition}/${id}`;
        const block = needed.get(key) ?? { partition: row.partition, id, numbers: new Set() };
        block.numbers.add(row.number);
        needed.set(key, block);
      }
    const last = rows.at(-1);
    after = rows.length < waitingAtOnce || last === undefined ? null : [last.partition, last.number];
  }
  const kept: (BlockPlace & { lines: Buffer })[] = [];
  for (const [key, { partition, id, numbers }] of needed) {
    const block = (await readBlocks(query, [{ partition, id }])).get(key);
    const texts = [...numbers].flatMap((number) =>
      (block?.get(number) ?? []).map((line) => lineText(number, line.before, line)),
    );
    kept.push({ partition, id, lines: Buffer.from(packLines(texts.join('\n'))) });
  }
  return kept;
}
