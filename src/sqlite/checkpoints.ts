import { Worker } from 'node:worker_threads';
import { nextWaitMs } from './backoff.ts';

/**
 * What came of moving the log: how many pages were written to it in that time; null: another checkpoint was on, or it
 * failed (`problem`).
 */
export type Moved = { left: number | null; problem: string | null };

const pagesMost = 2_000;
const leftMost = 100;
const roundsMost = 4;
const idleMs = 30_000;

/**
 * Moves the write-ahead log into the database while the writer goes on. A thread of its own moves the log while there is much in it, again and again until little is left, so that the writer
 * is held up for that little alone (`finish`): only when nothing is left can the log begin anew. The thread costs
 * megabytes: it comes with the first need and goes when there is none. A checkpoint that fails is reported and tried
 * again, ever more rarely.
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
    const ending = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
    const made = new Worker(new URL(`./checkpoint-worker.${ending}`, import.meta.url), {
      workerData: { file },
      execArgv: ['--disable-warning=ExperimentalWarning'],
      resourceLimits: { maxYoungGenerationSizeMb: 1, maxOldGenerationSizeMb: 32, stackSizeMb: 1 },
    });
    made.unref();
    made.on('message', ({ left, problem }: Moved) => {
      if (left !== null && left > leftMost && rounds < roundsMost) return again(made);
      if (problem !== null) failed(problem);
      else if (left === null) rest(nextWaitMs());
      else {
        restMs = undefined;
        finish();
      }
      rounds = 0;
      idle = setTimeout(close, idleMs).unref();
    });
    made.on('error', ({ message }) => failed(message));
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
    old?.postMessage('close');
    await closed;
  }

  return {
    /** `pages` of the log are not in the database. */
    look(pages: number): void {
      if (pages < pagesMost || rounds > 0 || performance.now() < restsUntil) return;
      clearTimeout(idle);
      worker ??= start();
      again(worker);
    },
    [Symbol.asyncDispose]: close,
  };
}
