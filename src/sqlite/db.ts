import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite';
import { recentMap } from '../async/recent-values.ts';
import { type Cleared, clearing } from './clearing.ts';
import type { Db, Operations, Request, Result, SqlValues } from './operation.ts';

export type { Db } from './operation.ts';

// More than all operations have together. A bound is needed because SQL that lists its values would fill the memory.
const statementsMax = 300;

/**
 * Wraps an open database. `flush` is called at the end of a transaction, `afterCommit` after its commit; `forget` drops
 * the cached values.
 */
function dbOver(database: DatabaseSync): Db & { forget(): void; afterCommit(): void } {
  const statements = new Map<string, StatementSync>();
  const kept = new Map<string, unknown>();
  let waiting: (() => void)[] = [];
  const { step } = clearing(database);
  let clearFrom: number | null = null;
  let cleared: (() => Cleared) | null = null;
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
  const keep = <T>(name: string, make: () => T): T => {
    if (!kept.has(name)) kept.set(name, make());
    return kept.get(name) as T; // one maker per name
  };
  return {
    all: <Row>(sql: string, ...values: SqlValues) => statement(sql).all(...bound(values)) as Row[], // shape is in the SQL
    get: <Row>(sql: string, ...values: SqlValues) => statement(sql).get(...bound(values)) as Row | undefined, // likewise
    run: (sql, ...values) => Number(statement(sql).run(...bound(values)).changes),
    keep,
    keepIn<K, V>(name: string, key: K, make: () => V): V {
      const values = keep(name, () => new Map<K, V>());
      let value = values.get(key);
      if (value === undefined) {
        value = make();
        values.set(key, value);
      }
      return value;
    },
    keepRecent: <K, V>(name: string, key: K, make: () => V) => keep(name, recentValuesKept<K, V>)(key, make),
    beforeCommit: (run) => waiting.push(run),
    flush() {
      const runs = waiting;
      waiting = [];
      for (const run of runs) run();
    },
    clearUnused(from) {
      clearFrom = from;
    },
    cleared() {
      const result = cleared;
      cleared = null;
      return result?.() ?? null;
    },
    afterCommit() {
      if (clearFrom === null) return;
      const from = clearFrom;
      clearFrom = null;
      try {
        const result = step(from);
        cleared = () => result;
      } catch (error) {
        // The transaction is committed nevertheless.
        cleared = () => {
          throw error;
        };
      }
    },
    forget() {
      clearFrom = null;
      kept.clear();
      waiting = [];
    },
  };
}

/** Numbers of actions, destinations and such: with 32,768 of each, about 20 MiB in a thread. */
const recentValuesKept = <K, V>() => recentMap<K, V>(16_384);

const bound = (values: SqlValues) => values as SQLInputValue[]; // SQLite's calls take an object of names too

type Run = (db: Db, args: unknown) => unknown;

/** The operations of several modules by name. Throws when two have the same name. */
export function operationsByName(modules: Iterable<{ operations: Operations }>): ReadonlyMap<string, Run> {
  const byName = new Map<string, Run>();
  for (const { operations } of modules)
    for (const [name, operation] of Object.entries(operations)) {
      if (byName.has(name)) throw new Error(`Two operations are named ${name}.`);
      byName.set(name, operation as Run); // Client gives each its own arguments
    }
  return byName;
}

/** Runs operations on an open database. */
export function executeOn(database: DatabaseSync, operations: ReadonlyMap<string, Run>) {
  const db = dbOver(database);

  function perform({ name, args }: Request['calls'][number]): unknown {
    const operation = operations.get(name);
    if (operation === undefined) throw new Error(`No operation is named ${name}.`);
    return operation(db, args);
  }

  /** All calls in one transaction. If it fails, each call gets its own, so that only failing calls are rejected. */
  function write(calls: Request['calls']): Result[] {
    try {
      database.exec('BEGIN IMMEDIATE');
      const results = calls.map((call): Result => ({ ok: true, value: perform(call) }));
      db.flush();
      database.exec('COMMIT');
      db.afterCommit();
      return results;
    } catch (error) {
      if (database.isTransaction) database.exec('ROLLBACK');
      db.forget();
      return calls.length === 1 ? [failure(error)] : calls.flatMap((call) => write([call]));
    }
  }

  /** One read-only call, on one snapshot of the database. */
  function read(call: Request['calls'][number]): Result {
    try {
      database.exec('BEGIN');
      return { ok: true, value: perform(call) };
    } catch (error) {
      return failure(error);
    } finally {
      if (database.isTransaction) database.exec('ROLLBACK');
      db.forget();
    }
  }

  return { write, read };
}

export function failure(error: unknown): Result & { ok: false } {
  const errcode = error instanceof Error && 'errcode' in error ? Number(error.errcode) : null;
  return { ok: false, message: error instanceof Error ? error.message : String(error), errcode };
}
