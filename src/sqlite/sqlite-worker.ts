import { DatabaseSync } from 'node:sqlite';
import { parentPort, workerData } from 'node:worker_threads';
import { nextWaitMs } from './backoff.ts';
import { busyMs, checkpoint } from './checkpoint.ts';
import { type Db, dbOver } from './db.ts';
import type { Answer, CheckpointReport, Operations, Request, Result, WorkerSettings } from './operation.ts';

const idleMs = 1_000;
const walBytesKept = 64 * 1024 * 1024;
/** Checkpoints are made beside the writer; only when these fall far behind, or fail, it stops for one. */
const walPagesBeforeCheckpoint = 16_000;
const commitsBetweenLooks = 16;

const writerPragmas = `PRAGMA journal_mode = WAL;
  PRAGMA synchronous = FULL;
  PRAGMA secure_delete = FAST;
  PRAGMA cache_size = -16384;
  PRAGMA wal_autocheckpoint = ${walPagesBeforeCheckpoint};
  PRAGMA journal_size_limit = ${walBytesKept};
  PRAGMA temp_store = MEMORY;`;

const settings: WorkerSettings = workerData;
const port = parentPort;
if (port === null) throw new Error('This file runs in a worker thread.');

const operations = new Map<string, (db: Db, args: unknown) => unknown>();
for (const address of settings.modules) {
  const module: { operations: Operations } = await import(address);
  for (const [name, operation] of Object.entries(module.operations)) {
    if (operations.has(name)) throw new Error(`Two operations are named ${name}.`);
    operations.set(name, operation as (db: Db, args: unknown) => unknown); // Client gives each its own arguments
  }
}

const database = new DatabaseSync(settings.file, { readOnly: settings.isReader, timeout: busyMs });
database.exec(settings.isReader ? 'PRAGMA cache_size = -4096' : writerPragmas);
const db = dbOver(database);
let idle: NodeJS.Timeout | undefined;
/** A checkpoint that failed, and when the next one may be tried. */
let failed: { waitMs: number; until: number } | null = null;
let commits = 0;

port.on('message', (message: Request | 'checkpoint' | 'close') => {
  if (message === 'checkpoint') {
    moveLog('PASSIVE');
    return;
  }
  if (message === 'close') {
    clearTimeout(idle);
    database.close();
    port.close();
    return;
  }
  const results = settings.isReader ? message.calls.map(attempt) : transaction(message.calls);
  const isLook = !settings.isReader && ++commits % commitsBetweenLooks === 0;
  const answer: Answer = { results, walPages: isLook ? lookAtLog() : null };
  port.postMessage(answer);
  // What the disk refused does not put off the checkpoint that may make room.
  if (!settings.isReader && (idle === undefined || results.some(({ ok }) => ok))) tidyLater();
});

/** All calls in one transaction; when that fails, each in its own, so that only the guilty are refused. */
function transaction(calls: Request['calls']): Result[] {
  try {
    database.exec('BEGIN IMMEDIATE');
    const results = calls.map(({ name, args }): Result => ({ ok: true, value: perform(name, args) }));
    db.flush();
    database.exec('COMMIT');
    db.afterCommit();
    return results;
  } catch (error) {
    if (database.isTransaction) database.exec('ROLLBACK');
    db.forget();
    return calls.length === 1 ? [failure(error)] : calls.flatMap((call) => transaction([call]));
  }
}

/** One call of the reader, on one picture of the database. */
function attempt({ name, args }: Request['calls'][number]): Result {
  try {
    database.exec('BEGIN');
    return { ok: true, value: perform(name, args) };
  } catch (error) {
    return failure(error);
  } finally {
    if (database.isTransaction) database.exec('ROLLBACK');
    db.forget();
  }
}

function perform(name: string, args: unknown): unknown {
  const operation = operations.get(name);
  if (operation === undefined) throw new Error(`No operation is named ${name}.`);
  return operation(db, args);
}

function failure(error: unknown): Result & { ok: false } {
  const errcode = error instanceof Error && 'errcode' in error ? Number(error.errcode) : null;
  return { ok: false, message: error instanceof Error ? error.message : String(error), errcode };
}

/** When nothing was written for a second, the log moves into the database and becomes empty. */
function tidyLater() {
  clearTimeout(idle);
  idle = setTimeout(tidy, Math.max(idleMs, (failed?.until ?? 0) - performance.now()));
}

/** A reader is not waited for; after a failure (the disk is full) it is tried again, ever more rarely. */
function tidy() {
  idle = undefined;
  const left = moveLog('TRUNCATE');
  if (left === null && failed !== null) tidyLater();
}

/** Answers what is left in the log; null: it could not be moved now. */
function moveLog(mode: 'PASSIVE' | 'TRUNCATE'): number | null {
  try {
    const left = checkpoint(database, mode);
    if (left === null) return null;
    failed = null;
    report(null);
    return left;
  } catch (error) {
    const waitMs = nextWaitMs(failed?.waitMs);
    failed = { waitMs, until: performance.now() + waitMs };
    report(failure(error).message);
    return null;
  }
}

function lookAtLog(): number | null {
  try {
    return checkpoint(database, 'NOOP');
  } catch {
    return null; // the checkpoint that is due will say what is wrong
  }
}

function report(checkpointProblem: string | null) {
  port?.postMessage({ checkpointProblem } satisfies CheckpointReport);
}
