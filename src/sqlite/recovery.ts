import { existsSync, rmSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { putInPlace, syncFolder } from '../disk/atomic-write.ts';
import { isOurDatabase } from './database-file.ts';

/**
 * The name of a restored database that is complete and not yet in its place. From this name on the restore is decided:
 * a power cut before it leaves the old database with its log, and one after it is finished by the next start.
 */
export const restoredName = (file: string) => `${file}.restored`;

/** What a power cut left to be done before the database can be used; null: nothing. Only looks. */
export function leftToRecover(file: string): 'restore' | 'journal' | null {
  if (existsSync(restoredName(file))) return 'restore';
  return hasContent(`${file}-journal`) ? 'journal' : null;
}

/**
 * Finishes what a power cut broke off: a restore, or a transaction with a rollback journal (SQLite makes one while a
 * database turns to WAL; a connection that only reads can't roll it back). Throws an Error of one sentence when it can't,
 * or when the database is foreign. Needs the data folder's lock.
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
 * Puts a finished database, closed and in WAL mode, in the place of another. The log and journal of the other go first:
 * SQLite would apply them to the new one.
 */
export function replaceDatabase(from: string, file: string): void {
  removeFiles(file, ['-wal', '-shm', '-journal']);
  syncFolder(dirname(file));
  putInPlace(from, file);
}

/** Removes files that start with one name, as far as they are there. */
export function removeFiles(file: string, endings: readonly string[]): void {
  for (const ending of endings) rmSync(`${file}${ending}`, { force: true });
}

function hasContent(file: string): boolean {
  return existsSync(file) && statSync(file).size > 0;
}
