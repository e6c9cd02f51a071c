import type { DatabaseSync } from 'node:sqlite';
import { bytesAtOnce, bytesOf, type MovedTable, type Row } from './moved-table.ts';

const rowsAtOnce = 1_000;
/** The rows of a table in steps of about 4 MiB at most. */
export function* sqliteRows(database: DatabaseSync, { sqlite }: MovedTable): Generator<Row[]> {
  let rows: Row[] = [];
  let bytes = 0;
  for (const row of sqlite.read(database)) {
    rows.push(row);
    bytes += bytesOf([row]);
    if (rows.length < rowsAtOnce && bytes < bytesAtOnce) continue;
    yield rows;
    rows = [];
    bytes = 0;
  }
  if (rows.length > 0) yield rows;
}

/** Writes rows into a new database, which no process uses yet. */
export function writeSqlite(database: DatabaseSync, { sqlite, table }: MovedTable, rows: readonly Row[]): void {
  const write = sqlite.write(database);
  // Accounts are written by their own operations, each in a transaction.
  const isWhole = table !== 'account';
  if (isWhole) database.exec('BEGIN');
  for (const row of rows) write(row);
  if (isWhole) database.exec('COMMIT');
}
