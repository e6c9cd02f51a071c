import { type EgressError, type Header, isCompressed } from '../egress.ts';

/** The head of a response. */
export interface ResponseHead {
  readonly status: number;
  readonly headers: readonly Header[];
  readonly isCompressed: boolean;
  /** Bytes of the body, or how its end is recognised. */
  readonly length: number | 'chunked' | 'until-close';
  /** How long the peer keeps the connection afterwards, in milliseconds; 0: not at all. */
  readonly keepAliveMs: number;
}

/** Takes the parts of a response. */
export interface ResponseHandler {
  onHead(head: ResponseHead): void;
  /** The bytes may be overwritten after the call. Returns whether more are wanted. */
  onBody(bytes: Buffer): boolean;
}

/**
 * The latest head of an origin and its bytes. Heads that are equal to it byte for byte share this object, which is frozen
 * then: freezing each head would take as long as parsing it.
 */
export interface LatestHead {
  head: ResponseHead | null;
  bytes: Buffer;
}

/**
 * Parses the responses of one connection. What two parsers might read differently is an error: bare line feeds, folded
 * lines, spaces before a colon, two lengths, a length and chunks.
 *
 *     head → (1xx: head again) → body, or (size → chunk)* → trailers → done
 */
export class ResponseParser {
  readonly #latest: LatestHead;
  #step: 'head' | 'body' | 'until-close' | 'size' | 'chunk' | 'trailers' | 'done' = 'done';
  #isHeadRequest = false;
  /** Bytes left of the body or of the chunk. */
  #left = 0;
  #extensionBytes = 0;
  /** The beginning of the lines that are read. */
  #held: Buffer = EMPTY;

  constructor(latest: LatestHead) {
    this.#latest = latest;
  }

  /** Expects the response to a request with this method. */
  begin(method: string): void {
    this.#step = 'head';
    this.#isHeadRequest = method === 'HEAD';
    this.#extensionBytes = 0;
    this.#held = EMPTY;
  }

  get isDone(): boolean {
    return this.#step === 'done';
  }

  /** Whether the end of the connection is the end of the response. */
  get endsWithConnection(): boolean {
    return this.#step === 'until-close';
  }

  /**
   * Reads what arrived. Returns how many of these bytes belong to the response: fewer than given when it is done, or
   * when the handler wants no more.
   */
  read(bytes: Buffer, handler: ResponseHandler): number | EgressError {
    let at = 0;
    while (at < bytes.length && this.#step !== 'done') {
      const isBody = this.#step === 'body' || this.#step === 'chunk' || this.#step === 'until-close';
      const end = isBody ? this.#readBody(bytes, at, handler) : this.#readLines(bytes, at, handler);
      if (typeof end !== 'number') return end;
      if (end === at) return at;
      at = end;
    }
    return at;
  }

  #readBody(bytes: Buffer, at: number, handler: ResponseHandler): number {
    const end = this.#step === 'until-close' ? bytes.length : Math.min(bytes.length, at + this.#left);
    if (!handler.onBody(bytes.subarray(at, end))) return at;
    this.#left -= end - at;
    if (this.#left === 0 && this.#step !== 'until-close') this.#step = this.#step === 'chunk' ? 'size' : 'done';
    return end;
  }

  /** Reads the size of a chunk with the line end before it, or a head or trailers with the empty line at their end. */
  #readLines(bytes: Buffer, at: number, handler: ResponseHandler): number | EgressError {
    const held = this.#held.length;
    const { head, bytes: known } = this.#latest;
    if (this.#step === 'head' && held === 0 && head !== null && startsWith(bytes, at, known)) {
      if (!Object.isFrozen(head)) freeze(head);
      this.#begin(head, handler);
      return at + known.length;
    }
    const rest = bytes.subarray(at, at + linesBytesMax + 1 - held);
    const lines = held === 0 ? rest : Buffer.concat([this.#held, rest]);
    const end = this.#step === 'size' ? endOfSize(lines) : endOfLines(lines, held);
    if (end === -1 || (this.#step === 'head' && !mayBeHead(lines))) return GARBAGE;
    if (end === 0) {
      this.#held = held === 0 ? Buffer.from(lines) : lines;
      return lines.length > linesBytesMax ? TOO_LONG : bytes.length;
    }
    this.#held = EMPTY;
    return this.#parse(lines.subarray(0, end), handler) ?? at + end - held;
  }

  #parse(lines: Buffer, handler: ResponseHandler): EgressError | null {
    const text = lines.toString('latin1');
    if (this.#step === 'size') return this.#parseSize(text);
    if (this.#step === 'trailers') {
      this.#step = 'done';
      // They are dropped; the first line is the rest of the last size.
      return parseFields(text.split('\r\n').slice(1, -2)) === null ? GARBAGE : null;
    }
    const head = parseHead(text.split('\r\n').slice(0, -2));
    if ('kind' in head) return head;
    // After an interim response that closes the connection, nothing may follow.
    if (head.status < 200) return closes(text, head.headers) ? GARBAGE : null;
    this.#latest.head = head;
    this.#latest.bytes = Buffer.from(lines);
    this.#begin(head, handler);
    return null;
  }

  #begin(head: ResponseHead, handler: ResponseHandler): void {
    const { length } = head;
    if (this.#isHeadRequest || hasNoBody(head.status) || length === 0) this.#step = 'done';
    else if (typeof length === 'number') {
      this.#step = 'body';
      this.#left = length;
    } else {
      this.#step = length === 'chunked' ? 'size' : length;
      this.#held = LINE_END;
    }
    handler.onHead(head);
  }

  #parseSize(text: string): EgressError | null {
    const [, size, extension] = SIZE.exec(text) ?? [];
    this.#extensionBytes += extension?.length ?? 0;
    if (size === undefined || this.#extensionBytes > linesBytesMax) return GARBAGE;
    this.#left = Number.parseInt(size, 16);
    this.#step = this.#left > 0 ? 'chunk' : 'trailers';
    if (this.#left === 0) this.#held = LINE_END;
    return null;
  }
}

function freeze(head: ResponseHead): void {
  for (const part of [head, head.headers, ...head.headers]) Object.freeze(part);
}

function startsWith(bytes: Buffer, at: number, known: Buffer): boolean {
  const end = at + known.length;
  return bytes.length >= end && known.compare(bytes, at, end) === 0;
}

/** Where a size ends, after the line end before it; 0 and -1 as below. */
function endOfSize(bytes: Buffer): number {
  const isAfterLineEnd = bytes.length < 2 ? bytes[0] === CR : bytes[0] === CR && bytes[1] === LF;
  return isAfterLineEnd ? bytes.indexOf(LF, 2) + 1 : -1;
}

/** Where the empty line ends; 0 when it has not arrived, -1 when a line feed has no carriage return before it. */
function endOfLines(bytes: Buffer, from: number): number {
  for (let at = bytes.indexOf(LF, from); at !== -1; at = bytes.indexOf(LF, at + 1)) {
    if (bytes[at - 1] !== CR) return -1;
    if (bytes[at - 2] === LF) return at + 1;
  }
  return 0;
}

/** Whether these can be the first bytes of a status line: those of another protocol are an error at once. */
function mayBeHead(bytes: Buffer): boolean {
  const start = bytes.toString('latin1', 0, Math.min(bytes.length, STATUS_LINE_SAMPLE.length));
  return STATUS_LINE.test(start + STATUS_LINE_SAMPLE.slice(start.length));
}

function parseHead([statusLine = '', ...lines]: readonly string[]): ResponseHead | EgressError {
  const started = STATUS_LINE.exec(statusLine);
  const headers = parseFields(lines);
  const length = headers === null ? null : bodyLength(headers);
  if (started === null || headers === null || length === null) return GARBAGE;
  const status = Number(started[2]);
  if (status === 101) return { kind: 'protocol', message: 'The peer switched protocols (101) without being asked.' };
  if (status < 100) return { kind: 'protocol', message: `The peer sent the status ${status}, which does not exist.` };
  // A status without a body that announces one is perhaps followed by it, which would look like the next response.
  const isReusable = hasNoBody(status) ? length === 0 || length === 'until-close' : length !== 'until-close';
  const keepAliveMs = isReusable ? keepAlive(started[1], headers) : 0;
  return { status, headers, isCompressed: isCompressed(headers), length, keepAliveMs };
}

function parseFields(lines: readonly string[]): readonly Header[] | null {
  const fields: Header[] = [];
  for (const line of lines) {
    const match = FIELD.exec(line);
    if (match === null) return null;
    const field: Header = [(match[1] ?? '').toLowerCase(), match[2] ?? ''];
    // Other parsers take `chunked` with a space after it for an unknown coding.
    if (field[0] === 'transfer-encoding' && match[3] !== '') return null;
    fields.push(field);
  }
  return fields;
}

/** RFC 9112 §6.3; null when it is in doubt. */
function bodyLength(headers: readonly Header[]): ResponseHead['length'] | null {
  const length = listOf(headers, 'content-length');
  const codings = listOf(headers, 'transfer-encoding');
  if (codings === null) {
    if (length === null) return 'until-close';
    return /^\d{1,15}$/.test(length) ? Number(length) : null;
  }
  const names = codings.toLowerCase().split(/,[\t ]*/);
  if (length !== null || names.some((name) => !TOKEN.test(name))) return null;
  const chunked = names.indexOf('chunked');
  if (chunked === -1) return 'until-close';
  return chunked === names.length - 1 ? 'chunked' : null;
}

/** `text`: the head. A response of HTTP/1.0 closes the connection unless it says otherwise. */
function closes(text: string, headers: readonly Header[]): boolean {
  if (text.startsWith('HTTP/1.0') && !KEEP_ALIVE.test(listOf(headers, 'connection') ?? '')) return true;
  return ['connection', 'proxy-connection'].some((name) => CLOSE.test(listOf(headers, name) ?? ''));
}

function keepAlive(version: string | undefined, headers: readonly Header[]): number {
  const connection = listOf(headers, 'connection') ?? '';
  if (CLOSE.test(connection) || (version === '0' && !KEEP_ALIVE.test(connection))) return 0;
  const announced = /(?:^|,)[\t ]*timeout=(\d+)/i.exec(listOf(headers, 'keep-alive') ?? '')?.[1];
  if (announced === undefined) return KEEP_ALIVE_MS;
  const announcedMs = Number(announced) * 1_000;
  return Math.min(announcedMs - Math.min(KEEP_ALIVE_MARGIN_MS, announcedMs / 2), keepAliveMsMax);
}

function hasNoBody(status: number): boolean {
  return status === 204 || status === 304;
}

/** The values of a header as one list. */
function listOf(headers: readonly Header[], wanted: string): string | null {
  let list: string | null = null;
  for (const header of headers) if (header[0] === wanted) list = list === null ? header[1] : `${list},${header[1]}`;
  return list;
}

const GARBAGE: EgressError = {
  kind: 'protocol',
  message: 'The response is not valid HTTP/1.1. Check the port and the scheme.',
};
const TOO_LONG: EgressError = { kind: 'protocol', message: 'The head of the response is larger than 16 KiB.' };

/** Of a head, of trailers, and of the extensions of all chunks. */
const linesBytesMax = 16 * 1024;
/** Of a peer that announces nothing. A request is sent again when its kept socket turns out to be closed. */
const KEEP_ALIVE_MS = 15_000;
const keepAliveMsMax = 60_000;
/** A connection is given up this long before the peer closes it, or after half the time when it is short. */
const KEEP_ALIVE_MARGIN_MS = 1_000;

const EMPTY = Buffer.alloc(0);
const LINE_END = Buffer.from('\r\n');
const [LF, CR] = [0x0a, 0x0d];
const STATUS_LINE = /^HTTP\/1\.([01]) (\d{3})(?: [\t -~\x80-\xff]*)?$/;
const STATUS_LINE_SAMPLE = 'HTTP/1.1 200';
const CLOSE = /(?:^|,)[\t ]*close[\t ]*(?:,|$)/i;
const KEEP_ALIVE = /(?:^|,)[\t ]*keep-alive[\t ]*(?:,|$)/i;
const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
const FIELD =
  /^([!#$%&'*+\-.^_`|~0-9A-Za-z]+):[\t ]*((?:[!-~\x80-\xff](?:[\t -~\x80-\xff]*[!-~\x80-\xff])?)?)([\t ]*)$/;
/** A size below 2^53, and extensions: names, perhaps with a token or a quoted text each. */
const SIZE =
  /^\r\n([0-9a-fA-F]{1,13})((?:;[!#$%&'*+\-.^_`|~0-9A-Za-z]+(?:=(?:[!#$%&'*+\-.^_`|~0-9A-Za-z]+|"(?:[\t !#-[\]-~]|\\[\t -~])*"))?)*)\r\n$/;
