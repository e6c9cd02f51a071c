import { getCompileCacheDir } from 'node:module';
import { dirname } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { RenderOutcome } from '../sandbox.ts';
import type { Layout } from './heap-snapshot.ts';
import { type BatchMessage, PROGRESS, type WorkerData, type WorkerMessage } from './messages.ts';

export type SupervisedWorker = ReturnType<typeof superviseWorker>;

/** `started` numbers the jobs of one worker: the same number is the same run. */
export type RunningJob = { started: number; batch: number; job: number };

type WorkerEvents = {
  onRendered(batch: number, outcomes: (string | RenderOutcome)[]): void;
  /** The thread has ended; `running` is its unfinished job, `cause` the reason. */
  onEnd(running: RunningJob | null, cause: unknown): void;
};

/** The engine's frames are on the thread's own stack: with less, deep recursion breaks the engine. */
const STACK_MB = 16;
const ENTRY = new URL(import.meta.url.endsWith('.ts') ? './worker.ts' : './worker.js', import.meta.url);

/**
 * A render thread. `onEnd` is called once: when it ends, or soon after it could not be started. Never
 * throws: a thread that can't be started is reported as ended.
 */
export function superviseWorker(data: Omit<WorkerData, 'progress'>, events: WorkerEvents) {
  const progress = new Int32Array(new SharedArrayBuffer(PROGRESS.words * Int32Array.BYTES_PER_ELEMENT));
  progress[PROGRESS.job] = -1;
  const workerData: WorkerData = { ...data, progress };
  const heap = { maxYoungGenerationSizeMb: 16, maxOldGenerationSizeMb: 256 };
  const ready = Promise.withResolvers<Layout | null>();
  ready.promise.catch(() => {});
  let worker: Worker | null = null;
  let cause: unknown = new Error('The render thread ended.');
  try {
    worker = new Worker(ENTRY, {
      workerData,
      name: 'sandbox',
      env: environment(),
      resourceLimits: { stackSizeMb: STACK_MB, ...heap },
    });
  } catch (error) {
    cause = error;
    setImmediate(ended);
  }
  worker?.on('error', (error) => {
    cause = error;
  });
  worker?.on('message', (message: WorkerMessage) => {
    if (message.kind === 'ready') ready.resolve(message.layout);
    else events.onRendered(message.batch, message.outcomes);
  });
  worker?.on('exit', ended);

  function ended() {
    ready.reject(new Error('The script engine could not start.', { cause }));
    events.onEnd(running(), cause);
  }

  function running(): RunningJob | null {
    const job = Atomics.load(progress, PROGRESS.job);
    if (job < 0) return null;
    return { started: Atomics.load(progress, PROGRESS.started), batch: Atomics.load(progress, PROGRESS.batch), job };
  }

  return {
    /** Resolves with the layout in use when the thread can render; rejects when it can't start. */
    ready: ready.promise,
    post: (message: BatchMessage) => worker?.postMessage(message),
    /** The currently running job. */
    progress: running,
    /** Ends the thread, whatever it is doing; resolves when it has ended. */
    end: async () => void (await worker?.terminate()),
  };
}

/** Empty, except for the compile cache: a thread that uses it too is 10 MB smaller. */
function environment(): Record<string, string> {
  const cache = getCompileCacheDir();
  return cache === undefined ? {} : { NODE_COMPILE_CACHE: dirname(cache) };
}
