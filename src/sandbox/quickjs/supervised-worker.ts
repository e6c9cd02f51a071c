import type { Worker } from 'node:worker_threads';
import { bareEnvironment, startThread } from '../../async/worker-thread.ts';
import type { RenderJob, RenderOutcome } from '../sandbox.ts';
import type { Layout } from './heap-snapshot.ts';
import { type BatchMessage, PROGRESS, type WorkerData, type WorkerMessage } from './messages.ts';

/** `started` numbers the jobs of one worker: the same number is the same run. */
type RunningJob = { started: number; batch: number; job: number };

/**
 * The end of a thread: its unfinished tasks, and the one of them that ended it, if any: by its memory, or because it
 * made no progress (`isHung`).
 */
export type WorkerEnd<Task> = { unfinished: Task[]; culprit: Task | null; isHung: boolean; cause: unknown };

type WorkerEvents<Task extends { readonly job: RenderJob }> = {
  onReady(): void;
  /** Tasks without an outcome, the last of `tasks`, were not run. */
  onRendered(tasks: Task[], outcomes: (string | RenderOutcome)[]): void;
  onEnd(worker: SupervisedWorker<Task>, end: WorkerEnd<Task>): void;
};

/** The engine's frames are on the thread's own stack: with less, deep recursion breaks the engine. */
const resourceLimits = { stackSizeMb: 16, maxYoungGenerationSizeMb: 16, maxOldGenerationSizeMb: 256 };

/**
 * A render thread and its batches. `onEnd` is called once: when it ends, or soon after it could not be started. The
 * constructor never throws: a thread that can't be started is reported as ended.
 */
export class SupervisedWorker<Task extends { readonly job: RenderJob }> {
  /** Resolves with the layout in use when the thread can render; rejects when it can't start. */
  readonly ready: Promise<Layout | null>;
  /** When it could render; null: not yet. */
  readyAt: number | null = null;
  readonly #progress = new Int32Array(new SharedArrayBuffer(PROGRESS.words * Int32Array.BYTES_PER_ELEMENT));
  readonly #worker: Worker | null;
  readonly #batches = new Map<number, Task[]>();
  #posted = 0;
  /** The running job at the last check for stalls, and the number of checks in a row that saw it. */
  #seen = { started: 0, checks: 0 };
  /** The job that did not progress, when the thread was ended for it. */
  #stalled: RunningJob | null = null;

  constructor(data: Omit<WorkerData, 'progress'>, events: WorkerEvents<Task>) {
    const { promise, resolve, reject } = Promise.withResolvers<Layout | null>();
    this.ready = promise;
    promise.catch(() => {});
    this.#progress[PROGRESS.job] = -1;
    const ended = (cause: unknown) => {
      reject(new Error('The script engine could not start.', { cause }));
      events.onEnd(this, { ...this.#fault(), cause });
    };
    const workerData: WorkerData = { ...data, progress: this.#progress };
    const options = { workerData, name: 'sandbox', env: bareEnvironment(), resourceLimits };
    let worker: Worker | null = null;
    try {
      worker = startThread(new URL('./worker', import.meta.url), options, {
        message: (message: WorkerMessage) => {
          if (message.kind === 'ready') {
            this.readyAt = performance.now();
            resolve(message.layout);
            events.onReady();
          } else {
            const tasks = this.#batches.get(message.batch) ?? [];
            this.#batches.delete(message.batch);
            events.onRendered(tasks, message.outcomes);
          }
        },
        ended: (error) => ended(error ?? new Error('The render thread ended.')),
      });
    } catch (error) {
      setImmediate(() => ended(error));
    }
    this.#worker = worker;
  }

  /** The number of batches without a result. */
  get load(): number {
    return this.#batches.size;
  }

  get canTakeMore(): boolean {
    return this.readyAt !== null && this.#stalled === null;
  }

  post(tasks: Task[]): void {
    const batch = ++this.#posted;
    this.#batches.set(batch, tasks);
    const programs = new Map<RenderJob['program'], number>();
    const jobs = tasks.map(({ job: { program, input, seed, nowMs } }) => {
      const number = programs.get(program) ?? programs.size;
      programs.set(program, number);
      return { program: number, input, seed, nowMs };
    });
    this.#worker?.postMessage({ batch, programs: [...programs.keys()], jobs } satisfies BatchMessage);
  }

  /** Ends the thread when its job made no progress in more than `checksMax` checks in a row. */
  checkStall(checksMax: number): void {
    const running = this.#running();
    if (running === null || this.#stalled !== null) return;
    if (this.#seen.started !== running.started) this.#seen = { started: running.started, checks: 0 };
    if (++this.#seen.checks <= checksMax) return;
    this.#stalled = running;
    void this.end();
  }

  /** All tasks without an outcome. */
  unfinished(): Task[] {
    return [...this.#batches.values()].flat();
  }

  /** Ends the thread, whatever it is doing; resolves when it has ended. */
  async end(): Promise<void> {
    await this.#worker?.terminate();
  }

  /** The thread no longer runs, so its last reported progress is exact. */
  #fault(): Omit<WorkerEnd<Task>, 'cause'> {
    const running = this.#running();
    const last = running === null ? undefined : this.#batches.get(running.batch)?.[running.job];
    // A job that finished while its thread was being ended is run again with the others.
    const isAtFault = this.#stalled === null || this.#stalled.started === running?.started;
    const culprit = last !== undefined && isAtFault ? last : null;
    return { unfinished: this.unfinished(), culprit, isHung: this.#stalled !== null };
  }

  #running(): RunningJob | null {
    const read = (word: number) => Atomics.load(this.#progress, word);
    const job = read(PROGRESS.job);
    return job < 0 ? null : { started: read(PROGRESS.started), batch: read(PROGRESS.batch), job };
  }
}
