import type { Postgres, Query } from '../../../postgres/postgres.ts';
import { statusOf } from '../../codec/status-codes.ts';
import { countRemovedBy } from '../replays/outcome.ts';
import { changeTables, dropDay, lockDeliveries, lockTables, tableOf } from './day-tables.ts';
import { isUnchanged, keepGroups, keepLines, keepSomeLines, keptTables } from './kept.ts';

type Parts = Pick<Postgres, 'query' | 'transaction'>;

/**
 * Drops the tables of a day. What is still needed is stored again: events that are not matched or have deliveries, and the logs of
 * waiting deliveries. Logs are copied, and deliveries of replays counted, before others have to wait for all tables; what is needed is
 * decided when nothing can change it. Returns how many events and deliveries are gone, about; null: a delivery of the day has no row
 * yet, others use the tables, or logs were changed while they were copied.
 */
export async function removeDay(parts: Parts, day: number): Promise<number | null> {
  const { query } = parts;
  if (await isOpen(query, day)) return null;
  const stored = await countStored(query, day);
  return changeTables(parts, async (within) => {
    await keptTables(within);
    await keepLines(within, day);
    await lockDeliveries(within, day);
    const ofReplays = await countReplays(within, day);
    await lockTables(within);
    if (await isOpen(within, day)) return null;
    if (!(await keepSomeLines(within, day)).isEnd || !(await isUnchanged(within, day))) return null;
    const kept = await keepGroups(within, day);
    for (const { replay, status, count } of ofReplays)
      await countRemovedBy(within, replay, { [statusOf(status)]: count });
    await dropDay(within, day, async (table, own) => {
      if (table === 'event_group')
        await within(
          `INSERT INTO event_group SELECT ${own}.* FROM ${own} JOIN kept_group USING (partition, first, received_at)`,
        );
      if (table === 'attempt_block')
        await within('INSERT INTO attempt_block (partition, id, lines) SELECT partition, id, lines FROM kept_block');
    });
    return stored - kept;
  });
}

/** Whether a delivery of the entries of a day has no row yet. */
async function isOpen(query: Query, day: number): Promise<boolean> {
  const rows = await query(
    `SELECT 1 FROM settling CROSS JOIN LATERAL (
       SELECT first + count AS next FROM ${tableOf('plan_entry', day)} AS entry
       WHERE entry.partition = settling.partition ORDER BY first DESC LIMIT 1) AS last
     WHERE last.next > settled LIMIT 1`,
  );
  return rows.length > 0;
}

/** How many events and finished deliveries a day has: by partition, since one statement could take too long. */
async function countStored(query: Query, day: number): Promise<number> {
  let sum = 0;
  for (const { partition } of await query<{ partition: number }>('SELECT partition FROM intake')) {
    const [row] = await query<{ count: number }>(
      `SELECT (SELECT coalesce(sum(count), 0)::bigint FROM ${tableOf('event_group', day)} WHERE partition = $1)
         + (SELECT count(*) FROM ${tableOf('delivery', day)} WHERE partition = $1) AS count`,
      [partition],
    );
    sum += row?.count ?? 0;
  }
  return sum;
}

/** How many finished deliveries of a day are of replays, by status; reads them alone, from an index. */
const countReplays = (query: Query, day: number) =>
  query<{ replay: string; status: number; count: number }>(
    `SELECT replay, status, sum(count)::bigint AS count FROM target CROSS JOIN LATERAL (
       SELECT status, count(*) AS count FROM ${tableOf('delivery', day)} AS own WHERE own.target = target.id GROUP BY status) AS counts
     WHERE replay <> '' GROUP BY replay, status ORDER BY replay, status`,
  );
