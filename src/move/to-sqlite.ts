import type { DatabaseSync } from 'node:sqlite';
import { databaseMs } from '../journal/postgres/postgres-leases.ts';
import type { Postgres, Query } from '../postgres/postgres.ts';
import { numberBlocks } from './blocks.ts';
import { writeClockBreaks } from './clock-breaks.ts';
import { compareTables, copyTables, type Moved, postgresSide, sqliteSide } from './copy.ts';

export type ToSqlite = {
  postgres: Postgres;
  /** A new one, which no one uses yet. */
  database: DatabaseSync;
  id: string;
  now: number;
  progress(text: string): void;
};

/** Moves everything into a new SQLite database, and compares it. Throws an Error of one sentence; the new database is of no use then. */
export function moveToSqlite({ postgres, database, id, now, progress }: ToSqlite): Promise<Moved[]> {
  return postgres.transaction(async (query) => {
    await query('SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY');
    await assertMovable(query);
    const read = await copyTables(postgresSide(query), sqliteSide(database), progress);
    await writeClockBreaks(query, database);
    const [count] = await query<{ count: number }>('SELECT count FROM partition_count');
    database.prepare('INSERT INTO partition_count (count) VALUES (?)').run(count?.count ?? 1);
    database.prepare('INSERT INTO note (name, text) VALUES (?, ?)').run('database/moved-from', JSON.stringify(id));
    progress('comparing …');
    numberBlocks(database, { now, keep: true });
    return compareTables(read, sqliteSide(database));
  }, 'once');
}

/** The nodes whose heartbeats have not ended. */
export async function livingNodes(query: Query): Promise<string[]> {
  const rows = await query<{ name: string }>(`SELECT name FROM node WHERE until > ${databaseMs} ORDER BY name`);
  return rows.map(({ name }) => name);
}

async function assertMovable(query: Query): Promise<void> {
  if ((await query("SELECT 1 FROM erasure WHERE state <> 'done' LIMIT 1")).length > 0)
    throw new Error('An erasure is running: start a node, wait until it is done, stop it, and move then.');
  if ((await query('SELECT 1 FROM passed_delivery LIMIT 1')).length > 0)
    throw new Error('Deliveries are on their way between partitions: start a node, stop it, and move then.');
}
