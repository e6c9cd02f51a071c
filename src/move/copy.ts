import type { DatabaseSync } from 'node:sqlite';
import type { Query } from '../postgres/postgres.ts';
import { accountTables } from './accounts.ts';
import { blockTables } from './blocks.ts';
import { configurationTables } from './configuration.ts';
import { deliveryTables } from './deliveries.ts';
import { eventTables } from './events.ts';
import { type Fingerprint, fingerprint } from './fingerprint.ts';
import type { MovedTable, Row } from './moved-table.ts';
import { postgresRows, writePostgres } from './postgres-side.ts';
import { recordTables } from './records.ts';
import { sendingStateTables } from './sending-state.ts';
import { sqliteRows, writeSqlite } from './sqlite-side.ts';
import { statisticsTables } from './statistics.ts';

export const movedTables: readonly MovedTable[] = [
  ...configurationTables,
  ...accountTables,
  ...recordTables,
  ...eventTables,
  ...deliveryTables,
  ...blockTables,
  ...sendingStateTables,
  ...statisticsTables,
];

/** One of the two databases of a move. */
export type Side = {
  rows(table: MovedTable): AsyncIterable<Row[]> | Iterable<Row[]>;
  write(table: MovedTable, rows: readonly Row[]): void | Promise<void>;
};

export const sqliteSide = (database: DatabaseSync): Side => ({
  rows: (table) => sqliteRows(database, table),
  write: (table, rows) => writeSqlite(database, table, rows),
});

export const postgresSide = (query: Query): Side => ({
  rows: (table) => postgresRows(query, table),
  write: (table, rows) => writePostgres(query, table, rows),
});

/** What was moved of a kind, as it was read and as it is stored. */
export type Moved = { kind: string; from: Fingerprint; to: Fingerprint };

/** Copies every table. Returns what was read of each kind. */
export async function copyTables(from: Side, to: Side, progress: (text: string) => void): Promise<Fingerprint[]> {
  const read: Fingerprint[] = [];
  for (const table of movedTables) {
    const sum = fingerprint(table);
    for await (const rows of from.rows(table)) {
      for (const row of rows) sum.add(row);
      await to.write(table, rows);
    }
    read.push(sum.result());
    progress(`${sum.result().count} ${table.kind}`);
  }
  return read;
}

/** Reads every table of the target, and compares it with what was read of the source. Throws an Error of one sentence for a difference. */
export async function compareTables(read: readonly Fingerprint[], to: Side): Promise<Moved[]> {
  const all: Moved[] = [];
  for (const [index, table] of movedTables.entries()) {
    const sum = fingerprint(table);
    for await (const rows of to.rows(table)) for (const row of rows) sum.add(row);
    const from = read[index] ?? { count: 0, checksum: '' };
    all.push({ kind: table.kind, from, to: sum.result() });
  }
  const other = all.find(({ from, to: there }) => from.count !== there.count || from.checksum !== there.checksum);
  if (other !== undefined)
    throw new Error(
      `The ${other.kind} differ: ${other.from.count} (${other.from.checksum}) were read, ${other.to.count} (${other.to.checksum}) are stored. Nothing was moved.`,
    );
  return all;
}
