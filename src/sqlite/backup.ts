import { chmodSync, copyFileSync, existsSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { putInPlace } from '../disk/atomic-write.ts';
import { ownFile } from '../disk/own-files.ts';
import { databaseName, isOurDatabase, schemaVersion, usedBytes } from './database-file.ts';
import { withRoom } from './disk-room.ts';
import { lockFolder } from './folder-lock.ts';
import { setHoldMark } from './hold-mark.ts';
import { latestVersion } from './migrate.ts';
import { leftToRecover, recover, removeFiles, restoredName } from './recovery.ts';

/**
 * Writes a copy of a data folder's database at one moment to `file`, also while a server is running on it. The sealing
 * key is not included. Throws an Error of one sentence when there is nothing to copy or `file` exists.
 */
export function backup(dir: string, file: string): void {
  const source = join(dir, databaseName);
  if (leftToRecover(source) === 'restore')
    throw new Error(`The restore into ${dir} was interrupted; start the server or restore again before you back up.`);
  if (!isOurDatabase(source)) throw new Error(`${dir} contains no Millrace database.`);
  if (existsSync(file)) throw new Error(`${file} exists already; choose another name for the backup.`);
  const unfinished = `${file}.unfinished`;
  if (!existsSync(dirname(file))) throw new Error(`The folder ${dirname(file)} does not exist.`);
  removeFiles(unfinished, ['', '-journal']);
  withRoom({ doing: `write ${file}`, file, bytes: usedBytes(source), unfinished: [unfinished] }, () => {
    {
      using database = new DatabaseSync(source, { readOnly: true, timeout: 5_000 });
      database.prepare('VACUUM INTO ?').run(unfinished);
    }
    putInPlace(unfinished, file);
  });
}

/**
 * Restores a backup into a data folder. Refuses, in one sentence, a file that is not a complete Millrace database of
 * this or an older schema, a folder in use, and (unless `force`) a folder that has a database. After a power cut at any
 * moment the next start has the old database with its log, or the restored one. `hold`: the next start holds all
 * deliveries.
 */
export function restore(
  file: string,
  dir: string,
  { force = false, hold = false }: { force?: boolean; hold?: boolean } = {},
): void {
  verify(file);
  using _ = lockFolder(dir);
  const target = join(dir, databaseName);
  if (existsSync(target) && !force)
    throw new Error(`${dir} has a database already; restore with --force to replace it.`);
  const copy = `${target}.restoring`;
  removeFiles(copy, ['', '-wal', '-shm', '-journal']);
  withRoom({ doing: `restore ${file}`, file: copy, bytes: statSync(file).size, unfinished: [copy] }, () => {
    copyFileSync(file, copy);
    chmodSync(copy, ownFile);
    {
      // Without a rollback journal: a copy that a power cut interrupts is not used.
      using database = new DatabaseSync(copy);
      database.exec('PRAGMA synchronous = OFF; PRAGMA journal_mode = MEMORY; PRAGMA journal_mode = WAL');
    }
    // Before the database: after a power cut in between, deliveries are held rather than sent.
    if (hold) setHoldMark(dir);
    putInPlace(copy, restoredName(target));
  });
  recover(target);
}

function verify(file: string) {
  const found = statSync(file, { throwIfNoEntry: false });
  if (found === undefined) throw new Error(`${file} does not exist.`);
  if (!found.isFile()) throw new Error(`${file} is not a file.`);
  if (!isOurDatabase(file)) throw new Error(`${file} is not a backup: it is empty.`);
  const version = schemaVersion(file);
  if (version > latestVersion())
    throw new Error(`${file} was written by a newer Millrace (schema ${version}); restore it with that version.`);
  using database = new DatabaseSync(file, { readOnly: true });
  const [first] = database.prepare('PRAGMA integrity_check(1)').all();
  if (first?.['integrity_check'] !== 'ok') throw new Error(`${file} is damaged; use another backup.`);
}
