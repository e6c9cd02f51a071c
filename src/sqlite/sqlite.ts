import { join } from 'node:path';
import { type SpaceLimits, spaceWatch } from '../disk/disk-space.ts';
import { closeToOthers } from '../disk/own-files.ts';
import { createCheckpointer } from './checkpoints.ts';
import { databaseName, isOurFile } from './database-file.ts';
import { lockFolder } from './folder-lock.ts';
import { migrate } from './migrate.ts';
import type { Client, Operations } from './operation.ts';
import { createReader } from './reader.ts';
import { SqliteThread } from './thread.ts';

/** An open data folder. Closing it waits for pending writes. */
export type Sqlite = Awaited<ReturnType<typeof openSqlite>>;

/** With less free space than the reserve, intake is refused with `storage_full`. */
export type SqliteOptions = SpaceLimits & {
  dir: string;
  /** Modules that export `operations`, see `operationsOf`. */
  operations: URL[];
  /** While this returns true, reads use the writer thread, which is idle then; starting the reader takes long. */
  isStarting?: () => boolean;
  /** Called with the database before it is upgraded; what it throws refuses the opening, and the database is not changed. */
  beforeUpgrade?: (file: string) => void;
  /** When writes with this many bytes are pending, intake is refused with `storage_busy`. Default 64 MiB. */
  queueBytesMax?: number;
  /** Called once when the storage thread fails; every later write is refused. */
  onFailure?: (error: Error) => void;
};

/** The modules with the operations of these rooms. Only the threads load them. In the bundle all rooms have one module. */
export function operationsOf(...rooms: string[]): URL[] {
  if (!import.meta.url.endsWith('.ts')) return [new URL('./storage-operations.js', import.meta.url)];
  return rooms.map((room) => new URL(`../${room}/sqlite/operations.ts`, import.meta.url));
}

/**
 * Opens the database of a data folder, after creating it when it is missing and migrating it when it is older. Throws
 * an Error of one sentence when the folder is in use or its database is foreign, damaged or newer.
 */
export async function openSqlite(options: SqliteOptions) {
  const { dir, queueBytesMax = 64 * 1024 * 1024 } = options;
  const lock = lockFolder(dir);
  const file = join(dir, databaseName);
  let copy: string | null;
  const modes = closeToOthers(dir, isOurFile);
  try {
    copy = migrate(file, new Date(), undefined, options.beforeUpgrade);
  } catch (error) {
    lock[Symbol.dispose]();
    throw error;
  }
  const isDiskLow = spaceWatch(dir, options);
  const settings = { file, modules: options.operations.map(String) };
  let checkpointProblem: string | null = null;
  const checkpoints = createCheckpointer({
    file,
    finish: () => writer.finishCheckpoint(),
    failed(problem) {
      checkpointProblem = problem;
    },
  });
  const writer = new SqliteThread(
    { ...settings, isReader: false },
    {
      onFailure: options.onFailure ?? (() => {}),
      onLog: checkpoints.look,
      onCheckpoint(problem) {
        checkpointProblem = problem;
      },
      intake: { queueBytesMax, isDiskLow },
    },
  );
  const reader = createReader((onFailure) => new SqliteThread({ ...settings, isReader: true }, { onFailure }));

  const read = (name: string, args: unknown): Promise<unknown> =>
    options.isStarting?.() ? writer.call(name, args) : reader.read(name, args);

  /**
   * The current problems of the storage, in sentences for operators, by `storage_space` (free space is below the
   * reserve), `storage_writes` (the disk refused the last write), `storage_checkpoint` (the log can't be moved into the
   * database) and `storage_reads` (the reader thread ended repeatedly). Empty: no problems. The error messages
   * (`withCauses`) can have file paths.
   */
  function problems(withCauses: boolean): Record<string, string> {
    const causes = {
      storage_writes: ['The disk refuses writes', writer.writeProblem],
      storage_checkpoint: ["The write-ahead log can't be moved into the database", checkpointProblem],
      storage_reads: ["Stored data can't be read, and the reader thread is restarted soon", reader.problem()],
    } as const;
    return {
      ...(isDiskLow() ? { storage_space: 'Free disk space is below the reserve: intake is refused.' } : {}),
      ...Object.fromEntries(
        Object.entries(causes).flatMap(([part, [problem, cause]]) =>
          cause === null ? [] : [[part, withCauses ? `${problem}: ${cause}.` : `${problem}.`]],
        ),
      ),
    };
  }

  return {
    /** The copy of the database before an upgrade that this opening made; null: none. */
    copyBeforeUpgrade: copy,
    /** The files whose permissions for other users this opening removed, and those where it could not. */
    modes,
    /** Counts of the writer thread since the start; `waitingBytes` is the current value. */
    stats: writer as Pick<SqliteThread, 'commits' | 'operations' | 'waitingBytes'>, // the rest is for this file
    problems,
    /** Typed calls of a module of operations that was loaded at opening: `sqlite.client<typeof operations>()`. */
    client: <O extends Operations>() => ({ write: writer.call.bind(writer), read }) as Client<O>, // the worker runs what the module's types say
    async [Symbol.asyncDispose]() {
      await reader[Symbol.asyncDispose]();
      await writer[Symbol.asyncDispose]();
      await checkpoints[Symbol.asyncDispose]();
      lock[Symbol.dispose]();
    },
  };
}
