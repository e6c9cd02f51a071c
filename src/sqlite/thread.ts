import type { Worker } from 'node:worker_threads';
import { startThread } from '../async/worker-thread.ts';
import { AppError } from '../contract/errors.ts';
import { noRoom } from './disk-room.ts';
import type { CheckpointReport, Load, Request, Result, Results, WorkerSettings } from './operation.ts';

/** Writes share a transaction; reads are sent one at a time, so that their results are not all in memory at once. */
const callsMax = { writer: 1_024, reader: 1 };
const bytesAtOnce = 8 * 1024 * 1024;
/** This many bytes are sent as the next transaction before the last one has completed. */
const bytesSentAhead = 64 * 1024;
const ioError = 10;
const noLoad: Load = { bytes: 0, isIntake: false };

/** The thread ended before this call was sent to it. */
export class CallNotSent extends Error {}

type ThreadOptions = {
  /** The thread ended without being closed; its calls are rejected. */
  onFailure(error: Error): void;
  /** `pages` of the log are not in the database yet. */
  onLog?(pages: number): void;
  /** A checkpoint failed, with the reason; null: one succeeded. */
  onCheckpoint?(problem: string | null): void;
  /** When intake is refused. Default: never. */
  intake?: { queueBytesMax: number; isDiskLow(): boolean };
};

type Call = { name: string; args: unknown; bytes: number; resolve(value: unknown): void; reject(error: Error): void };
type Timer = { until: number; timeout: NodeJS.Timeout };

/**
 * A worker thread with a database. One message is sent at a time; calls that arrive until its result share the next
 * message, so writes share a transaction and its fsync (group commit). A large next message is sent ahead, so that the
 * thread need not wait for the main thread, which is busy then. Writes with `maxDelayMs` wait for another write to
 * join.
 */
export class SqliteThread implements AsyncDisposable {
  readonly #worker: Worker;
  readonly #options: ThreadOptions;
  readonly #callsMax: number;
  readonly #closed: Promise<void>;
  #queue: Call[] = [];
  #sent: Call[][] = [];
  #bytes = 0;
  #queuedBytes = 0;
  #isHurried = false;
  /** Sends delayed calls when no other write comes. */
  #timer: Timer | null = null;
  #end: Error | null = null;
  #onDrained: (() => void)[] = [];
  /** Completed messages: each is one transaction, unless it had to be split. */
  commits = 0;
  operations = 0;
  /** Why the disk refused the last write; null: it did not. */
  writeProblem: string | null = null;

  constructor(settings: WorkerSettings, options: ThreadOptions) {
    this.#options = options;
    this.#callsMax = settings.isReader ? callsMax.reader : callsMax.writer;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#closed = promise;
    const limits = {
      workerData: settings,
      execArgv: ['--disable-warning=ExperimentalWarning'],
      resourceLimits: { maxYoungGenerationSizeMb: 8, maxOldGenerationSizeMb: 512, stackSizeMb: 2 },
    };
    this.#worker = startThread(new URL('./sqlite-worker', import.meta.url), limits, {
      message: (message: Results | CheckpointReport) => {
        if ('checkpointProblem' in message) {
          // After a checkpoint there is room again, as far as can be known without a write.
          if (message.checkpointProblem === null) this.writeProblem = null;
          options.onCheckpoint?.(message.checkpointProblem);
          return;
        }
        this.#receive(message);
        if (message.walPages !== null) options.onLog?.(message.walPages);
      },
      ended: (cause, code) => {
        if (this.#end === null) {
          const why = cause?.message ?? `it ended with code ${code}`;
          const error = new Error(`The storage thread failed: ${why}`, { cause });
          options.onFailure(error);
          this.#fail(error);
        }
        this.#fail(new Error('The storage is closed.'));
        resolve();
      },
    });
    this.#worker.unref();
  }

  /** Bytes of calls that have not completed yet. */
  get waitingBytes(): number {
    return this.#bytes;
  }

  /** Rejects intake with AppError `storage_busy` or `storage_full` when the queue or the disk is full. */
  call(name: string, args: unknown, load: Load = noLoad): Promise<unknown> {
    const refusal = load.isIntake ? this.#intakeRefusal() : null;
    if (refusal !== null) return Promise.reject(new AppError(refusal));
    if (this.#end !== null) return Promise.reject(this.#end);
    return new Promise((resolve, reject) => {
      this.#bytes += load.bytes;
      this.#queuedBytes += load.bytes;
      this.#queue.push({ name, args, bytes: load.bytes, resolve, reject });
      if (load.maxDelayMs === undefined) this.#isHurried = true;
      else this.#sendWithin(load.maxDelayMs);
      const isMuch = this.#queuedBytes >= bytesSentAhead;
      if (this.#sent.length === 0 ? this.#isHurried || isMuch : this.#sent.length === 1 && isMuch) this.#send();
    });
  }

  #intakeRefusal(): 'storage_busy' | 'storage_full' | null {
    const { queueBytesMax = Number.POSITIVE_INFINITY, isDiskLow } = this.#options.intake ?? {};
    if (this.#bytes > queueBytesMax) return 'storage_busy';
    return isDiskLow?.() ? 'storage_full' : null;
  }

  /** Runs a checkpoint of the rest of the log between two transactions. */
  finishCheckpoint() {
    if (this.#end === null) this.#worker.postMessage('checkpoint');
  }

  /** Waits for pending calls, then ends the thread. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#isHurried = true;
    if (this.#sent.length === 0) this.#send();
    if (this.#sent.length > 0) await new Promise<void>((resolve) => this.#onDrained.push(resolve));
    this.#end ??= new Error('The storage is closed.');
    this.#worker.ref();
    this.#worker.postMessage('close');
    await this.#closed;
  }

  /** Sends the queue within `ms`; of several limits the earliest applies. */
  #sendWithin(ms: number) {
    const until = performance.now() + ms;
    if (this.#timer !== null && this.#timer.until <= until) return;
    clearTimeout(this.#timer?.timeout);
    this.#timer = {
      until,
      timeout: setTimeout(() => {
        this.#isHurried = true;
        if (this.#sent.length === 0) this.#send();
      }, ms),
    };
  }

  #rest() {
    this.#isHurried = false;
    clearTimeout(this.#timer?.timeout);
    this.#timer = null;
  }

  #send() {
    let bytes = 0;
    let count = 0;
    while (count < this.#queue.length && count < this.#callsMax && bytes <= bytesAtOnce)
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

  #receive({ results }: Results) {
    const calls = this.#sent.shift() ?? [];
    this.commits += 1;
    this.operations += calls.length;
    for (const call of calls) this.#bytes -= call.bytes;
    if (this.#sent.length === 0 && (this.#queue.length === 0 || this.#isHurried)) this.#send();
    for (const [index, call] of calls.entries()) this.#settle(call, results[index]);
  }

  #settle(call: Call, result: Result | undefined) {
    if (result?.ok) {
      if (call.bytes > 0) this.writeProblem = null;
      call.resolve(result.value);
      return;
    }
    const { message, errcode } = result ?? { message: 'no answer', errcode: null };
    const isDisk = noRoom.has(errcode) || ((errcode ?? 0) & 0xff) === ioError;
    if (isDisk) this.writeProblem = message;
    call.reject(
      noRoom.has(errcode)
        ? new AppError('storage_full', undefined, { internal: `${call.name}: ${message}` })
        : new Error(`Storage, ${call.name}: ${message}`),
    );
  }

  #fail(error: Error) {
    this.#end ??= error;
    for (const call of this.#sent.flat()) call.reject(this.#end);
    for (const call of this.#queue) call.reject(new CallNotSent(this.#end.message, { cause: this.#end }));
    this.#sent = [];
    this.#queue = [];
    this.#rest();
    this.#bytes = 0;
    this.#queuedBytes = 0;
    for (const resolve of this.#onDrained) resolve();
  }
}
