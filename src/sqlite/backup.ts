import { copyFileSync, existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { putInPlace } from './atomic-write.ts';
import { databaseName, isOurDatabase, schemaVersion } from './database-file.ts';
import { lockFolder } from './folder-lock.ts';
import { latestVersion } from './migrate.ts';

/**
 * Writes a copy of a data folder's database to `file`, as it stands at one moment, while a server may be running on it.
 * The sealing key is not in it. Throws an Error of one sentence when there is nothing to copy or `file` exists.
 */
export function backup(dir: string, file: string): void {
  const source = join(dir, databaseName);
  if (!isOurDatabase(source)) throw new Error(`${dir} holds no Millrace database.`);
  if (existsSync(file)) throw new Error(`${file} exists already; choose another name for the backup.`);
  const unfinished = `${file}.unfinished`;
  rmSync(unfinished, { force: true });
  {
    using database = new DatabaseSync(source, { readOnly: true, timeout: 5_000 });
    database.prepare('VACUUM INTO ?').run(unfinished);
  }
  putInPlace(unfinished, file);
}

/**
 * Puts a backup in a data folder. Refuses, in one sentence, a file that is not a whole Millrace database of this or an
 * older schema, a folder in use, and (unless `force`) a folder that has a database.
 */
export function restore(file: string, dir: string, { force = false }: { force?: boolean } = {}): void {
  verify(file);
  using _ = lockFolder(dir);
  const target = join(dir, databaseName);
  if (existsSync(target) && !force)
    throw new Error(`${dir} has a database already; restore with --force to replace it.`);
  const copy = `${target}.restoring`;
  copyFileSync(file, copy);
  // What is left of the old database's log must not be applied to the new one.
  for (const ending of ['-wal', '-shm']) rmSync(`${target}${ending}`, { force: true });
  putInPlace(copy, target);
}

function verify(file: string) {
  if (!isOurDatabase(file)) throw new Error(`${file} is no backup: there is nothing in it.`);
  const version = schemaVersion(file);
  if (version > latestVersion())
    throw new Error(`${file} was written by a newer Millrace (schema ${version}); restore it with that version.`);
  using database = new DatabaseSync(file, { readOnly: true });
  const [first] = database.prepare('PRAGMA integrity_check(1)').all();
  if (first?.['integrity_check'] !== 'ok') throw new Error(`${file} is damaged; take another backup.`);
}
