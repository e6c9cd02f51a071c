import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { DatabaseSync, type SQLOutputValue } from 'node:sqlite';
import { zstdDecompressSync } from 'node:zlib';
import { putInPlace } from '../disk/atomic-write.ts';
import { freeBytesOf } from '../disk/disk-space.ts';
import { withFormerLineBreaks } from '../template/parse/former-line-breaks.ts';
import { applicationId, isOurDatabase, schemaVersion, usedBytes } from './database-file.ts';
import { tooFull, withRoom } from './disk-room.ts';
import { recover, removeFiles, replaceDatabase } from './recovery.ts';

const ours = new URL('./migrations/', import.meta.url);

/** The schema version that this program writes: the number of its last migration. */
export function latestVersion(folder: URL = ours): number {
  return migrations(folder).at(-1)?.version ?? 0;
}

/**
 * Migrates a database to the latest schema, after creating it when it is missing and recovering it after a power cut.
 * An existing one is first copied to `millrace-v<version>-<time>.db` in the same folder; returns the path of that copy,
 * or null. Throws an Error of one sentence for a foreign, damaged or newer database, and when the disk is too full; the
 * database is not changed then. An Error of `beforeUpgrade` refuses an upgrade before anything is copied. Needs the data
 * folder's lock.
 */
export function migrate(
  file: string,
  now: Date,
  folder: URL = ours,
  beforeUpgrade: (file: string) => void = () => {},
): string | null {
  const latest = latestVersion(folder);
  recover(file);
  if (!isOurDatabase(file)) {
    create(file, folder);
    return null;
  }
  const version = schemaVersion(file);
  if (version > latest)
    throw new Error(
      `${file} was written by a newer Millrace (schema ${version}, this one knows ${latest}); start that version or restore a backup.`,
    );
  let copy = keepCopy(file, now);
  if (version === latest) return copy;
  beforeUpgrade(file);
  const doing = `upgrade ${file}`;
  const bytes = usedBytes(file);
  if (freeBytesOf(dirname(file)) < bytes) throw tooFull(doing, file, bytes);
  const unfinished = `${file}.copying`;
  withRoom({ doing, file, bytes, unfinished: [unfinished] }, () => {
    try {
      upgrade(file, unfinished, version, folder);
    } finally {
      // A commit that failed is sometimes written: the closed database tells.
      copy = keepCopy(file, now);
    }
  });
  return copy;
}

/** Copies a database and applies the migrations, all or none. */
function upgrade(file: string, unfinished: string, version: number, folder: URL): void {
  removeFiles(unfinished, ['', '-journal']);
  using database = new DatabaseSync(file, { timeout: 5_000 });
  database.prepare('VACUUM INTO ?').run(unfinished);
  putInPlace(unfinished, copyOf(file));
  apply(database, version, folder);
}

/** The complete copy of a database while its migrations are applied. */
const copyOf = (file: string) => `${file}.before-upgrade`;

/**
 * Names the copy of an upgrade by its version and a time, or removes it if the upgrade did not happen: each attempt
 * makes a new one, and they would fill the disk. Returns its path; null: there is none.
 */
function keepCopy(file: string, now: Date): string | null {
  const copy = copyOf(file);
  if (!existsSync(copy)) return null;
  const copied = schemaVersion(copy);
  if (copied >= schemaVersion(file)) {
    removeFiles(copy, ['']);
    return null;
  }
  const kept = join(dirname(file), `millrace-v${copied}-${now.toISOString().replace(/[:.]/g, '-')}.db`);
  putInPlace(copy, kept);
  return kept;
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
 * Applies the migrations after a version, in one transaction. They may call `unpacked(value)`, which returns the text of
 * a value: text, or a Zstandard frame of it; and `with_former_line_breaks(template)`.
 */
export function apply(database: DatabaseSync, version: number, folder: URL = ours): void {
  database.function('unpacked', { deterministic: true }, unpacked);
  database.function('with_former_line_breaks', { deterministic: true }, (template) =>
    typeof template === 'string' ? withFormerLineBreaks(template) : template,
  );
  database.exec('BEGIN IMMEDIATE');
  for (const migration of migrations(folder))
    if (migration.version > version) database.exec(`${migration.sql}; PRAGMA user_version = ${migration.version}`);
  database.exec('COMMIT');
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
