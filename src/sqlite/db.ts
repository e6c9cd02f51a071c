import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite';
import { checkpoint } from './checkpoint.ts';

/**
 * A database inside its worker, as operations see it: statements are prepared once and cached. The caller vouches that
 * Row types match its SQL.
 */
export interface Db {
  all<Row>(sql: string, ...values: SQLInputValue[]): Row[];
  get<Row>(sql: string, ...values: SQLInputValue[]): Row | undefined;
  /** Returns how many rows changed. */
  run(sql: string, ...values: SQLInputValue[]): number;
  /** A value cached between operations, and created again after a rollback, so that it always matches the database. */
  keep<T>(name: string, make: () => T): T;
  /** Calls `run` once before the commit, for operations that collect their rows. */
  beforeCommit(run: () => void): void;
  /** Empties the log after the transaction, unless a reader blocks it. */
  emptyLog(): void;
  /** Whether the last `emptyLog` succeeded. */
  isLogEmptied(): boolean;
  /** Runs the `beforeCommit` calls now, for operations that read collected rows. */
  flush(): void;
}

// More than all operations have together. A bound is needed because SQL that lists its values would fill the memory.
const statementsMax = 300;

/**
 * Wraps an open database. `flush` is called at the end of a transaction, `afterCommit` after its commit; `forget` drops
 * the cached values.
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
        isEmptied = false; // for example on a full disk; the transaction is committed nevertheless
      }
    },
    forget() {
      isEmptying = false;
      kept.clear();
      waiting = [];
    },
  };
}
