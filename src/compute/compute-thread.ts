import type { Worker } from 'node:worker_threads';
import { bareEnvironment, startThread } from '../async/worker-thread.ts';
import { AppError } from '../contract/errors.ts';
import type { Compute } from './compute.ts';
import type { ComputeCall, ComputeMessage } from './compute-worker.ts';
import type { OperationName, Operations } from './operations.ts';

const defaults = {
  /** The time limit of one call, without the start of the thread. */
  timeoutMs: 5_000,
  /** The heap of the thread, in MiB. */
  heapMiB: 256,
  /** The limits of waiting calls: their number, and the characters of all their arguments. */
  waitingMax: { calls: 100, characters: 16 * 2 ** 20 },
  /** How long an idle thread is kept. */
  idleMs: 30_000,
};

type Call = ComputeCall & { characters: number; resolve(value: unknown): void; reject(error: Error): void };

const LOOK_EVERY_MS = 50;

/**
 * A {@link Compute} in a worker thread, which starts with its first call and ends when it is idle. Calls run one after
 * the other. A call that takes too long or too much memory is rejected and ends the thread; the next call starts
 * another one.
 */
export function computeThread(options: Partial<typeof defaults> = {}): Compute {
  return new ComputeThread({ ...defaults, ...options });
}

class ComputeThread implements Compute {
  readonly compose = this.#caller('compose');
  readonly programProblems = this.#caller('programProblems');
  readonly checkTemplate = this.#caller('checkTemplate');
  readonly conditionProblems = this.#caller('conditionProblems');
  readonly explain = this.#caller('explain');
  readonly matches = this.#caller('matches');
  readonly #options: typeof defaults;
  readonly #queue: Call[] = [];
  /** The characters of all arguments in the queue. */
  #waiting = 0;
  #worker: Worker | null = null;
  #hasStarted = false;
  #running: { call: Call; looks: number } | null = null;
  #watch: NodeJS.Timeout | undefined;
  #idle: NodeJS.Timeout | undefined;
  #isClosed = false;

  constructor(options: typeof defaults) {
    this.#options = options;
  }

  #caller<Name extends OperationName>(name: Name) {
    return async (argument: Parameters<Operations[Name]>[0]): Promise<ReturnType<Operations[Name]>> => {
      if (this.#isClosed) throw stopping();
      const { calls, characters: charactersMax } = this.#options.waitingMax;
      const characters = JSON.stringify(argument).length;
      const isFull = this.#queue.length >= calls || this.#waiting + characters > charactersMax;
      if (isFull && this.#queue.length > 0)
        throw new AppError('unavailable', 'Too many checks are waiting. Try again in a few seconds.');
      const { promise, resolve, reject } = Promise.withResolvers<unknown>();
      this.#waiting += characters;
      this.#queue.push({ name, argument, characters, resolve, reject });
      this.#runNext();
      return promise as Promise<ReturnType<Operations[Name]>>; // the thread runs the operation of this type
    };
  }

  #runNext(): void {
    const next = this.#running === null ? this.#queue.shift() : undefined;
    if (next === undefined) return;
    this.#waiting -= next.characters;
    this.#running = { call: next, looks: 0 };
    clearTimeout(this.#idle);
    try {
      this.#worker ??= this.#start();
      this.#worker.ref();
      this.#worker.postMessage({ name: next.name, argument: next.argument } satisfies ComputeCall);
      this.#watch ??= setInterval(() => this.#look(), LOOK_EVERY_MS);
    } catch (cause) {
      const refused = new AppError('unavailable', 'No compute thread can be started at the moment.', { cause });
      this.#finish(() => next.reject(refused));
    }
  }

  #start(): Worker {
    // A thread that uses up its heap ends, and the call fails.
    const { heapMiB } = this.#options;
    const resourceLimits = { maxYoungGenerationSizeMb: 16, maxOldGenerationSizeMb: heapMiB, stackSizeMb: 4 };
    this.#hasStarted = false;
    const options = { name: 'compute', env: bareEnvironment(), resourceLimits };
    const started = startThread(new URL('./compute-worker', import.meta.url), options, {
      message: (message: ComputeMessage) => {
        if (started !== this.#worker) return;
        const call = this.#running?.call;
        if (message === 'started') this.#hasStarted = true;
        else if (call !== undefined)
          this.#finish(() => ('value' in message ? call.resolve(message.value) : call.reject(message.error)));
      },
      ended: (cause) => {
        if (started !== this.#worker) return;
        this.#worker = null;
        const call = this.#running?.call;
        if (call !== undefined) this.#finish(() => call.reject(tooComplex('more memory than is allowed', cause)));
      },
    });
    return started;
  }

  /** Counts ticks, not milliseconds: while the whole process is suspended, no call times out. */
  #look(): void {
    const { timeoutMs } = this.#options;
    if (this.#running === null || !this.#hasStarted || ++this.#running.looks * LOOK_EVERY_MS < timeoutMs) return;
    const { call } = this.#running;
    void this.#end();
    this.#finish(() => call.reject(tooComplex(`more than ${timeoutMs} ms`)));
  }

  #finish(tell: () => void): void {
    this.#running = null;
    tell();
    this.#runNext();
    if (this.#running !== null) return;
    clearInterval(this.#watch);
    this.#watch = undefined;
    this.#worker?.unref();
    this.#idle = setTimeout(() => this.#end(), this.#options.idleMs).unref();
  }

  async #end(): Promise<void> {
    const last = this.#worker;
    this.#worker = null;
    await last?.terminate();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isClosed = true;
    for (const one of this.#queue.splice(0)) one.reject(stopping());
    this.#running?.call.reject(stopping());
    this.#running = null;
    clearInterval(this.#watch);
    clearTimeout(this.#idle);
    await this.#end();
  }
}

function stopping(): AppError {
  return new AppError('unavailable', 'The server is stopping.');
}

function tooComplex(what: string, cause?: unknown): AppError {
  return new AppError('too_complex', `This takes ${what} to check or compile. Make it smaller.`, { cause });
}
