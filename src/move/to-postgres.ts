import type { DatabaseSync } from 'node:sqlite';
import { dayMs, makeDay } from '../journal/postgres/housekeeping/day-tables.ts';
import { setHoldMark } from '../postgres/hold-mark.ts';
import { setMoveId } from '../postgres/move-mark.ts';
import type { Postgres, Query } from '../postgres/postgres.ts';
import { numberBlocks } from './blocks.ts';
import { compareTables, copyTables, type Moved, postgresSide, sqliteSide } from './copy.ts';

/** Days that are older have no tables of their own: times so old are of a wrong clock. */
const daysMax = 400;

export type ToPostgres = {
  database: DatabaseSync;
  postgres: Postgres;
  /** The id of this move. */
  id: string;
  /** Into how many partitions the new database is divided, if the old one has one. */
  partitions: number;
  /** The next start holds all deliveries. */
  isHeld: boolean;
  /** Called in the transaction, to check or store what is not moved. */
  within(query: Query): Promise<void>;
  now: number;
  progress(text: string): void;
};

/**
 * Moves everything into an empty PostgreSQL database, in one transaction: it is committed when every table was read again and is
 * the same. Throws an Error of one sentence.
 */
export async function moveToPostgres(move: ToPostgres): Promise<Moved[]> {
  const { database, postgres, id, isHeld, within, now, progress } = move;
  assertMovable(database);
  numberBlocks(database, { now });
  const moved = await postgres.transaction(async (query) => {
    await assertEmpty(query);
    await query('DELETE FROM partition_count');
    for (const day of daysIn(database, now)) await makeDay(query, day);
    const read = await copyTables(sqliteSide(database), postgresSide(query), progress);
    const count = Number(database.prepare('SELECT max(count) AS count FROM partition_count').get()?.['count'] ?? 1);
    await query('INSERT INTO partition_count (is_only, count) VALUES (true, $1)', [
      count > 1 ? count : move.partitions,
    ]);
    await query('INSERT INTO settling (partition, settled) SELECT partition, next_delivery FROM intake');
    for (const table of ['word', 'target'])
      await query(`SELECT setval(pg_get_serial_sequence('${table}', 'id'), max(id)) FROM ${table}`);
    await query(`SELECT setval(pg_get_serial_sequence('kept_response', 'number'), max(number)) FROM kept_response`);
    await setMoveId(query, id);
    if (isHeld) await setHoldMark(query, true);
    await within(query);
    progress('comparing …');
    return compareTables(read, postgresSide(query));
  }, 'once');
  await postgres.query('ANALYZE');
  return moved;
}

/** Throws an Error of one sentence for what has to end before a move. */
function assertMovable(database: DatabaseSync): void {
  if (database.prepare("SELECT 1 FROM erasure WHERE state <> 'done' LIMIT 1").get() !== undefined)
    throw new Error('An erasure is running: start the server, wait until it is done, stop it, and move then.');
  if (database.prepare('SELECT 1 FROM passed_delivery LIMIT 1').get() !== undefined)
    throw new Error('Deliveries are on their way between partitions: start the server, stop it, and move then.');
}

/** Throws an Error of one sentence when the database has data. */
export async function assertEmpty(query: Query): Promise<void> {
  const tables = ['document', 'account', 'audit_entry', 'event_group', 'delivery', 'intake', 'issue'];
  const [used] = await query(`SELECT 1 WHERE ${tables.map((table) => `EXISTS (SELECT FROM ${table})`).join(' OR ')}`);
  if (used !== undefined) throw new Error('The target database has data already: name an empty one.');
}

/** The days of which there is something to move. */
function daysIn(database: DatabaseSync, now: number): number[] {
  const days = `SELECT received_at / ${dayMs} AS day FROM event_group
    UNION SELECT created_at / ${dayMs} FROM delivery UNION SELECT moved / 4096 / ${dayMs} FROM temp.moved_block`;
  return database
    .prepare(days)
    .all()
    .map(({ day }) => Number(day) * dayMs)
    .filter((day) => day > now - daysMax * dayMs && day <= now + dayMs)
    .sort((a, b) => a - b);
}
