import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { makeFolder } from '../disk/atomic-write.ts';
import { databaseFile, databaseName, isOurDatabase, readRows, schemaVersion } from './database-file.ts';
import { latestVersion, migrate } from './migrate.ts';
import { leftToRecover, removeFiles, replaceDatabase } from './recovery.ts';

/** Opens the database of a stopped server to read it. Throws an Error of one sentence when there is none of this version. */
export function openSource(dir: string): DatabaseSync {
  const file = databaseFile(dir);
  if (!isOurDatabase(file)) throw new Error(`${dir} contains no Millrace database.`);
  if (leftToRecover(file) !== null || schemaVersion(file) !== latestVersion())
    throw new Error(
      `${file} was left by another version or in the middle of a change: start the server once and stop it.`,
    );
  return new DatabaseSync(file, { readOnly: true, timeout: 5_000 });
}

/** The id of the move that brought the database of a folder, '' when none did; null: the folder has no database. */
export function moveIdOf(dir: string): string | null {
  const file = databaseFile(dir);
  if (!existsSync(file)) return null;
  const [row] = readRows<{ text: string }>(file, "SELECT text FROM note WHERE name = 'database/moved-from'");
  return row === undefined ? '' : JSON.parse(row.text);
}

/** Creates an empty database beside the place of the folder's own, and removes what an interrupted move has left. */
export function createTarget(dir: string): DatabaseSync {
  makeFolder(dir, { mode: 0o700 });
  const file = unfinishedIn(dir);
  removeFiles(file, ['', '-wal', '-shm', '-journal']);
  migrate(file, new Date());
  const database = new DatabaseSync(file);
  database.exec('PRAGMA journal_mode = MEMORY; PRAGMA synchronous = OFF; PRAGMA cache_size = -16384');
  return database;
}

/** Makes what `createTarget` has created, and is closed now, the database of the folder: durable at return. */
export function installTarget(dir: string): void {
  {
    using database = new DatabaseSync(unfinishedIn(dir));
    database.exec('PRAGMA journal_mode = WAL');
  }
  replaceDatabase(unfinishedIn(dir), databaseFile(dir));
}

const unfinishedIn = (dir: string) => join(dir, `${databaseName}.moving`);
