import type { SQLInputValue } from 'node:sqlite';
import type { Cleared } from './clearing.ts';

/**
 * Named work on the database. A module exports its operations as `operations`; names are unique over all modules of one
 * database. Arguments and results are cloned between threads. An operation runs inside a transaction that it may share
 * with others: when it throws, only its own part is rolled back. It keeps no state outside the database except with
 * `Db.keep`.
 */
export type Operations = Record<string, (db: Db, args: never) => unknown>;

/** The main thread's calls to the operations of one module. */
export interface Client<O extends Operations> {
  /** Runs on the writer; resolves when its transaction is on disk. */
  write<K extends keyof O & string>(name: K, args: Parameters<O[K]>[1], load?: Load): Promise<ReturnType<O[K]>>;
  /** Runs on the reader thread, which sees everything that was resolved before. */
  read<K extends keyof O & string>(name: K, args: Parameters<O[K]>[1]): Promise<ReturnType<O[K]>>;
}

/**
 * The size of a write in the queue, in bytes. `isIntake` writes are refused when the queue or the disk is full. With
 * `maxDelayMs`, a write may wait that long to join the transaction of another write.
 */
export type Load = { bytes: number; isIntake: boolean; maxDelayMs?: number };

/** A message to a worker: calls that share one transaction. */
export type Request = { calls: { name: string; args: unknown }[] };

/** The results, in the order of the calls; `walPages`: log pages without a checkpoint, when they were counted. */
export type Results = { results: Result[]; walPages: number | null };
/** A separate message of a worker: why a checkpoint failed; null: it succeeded. */
export type CheckpointReport = { checkpointProblem: string | null };
export type Result = { ok: true; value: unknown } | { ok: false; message: string; errcode: number | null };

export type WorkerSettings = { file: string; modules: string[]; isReader: boolean };

/** The values of `?` in order, which is faster, or those of `:name` in one object. */
export type SqlValues = SQLInputValue[] | [named: Record<string, SQLInputValue>];

/**
 * A database inside its worker, as operations see it: statements are prepared once and cached. The caller vouches that
 * Row types match its SQL.
 */
export interface Db {
  all<Row>(sql: string, ...values: SqlValues): Row[];
  get<Row>(sql: string, ...values: SqlValues): Row | undefined;
  /** Returns how many rows changed. */
  run(sql: string, ...values: SqlValues): number;
  /** A value cached between operations, and created again after a rollback, so that it always matches the database. */
  keep<T>(name: string, make: () => T): T;
  /** A value of a map that is kept, made when the map does not have it. For a bounded number of keys. */
  keepIn<K, V>(name: string, key: K, make: () => V): V;
  /**
   * Likewise for any number of keys: at least the 16,384 values of the map that were used last are kept, at most twice
   * as many.
   */
  keepRecent<K, V>(name: string, key: K, make: () => V): V;
  /** Calls `run` once before the commit, for operations that collect their rows. */
  beforeCommit(run: () => void): void;
  /**
   * After the transaction, empties the log and overwrites what no row uses in some pages of the file, from a page on.
   * Several calls, each from where the one before ended and in a transaction with a change, go over all of the file.
   */
  clearUnused(from: number): void;
  /** The result of the last `clearUnused` since this was called; null: none, in this thread. Throws its error. */
  cleared(): Cleared | null;
  /** Runs the `beforeCommit` calls now, for operations that read collected rows. */
  flush(): void;
}
