import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { applicationId, isOurDatabase, schemaVersion } from './database-file.ts';

const ours = new URL('./migrations/', import.meta.url);

/** The schema version that this program writes: the number of its last migration. */
export function latestVersion(folder: URL = ours): number {
  return migrations(folder).at(-1)?.version ?? 0;
}

/**
 * Brings a database to the latest schema, making it when there is none. Before an existing one changes it is copied to
 * `millrace-v<version>-<time>.db` beside it. Throws an Error of one sentence for a foreign, damaged or newer database,
 * which stays as it is. Needs the data folder's lock.
 */
export function migrate(file: string, now: Date, folder: URL = ours): void {
  const exists = isOurDatabase(file);
  const version = exists ? schemaVersion(file) : 0;
  const latest = latestVersion(folder);
  if (version > latest)
    throw new Error(
      `${file} was written by a newer Millrace (schema ${version}, this one knows ${latest}); start that version or restore a backup.`,
    );
  if (exists && version === latest) return;

  using database = new DatabaseSync(file, { timeout: 5_000 });
  if (!exists) create(database);
  if (version > 0) {
    const copy = join(dirname(file), `millrace-v${version}-${now.toISOString().replace(/[:.]/g, '-')}.db`);
    database.prepare('VACUUM INTO ?').run(copy);
  }
  for (const migration of migrations(folder)) {
    if (migration.version <= version) continue;
    database.exec(`BEGIN IMMEDIATE; ${migration.sql}; PRAGMA user_version = ${migration.version}; COMMIT`);
  }
  database.prepare('PRAGMA wal_checkpoint(TRUNCATE)').all();
}

/** The mark is in the file itself before the write-ahead log is on, so that the header alone tells whose file it is. */
function create(database: DatabaseSync) {
  database.exec(`PRAGMA page_size = 4096; PRAGMA auto_vacuum = INCREMENTAL; PRAGMA application_id = ${applicationId}`);
  database.exec('PRAGMA journal_mode = WAL');
}

function migrations(folder: URL): { version: number; sql: string }[] {
  return readdirSync(folder)
    .filter((name) => /^\d{4}-.*\.sql$/.test(name))
    .sort()
    .map((name) => ({ version: Number(name.slice(0, 4)), sql: readFileSync(new URL(name, folder), 'utf8') }));
}
