import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { makeFolder } from '../disk/atomic-write.ts';

const sqliteBusy = 5;

/**
 * Locks a data folder for this process, and creates the folder (mode 0700) when it is missing. It is a lock of the
 * operating system, which is released however the process ends. Throws an Error of one sentence when another process
 * holds it or the folder can't be written.
 */
export function lockFolder(dir: string): Disposable {
  let database: DatabaseSync | undefined;
  try {
    makeFolder(dir, { mode: 0o700 });
    database = new DatabaseSync(join(dir, 'lock.db'));
    database.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    database?.close();
    const isBusy = error instanceof Error && 'errcode' in error && error.errcode === sqliteBusy;
    const why = isBusy
      ? `is in use by another Millrace; stop it or choose another folder.`
      : `can't be written (${error instanceof Error ? error.message : error}); choose another folder.`;
    throw new Error(`The data folder ${dir} ${why}`, { cause: error });
  }
  const held = database;
  return { [Symbol.dispose]: () => held.close() };
}
