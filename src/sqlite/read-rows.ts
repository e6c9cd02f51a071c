import { DatabaseSync } from 'node:sqlite';

/**
 * Rows of a database as it stands at one moment, while a server may be running on it; nothing of it is changed. Throws
 * what SQLite says of a damaged file. Row types are the caller's word for what its SQL selects.
 */
export function* readRows<Row>(file: string, sql: string): Generator<Row> {
  using database = new DatabaseSync(file, { readOnly: true, timeout: 5_000 });
  for (const row of database.prepare(sql).iterate()) yield row as Row; // shape is in the SQL
}
