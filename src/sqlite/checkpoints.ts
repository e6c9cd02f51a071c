import { Worker } from 'node:worker_threads';

/** What came of moving the log: how many pages were written to it meanwhile; null: it could not be moved. */
export type Moved = { left: number | null };

const pagesMost = 2_000;
const leftMost = 100;
const roundsMost = 4;
const restMs = 1_000;
const idleMs = 30_000;

/** Moves the write-ahead log into the database while the writer goes on. */
export interface Checkpoints extends AsyncDisposable {
  /** So many pages of the log are not in the database. */
  look(pages: number): void;
}

/**
 * A thread of its own moves the log while there is much in it, again and again until little is left, so that the writer
 * is held up for that little alone (`finish`): only when nothing is left can the log begin anew. The thread costs
 * megabytes: it comes with the first need and goes when there is none.
 */
export function checkpointsBeside({ file, finish }: { file: string; finish(): void }): Checkpoints {
  let worker: Worker | null = null;
  let closed: Promise<void> = Promise.resolve();
  let idle: NodeJS.Timeout | undefined;
  let rounds = 0;
  let restsUntil = 0;

  function start(): Worker {
    const ending = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
    const made = new Worker(new URL(`./checkpoint-worker.${ending}`, import.meta.url), {
      workerData: { file },
      execArgv: ['--disable-warning=ExperimentalWarning'],
      resourceLimits: { maxYoungGenerationSizeMb: 1, maxOldGenerationSizeMb: 32, stackSizeMb: 1 },
    });
    made.unref();
    made.on('message', ({ left }: Moved) => {
      if (left !== null && left > leftMost && rounds < roundsMost) return again(made);
      if (left === null) rest();
      else finish();
      rounds = 0;
      idle = setTimeout(close, idleMs).unref();
    });
    made.on('error', rest);
    closed = new Promise((resolve) => {
      made.once('exit', () => {
        if (worker === made) worker = null;
        rounds = 0;
        resolve();
      });
    });
    return made;
  }

  function again(running: Worker) {
    rounds += 1;
    running.postMessage('move');
  }

  function rest() {
    restsUntil = performance.now() + restMs;
  }

  async function close() {
    clearTimeout(idle);
    const old = worker;
    worker = null;
    old?.postMessage('close');
    await closed;
  }

  return {
    look(pages) {
      if (pages < pagesMost || rounds > 0 || performance.now() < restsUntil) return;
      clearTimeout(idle);
      worker ??= start();
      again(worker);
    },
    [Symbol.asyncDispose]: close,
  };
}
