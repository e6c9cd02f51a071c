import { DatabaseSync } from 'node:sqlite';
import { parentPort, workerData } from 'node:worker_threads';
import { checkpoint } from './checkpoint.ts';
import { type Db, dbOver } from './db.ts';
import type { Answer, Operations, Request, Result, WorkerSettings } from './operation.ts';

const busyMs = 5_000;
const idleMs = 1_000;
const walBytesKept = 64 * 1024 * 1024;
/** Checkpoints are made beside the writer; only when these fall far behind, or fail, it stops for one. */
const walPagesBeforeCheckpoint = 16_000;
const commitsBetweenLooks = 16;

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
database.exec(settings.isReader ? 'PRAGMA cache_size = -4096' : writerPragmas(settings.pagesMax));
const db = dbOver(database);
let idle: NodeJS.Timeout | undefined;
let commits = 0;

port.on('message', (message: Request | 'checkpoint' | 'close') => {
  if (message === 'checkpoint') {
    checkpoint(database, 'PASSIVE');
    return;
  }
  clearTimeout(idle);
  if (message === 'close') {
    database.close();
    port.close();
    return;
  }
  const results = settings.isReader ? message.calls.map(attempt) : transaction(message.calls);
  const isLook = !settings.isReader && ++commits % commitsBetweenLooks === 0;
  const answer: Answer = { results, walPages: isLook ? checkpoint(database, 'NOOP') : null };
  port.postMessage(answer);
  if (!settings.isReader) idle = setTimeout(tidy, idleMs);
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

function failure(error: unknown): Result {
  const errcode = error instanceof Error && 'errcode' in error ? Number(error.errcode) : null;
  return { ok: false, message: error instanceof Error ? error.message : String(error), errcode };
}

/** While nobody writes, the log moves into the database and becomes empty; not while somebody reads: that would wait. */
function tidy() {
  database.exec('PRAGMA busy_timeout = 0');
  database.prepare('PRAGMA wal_checkpoint(TRUNCATE)').all();
  database.exec(`PRAGMA busy_timeout = ${busyMs}`);
}

function writerPragmas(pagesMax: number | null): string {
  return `PRAGMA journal_mode = WAL;
    PRAGMA synchronous = FULL;
    PRAGMA secure_delete = FAST;
    PRAGMA cache_size = -16384;
    PRAGMA wal_autocheckpoint = ${walPagesBeforeCheckpoint};
    PRAGMA journal_size_limit = ${walBytesKept};
    PRAGMA temp_store = MEMORY;
    ${pagesMax === null ? '' : `PRAGMA max_page_count = ${pagesMax};`}`;
}
