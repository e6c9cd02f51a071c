import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { DatabaseSync, type SQLOutputValue } from 'node:sqlite';
import { zstdDecompressSync } from 'node:zlib';
import { putInPlace } from '../disk/atomic-write.ts';
import { applicationId, isOurDatabase, schemaVersion } from './database-file.ts';
import { recover, removeFiles, replaceDatabase } from './recovery.ts';

const ours = new URL('./migrations/', import.meta.url);

/** The schema version that this program writes: the number of its last migration. */
export function latestVersion(folder: URL = ours): number {
  return migrations(folder).at(-1)?.version ?? 0;
}

/**
 * Migrates a database to the latest schema, after creating it when it is missing and recovering it after a power cut.
 * An existing one is first copied to `millrace-v<version>-<time>.db` in the same folder. Throws an Error of one
 * sentence for a foreign, damaged or newer database, which is not changed. Needs the data folder's lock.
 */
export function migrate(file: string, now: Date, folder: URL = ours): void {
  const latest = latestVersion(folder);
  recover(file);
  if (!isOurDatabase(file)) {
    create(file, folder);
    return;
  }
  const version = schemaVersion(file);
  if (version > latest)
    throw new Error(
      `${file} was written by a newer Millrace (schema ${version}, this one knows ${latest}); start that version or restore a backup.`,
    );
  if (version === latest) return;

  using database = new DatabaseSync(file, { timeout: 5_000 });
  const copy = join(dirname(file), `millrace-v${version}-${now.toISOString().replace(/[:.]/g, '-')}.db`);
  const unfinished = `${file}.copying`;
  removeFiles(unfinished, ['', '-journal']);
  database.prepare('VACUUM INTO ?').run(unfinished);
  putInPlace(unfinished, copy);
  apply(database, version, folder);
  database.prepare('PRAGMA wal_checkpoint(TRUNCATE)').all();
}

/** Creates a database completely or not at all; its application id is written to the file first. */
function create(file: string, folder: URL) {
  const unfinished = `${file}.new`;
  removeFiles(unfinished, ['', '-journal']);
  {
    using database = new DatabaseSync(unfinished);
    database.exec('PRAGMA synchronous = OFF; PRAGMA journal_mode = MEMORY; PRAGMA page_size = 4096');
    database.exec(`PRAGMA auto_vacuum = INCREMENTAL; PRAGMA application_id = ${applicationId}`);
    apply(database, 0, folder);
    // After the rename, a change to WAL would need a rollback journal.
    database.exec('PRAGMA journal_mode = WAL');
  }
  replaceDatabase(unfinished, file);
}

/**
 * Applies the migrations after a version. They may call `unpacked(value)`, which returns the text of a value: text, or a
 * Zstandard frame of it.
 */
export function apply(database: DatabaseSync, version: number, folder: URL = ours): void {
  database.function('unpacked', { deterministic: true }, unpacked);
  for (const migration of migrations(folder))
    if (migration.version > version)
      database.exec(`BEGIN IMMEDIATE; ${migration.sql}; PRAGMA user_version = ${migration.version}; COMMIT`);
}

function unpacked(value: SQLOutputValue): SQLOutputValue {
  return value instanceof Uint8Array ? zstdDecompressSync(value).toString() : value;
}

function migrations(folder: URL): { version: number; sql: string }[] {
  return readdirSync(folder)
    .filter((name) => /^\d{4}-.*\.sql$/.test(name))
    .sort()
    .map((name) => ({ version: Number(name.slice(0, 4)), sql: readFileSync(new URL(name, folder), 'utf8') }));
}
