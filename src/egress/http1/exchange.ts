import type { Socket } from 'node:net';
import {
  type EgressError,
  type EgressOutcome,
  type EgressRequest,
  type EgressTimings,
  packedBytesMax,
  responseBytesMax,
} from '../egress.ts';
import type { Target } from '../guard/target-url.ts';
import { receiveBeforeEnd } from './early-response.ts';
import type { ResponseHandler, ResponseHead } from './response-parser.ts';

/**
 * One request and its response: waiting → opening a connection → sent → head read → settled. Once the head was read,
 * the exchange ends as a response, whatever ends it.
 */
export class Exchange implements ResponseHandler {
  readonly request: EgressRequest;
  /** Monotonic milliseconds, as `now`. */
  readonly expiresAt: number;
  isSent = false;
  resends = 0;
  /** How the connection was opened, if that was done for this exchange. */
  stages: Pick<EgressTimings, 'dnsMs' | 'connectMs' | 'tlsMs'> = NO_STAGES;

  readonly #head: string;
  readonly #now: () => number;
  readonly #onOutcome: (outcome: EgressOutcome) => void;
  readonly #startedAt: number;
  #isSettled = false;
  #firstByteMs: number | null = null;
  #response: ResponseHead | null = null;
  #body: Uint8Array = EMPTY;
  #bytes = 0;
  #bytesMax: number;
  /** Bytes that are read beyond `#bytesMax`, to keep the connection. */
  #drainBytesMax = 0;

  /** @param head from `requestHead` */
  constructor(request: EgressRequest, head: string, now: () => number, onOutcome: (outcome: EgressOutcome) => void) {
    this.request = request;
    this.#head = head;
    this.#now = now;
    this.#onOutcome = onOutcome;
    this.#startedAt = now();
    this.expiresAt = this.#startedAt + request.timeoutMs;
    this.#bytesMax = request.responseBytesMax ?? responseBytesMax;
  }

  /** How long the connection may be kept for other exchanges after the response, in milliseconds. */
  get keepAliveMs(): number {
    return isReusableAfter(this.request) ? (this.#response?.keepAliveMs ?? 0) : 0;
  }

  /** Writes the request to a socket in one call. */
  write(socket: Socket): void {
    const { method, body } = this.request;
    this.isSent = true;
    const length = typeof body === 'string' ? Buffer.byteLength(body) : (body?.length ?? 0);
    const isAnnounced = length > 0 || METHODS_WITH_BODY.has(method);
    const head = isAnnounced ? `${this.#head}content-length: ${length}\r\n\r\n` : `${this.#head}\r\n`;
    const onFlushed = length > WRITTEN_AT_ONCE ? receiveBeforeEnd(socket) : undefined;
    if (body === null || length === 0) socket.write(head, 'latin1');
    else if (typeof body === 'string') socket.write(head + body, length === body.length ? 'latin1' : 'utf8', onFlushed);
    else socket.write(Buffer.concat([Buffer.from(head, 'latin1'), body]), onFlushed);
    this.request.onWritten?.();
  }

  /** Whether it may be sent again when its kept socket was lost. */
  get mayResend(): boolean {
    return this.#firstByteMs === null && this.request.isOnce !== true;
  }

  prepareResend(): void {
    if (this.isSent) this.resends++;
    this.isSent = false;
  }

  /** The error of an exchange whose deadline passed, unless a connection is being opened for it. */
  get lateError(): EgressError {
    const { timeoutMs } = this.request;
    return this.isSent
      ? { kind: 'timeout', message: `The exchange was not finished within ${timeoutMs} ms.` }
      : { kind: 'connect', message: `The request was not sent within ${timeoutMs} ms.` };
  }

  onBytes(): void {
    this.#firstByteMs ??= this.#elapsedMs();
  }

  onHead(head: ResponseHead): void {
    this.#response = head;
    if (head.isCompressed) this.#bytesMax = Math.min(this.#bytesMax, packedBytesMax);
    const isShort = head.length === 'chunked' || Number(head.length) <= this.#bytesMax + drainBytesMax;
    this.#drainBytesMax = isShort && head.keepAliveMs > 0 ? drainBytesMax : 0;
  }

  onBody(bytes: Buffer): boolean {
    const kept = Math.min(this.#bytes, this.#bytesMax);
    this.#bytes += bytes.length;
    if (kept < this.#bytesMax) this.#append(bytes.subarray(0, this.#bytesMax - kept), kept);
    return this.#bytes <= this.#bytesMax + this.#drainBytesMax;
  }

  /** One growing buffer, since a peer may split its response into pieces of one byte. */
  #append(bytes: Buffer, kept: number): void {
    const length = kept + bytes.length;
    if (kept === 0) this.#body = Buffer.from(bytes);
    else if (length <= this.#body.length) this.#body.set(bytes, kept);
    else {
      const body = new Uint8Array(Math.min(Math.max(length * 2, 4_096), this.#bytesMax));
      body.set(this.#body.subarray(0, kept));
      body.set(bytes, kept);
      this.#body = body;
    }
  }

  /** Settles with this error, or with the response as far as it was read. */
  fail(error: EgressError): void {
    if (this.#response !== null) this.respond(false);
    else this.#settle({ kind: 'error', error, timings: this.#timings(), resends: this.resends });
  }

  respond(isComplete: boolean): void {
    const { status = 0, headers = [] } = this.#response ?? {};
    this.#settle({
      kind: 'response',
      status,
      headers,
      body: this.#body.subarray(0, Math.min(this.#bytes, this.#bytesMax)),
      truncated: !isComplete || this.#bytes > this.#bytesMax,
      timings: this.#timings(),
      resends: this.resends,
    });
  }

  #settle(outcome: EgressOutcome): void {
    if (this.#isSettled) return;
    this.#isSettled = true;
    this.#body = EMPTY;
    this.#onOutcome(outcome);
  }

  #timings(): EgressTimings {
    const { dnsMs, connectMs, tlsMs } = this.stages;
    return { dnsMs, connectMs, tlsMs, firstByteMs: this.#firstByteMs, totalMs: this.#elapsedMs() };
  }

  /** To the microsecond: more digits are noise, and would be stored with each attempt. */
  #elapsedMs(): number {
    return Math.round((this.#now() - this.#startedAt) * 1_000) / 1_000;
  }
}

/**
 * The lines of a request from its first to the last that does not depend on the body: the caller's headers, but always our
 * user agent, by which a receiver knows us, and `Accept-Encoding: identity`, since nothing is decompressed. Returns a reason
 * when the method or a header is refused: names are tokens (RFC 9110 §5.6.2), values visible ASCII with spaces and tabs in
 * between, and headers that frame or route the message are set here alone.
 */
export function requestHead(
  request: EgressRequest,
  { origin, path }: Pick<Target, 'origin' | 'path'>,
  userAgent: string,
): string | { readonly reason: string } {
  const { method } = request;
  if (!TOKEN.test(method) || KIND_CHANGING.test(method)) return { reason: "the request method can't be used" };
  const host = origin.slice(origin.indexOf('//') + 2);
  const connection = isReusableAfter(request) ? 'keep-alive' : 'close';
  // Joined at the end: V8 keeps a text that grows as an object for each part, which a request in flight would hold.
  const parts = [method, ' ', path, ' HTTP/1.1\r\nhost: ', host, '\r\nconnection: ', connection, '\r\n'];
  for (const header of request.headers) {
    const name = header[0];
    const value = header[1];
    const reason = acceptedNames.has(name) ? null : nameProblem(name);
    if (reason !== null) return { reason };
    if (!VALUE.test(value)) return { reason: `the value of the header ${name} must be visible ASCII on one line` };
    if (name.length === 15 && name.toLowerCase() === 'accept-encoding') continue;
    if (name.length === 10 && name.toLowerCase() === 'user-agent') continue;
    parts.push(name, ': ', value, '\r\n');
  }
  parts.push('user-agent: ', userAgent, '\r\naccept-encoding: identity\r\n');
  return parts.join('');
}

/** Some servers send a body after HEAD, or misread the body of a method that has none. */
function isReusableAfter({ method, body }: EgressRequest): boolean {
  return METHODS_WITH_BODY.has(method) || (method !== 'HEAD' && (body === null || body.length === 0));
}

function nameProblem(name: string): string | null {
  if (!TOKEN.test(name)) return "a header name must consist of letters, digits and !#$%&'*+-.^_`|~";
  if (RESERVED.has(name.toLowerCase())) return `the header ${name} can't be set`;
  if (acceptedNames.size >= acceptedMax) acceptedNames.clear();
  if (name.length <= acceptedLengthMax) acceptedNames.add(name);
  return null;
}

/** The names of latest requests: nearly all requests have the same few. */
const acceptedNames = new Set<string>();
const acceptedMax = 1_000;
const acceptedLengthMax = 100;

const METHODS_WITH_BODY: ReadonlySet<string> = new Set(['POST', 'PUT', 'PATCH', 'QUERY', 'PROPFIND', 'PROPPATCH']);

const KIND_CHANGING = /^(?:connect|trace|track)$/i;
const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
const VALUE = /^(?:[!-~](?:[ \t!-~]*[!-~])?)?$/;

const RESERVED: ReadonlySet<string> = new Set([
  'connection',
  'content-length',
  'expect',
  'host',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

/** Of a request: the system takes that much of it at once, so that the write can't fail later. */
const WRITTEN_AT_ONCE = 16 * 1024;
const drainBytesMax = 256 * 1024;
const EMPTY = new Uint8Array(0);
const NO_STAGES = { dnsMs: null, connectMs: null, tlsMs: null };
