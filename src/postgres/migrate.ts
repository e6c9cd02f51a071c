import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import type { Postgres } from './postgres.ts';
import { sqlState } from './unavailable.ts';

/** Not `migrations`: the bundle has those of SQLite beside it. */
const ours = new URL('./postgres-migrations/', import.meta.url);
/** Of the lock that a migration holds until its transaction ends, so that one node at a time migrates. */
const lockId = 0x4d494c4c;

/** How long a migration holds up other nodes, which wait behind its wait for a lock, at a time. */
const lockMs = 300;
const tries = 20;
const pauseMs = 1_200;
const lockNotAvailable = '55P03';

/** The schema version that this program writes: the number of its last migration. */
export const latestVersion = (folder: URL = ours): number => migrations(folder).at(-1)?.version ?? 0;

/**
 * Migrates a database to the latest schema, in one transaction; creates the tables in a new one. Throws an Error of one sentence
 * when a newer version has written it, or when other transactions use the tables for half a minute.
 */
export async function migrate(postgres: Postgres, folder: URL = ours): Promise<void> {
  for (let left = tries; ; left--) {
    const error: unknown = await migrateOnce(postgres, folder).then(
      () => null,
      (thrown: unknown) => thrown,
    );
    if (error === null) return;
    if (sqlState(error) !== lockNotAvailable) throw error;
    if (left === 1)
      throw new Error(
        'The tables of the database can’t be migrated while another transaction reads them, such as pg_dump: start again when it has ended.',
        { cause: error },
      );
    await setTimeout(pauseMs);
  }
}

async function migrateOnce(postgres: Postgres, folder: URL): Promise<void> {
  await postgres.transaction(async (query) => {
    await query('SELECT pg_advisory_xact_lock($1)', [lockId]);
    await query('CREATE TABLE IF NOT EXISTS schema_version (version integer NOT NULL)');
    const [row] = await query<{ version: number }>('SELECT version FROM schema_version');
    const version = row?.version ?? 0;
    const all = migrations(folder);
    const latest = latestVersion(folder);
    if (version > latest)
      throw new Error(
        `The database was written by a newer Millrace (schema ${version}, this one knows ${latest}); start that version.`,
      );
    if (version === latest) return;
    await query(`SET LOCAL lock_timeout = ${lockMs}`);
    for (const migration of all) {
      if (migration.version <= version) continue;
      for (const statement of statementsOf(migration.sql)) await query(statement);
    }
    await query(
      row === undefined ? 'INSERT INTO schema_version VALUES ($1)' : 'UPDATE schema_version SET version = $1',
      [latest],
    );
  });
}

function migrations(folder: URL): { version: number; sql: string }[] {
  return readdirSync(folder)
    .filter((name) => /^\d{4}-.*\.sql$/.test(name))
    .sort()
    .map((name) => ({ version: Number(name.slice(0, 4)), sql: readFileSync(new URL(name, folder), 'utf8') }));
}

/** The statements of a migration. Each ends with a semicolon at the end of a line; the lines of a function's body are indented. */
const statementsOf = (sql: string): string[] =>
  sql
    .replace(/^--.*$/gm, '')
    .split(/;$(?!\n[ \t])/m)
    .map((statement) => statement.trim())
    .filter((statement) => statement !== '');
