import type { DatabaseSync, SQLInputValue } from 'node:sqlite';
import { type StoredLines, unpackLines } from '../journal/codec/event-codec.ts';

/**
 * The type of a column in PostgreSQL. `free` is text of people, which can have a NUL; `json` is text with JSON, of which the value
 * counts and not how it is written; `lines` are packed, and compared as text.
 */
export type ColumnType =
  | 'smallint'
  | 'integer'
  | 'bigint'
  | 'boolean'
  | 'text'
  | 'free'
  | 'json'
  | 'jsonb'
  | 'bytea'
  | 'lines';

/** A row in the form that both engines are compared in: by the columns of PostgreSQL, JSON parsed, bytes as they are. */
export type Row = Record<string, unknown>;

/** How much is read and written in one step, about. */
export const bytesAtOnce = 4 * 1_048_576;

/** The size of what is large in rows: texts and bytes. */
export function bytesOf(rows: readonly Row[]): number {
  let bytes = 0;
  for (const row of rows)
    for (const value of Object.values(row))
      if (typeof value === 'string' || value instanceof Uint8Array) bytes += value.length;
  return bytes;
}

/** What is moved of one table, by the names of PostgreSQL. */
export type MovedTable = {
  /** What people call its rows. */
  kind: string;
  table: string;
  columns: Readonly<Record<string, ColumnType>>;
  /** The key by which PostgreSQL returns the rows. */
  order: string;
  /** Where PostgreSQL reads the rows; the table unless given. */
  from?: string;
  /** The column that says how many things a row is; one unless given. */
  counts?: string;
  /** It has one row, which a new database has already. */
  isSingle?: true;
  /** Columns that an engine derives, and that are not compared. */
  derived?: readonly string[];
  sqlite: { read(database: DatabaseSync): Iterable<Row>; write(database: DatabaseSync): (row: Row) => void };
};

/** Reads rows of SQLite by a query with the columns of a table. */
export const reading =
  (columns: MovedTable['columns'], sql: string): MovedTable['sqlite']['read'] =>
  (database) =>
    typedRows(database, columns, sql);

function* typedRows(database: DatabaseSync, columns: MovedTable['columns'], sql: string): Generator<Row> {
  const types = Object.entries(columns);
  for (const row of database.prepare(sql).iterate()) {
    const typed: Row = {};
    for (const [name, type] of types) typed[name] = fromSqlite(type, row[name] ?? null);
    yield typed;
  }
}

/** Writes rows into SQLite by statements with the names of the columns as parameters. */
export const writing =
  (columns: MovedTable['columns'], ...sql: readonly string[]): MovedTable['sqlite']['write'] =>
  (database) => {
    const statements = sql.map((one) => {
      const statement = database.prepare(one);
      statement.setAllowUnknownNamedParameters(true);
      return statement;
    });
    const types = Object.entries(columns);
    return (row) => {
      const values: Record<string, SQLInputValue> = {};
      for (const [name, type] of types) values[name] = toSqlite(type, row[name]);
      for (const statement of statements) statement.run(values);
    };
  };

/** A table that has the same columns in both engines. */
export function sameTable(
  kind: string,
  table: string,
  columns: MovedTable['columns'],
  more: { order: string; isSingle?: true; where?: string },
): MovedTable {
  const { where, ...rest } = more;
  const names = Object.keys(columns);
  return {
    ...{ kind, table, columns },
    ...rest,
    ...(where === undefined ? {} : { from: `(SELECT * FROM ${table} WHERE ${where}) AS moved` }),
    sqlite: {
      read: reading(columns, `SELECT ${names.join(', ')} FROM ${table} ${where === undefined ? '' : `WHERE ${where}`}`),
      write: writing(
        columns,
        ...(rest.isSingle === true ? [`DELETE FROM ${table}`] : []),
        `INSERT INTO ${table} (${names.join(', ')}) VALUES (${names.map((name) => `:${name}`).join(', ')})`,
      ),
    },
  };
}

function fromSqlite(type: ColumnType, value: unknown): unknown {
  if (value === null) return null;
  switch (type) {
    case 'boolean':
      return value === 1;
    case 'json':
    case 'jsonb':
      return JSON.parse(String(value));
    case 'lines':
      return unpackLines(value as StoredLines).join('\n'); // of the column's type
    case 'bytea':
      return typeof value === 'string' ? Buffer.from(value) : value;
    default:
      return value;
  }
}

const frameMagic = 0xfd2fb528;

function toSqlite(type: ColumnType, value: unknown): SQLInputValue {
  if (value === null || value === undefined) return null;
  switch (type) {
    case 'boolean':
      return value === true ? 1 : 0;
    case 'json':
    case 'jsonb':
      return JSON.stringify(value);
    case 'bytea':
      return packed(value as Buffer); // of the column's type
    default:
      return value as SQLInputValue; // a text or a number
  }
}

/** A packed value as SQLite stores it: text, unless it is a frame of Zstandard. */
export const packed = (bytes: Buffer): SQLInputValue =>
  bytes.length >= 4 && bytes.readUInt32LE(0) === frameMagic ? bytes : bytes.toString();
