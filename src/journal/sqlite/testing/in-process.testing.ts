import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { type Db, dbOver } from '../../../sqlite/db.ts';
import type { Client, Operations } from '../../../sqlite/operation.ts';
import type { Sqlite } from '../../../sqlite/sqlite.ts';
import { operations } from '../operations.ts';

const folder = new URL('../../../sqlite/migrations/', import.meta.url);
const migrations = readdirSync(folder)
  .sort()
  .map((name) => readFileSync(new URL(name, folder), 'utf8'));

/** The real operations on a real database, without threads and disk: a few hundred journals in seconds. */
export function inProcess(): Pick<Sqlite, 'client'> & AsyncDisposable & { check(): void } {
  const database = new DatabaseSync(':memory:');
  for (const sql of migrations) database.exec(sql);
  const db = dbOver(database);
  const byName = new Map<string, (db: Db, args: unknown) => unknown>(
    Object.entries(operations).map(([name, run]) => [name, run as (db: Db, args: unknown) => unknown]), // Client is typed
  );
  const call = async (name: string, args: unknown): Promise<unknown> => {
    db.forget();
    const answer = structuredClone(byName.get(name)?.(db, structuredClone(args)));
    db.flush();
    return answer;
  };
  return {
    client: <O extends Operations>() => ({ read: call, write: call }) as Client<O>, // the same as the threads give
    /** Blocks of attempts live exactly as long as a delivery that they tell of. */
    check() {
      const blocks = db.get<{ blocks: number; live: number }>(
        'SELECT count(*) AS blocks, coalesce(sum(live), 0) AS live FROM attempt_block',
      );
      const used = db.get<{ rows: number }>('SELECT count(*) AS rows FROM delivery WHERE block IS NOT NULL');
      assert.ok(blocks && used && blocks.live >= used.rows && (used.rows > 0 || blocks.blocks === 0));
    },
    async [Symbol.asyncDispose]() {
      database.close();
    },
  };
}
