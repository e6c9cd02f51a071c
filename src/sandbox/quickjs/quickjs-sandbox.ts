import { AppError } from '../../contract/errors.ts';
import type { RenderJob, RenderOutcome, Sandbox, SandboxHealth, SandboxStats } from '../sandbox.ts';
import { compileEngine, type WasmModule } from './engine.ts';
import { fairQueue } from './fair-queue.ts';
import { isWasteful, type WorkerData } from './messages.ts';
import { exceeded } from './outcome.ts';
import { SupervisedWorker, type WorkerEnd } from './supervised-worker.ts';

const defaults = {
  /** Threads that render; one more is kept as a spare. */
  workers: 1,
  /** CPU time of one render, and of a program's top level. */
  timeoutMs: 50,
  /** Memory of one render; less than about 11 MiB acts as that. */
  memoryBytes: 16 * 1024 * 1024,
  /** Longest output, in bytes of UTF-8. */
  outputBytes: 1024 * 1024,
  /** Prepared programs that each thread caches, about 50 KB each and 32 MiB at most in all. */
  programsMax: 256,
  /** Wall time beyond twice `timeoutMs` after which a thread without progress is ended. */
  graceMs: 200,
  /** How long renders wait while no thread can be started, before they are rejected. */
  outageWaitMs: 10_000,
  /** Called once per outage with the cause. */
  failed: (_cause: unknown): void => {},
  /** False: each render starts a new engine, some hundred times slower, as after a failed self-test. */
  snapshots: true,
};

export type QuickjsSandboxOptions = Partial<typeof defaults>;

const batchJobsMax = 64;
const batchCharsMax = 4 * 1024 * 1024;
/** Maximum size of input and program together: a thread has 256 MiB of its own. */
const jobCharsMax = 32 * 1024 * 1024;
const BATCHES_PER_WORKER = 2;
const WATCH_EVERY_MS = 20;
/**
 * This many threads ending in a row, without a culprit job and without a render in between, make the sandbox report a
 * problem.
 */
const endsMax = 5;
/** Delay before the third start in a row; doubled before each later one. */
const BACKOFF_FIRST_MS = 100;
const backoffMsMax = 30_000;

/**
 * A {@link Sandbox} of QuickJS instances (WebAssembly) in worker threads. Rejects when the engine can't start.
 *
 * Before each render, the memory is restored byte by byte to a realm in which only its program's top level ran, so no
 * render leaves anything behind. `eval` and `Function` exist inside and reach no further than the script itself;
 * there is no `Intl`, no timer, no module, no host function; promises are never continued. The engine ends ordinary
 * loops itself. For native loops that it can't interrupt, a watchdog ends the thread and a spare replaces it; only
 * the running job fails, and only after it hung twice.
 *
 * A thread that ends is replaced. When no job is the cause (but, for example, a lack of memory or file descriptors)
 * the next start is delayed, from 100 ms to 30 s. Jobs stay in the queue for at most `outageWaitMs` without a thread;
 * then their calls are rejected.
 */
export async function quickjsSandbox(options: QuickjsSandboxOptions = {}): Promise<Sandbox & SandboxHealth> {
  const sandbox = new QuickjsSandbox({ ...defaults, ...options }, await compileEngine());
  await sandbox.start();
  return sandbox;
}

type Call = {
  outcomes: RenderOutcome[];
  left: number;
  resolve(outcomes: RenderOutcome[]): void;
  reject(error: Error): void;
};
/** `hung`: a thread was ended once because this job made no progress. */
type Task = { job: RenderJob; call: Call; place: number; key: string; chars: number; hung: boolean };

class QuickjsSandbox implements Sandbox, SandboxHealth {
  readonly #options: typeof defaults;
  readonly #data: Omit<WorkerData, 'progress'>;
  readonly #counts = { renders: 0, threw: 0, exceededTime: 0, exceededMemory: 0, exceededOutput: 0, restarts: 0 };
  readonly #queue = fairQueue<Task>();
  #active: SupervisedWorker<Task>[] = [];
  #spare: SupervisedWorker<Task> | null = null;
  #endsInARow = 0;
  #lastCause: unknown;
  #backoff: NodeJS.Timeout | null = null;
  #outage: NodeJS.Timeout | null = null;
  #watch: NodeJS.Timeout | null = null;
  #hasStarted = false;
  #closed: Error | null = null;

  constructor(options: typeof defaults, module: WasmModule) {
    const { timeoutMs, memoryBytes, outputBytes, programsMax } = options;
    const limits = { timeoutMs, memoryBytes, outputBytes, programsMax };
    this.#options = options;
    this.#data = { module, limits, layout: options.snapshots ? undefined : null };
  }

  /** The first thread determines the engine's memory layout, and passes it to the others. */
  async start(): Promise<void> {
    const first = this.#spawn();
    this.#active = [first];
    try {
      this.#data.layout = await first.ready;
    } catch (error) {
      await this.#close(new Error('The sandbox could not start.'));
      throw error;
    }
    this.#hasStarted = true;
    this.#refill();
  }

  async render(jobs: readonly RenderJob[]): Promise<RenderOutcome[]> {
    if (this.#closed !== null) throw this.#closed;
    if (jobs.length === 0) return [];
    const { promise, ...settle } = Promise.withResolvers<RenderOutcome[]>();
    const call: Call = { outcomes: new Array(jobs.length), left: jobs.length, ...settle };
    const charsMax = Math.min(this.#options.memoryBytes, jobCharsMax);
    for (const [place, job] of jobs.entries()) {
      const chars = job.input.length + job.program.source.length;
      const task = { job, call, place, key: job.group ?? job.program.key, chars, hung: false };
      // Too large for the engine in any case, so it is not sent to the thread.
      if (chars > charsMax) this.#finish(task, exceeded('memory', this.#options));
      else this.#queue.push(task);
    }
    this.#pump();
    return promise;
  }

  get stats(): SandboxStats {
    return { ...this.#counts, queued: this.#queue.size };
  }

  problem(): string | null {
    if (this.#endsInARow < endsMax || this.#canRender()) return null;
    return "The script engine can't be started; see the log for the cause.";
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#close(new Error('The sandbox is closed.'));
  }

  #spawn(): SupervisedWorker<Task> {
    return new SupervisedWorker<Task>(this.#data, {
      onReady: () => {
        if (this.#outage !== null) clearTimeout(this.#outage);
        this.#outage = null;
        this.#pump();
      },
      onRendered: (tasks, outcomes) => this.#rendered(tasks, outcomes),
      onEnd: (worker, end) => this.#ended(worker, end),
    });
  }

  #canRender(): boolean {
    return this.#active.some(({ readyAt }) => readyAt !== null);
  }

  /** Starts the missing threads; during a backoff, only the spare is used. */
  #refill(): void {
    while (this.#active.length < this.#options.workers && this.#closed === null) {
      if (this.#spare === null && this.#backoff !== null) return;
      this.#active.push(this.#spare ?? this.#spawn());
      this.#spare = null;
    }
  }

  #pump(): void {
    const queue = this.#queue;
    // The spare starts with the first work, which saves 15 MB in a process that renders nothing.
    const mayStart = this.#closed === null && this.#backoff === null && queue.size > 0;
    if (mayStart) this.#spare ??= this.#spawn();
    for (;;) {
      const free = this.#active.filter(({ canTakeMore, load }) => canTakeMore && load < BATCHES_PER_WORKER);
      const [worker] = free.sort((a, b) => a.load - b.load);
      const wanted = Math.min(batchJobsMax, Math.ceil(queue.size / this.#options.workers));
      const isIdle = this.#active.every(({ load }) => load === 0);
      const tasks = worker === undefined ? [] : queue.take(wanted, batchCharsMax, performance.now(), isIdle);
      if (worker === undefined || tasks.length === 0) break;
      worker.post(tasks);
    }
    if (this.#active.some(({ load }) => load > 0)) {
      this.#watch ??= setInterval(() => this.#checkStalls(), WATCH_EVERY_MS);
    } else if (this.#watch !== null) {
      clearInterval(this.#watch);
      this.#watch = null;
    }
  }

  #rendered(tasks: Task[], outcomes: (string | RenderOutcome)[]): void {
    this.#endsInARow = 0;
    this.#queue.putBack(tasks.slice(outcomes.length));
    for (const [i, outcome] of outcomes.entries()) {
      const task = tasks[i];
      if (task === undefined) continue;
      if (isWasteful(outcome)) this.#queue.penalise(task.key, this.#options.timeoutMs, performance.now());
      this.#finish(task, typeof outcome === 'string' ? { kind: 'returned', output: outcome } : outcome);
    }
    this.#pump();
  }

  /** Counts checks, not milliseconds: while the whole process is suspended, no job is late. */
  #checkStalls(): void {
    for (const worker of this.#active) worker.checkStall(Math.floor(endAfterMs(this.#options) / WATCH_EVERY_MS));
  }

  #ended(worker: SupervisedWorker<Task>, { unfinished, culprit, isHung, cause }: WorkerEnd<Task>): void {
    if (this.#closed !== null || !this.#hasStarted) return;
    this.#counts.restarts++;
    // A machine may suspend a thread for as long as a loop would take: a job that hung is run once more before it
    // fails.
    const failed = culprit !== null && (!isHung || culprit.hung) ? culprit : null;
    if (culprit !== null) {
      culprit.hung = true;
      this.#queue.penalise(culprit.key, endAfterMs(this.#options), performance.now());
    }
    if (failed !== null) this.#finish(failed, exceeded(isHung ? 'time' : 'memory', this.#options));
    this.#queue.putBack(unfinished.filter((task) => task !== failed));
    this.#active = this.#active.filter((other) => other !== worker);
    if (this.#spare === worker) this.#spare = null;
    if (culprit === null) this.#countEnd(worker, cause);
    this.#refill();
    if (!this.#canRender()) this.#outage ??= setTimeout(() => this.#giveUpWaiting(), this.#options.outageWaitMs);
    this.#pump();
  }

  /** Delays the next start when threads end in a row without a culprit. */
  #countEnd({ readyAt }: SupervisedWorker<Task>, cause: unknown): void {
    this.#lastCause = cause;
    // A thread that was ready for long does not count as one in a row.
    if (readyAt !== null && performance.now() - readyAt > backoffMsMax) this.#endsInARow = 0;
    this.#endsInARow++;
    if (this.#endsInARow === endsMax) this.#options.failed(cause);
    if (this.#endsInARow < 2) return;
    const waitMs = Math.min(BACKOFF_FIRST_MS * 2 ** (this.#endsInARow - 2), backoffMsMax);
    this.#backoff ??= setTimeout(() => {
      this.#backoff = null;
      this.#refill();
      this.#pump();
    }, waitMs);
  }

  #giveUpWaiting(): void {
    const cause = this.#lastCause;
    const reason = new AppError('unavailable', "The script engine can't be started at present.", { cause });
    for (const { call } of this.#queue.drain()) call.reject(reason);
    this.#outage = setTimeout(() => this.#giveUpWaiting(), this.#options.outageWaitMs);
  }

  #finish({ call, place }: Task, outcome: RenderOutcome): void {
    const counts = this.#counts;
    counts.renders++;
    if (outcome.kind === 'threw') counts.threw++;
    if (outcome.kind === 'exceeded')
      counts[({ time: 'exceededTime', memory: 'exceededMemory', output: 'exceededOutput' } as const)[outcome.limit]]++;
    call.outcomes[place] = outcome;
    if (--call.left === 0) call.resolve(call.outcomes);
  }

  async #close(reason: Error): Promise<void> {
    if (this.#closed === null) {
      this.#closed = reason;
      for (const timer of [this.#watch, this.#backoff, this.#outage]) if (timer !== null) clearTimeout(timer);
      const unfinished = [...this.#active.flatMap((worker) => worker.unfinished()), ...this.#queue.drain()];
      for (const { call } of unfinished) call.reject(reason);
    }
    await Promise.all([...this.#active, ...(this.#spare === null ? [] : [this.#spare])].map((one) => one.end()));
  }
}

/** The time without progress after which a thread is ended. */
function endAfterMs({ timeoutMs, graceMs }: typeof defaults): number {
  return 2 * timeoutMs + graceMs;
}
