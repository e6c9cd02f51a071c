import type { Worker } from 'node:worker_threads';
import { startThread } from '../async/worker-thread.ts';
import { nextWaitMs } from './backoff.ts';

/**
 * The result of a checkpoint. `left`: pages that were written to the log during it; null: another checkpoint was
 * running, or it failed (`problem`).
 */
export type Moved = { left: number | null; problem: string | null };

const pagesMax = 2_000;
const leftMax = 100;
const roundsMax = 4;
const idleMs = 30_000;

/**
 * Moves the write-ahead log into the database while the writer continues. A separate thread runs checkpoints while the log
 * is large, until few pages are left, so that `finish` blocks the writer only for these: the log can restart at its
 * beginning only when no page is left. The thread costs megabytes: it starts on the first need and ends after 30 s without
 * one. A failed checkpoint is reported and repeated with growing intervals.
 */
export function createCheckpointer(options: { file: string; finish(): void; failed(problem: string): void }) {
  const { file, finish } = options;
  let worker: Worker | null = null;
  let closed: Promise<void> = Promise.resolve();
  let idle: NodeJS.Timeout | undefined;
  let rounds = 0;
  let restsUntil = 0;
  let restMs: number | undefined;

  function start(): Worker {
    const { promise, resolve } = Promise.withResolvers<void>();
    closed = promise;
    const options = {
      workerData: { file },
      execArgv: ['--disable-warning=ExperimentalWarning'],
      resourceLimits: { maxYoungGenerationSizeMb: 1, maxOldGenerationSizeMb: 32, stackSizeMb: 1 },
    };
    const made = startThread(new URL('./checkpoint-worker', import.meta.url), options, {
      message({ left, problem }: Moved) {
        if (left !== null && left > leftMax && rounds < roundsMax) return again(made);
        if (problem !== null) failed(problem);
        else if (left === null) rest(nextWaitMs());
        else {
          restMs = undefined;
          finish();
        }
        rounds = 0;
        idle = setTimeout(close, idleMs).unref();
      },
      ended(error) {
        if (error !== null) failed(error.message);
        if (worker === made) worker = null;
        rounds = 0;
        resolve();
      },
    });
    made.unref();
    return made;
  }

  function again(running: Worker) {
    rounds += 1;
    running.postMessage('move');
  }

  function failed(problem: string) {
    restMs = nextWaitMs(restMs);
    rest(restMs);
    options.failed(problem);
  }

  function rest(ms: number) {
    restsUntil = performance.now() + ms;
  }

  async function close() {
    clearTimeout(idle);
    const old = worker;
    worker = null;
    // Without this the process could end before the thread has.
    old?.ref();
    old?.postMessage('close');
    await closed;
  }

  return {
    /** Reports that `pages` of the log are not in the database. */
    look(pages: number): void {
      if (pages < pagesMax || rounds > 0 || performance.now() < restsUntil) return;
      clearTimeout(idle);
      worker ??= start();
      again(worker);
    },
    [Symbol.asyncDispose]: close,
  };
}
