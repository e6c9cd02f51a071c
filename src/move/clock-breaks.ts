import type { DatabaseSync } from 'node:sqlite';
import { numberBits } from '../journal/sqlite/delivery-id-codec.ts';
import type { Query } from '../postgres/postgres.ts';

type Break = { number: number; endedAt: number };

/**
 * The order time of an entry in SQLite: the greatest of the times up to there. A log is the partition of events, or -1 - partition
 * of deliveries.
 */
export function clockBreaks(database: DatabaseSync): (log: number, number: number, at: number) => number {
  const byLog = new Map<number, Break[]>();
  const sql = 'SELECT log, number, ended_at AS endedAt FROM clock_break ORDER BY log, number';
  for (const { log, ...one } of database.prepare(sql).all() as (Break & { log: number })[])
    byLog.set(log, [...(byLog.get(log) ?? []), one]);
  return (log, number, at) => {
    let latest = at;
    for (const one of byLog.get(log) ?? []) if (one.number <= number) latest = Math.max(latest, one.endedAt);
    return latest;
  };
}

/** Writes where times went back in a PostgreSQL database into one of SQLite, which keeps no order times. */
export async function writeClockBreaks(query: Query, database: DatabaseSync): Promise<void> {
  const events = 'SELECT partition AS log, first AS number, received_at AS at, order_at FROM event_group';
  const deliveries = `SELECT -1 - partition AS log, (partition::bigint << ${numberBits}) | number AS number, created_at AS at,
    order_at FROM all_delivery`;
  const insert = database.prepare('INSERT INTO clock_break (log, number, ended_at, began_at) VALUES (?, ?, ?, ?)');
  for (const entries of [events, deliveries]) {
    const [any] = await query(`SELECT 1 FROM (${entries}) AS entry WHERE order_at <> at LIMIT 1`);
    if (any === undefined) continue;
    const rows = await query<{ log: number; number: number; endedAt: number; beganAt: number }>(
      `SELECT log, number, before AS "endedAt", at AS "beganAt" FROM (
         SELECT *, lag(order_at) OVER entry AS before, lag(at) OVER entry AS last FROM (${entries}) AS entry
         WINDOW entry AS (PARTITION BY log ORDER BY number)) AS entry
       WHERE at < last ORDER BY log, number`,
    );
    for (const { log, number, endedAt, beganAt } of rows) insert.run(log, number, endedAt, beganAt);
  }
}
