import { existsSync, rmSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { putInPlace, syncFolder } from '../disk/atomic-write.ts';
import { isOurDatabase } from './database-file.ts';

/**
 * The name of a complete restored database that has not replaced the old one yet. It decides the restore: a power cut
 * before it exists leaves the old database with its log; after that, the next start finishes the restore.
 */
export const restoredName = (file: string) => `${file}.restored`;

/** What must be recovered after a power cut before the database can be used; null: nothing. Changes nothing. */
export function leftToRecover(file: string): 'restore' | 'journal' | null {
  if (existsSync(restoredName(file))) return 'restore';
  return hasContent(`${file}-journal`) ? 'journal' : null;
}

/**
 * Finishes work that a power cut interrupted: a restore, or a transaction with a rollback journal (SQLite creates one
 * while a database changes to WAL; a read-only connection can't roll it back). Throws an Error of one sentence when it
 * can't, or when the database is foreign. Needs the data folder's lock.
 */
export function recover(file: string): void {
  if (leftToRecover(file) === 'restore') replaceDatabase(restoredName(file), file);
  if (leftToRecover(file) !== 'journal' || !isOurDatabase(file)) return;
  try {
    using database = new DatabaseSync(file);
    database.prepare('SELECT count(*) FROM sqlite_schema').get();
  } catch (error) {
    throw new Error(`${file} can't be recovered from its journal; restore a backup.`, { cause: error });
  }
}

/**
 * Replaces a database with a finished one, closed and in WAL mode. The old log and journal are removed first: SQLite
 * would apply them to the new database.
 */
export function replaceDatabase(from: string, file: string): void {
  removeFiles(file, ['-wal', '-shm', '-journal']);
  syncFolder(dirname(file));
  putInPlace(from, file);
}

/** Removes the existing files among `file` plus each of the endings. */
export function removeFiles(file: string, endings: readonly string[]): void {
  for (const ending of endings) rmSync(`${file}${ending}`, { force: true });
}

function hasContent(file: string): boolean {
  return existsSync(file) && statSync(file).size > 0;
}
