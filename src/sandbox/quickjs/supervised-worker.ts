import { Worker } from 'node:worker_threads';
import type { RenderOutcome } from '../sandbox.ts';
import { type BatchMessage, PROGRESS, type WorkerData, type WorkerMessage } from './messages.ts';
import type { RendererLimits } from './renderer.ts';
import type { WasmModule } from './wasm.ts';

/** A render thread. Exactly one of `onEnd`'s calls comes, at its end, whoever ended it. */
export type SupervisedWorker = {
  /** Resolves when it can render; rejects when it can't start. */
  readonly ready: Promise<{ hasSnapshots: boolean }>;
  post(message: BatchMessage): void;
  /** The running job, as of now. */
  progress(): RunningJob | null;
  /** Ends the thread, whatever it is doing; resolves when it is gone. */
  end(): Promise<void>;
};

/** `started` numbers the jobs of one worker: the same number is the same run. */
export type RunningJob = { started: number; batch: number; job: number };

export type WorkerEvents = {
  onRendered(batch: number, outcomes: (string | RenderOutcome)[]): void;
  /** The thread is gone; `running` is the job that it left unfinished. */
  onEnd(running: RunningJob | null): void;
};

/** The engine's frames lie on the thread's own stack: with less, deep recursion breaks the engine. */
const STACK_MB = 16;
const ENTRY = new URL(import.meta.url.endsWith('.ts') ? './worker.ts' : './worker.js', import.meta.url);

export function superviseWorker(module: WasmModule, limits: RendererLimits, events: WorkerEvents): SupervisedWorker {
  const progress = new Int32Array(new SharedArrayBuffer(PROGRESS.words * Int32Array.BYTES_PER_ELEMENT));
  progress[PROGRESS.job] = -1;
  const workerData: WorkerData = { module, limits, progress };
  const heap = { maxYoungGenerationSizeMb: 16, maxOldGenerationSizeMb: 256 };
  const worker = new Worker(ENTRY, {
    workerData,
    name: 'sandbox',
    env: {},
    resourceLimits: { stackSizeMb: STACK_MB, ...heap },
  });

  const ready = Promise.withResolvers<{ hasSnapshots: boolean }>();
  ready.promise.catch(() => {});
  let failure: unknown = new Error('The render thread ended.');
  worker.on('error', (error) => {
    failure = error;
  });
  worker.on('message', (message: WorkerMessage) => {
    if (message.kind === 'ready') ready.resolve(message);
    else events.onRendered(message.batch, message.outcomes);
  });
  worker.on('exit', () => {
    ready.reject(new Error('The script engine could not start.', { cause: failure }));
    events.onEnd(running());
  });

  function running(): RunningJob | null {
    const job = Atomics.load(progress, PROGRESS.job);
    if (job < 0) return null;
    return { started: Atomics.load(progress, PROGRESS.started), batch: Atomics.load(progress, PROGRESS.batch), job };
  }

  return {
    ready: ready.promise,
    post: (message) => worker.postMessage(message),
    progress: running,
    end: async () => void (await worker.terminate()),
  };
}
