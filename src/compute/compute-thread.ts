import { Worker } from 'node:worker_threads';
import { AppError } from '../contract/errors.ts';
import type { Compute } from './compute.ts';
import type { ComputeCall, ComputeResult } from './compute-worker.ts';
import type { OperationName, Operations } from './operations.ts';

type ComputeThreadOptions = {
  /** The time limit of one call. Default 5,000. */
  timeoutMs?: number;
  /** The heap of the thread, in MiB. Default 256. */
  heapMiB?: number;
  /** The limits of waiting calls: their number, and the characters of all their arguments. Default 100 and 16 Mi. */
  waitingMax?: { calls: number; characters: number };
  /** How long an idle thread is kept. Default 30,000. */
  idleMs?: number;
};

type Call = ComputeCall & { characters: number; resolve(value: unknown): void; reject(error: Error): void };

const LOOK_EVERY_MS = 50;
const ENTRY = new URL(import.meta.url.endsWith('.ts') ? './compute-worker.ts' : './compute-worker.js', import.meta.url);

/**
 * A {@link Compute} in a worker thread, which starts with its first call and ends when it is idle. Calls run one after
 * the other. A call that takes too long or too much memory is rejected and ends the thread; the next call starts
 * another one.
 */
export function computeThread(options: ComputeThreadOptions = {}): Compute {
  const {
    timeoutMs = 5_000,
    heapMiB = 256,
    idleMs = 30_000,
    waitingMax = { calls: 100, characters: 16 * 2 ** 20 },
  } = options;
  const queue: Call[] = [];
  let waiting = 0;
  let worker: Worker | null = null;
  let running: { call: Call; looks: number } | null = null;
  let watch: NodeJS.Timeout | null = null;
  let idle: NodeJS.Timeout | null = null;
  let isClosed = false;

  function call<Name extends OperationName>(name: Name) {
    type Argument = Parameters<Operations[Name]>[0];
    type Value = ReturnType<Operations[Name]>;
    return (argument: Argument): Promise<Value> => {
      if (isClosed) return Promise.reject(new AppError('unavailable', 'The server is stopping.'));
      const characters = JSON.stringify(argument).length;
      const isFull = queue.length >= waitingMax.calls || waiting + characters > waitingMax.characters;
      if (isFull && queue.length > 0)
        return Promise.reject(new AppError('unavailable', 'Too many checks are waiting. Try again in a few seconds.'));
      const { promise, resolve, reject } = Promise.withResolvers<unknown>();
      waiting += characters;
      queue.push({ name, argument, characters, resolve, reject });
      runNext();
      return promise as Promise<Value>; // the thread runs the operation of this type
    };
  }

  function runNext(): void {
    const next = running === null ? queue.shift() : undefined;
    if (next === undefined) return;
    waiting -= next.characters;
    running = { call: next, looks: 0 };
    if (idle !== null) clearTimeout(idle);
    try {
      worker ??= start();
      worker.ref();
      worker.postMessage({ name: next.name, argument: next.argument } satisfies ComputeCall);
    } catch (cause) {
      finish(() =>
        next.reject(new AppError('unavailable', 'No compute thread can be started at the moment.', { cause })),
      );
      return;
    }
    watch ??= setInterval(look, LOOK_EVERY_MS);
  }

  function start(): Worker {
    // A thread that uses up its heap ends, and the call fails.
    const resourceLimits = { maxYoungGenerationSizeMb: 16, maxOldGenerationSizeMb: heapMiB, stackSizeMb: 4 };
    const started = new Worker(ENTRY, { name: 'compute', env: {}, resourceLimits });
    let cause: unknown;
    started.on('message', (result: ComputeResult) => {
      const call = running?.call;
      if (started !== worker || call === undefined) return;
      finish(() => ('value' in result ? call.resolve(result.value) : call.reject(result.error)));
    });
    started.on('error', (error) => {
      cause = error;
    });
    started.on('exit', () => {
      if (started !== worker) return;
      worker = null;
      const call = running?.call;
      if (call !== undefined) finish(() => call.reject(tooComplex('more memory than is allowed', cause)));
    });
    return started;
  }

  /** Counts ticks, not milliseconds: while the whole process is suspended, no call times out. */
  function look(): void {
    if (running === null || ++running.looks * LOOK_EVERY_MS < timeoutMs) return;
    const { call } = running;
    void worker?.terminate();
    worker = null;
    finish(() => call.reject(tooComplex(`more than ${timeoutMs} ms`)));
  }

  function finish(tell: () => void): void {
    running = null;
    tell();
    runNext();
    if (running !== null) return;
    if (watch !== null) clearInterval(watch);
    watch = null;
    worker?.unref();
    idle = setTimeout(end, idleMs);
    idle.unref();
  }

  function end(): void {
    if (running === null) void worker?.terminate();
    if (running === null) worker = null;
  }

  return {
    compose: call('compose'),
    checkTemplate: call('checkTemplate'),
    conditionProblems: call('conditionProblems'),
    explain: call('explain'),
    matches: call('matches'),
    async [Symbol.asyncDispose]() {
      isClosed = true;
      const stopping = new AppError('unavailable', 'The server is stopping.');
      for (const one of queue.splice(0)) one.reject(stopping);
      running?.call.reject(stopping);
      running = null;
      if (watch !== null) clearInterval(watch);
      if (idle !== null) clearTimeout(idle);
      const last = worker;
      worker = null;
      await last?.terminate();
    },
  };
}

function tooComplex(what: string, cause?: unknown): AppError {
  return new AppError('too_complex', `This takes ${what} to check or compile. Make it smaller.`, { cause });
}
