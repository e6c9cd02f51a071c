import { AppError } from '../../contract/errors.ts';
import type { RenderJob, RenderOutcome, Sandbox, SandboxHealth } from '../sandbox.ts';
import { compileEngine } from './engine.ts';
import { fairQueue } from './fair-queue.ts';
import { type BatchMessage, isWasteful, type WorkerData } from './messages.ts';
import { exceeded } from './outcome.ts';
import { type RunningJob, type SupervisedWorker, superviseWorker } from './supervised-worker.ts';

export type QuickjsSandboxOptions = {
  /** Threads that render; one more is kept as a spare. Default 1. */
  workers?: number;
  /** CPU time of one render, and of a program's top level. Default 50. */
  timeoutMs?: number;
  /** Memory of one render. Default 16 MiB; less than about 11 MiB acts as that. */
  memoryBytes?: number;
  /** Longest output, in bytes of UTF-8. Default 1 MiB. */
  outputBytes?: number;
  /** Prepared programs that each thread caches, about 50 KB each and 32 MiB at most in all. Default 256. */
  programsMax?: number;
  /** Wall time beyond twice `timeoutMs` after which a thread without progress is ended. Default 200. */
  graceMs?: number;
  /** How long renders wait while no thread can be started, before they are rejected. Default 10,000. */
  outageWaitMs?: number;
  /** Called once per outage with the cause. */
  failed?: (cause: unknown) => void;
  /** False: each render starts a new engine, some hundred times slower, as after a failed self-test. */
  snapshots?: boolean;
};

const BATCH_JOBS_MAX = 64;
const BATCH_CHARS_MAX = 4 * 1024 * 1024;
/** Maximum size of input and program together: a thread has 256 MiB of its own. */
const JOB_CHARS_MAX = 32 * 1024 * 1024;
const BATCHES_PER_WORKER = 2;
const WATCH_EVERY_MS = 20;
/**
 * This many threads ending in a row, without a culprit job and without a render in between, make the sandbox report a
 * problem.
 */
const ENDS_MAX = 5;
/** Delay before the third start in a row; doubled before each later one. */
const BACKOFF_FIRST_MS = 100;
const BACKOFF_MAX_MS = 30_000;

type Call = {
  outcomes: RenderOutcome[];
  left: number;
  resolve(outcomes: RenderOutcome[]): void;
  reject(error: Error): void;
};
/** `hung`: a thread was ended once because this job made no progress. */
type Task = { job: RenderJob; call: Call; place: number; key: string; chars: number; hung: boolean };
type PooledWorker = {
  worker: SupervisedWorker;
  readyAt: number | null;
  outstanding: Map<number, Task[]>;
  /** The running job at the last check of the watchdog, and the number of checks in a row that saw it. */
  seen: { started: number; times: number };
  /** The job for which the watchdog ended the thread. */
  terminating: RunningJob | null;
};

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
  const {
    workers = 1,
    outageWaitMs = 10_000,
    timeoutMs = 50,
    memoryBytes = 16 * 1024 * 1024,
    outputBytes = 1024 * 1024,
  } = options;
  const limits = { timeoutMs, memoryBytes, outputBytes, programsMax: options.programsMax ?? 256 };
  const charsMax = Math.min(memoryBytes, JOB_CHARS_MAX);
  const endAfterMs = 2 * timeoutMs + (options.graceMs ?? 200);
  const module = await compileEngine();
  const data: Omit<WorkerData, 'progress'> = { module, limits, layout: options.snapshots === false ? null : undefined };
  const stats = { renders: 0, threw: 0, exceededTime: 0, exceededMemory: 0, exceededOutput: 0, restarts: 0, queued: 0 };

  const queue = fairQueue<Task>();
  let active: PooledWorker[] = [];
  let spare: PooledWorker | null = null;
  let batches = 0;
  let endsInARow = 0;
  let lastCause: unknown;
  let backoff: NodeJS.Timeout | null = null;
  let outage: NodeJS.Timeout | null = null;
  let hasStarted = false;
  let closed: Error | null = null;
  let watch: NodeJS.Timeout | null = null;

  // The first thread determines the engine's memory layout, and passes it to the others.
  try {
    active = [spawn()];
    data.layout = await active[0]?.worker.ready;
  } catch (error) {
    await close(new Error('The sandbox could not start.'));
    throw error;
  }
  hasStarted = true;
  refill();

  return {
    async render(jobs) {
      if (closed) throw closed;
      if (jobs.length === 0) return [];
      const { promise, ...settle } = Promise.withResolvers<RenderOutcome[]>();
      const call: Call = { outcomes: new Array(jobs.length), left: jobs.length, ...settle };
      for (const [place, job] of jobs.entries()) {
        const chars = job.input.length + job.program.source.length;
        const task = { job, call, place, key: job.program.key, chars, hung: false };
        // Too large for the engine in any case, so it is not sent to the thread.
        if (task.chars > charsMax) finish(task, exceeded('memory', limits));
        else queue.push(task);
      }
      pump();
      return promise;
    },
    get stats() {
      return { ...stats, queued: queue.size };
    },
    problem() {
      if (endsInARow < ENDS_MAX || canRender()) return null;
      return "The script engine can't be started; see the log for the cause.";
    },
    [Symbol.asyncDispose]: () => close(new Error('The sandbox is closed.')),
  };

  function spawn(): PooledWorker {
    const worker: PooledWorker = {
      worker: superviseWorker(data, {
        onRendered: (batch, outcomes) => rendered(worker, batch, outcomes),
        onEnd: (running, cause) => ended(worker, running, cause),
      }),
      readyAt: null,
      outstanding: new Map(),
      seen: { started: 0, times: 0 },
      terminating: null,
    };
    worker.worker.ready.then(
      () => {
        worker.readyAt = performance.now();
        if (outage !== null) clearTimeout(outage);
        outage = null;
        pump();
      },
      () => {}, // `ended` follows
    );
    return worker;
  }

  function canRender(): boolean {
    return active.some(({ readyAt }) => readyAt !== null);
  }

  /** Starts the missing threads; during a backoff, only the spare is used. */
  function refill(): void {
    while (active.length < workers && closed === null) {
      if (spare === null && backoff !== null) return;
      active.push(spare ?? spawn());
      spare = null;
    }
  }

  function pump(): void {
    // The spare starts with the first work, which saves 15 MB in a process that renders nothing.
    if (spare === null && closed === null && backoff === null && queue.size > 0) spare = spawn();
    for (;;) {
      const free = active.filter(
        (worker) =>
          worker.readyAt !== null && worker.terminating === null && worker.outstanding.size < BATCHES_PER_WORKER,
      );
      const [worker] = free.sort((a, b) => a.outstanding.size - b.outstanding.size);
      const isIdle = active.every(({ outstanding }) => outstanding.size === 0);
      const wanted = Math.min(BATCH_JOBS_MAX, Math.ceil(queue.size / workers));
      const tasks = worker === undefined ? [] : queue.take(wanted, BATCH_CHARS_MAX, performance.now(), isIdle);
      if (worker === undefined || tasks.length === 0) break;
      const batch = ++batches;
      worker.outstanding.set(batch, tasks);
      worker.worker.post(toMessage(batch, tasks));
    }
    const isBusy = active.some(({ outstanding }) => outstanding.size > 0);
    if (isBusy) {
      watch ??= setInterval(checkStalls, WATCH_EVERY_MS);
    } else if (watch !== null) {
      clearInterval(watch);
      watch = null;
    }
  }

  function rendered(worker: PooledWorker, batch: number, outcomes: (string | RenderOutcome)[]): void {
    const tasks = worker.outstanding.get(batch) ?? [];
    worker.outstanding.delete(batch);
    endsInARow = 0;
    queue.putBack(tasks.slice(outcomes.length));
    for (const [i, outcome] of outcomes.entries()) {
      const task = tasks[i];
      if (task === undefined) continue;
      if (isWasteful(outcome)) queue.penalise(task.key, timeoutMs, performance.now());
      finish(task, typeof outcome === 'string' ? { kind: 'returned', output: outcome } : outcome);
    }
    pump();
  }

  /** Counts checks, not milliseconds: while the whole process is suspended, no job is late. */
  function checkStalls(): void {
    for (const worker of active) {
      const running = worker.worker.progress();
      if (running === null || worker.terminating !== null) continue;
      if (worker.seen.started !== running.started) worker.seen = { started: running.started, times: 0 };
      if (++worker.seen.times * WATCH_EVERY_MS > endAfterMs) {
        worker.terminating = running;
        void worker.worker.end();
      }
    }
  }

  /** Handles the end of a thread. It no longer runs, so its last reported progress is exact. */
  function ended(worker: PooledWorker, running: RunningJob | null, cause: unknown): void {
    if (closed || !hasStarted) return;
    stats.restarts++;
    const culprit = running === null ? undefined : worker.outstanding.get(running.batch)?.[running.job];
    // A job that finished while its thread was being ended is run again with the others.
    const isAtFault =
      culprit !== undefined && (worker.terminating === null || worker.terminating.started === running?.started);
    // A machine may suspend a thread for as long as a loop would take: a job that hung is run once more before it
    // fails.
    const isCulprit = isAtFault && (worker.terminating === null || culprit.hung);
    if (isAtFault) {
      culprit.hung = true;
      queue.penalise(culprit.key, endAfterMs, performance.now());
    }
    if (isCulprit) finish(culprit, exceeded(worker.terminating === null ? 'memory' : 'time', limits));

    const unanswered = [...worker.outstanding.values()].flat();
    queue.putBack(unanswered.filter((task) => !(isCulprit && task === culprit)));
    active = active.filter((other) => other !== worker);
    if (spare === worker) spare = null;
    if (!isAtFault) {
      lastCause = cause;
      // A thread that was ready for long does not count as one in a row.
      if (worker.readyAt !== null && performance.now() - worker.readyAt > BACKOFF_MAX_MS) endsInARow = 0;
      endsInARow++;
      if (endsInARow > 1) backOff();
      if (endsInARow === ENDS_MAX) options.failed?.(cause);
    }
    refill();
    if (!canRender()) outage ??= setTimeout(giveUpWaiting, outageWaitMs);
    pump();
  }

  function backOff(): void {
    const waitMs = Math.min(BACKOFF_FIRST_MS * 2 ** (endsInARow - 2), BACKOFF_MAX_MS);
    backoff ??= setTimeout(() => {
      backoff = null;
      refill();
      pump();
    }, waitMs);
  }

  function giveUpWaiting(): void {
    const reason = new AppError('unavailable', "The script engine can't be started at present.", {
      cause: lastCause,
    });
    for (const { call } of queue.drain()) call.reject(reason);
    outage = setTimeout(giveUpWaiting, outageWaitMs);
  }

  function finish({ call, place }: Task, outcome: RenderOutcome): void {
    stats.renders++;
    if (outcome.kind === 'threw') stats.threw++;
    if (outcome.kind === 'exceeded') {
      if (outcome.limit === 'time') stats.exceededTime++;
      else if (outcome.limit === 'memory') stats.exceededMemory++;
      else stats.exceededOutput++;
    }
    call.outcomes[place] = outcome;
    if (--call.left === 0) call.resolve(call.outcomes);
  }

  async function close(reason: Error): Promise<void> {
    if (closed === null) {
      closed = reason;
      for (const timer of [watch, backoff, outage]) if (timer !== null) clearTimeout(timer);
      const unfinished = [...active.flatMap(({ outstanding }) => [...outstanding.values()].flat()), ...queue.drain()];
      for (const { call } of unfinished) call.reject(reason);
    }
    await Promise.all([...active, ...(spare === null ? [] : [spare])].map(({ worker }) => worker.end()));
  }
}

function toMessage(batch: number, tasks: Task[]): BatchMessage {
  const programs = new Map<RenderJob['program'], number>();
  const jobs = tasks.map(({ job: { program, input, seed, nowMs } }) => {
    const number = programs.get(program) ?? programs.size;
    programs.set(program, number);
    return { program: number, input, seed, nowMs };
  });
  return { batch, programs: [...programs.keys()], jobs };
}
