import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite';
import { checkpoint } from './checkpoint.ts';

/**
 * A database inside its worker, as operations see it: statements are prepared once and kept. Row types are the
 * caller's word for what its SQL selects.
 */
export interface Db {
  all<Row>(sql: string, ...values: SQLInputValue[]): Row[];
  get<Row>(sql: string, ...values: SQLInputValue[]): Row | undefined;
  /** Answers how many rows changed. */
  run(sql: string, ...values: SQLInputValue[]): number;
  /** A value kept between operations, made anew after a rollback: whatever it knows of the database stays true. */
  keep<T>(name: string, make: () => T): T;
  /** Has something done once before the transaction ends, for operations that gather their rows. */
  beforeCommit(run: () => void): void;
  /** Once the transaction is over, the log moves into the database and becomes empty, unless a reader is in the way. */
  emptyLog(): void;
  /** Whether that was done, the last time that it was asked for. */
  isLogEmptied(): boolean;
  /** Does now what waits for the end of the transaction, for operations that read what others gather. */
  flush(): void;
}

// More than all operations have together; SQL that lists its values would fill the memory otherwise.
const statementsMax = 300;

/**
 * Wraps an open database. `flush` is called at the end of a transaction, `afterCommit` when it stands, `forget` drops what
 * is kept.
 */
export function dbOver(database: DatabaseSync): Db & { forget(): void; afterCommit(): void } {
  const statements = new Map<string, StatementSync>();
  const kept = new Map<string, unknown>();
  let waiting: (() => void)[] = [];
  let isEmptying = false;
  let isEmptied = false;
  const statement = (sql: string): StatementSync => {
    let found = statements.get(sql);
    if (found === undefined) {
      found = database.prepare(sql);
      const [oldest] = statements.size < statementsMax ? [] : statements.keys();
      if (oldest !== undefined) statements.delete(oldest);
      statements.set(sql, found);
    }
    return found;
  };
  return {
    all: <Row>(sql: string, ...values: SQLInputValue[]) => statement(sql).all(...values) as Row[], // shape is in the SQL
    get: <Row>(sql: string, ...values: SQLInputValue[]) => statement(sql).get(...values) as Row | undefined, // likewise
    run: (sql, ...values) => Number(statement(sql).run(...values).changes),
    keep<T>(name: string, make: () => T): T {
      if (!kept.has(name)) kept.set(name, make());
      return kept.get(name) as T; // one maker per name
    },
    beforeCommit: (run) => waiting.push(run),
    flush() {
      const runs = waiting;
      waiting = [];
      for (const run of runs) run();
    },
    emptyLog() {
      isEmptying = true;
    },
    isLogEmptied: () => isEmptied,
    afterCommit() {
      if (!isEmptying) return;
      isEmptying = false;
      try {
        isEmptied = checkpoint(database, 'TRUNCATE') !== null;
      } catch {
        isEmptied = false; // the disk is full, say; the transaction stands all the same
      }
    },
    forget() {
      isEmptying = false;
      kept.clear();
      waiting = [];
    },
  };
}
