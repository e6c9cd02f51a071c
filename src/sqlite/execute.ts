import type { DatabaseSync } from 'node:sqlite';
import { type Db, dbOver } from './db.ts';
import type { Operations, Request, Result } from './operation.ts';

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
