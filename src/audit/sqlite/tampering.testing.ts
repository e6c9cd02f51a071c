import type { Db } from '../../sqlite/db.ts';

/** Runs any statement inside the storage thread. */
export const operations = { tamper: (db: Db, sql: string): number => db.run(sql) };
