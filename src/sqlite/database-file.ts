import { closeSync, existsSync, openSync, readSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

/** The application id in SQLite's header of our databases: "Mill". */
export const applicationId = 0x4d696c6c;

/** The name of the database in a data folder. */
export const databaseName = 'millrace.db';

/** The database in a data folder. */
export const databaseFile = (dir: string): string => join(dir, databaseName);

/** Whether a file in a data folder was written by the program: the database with its logs and copies, the lock, the keys. */
export function isOurFile(name: string): boolean {
  return /^(?:millrace[-.]|lock\.db|secret\.key|hold-deliveries|moved-to)/.test(name);
}

/** The file in a data folder that makes the next start hold all deliveries. */
export const holdName = 'hold-deliveries';

/** The file in a data folder that says where its data was moved. */
export const movedName = 'moved-to.json';

/**
 * Whether a Millrace database exists (false: no file, or an empty one), judged by the file's first bytes only, so that
 * a foreign file is not changed. Throws an Error of one sentence for a foreign or damaged file. Offsets:
 * sqlite.org/fileformat2.
 */
export function isOurDatabase(file: string): boolean {
  if (!existsSync(file) || statSync(file).size === 0) return false;
  if (!statSync(file).isFile()) throw new Error(`${file} is not a file; move it away or choose another data folder.`);
  const header = Buffer.alloc(100);
  const descriptor = openSync(file, 'r');
  try {
    readSync(descriptor, header, 0, 100, 0);
  } finally {
    closeSync(descriptor);
  }
  if (header.toString('latin1', 0, 16) !== 'SQLite format 3\0')
    throw new Error(
      `${file} is not a Millrace database (no SQLite header); move it away or choose another data folder.`,
    );
  if (header.readUInt32BE(68) !== applicationId)
    throw new Error(`${file} is a database of another program; move it away or choose another data folder.`);
  const pageBytes = header.readUInt16BE(16) === 1 ? 65_536 : header.readUInt16BE(16);
  const isWhole = statSync(file).size >= header.readUInt32BE(28) * pageBytes;
  const hasLog = ['-wal', '-journal'].some((ending) => existsSync(file + ending) && statSync(file + ending).size > 0);
  if (!isWhole && !hasLog) throw new Error(`${file} is damaged (it is shorter than it should be); restore a backup.`);
  return true;
}

/**
 * The schema version of one of our databases, read without changing it. Throws an Error of one sentence when it is
 * damaged.
 */
export function schemaVersion(file: string): number {
  try {
    using database = new DatabaseSync(file, { readOnly: true, timeout: 5_000 });
    database.prepare('SELECT count(*) FROM sqlite_schema').get();
    return Number(database.prepare('PRAGMA user_version').get()?.['user_version']);
  } catch (error) {
    throw new Error(`${file} is damaged; restore a backup.`, { cause: error });
  }
}

/** The bytes of a database without its free pages: the size of a copy. */
export function usedBytes(file: string): number {
  using database = new DatabaseSync(file, { readOnly: true, timeout: 5_000 });
  const pragma = (name: string) => Number(database.prepare(`PRAGMA ${name}`).get()?.[name]);
  return (pragma('page_count') - pragma('freelist_count')) * pragma('page_size');
}

/**
 * Rows of a database at one moment, also while a server is running on it; changes nothing. Throws the error of SQLite
 * for a damaged file. The caller vouches that Row types match its SQL.
 */
export function* readRows<Row>(file: string, sql: string): Generator<Row> {
  using database = new DatabaseSync(file, { readOnly: true, timeout: 5_000 });
  for (const row of database.prepare(sql).iterate()) yield row as Row; // shape is in the SQL
}
