import { DatabaseSync } from 'node:sqlite';
import { parentPort, workerData } from 'node:worker_threads';
import { nextWaitMs } from './backoff.ts';
import { busyMs, checkpoint } from './checkpoint.ts';
import { executeOn, failure, operationsByName } from './db.ts';
import type { CheckpointReport, Operations, Request, Results, WorkerSettings } from './operation.ts';

const idleMs = 1_000;
const walBytesKept = 64 * 1024 * 1024;
/**
 * Checkpoints run in a separate thread. Only when these fall far behind, or fail, does a commit of the writer run one.
 */
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

const modules: { operations: Operations }[] = [];
for (const address of settings.modules) modules.push(await import(address));

const database = new DatabaseSync(settings.file, { readOnly: settings.isReader, timeout: busyMs });
database.exec(settings.isReader ? 'PRAGMA cache_size = -4096' : writerPragmas);
const { write, read } = executeOn(database, operationsByName(modules));
let idle: NodeJS.Timeout | undefined;
/** The last failed checkpoint, and when the next one is allowed. */
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
  const results = settings.isReader ? message.calls.map(read) : write(message.calls);
  const isLook = !settings.isReader && ++commits % commitsBetweenLooks === 0;
  const done: Results = { results, walPages: isLook ? lookAtLog() : null };
  port.postMessage(done);
  // A write that the disk refused does not postpone the checkpoint that could make room.
  if (!settings.isReader && (idle === undefined || results.some(({ ok }) => ok))) tidyLater();
});

/** After a second without writes, the log is moved into the database and emptied. */
function tidyLater() {
  clearTimeout(idle);
  idle = setTimeout(tidy, Math.max(idleMs, (failed?.until ?? 0) - performance.now()));
}

/** Does not wait for readers; after a failure (the disk is full) it is repeated with growing intervals. */
function tidy() {
  idle = undefined;
  const left = moveLog('TRUNCATE');
  if (left === null && failed !== null) tidyLater();
}

/** Returns the pages left in the log; null: the checkpoint failed or was blocked. */
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
    return null; // the next checkpoint reports the problem
  }
}

function report(checkpointProblem: string | null) {
  port?.postMessage({ checkpointProblem } satisfies CheckpointReport);
}
