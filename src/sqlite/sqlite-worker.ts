import { DatabaseSync } from 'node:sqlite';
import { parentPort, workerData } from 'node:worker_threads';
import { nextWaitMs } from './backoff.ts';
import { busyMs, checkpoint } from './checkpoint.ts';
import { executeOn, failure, operationsByName } from './execute.ts';
import type { Answer, CheckpointReport, Operations, Request, WorkerSettings } from './operation.ts';

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

const modules: { operations: Operations }[] = [];
for (const address of settings.modules) modules.push(await import(address));

const database = new DatabaseSync(settings.file, { readOnly: settings.isReader, timeout: busyMs });
database.exec(settings.isReader ? 'PRAGMA cache_size = -4096' : writerPragmas);
const { write, read } = executeOn(database, operationsByName(modules));
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
  const results = settings.isReader ? message.calls.map(read) : write(message.calls);
  const isLook = !settings.isReader && ++commits % commitsBetweenLooks === 0;
  const answer: Answer = { results, walPages: isLook ? lookAtLog() : null };
  port.postMessage(answer);
  // What the disk refused does not put off the checkpoint that may make room.
  if (!settings.isReader && (idle === undefined || results.some(({ ok }) => ok))) tidyLater();
});

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
