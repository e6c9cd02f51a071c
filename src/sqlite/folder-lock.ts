import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

/**
 * Claims a data folder for this process, making the folder (mode 0700) when it is missing. The claim is a lock of the
 * operating system, which lets go of it however the process ends. Throws an Error of one sentence when another has it.
 */
export function lockFolder(dir: string): Disposable {
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  const database = new DatabaseSync(join(dir, 'lock.db'));
  try {
    database.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    database.close();
    throw new Error(`The data folder ${dir} is in use by another Millrace; stop it or choose another folder.`, {
      cause: error,
    });
  }
  return { [Symbol.dispose]: () => database.close() };
}
