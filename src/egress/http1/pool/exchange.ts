import type { Dispatcher } from 'undici';
import {
  type EgressError,
  type EgressOutcome,
  type Header,
  isCompressed,
  PACKED_BYTES_MAX,
  RESPONSE_BYTES_MAX,
} from '../../egress.ts';
import { EgressFailure, exchangeError, isLostSocket, UPGRADE, withoutStacks } from '../connect/errors.ts';
import type { Deadline } from './deadlines.ts';

/** A connection to an origin, with at most one exchange at a time. */
export interface Connection {
  /**
   * The exchange is about to be sent: records how its socket was opened. True when the socket had carried others
   * before.
   */
  begin(exchange: Exchange): boolean;
  /**
   * The first error of the current socket, or null. undici reports the last, which hides a TLS alert behind the
   * closing.
   */
  socketError(): Error | null;
  /** The exchange ended well: the connection is free for the next one. */
  release(): void;
  /** The exchange was ended by destroying its socket: the next one gets a new socket on the same connection. */
  cut(): void;
  /** Closes the connection. */
  discard(): void;
  /** Discards the connection and sends the exchange again on a new one. */
  replace(exchange: Exchange): void;
}

/** The parameters of an exchange. */
interface ExchangeOptions {
  readonly dispatch: Dispatcher.DispatchOptions;
  readonly connectTimeoutMs: number;
  readonly timeoutMs: number;
  readonly responseBytesMax?: number | undefined;
  readonly resendOnStale?: boolean | undefined;
  /** Monotonic milliseconds. */
  readonly now: () => number;
  readonly onOutcome: (outcome: EgressOutcome) => void;
}

/**
 * One request and its response, as undici's handler: waiting → opening → sent → head read → settled. Once the head
 * was read, the exchange ends as a response, whatever ends it.
 */
export class Exchange implements Dispatcher.DispatchHandler {
  readonly options: ExchangeOptions;
  /** The connection of the exchange; null while it waits for one. */
  connection: Connection | null = null;
  deadline: Deadline | null = null;
  isSettled = false;
  resends = 0;
  dnsMs: number | null = null;
  connectMs: number | null = null;
  tlsMs: number | null = null;

  readonly #startedAt: number;
  #bytesMax: number;
  /** The number of further bytes that are read to keep the socket. */
  #drainBytesMax = 0;
  #controller: Dispatcher.DispatchController | null = null;
  #isReused = false;
  #hasAnswer = false;
  #firstByteMs: number | null = null;
  #status = 0;
  #headers: Header[] = [];
  #body: Uint8Array = EMPTY;
  #bytes = 0;

  constructor(options: ExchangeOptions) {
    this.options = options;
    this.#startedAt = options.now();
    this.#bytesMax = options.responseBytesMax ?? RESPONSE_BYTES_MAX;
  }

  /** Whether the request was passed to a socket. */
  get isSent(): boolean {
    return this.#controller !== null;
  }

  /** Ends the exchange; if it is in flight, by destroying its socket. */
  abort(failure: EgressFailure): void {
    if (this.#controller !== null) this.#controller.abort(failure);
    else this.fail(failure);
  }

  /** Settles with this error, or with the response when its head was read. */
  fail(error: EgressError | EgressFailure): void {
    if (this.#status !== 0) {
      this.#respond(true);
    } else {
      const { kind, message } = error;
      this.#settle({ kind: 'error', error: { kind, message }, timings: this.#timings(), resends: this.resends });
    }
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    this.#isReused = this.connection?.begin(this) ?? false;
  }

  /** Called at the first byte of a response. */
  onResponseStarted(): void {
    if (this.#hasAnswer) return;
    this.#hasAnswer = true;
    this.#firstByteMs = this.options.now() - this.#startedAt;
  }

  onResponseStart(controller: Dispatcher.DispatchController, status: number): void {
    if (status === 101) {
      controller.abort(new EgressFailure('protocol', UPGRADE));
    } else if (status < 100) {
      controller.abort(
        new EgressFailure('protocol', `The peer answered with the status ${status}, which does not exist.`),
      );
    } else if (status >= 200) {
      this.#status = status;
      this.#headers = headersOf(controller.rawHeaders);
      if (isCompressed(this.#headers)) this.#bytesMax = Math.min(this.#bytesMax, PACKED_BYTES_MAX);
      this.#drainBytesMax = drainBytesMax(this.#headers, this.#bytesMax);
    }
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    const kept = Math.min(this.#bytes, this.#bytesMax);
    this.#bytes += chunk.length;
    this.#body = appended(this.#body, kept, chunk.subarray(0, this.#bytesMax - kept), this.#bytesMax);
    if (this.#bytes > this.#bytesMax + this.#drainBytesMax)
      withoutStacks(() => controller.abort(new EgressFailure('too_large', 'The response was cut.')));
  }

  onResponseEnd(): void {
    // Released first, so that a request sent as soon as this settles finds the socket free.
    this.connection?.release();
    this.#respond(this.#bytes > this.#bytesMax);
  }

  onResponseError(_controller: Dispatcher.DispatchController, last: Error): void {
    const connection = this.connection;
    const error = isLostSocket(last) ? (connection?.socketError() ?? last) : last;
    if (
      this.#isReused &&
      !this.#hasAnswer &&
      !this.isSettled &&
      this.options.resendOnStale !== false &&
      isLostSocket(error)
    ) {
      this.resends++;
      this.#controller = null;
      this.#isReused = false;
      connection?.replace(this);
      return;
    }
    this.fail(exchangeError(error));
    if (error instanceof EgressFailure && error.kind === 'too_large') connection?.cut();
    else connection?.discard();
  }

  #respond(isCut: boolean): void {
    this.#settle({
      kind: 'response',
      status: this.#status,
      headers: this.#headers,
      body: this.#body.subarray(0, Math.min(this.#bytes, this.#bytesMax)),
      truncated: isCut,
      timings: this.#timings(),
      resends: this.resends,
    });
  }

  #settle(outcome: EgressOutcome): void {
    if (this.isSettled) return;
    this.isSettled = true;
    this.deadline?.cancel();
    this.#body = EMPTY;
    this.options.onOutcome(outcome);
  }

  #timings(): EgressOutcome['timings'] {
    return {
      dnsMs: this.dnsMs,
      connectMs: this.connectMs,
      tlsMs: this.tlsMs,
      firstByteMs: this.#firstByteMs,
      totalMs: this.options.now() - this.#startedAt,
    };
  }
}

const DRAIN_BYTES_MAX = 256 * 1024;
const EMPTY = new Uint8Array(0);

/**
 * A small remainder is read where that keeps the socket: not when only closing the socket ends the response, nor when
 * it is known to be long.
 */
function drainBytesMax(headers: readonly Header[], bytesMax: number): number {
  const given = (wanted: string) => headers.find(([name]) => name === wanted)?.[1];
  const length = Number(given('content-length') ?? Number.POSITIVE_INFINITY);
  const isShort = given('transfer-encoding') !== undefined || length <= bytesMax + DRAIN_BYTES_MAX;
  return isShort && given('connection')?.toLowerCase() !== 'close' ? DRAIN_BYTES_MAX : 0;
}

/**
 * `body`, of which `length` bytes are used, with a chunk appended. One growing buffer, since a peer may split its
 * response into pieces of one byte; the only chunk of a small response is not copied.
 */
function appended(body: Uint8Array, length: number, chunk: Uint8Array, bytesMax: number): Uint8Array {
  if (length === 0) return chunk;
  const needed = length + chunk.length;
  let target = body;
  // Until the first growth, the body is a view of the socket's read.
  if (needed > body.length) {
    target = new Uint8Array(Math.min(Math.max(needed * 2, 4_096), bytesMax));
    target.set(body.subarray(0, length));
  }
  target.set(chunk, length);
  return target;
}

function headersOf(raw: Dispatcher.DispatchController['rawHeaders']): Header[] {
  const headers: Header[] = [];
  if (!Array.isArray(raw)) return headers;
  for (let i = 0; i + 1 < raw.length; i += 2) {
    const name = raw[i];
    const value = raw[i + 1];
    if (Buffer.isBuffer(name) && Buffer.isBuffer(value)) {
      headers.push([name.toString('latin1').toLowerCase(), value.toString('latin1')]);
    }
  }
  return headers;
}
