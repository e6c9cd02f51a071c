import type { Config } from '../config/settings.ts';
import { hasHoldMark, removeHoldMark } from '../sqlite/hold-mark.ts';
import { moveMark } from '../sqlite/move-mark.ts';
import { openSqlite, operationsOf, type Sqlite } from '../sqlite/sqlite.ts';
import { checkKeys } from './key-check.ts';
import { movedSentence, type Storage, type StorageOptions } from './storage.ts';

/** Opens the SQLite database of the data folder. Throws an Error of one sentence when it can't be opened. */
export async function openSqliteStorage(config: Config, options: StorageOptions = {}): Promise<Storage> {
  const { dataDir } = config;
  const mark = moveMark(dataDir);
  if (mark !== null) throw new Error(movedSentence(`The data of ${dataDir}`, mark));
  const { isStarting, freeBytes, spaceCheckMs } = options;
  const { promise: failed, resolve: onFailure } = Promise.withResolvers<Error>();
  await using opened = new AsyncDisposableStack();
  const sqlite = opened.use(
    await openSqlite({
      dir: dataDir,
      operations: operationsOf('accounts', 'audit', 'catalog', 'issues', 'journal', 'notes', 'requests'),
      beforeUpgrade: (file) => checkKeys(file, config),
      queueBytesMax: config.storageQueueBytes,
      onFailure,
      ...(config.diskReserveBytes === null ? {} : { reserveBytes: config.diskReserveBytes }),
      ...(isStarting === undefined ? {} : { isStarting }),
      ...(freeBytes === undefined ? {} : { freeBytes }),
      ...(spaceCheckMs === undefined ? {} : { spaceCheckMs }),
    }),
  );
  // The storage thread starts while the adapters are loaded here.
  const { sqlitePorts } = await import('./sqlite-ports.ts');
  const ports = sqlitePorts(sqlite);
  const stack = opened.move();
  return {
    ...ports,
    failed,
    notices: noticesOf(sqlite),
    startsHeld: hasHoldMark(dataDir),
    held: () => removeHoldMark(dataDir),
    problems: sqlite.problems,
    about: async () => ({
      engine: 'sqlite',
      version: process.versions['sqlite'] ?? '',
      bytes: (await ports.journal.housekeeping.usage()).bytes,
      failover: null,
      lost: null,
    }),
    stats: sqlite.stats,
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

function noticesOf({ modes: { closed, left }, copyBeforeUpgrade: copy }: Sqlite): Storage['notices'] {
  return [
    ...(closed.length === 0
      ? []
      : [{ text: 'files of the data folder were open to other users and are closed', details: { closed } }]),
    ...(left.length === 0 ? [] : [{ text: 'files of the data folder are open to other users', details: { left } }]),
    ...(copy === null
      ? []
      : [
          {
            text: 'the database was upgraded; its copy from before can be removed when all works',
            details: { copy },
          },
        ]),
  ];
}
