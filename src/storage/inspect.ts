import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Config } from '../config/settings.ts';
import type { Finding } from '../contract/finding.ts';
import { keyFileName, keysInFolder, parseKeys } from '../secrets/keys.ts';
import { databaseName, isOurDatabase, schemaVersion } from '../sqlite/database-file.ts';
import { lockFolder } from '../sqlite/folder-lock.ts';
import { latestVersion } from '../sqlite/migrate.ts';
import { moveMark } from '../sqlite/move-mark.ts';
import { leftToRecover } from '../sqlite/recovery.ts';
import { checkKeys } from './key-check.ts';
import { movedSentence } from './storage.ts';

/** The doctor's findings in the data folder: database, lock and sealing key. Changes nothing. */
export function inspectDataFolder({ dataDir, secretKey }: Pick<Config, 'dataDir' | 'secretKey'>): Finding[] {
  const stored = finding('database', () => database(dataDir));
  return [
    stored,
    finding('lock', () => lock(dataDir)),
    finding('key', () => {
      const found = key(dataDir, secretKey);
      // Nothing to open, or nothing that can be read.
      const file = join(dataDir, databaseName);
      const isReadable = stored.state !== 'problem' && leftToRecover(file) === null && existsSync(file);
      if (found.state === 'ok' && isReadable) checkKeys(file, { dataDir, secretKey });
      return found;
    }),
  ];
}

type Found = Omit<Finding, 'name'>;

function finding(name: string, look: () => Found): Finding {
  try {
    return { name, ...look() };
  } catch (error) {
    return { name, state: 'problem', detail: error instanceof Error ? error.message : String(error) };
  }
}

function database(dir: string): Found {
  const file = join(dir, databaseName);
  const mark = moveMark(dir);
  if (mark !== null) return { state: 'problem', detail: movedSentence(`the data of ${dir}`, mark) };
  const left = leftToRecover(file);
  if (left === 'restore')
    return { state: 'warning', detail: `${file}: a restore was interrupted; the next start finishes it` };
  if (!isOurDatabase(file)) return { state: 'ok', detail: `${file} will be created` };
  if (left === 'journal')
    return { state: 'warning', detail: `${file}: a change was interrupted; the next start rolls it back` };
  const version = schemaVersion(file);
  const detail = `${file}, schema ${version}, ${Math.ceil(statSync(file).size / 2 ** 20)} MiB`;
  if (version > latestVersion()) return { state: 'problem', detail: `${detail}: written by a newer Millrace` };
  if (version < latestVersion()) return { state: 'warning', detail: `${detail}: will be copied and migrated` };
  return { state: 'ok', detail };
}

function lock(dir: string): Found {
  if (existsSync(join(dir, 'lock.db'))) lockFolder(dir)[Symbol.dispose]();
  return { state: 'ok', detail: 'no other Millrace uses the folder' };
}

function key(dir: string, configured: Config['secretKey']): Found {
  if (configured !== null) {
    const count = parseKeys(configured.reveal()).length;
    return { state: 'ok', detail: count === 1 ? 'configured' : `${count} configured, the first seals` };
  }
  const file = join(dir, keyFileName);
  if (!existsSync(file)) {
    if (!existsSync(join(dir, databaseName))) return { state: 'ok', detail: `${file} will be created` };
    return { state: 'warning', detail: `${file} is missing: stored secrets can't be decrypted` };
  }
  keysInFolder(dir);
  const isOpen = process.platform !== 'win32' && (statSync(file).mode & 0o077) !== 0;
  return isOpen
    ? { state: 'warning', detail: `${file} can be read by other users: chmod 600` }
    : { state: 'ok', detail: file };
}
