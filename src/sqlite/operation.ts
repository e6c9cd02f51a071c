import type { Db } from './db.ts';

/**
 * Named work on the database. A module of operations exports them as `operations`; names are unique over all modules
 * that one database loads. Arguments and results are cloned between threads. An operation runs inside a transaction
 * that it may share with others: it throws to have its own part undone, and must leave nothing outside the database
 * but through `Db.keep`.
 */
export type Operations = Record<string, (db: Db, args: never) => unknown>;

/** How the main side calls the operations of one module. */
export interface Client<O extends Operations> {
  /** Runs on the writer; resolves when its transaction is on disk. */
  write<K extends keyof O & string>(name: K, args: Parameters<O[K]>[1], load?: Load): Promise<ReturnType<O[K]>>;
  /** Runs on the reader, a thread of its own that sees everything that was resolved before. */
  read<K extends keyof O & string>(name: K, args: Parameters<O[K]>[1]): Promise<ReturnType<O[K]>>;
}

/**
 * What a write weighs in the queue, in bytes; `isIntake` ones are refused when the queue or the disk is full. With
 * `patienceMs` nobody waits for it: it may stay so long, so that it shares the transaction of a write that is in a hurry.
 */
export type Load = { bytes: number; isIntake: boolean; maxDelayMs?: number };

/** What goes to a worker: calls that share one transaction. */
export type Request = { calls: { name: string; args: unknown }[] };

/** What comes back, in the order of the calls; `walPages`: of the log that a checkpoint has not moved, when it was looked at. */
export type Answer = { results: Result[]; walPages: number | null };
/** What a worker says beside: why the log can't be moved into the database; null: it was moved. */
export type CheckpointReport = { checkpointProblem: string | null };
export type Result = { ok: true; value: unknown } | { ok: false; message: string; errcode: number | null };

export type WorkerSettings = { file: string; modules: string[]; isReader: boolean };
