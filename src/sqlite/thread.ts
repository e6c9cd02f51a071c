import { Worker } from 'node:worker_threads';
import { AppError } from '../contract/errors.ts';
import type { Answer, Load, Request, Result, WorkerSettings } from './operation.ts';

const callsMax = 1_024;
const bytesAtOnce = 8 * 1024 * 1024;
/** What is worth a transaction of its own before the last one is answered. */
const bytesSentAhead = 64 * 1024;
const sqliteFull = 13;

type Call = { name: string; args: unknown; bytes: number; resolve(value: unknown): void; reject(error: Error): void };
type Timer = { until: number; timeout: NodeJS.Timeout };

/**
 * A worker thread with a database. One message is on its way at a time; what arrives meanwhile goes together in the
 * next one, which is how writes share a transaction and its fsync. When that is much, the next one is sent ahead, so
 * that the thread need not wait for this one, which is busy then. Patient writes wait for others to go with.
 */
export class SqliteThread implements AsyncDisposable {
  readonly #worker: Worker;
  readonly #closed: Promise<void>;
  #queue: Call[] = [];
  #sent: Call[][] = [];
  #bytes = 0;
  #queuedBytes = 0;
  #isHurried = false;
  /** Sends what only patient calls wait for. */
  #timer: Timer | null = null;
  #end: Error | null = null;
  #onDrained: (() => void)[] = [];
  /** Messages answered: each is one transaction, unless it had to be taken apart. */
  commits = 0;
  operations = 0;

  constructor(
    settings: WorkerSettings,
    onFailure: (error: Error) => void = () => {},
    onLog: (walPages: number) => void = () => {},
  ) {
    const ending = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
    this.#worker = new Worker(new URL(`./sqlite-worker.${ending}`, import.meta.url), {
      workerData: settings,
      execArgv: ['--disable-warning=ExperimentalWarning'],
      resourceLimits: { maxYoungGenerationSizeMb: 8, maxOldGenerationSizeMb: 512, stackSizeMb: 2 },
    });
    this.#worker.on('message', (answer: Answer) => {
      this.#receive(answer);
      if (answer.walPages !== null) onLog(answer.walPages);
    });
    this.#worker.on('error', (cause) => {
      const error = new Error(`The storage thread failed: ${cause.message}`, { cause });
      this.#fail(error);
      onFailure(error);
    });
    this.#closed = new Promise((resolve) => {
      this.#worker.once('exit', () => {
        this.#fail(new Error('The storage is closed.'));
        resolve();
      });
    });
    this.#worker.unref();
  }

  /** Bytes of calls that are not answered yet. */
  get waitingBytes(): number {
    return this.#bytes;
  }

  call(name: string, args: unknown, load: Load): Promise<unknown> {
    if (this.#end !== null) return Promise.reject(this.#end);
    return new Promise((resolve, reject) => {
      this.#bytes += load.bytes;
      this.#queuedBytes += load.bytes;
      this.#queue.push({ name, args, bytes: load.bytes, resolve, reject });
      if (load.patienceMs === undefined) this.#isHurried = true;
      else this.#sendWithin(load.patienceMs);
      const isMuch = this.#queuedBytes >= bytesSentAhead;
      if (this.#sent.length === 0 ? this.#isHurried || isMuch : this.#sent.length === 1 && isMuch) this.#send();
    });
  }

  /** Moves what is left of the log into the database between two transactions. */
  finishCheckpoint() {
    if (this.#end === null) this.#worker.postMessage('checkpoint');
  }

  /** Waits for what was called, then ends the thread. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#isHurried = true;
    if (this.#sent.length === 0) this.#send();
    if (this.#sent.length > 0) await new Promise<void>((resolve) => this.#onDrained.push(resolve));
    this.#end ??= new Error('The storage is closed.');
    this.#worker.ref();
    this.#worker.postMessage('close');
    await this.#closed;
  }

  /** The earliest of these promises holds for all that waits. */
  #sendWithin(ms: number) {
    const until = performance.now() + ms;
    if (this.#timer !== null && this.#timer.until <= until) return;
    clearTimeout(this.#timer?.timeout);
    this.#timer = {
      until,
      timeout: setTimeout(() => {
        if (this.#sent.length === 0) this.#send();
      }, ms),
    };
  }

  #isOverdue(): boolean {
    return this.#timer !== null && this.#timer.until <= performance.now();
  }

  #rest() {
    this.#isHurried = false;
    clearTimeout(this.#timer?.timeout);
    this.#timer = null;
  }

  #send() {
    let bytes = 0;
    let count = 0;
    while (count < this.#queue.length && count < callsMax && bytes <= bytesAtOnce)
      bytes += this.#queue[count++]?.bytes ?? 0;
    if (count === 0) {
      this.#worker.unref();
      for (const resolve of this.#onDrained) resolve();
      return;
    }
    const calls = this.#queue.splice(0, count);
    if (this.#queue.length === 0) this.#rest();
    this.#sent.push(calls);
    this.#queuedBytes -= bytes;
    this.#worker.ref();
    const request: Request = { calls: calls.map(({ name, args }) => ({ name, args })) };
    this.#worker.postMessage(request);
  }

  #receive({ results }: Answer) {
    const calls = this.#sent.shift() ?? [];
    this.commits += 1;
    this.operations += calls.length;
    for (const call of calls) this.#bytes -= call.bytes;
    if (this.#sent.length === 0 && (this.#queue.length === 0 || this.#isHurried || this.#isOverdue())) this.#send();
    for (const [index, call] of calls.entries()) settle(call, results[index]);
  }

  #fail(error: Error) {
    this.#end ??= error;
    for (const call of [...this.#sent.flat(), ...this.#queue]) call.reject(this.#end);
    this.#sent = [];
    this.#queue = [];
    this.#rest();
    this.#bytes = 0;
    this.#queuedBytes = 0;
    for (const resolve of this.#onDrained) resolve();
  }
}

function settle(call: Call, result: Result | undefined) {
  if (result?.ok) call.resolve(result.value);
  else if (result?.errcode === sqliteFull)
    call.reject(new AppError('storage_full', undefined, { internal: `${call.name}: ${result.message}` }));
  else call.reject(new Error(`Storage, ${call.name}: ${result?.message ?? 'no answer'}`));
}
