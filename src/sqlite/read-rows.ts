import { DatabaseSync } from 'node:sqlite';

/**
 * Rows of a database at one moment, also while a server is running on it; changes nothing. Throws the error of SQLite
 * for a damaged file. The caller vouches that Row types match its SQL.
 */
export function* readRows<Row>(file: string, sql: string): Generator<Row> {
  using database = new DatabaseSync(file, { readOnly: true, timeout: 5_000 });
  for (const row of database.prepare(sql).iterate()) yield row as Row; // shape is in the SQL
}
