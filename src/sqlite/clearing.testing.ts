import type { SQLInputValue } from 'node:sqlite';
import type { Db } from './operation.ts';

type Row = Record<string, SQLInputValue>;

/** The rows of the new database, by table. */
let fresh: ReadonlyMap<string, Row[]> | undefined;

/** Operations that make a database as it was when it was new, see storage-threads.testing.ts. */
export const operations = {
  /** Makes the database new again. The first call must come while it is new, because it reads what a new one has. */
  clear(db: Db, _: null): void {
    const schema = "FROM sqlite_schema WHERE name NOT LIKE 'sqlite_%' AND type =";
    const tables = db.all<{ name: string }>(`SELECT name ${schema} 'table'`).map(({ name }) => name);
    fresh ??= new Map(tables.map((table) => [table, db.all<Row>(`SELECT * FROM ${table}`)]));
    // Triggers keep some rows from being deleted.
    const triggers = db.all<{ name: string; sql: string }>(`SELECT name, sql ${schema} 'trigger'`);
    for (const { name } of triggers) db.run(`DROP TRIGGER ${name}`);
    for (const [table, rows] of fresh) {
      db.run(`DELETE FROM ${table}`);
      for (const row of rows) {
        const columns = Object.keys(row);
        db.run(`INSERT INTO ${table} (${columns}) VALUES (${columns.map(() => '?')})`, ...Object.values(row));
      }
    }
    for (const { sql } of triggers) db.run(sql);
  },

  /** A failed call drops the values that the thread keeps. */
  fail(_db: Db, _: null): void {
    throw new Error('failing on purpose');
  },
};
