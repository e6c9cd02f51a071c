import { type EgressError, type Header, isCompressed } from '../../egress.ts';

/** The head of a response, frozen. */
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
 * The latest head of an origin. Heads that are equal to it byte for byte are not parsed: they share one object, with
 * which results that follow from it can be kept.
 */
export class LatestHead {
  head: ResponseHead | null = null;
  bytes: Buffer = EMPTY;

  isAt(bytes: Buffer, at: number): boolean {
    const end = at + this.bytes.length;
    return this.head !== null && bytes.length >= end && this.bytes.compare(bytes, at, end) === 0;
  }
}

/**
 * Parses the responses of one connection. What two parsers might read differently is an error: bare line feeds, folded
 * lines, spaces before a colon, two lengths, a length and chunks.
 *
 *     head → (1xx: head again) → body, or chunks and trailers → done
 *     chunks: size [extension] CR LF, data CR LF, …, 0 CR LF
 */
export class ResponseParser {
  readonly #latest: LatestHead;
  #step: Step = 'done';
  #isHeadRequest = false;
  /** Bytes left of the body or of the chunk. */
  #left = 0;
  #sizeDigits = 0;
  #extension = '';
  #extensionBytes = 0;
  /** The beginning of a head, or of trailers, that arrived in pieces. */
  #held: Buffer = EMPTY;

  constructor(latest: LatestHead) {
    this.#latest = latest;
  }

  /** Expects the response to a request with this method. */
  begin(method: string): void {
    this.#step = 'head';
    this.#isHeadRequest = method === 'HEAD';
    this.#held = EMPTY;
    this.#extensionBytes = 0;
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
      const end = this.#readStep(bytes, at, handler);
      if (typeof end !== 'number') return end;
      if (end === at) return at;
      at = end;
    }
    return at;
  }

  #readStep(bytes: Buffer, at: number, handler: ResponseHandler): number | EgressError {
    switch (this.#step) {
      case 'head':
      case 'trailers':
        return this.#readLines(bytes, at, handler);
      case 'body':
      case 'until-close':
      case 'chunk':
        return this.#readBody(bytes, at, handler);
      default:
        this.#step = this.#stepAfter(bytes[at] ?? 0);
        return this.#step === 'broken' ? GARBAGE : at + 1;
    }
  }

  /** Reads a head or trailers, up to the empty line. */
  #readLines(bytes: Buffer, at: number, handler: ResponseHandler): number | EgressError {
    const isHead = this.#step === 'head';
    const held = this.#held.length;
    if (isHead && held === 0 && this.#latest.head !== null && this.#latest.isAt(bytes, at)) {
      this.#begin(this.#latest.head, handler);
      return at + this.#latest.bytes.length;
    }
    const rest = bytes.subarray(at, at + HEAD_BYTES_MAX + 1 - held);
    const lines = held === 0 ? rest : Buffer.concat([this.#held, rest]);
    const end = endOfLines(lines, held);
    if (end === -1 || (isHead && !mayBeHead(lines))) return GARBAGE;
    if (end === 0) {
      this.#held = held === 0 ? Buffer.from(lines) : lines;
      return lines.length > HEAD_BYTES_MAX ? TOO_LONG : bytes.length;
    }
    this.#held = EMPTY;
    const read = isHead ? this.#parseHead(lines.subarray(0, end), handler) : this.#parseTrailers(lines, end);
    return read ?? at + end - held;
  }

  #parseHead(bytes: Buffer, handler: ResponseHandler): EgressError | null {
    const head = parseHead(bytes.toString('latin1', 0, bytes.length - 4));
    if ('kind' in head) return head;
    if (head.status < 200) return null;
    this.#latest.bytes = Buffer.from(bytes);
    this.#latest.head = head;
    this.#begin(head, handler);
    return null;
  }

  /** The first line is the empty rest of the last chunk's. */
  #parseTrailers(bytes: Buffer, end: number): EgressError | null {
    this.#step = 'done';
    const [, ...lines] = bytes.toString('latin1', 0, end - 4).split('\r\n');
    return parseFields(lines) === null ? GARBAGE : null;
  }

  #begin(head: ResponseHead, handler: ResponseHandler): void {
    const { length } = head;
    this.#sizeDigits = 0;
    this.#left = typeof length === 'number' ? length : 0;
    if (this.#isHeadRequest || hasNoBody(head.status) || length === 0) this.#step = 'done';
    else if (length === 'chunked') this.#step = 'size';
    else this.#step = length === 'until-close' ? length : 'body';
    handler.onHead(head);
  }

  #readBody(bytes: Buffer, at: number, handler: ResponseHandler): number {
    if (this.#step === 'until-close') return handler.onBody(bytes.subarray(at)) ? bytes.length : at;
    const end = Math.min(bytes.length, at + this.#left);
    if (!handler.onBody(bytes.subarray(at, end))) return at;
    this.#left -= end - at;
    if (this.#left === 0) this.#step = this.#step === 'chunk' ? 'chunk-cr' : 'done';
    return end;
  }

  /** The next step between the data of two chunks. */
  #stepAfter(byte: number): Step {
    switch (this.#step) {
      case 'size': {
        const digit = Number.parseInt(String.fromCharCode(byte), 16);
        if (!Number.isNaN(digit)) {
          this.#left = this.#left * 16 + digit;
          return ++this.#sizeDigits <= SIZE_DIGITS_MAX ? 'size' : 'broken';
        }
        if (this.#sizeDigits === 0) return 'broken';
        this.#sizeDigits = 0;
        this.#extension = ';';
        return byte === CR ? 'size-lf' : byte === SEMICOLON ? 'extension' : 'broken';
      }
      case 'extension':
        if (byte === CR) return EXTENSION.test(this.#extension) ? 'size-lf' : 'broken';
        this.#extension += String.fromCharCode(byte);
        return ++this.#extensionBytes <= HEAD_BYTES_MAX ? 'extension' : 'broken';
      case 'size-lf':
        if (byte !== LF) return 'broken';
        if (this.#left > 0) return 'chunk';
        this.#held = EMPTY_LINE;
        return 'trailers';
      case 'chunk-cr':
        return byte === CR ? 'chunk-lf' : 'broken';
      default:
        return this.#step === 'chunk-lf' && byte === LF ? 'size' : 'broken';
    }
  }
}

type Step =
  | ('head' | 'body' | 'until-close' | 'done')
  | ('size' | 'extension' | 'size-lf' | 'chunk' | 'chunk-cr' | 'chunk-lf' | 'trailers' | 'broken');

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
  const start = bytes.toString('latin1', 0, Math.min(bytes.length, SAMPLE.length));
  return STATUS_LINE.test(start + SAMPLE.slice(start.length));
}

function parseHead(text: string): ResponseHead | EgressError {
  const [statusLine = '', ...lines] = text.split('\r\n');
  const [, version, digits] = STATUS_LINE.exec(statusLine) ?? [];
  const headers = parseFields(lines);
  const length = headers === null ? null : bodyLength(headers);
  if (version === undefined || headers === null || length === null) return GARBAGE;
  const status = Number(digits);
  if (status === 101) return { kind: 'protocol', message: 'The peer switched protocols (101) without being asked.' };
  if (status < 100) return { kind: 'protocol', message: `The peer sent the status ${status}, which does not exist.` };
  // A status without a body that announces one is perhaps followed by it, which would look like the next response.
  const isReusable = hasNoBody(status) ? length === 0 || length === 'until-close' : length !== 'until-close';
  const keepAliveMs = isReusable ? keepAlive(version, headers) : 0;
  return Object.freeze({ status, headers, isCompressed: isCompressed(headers), length, keepAliveMs });
}

function parseFields(lines: readonly string[]): readonly Header[] | null {
  const fields: Header[] = [];
  for (const line of lines) {
    const [, name, value, spaces] = FIELD.exec(line) ?? [];
    if (name === undefined || value === undefined) return null;
    const field: Header = [name.toLowerCase(), value];
    // Other parsers take `chunked` with a space after it for an unknown coding.
    if (field[0] === 'transfer-encoding' && spaces !== '') return null;
    fields.push(Object.freeze(field));
  }
  return Object.freeze(fields);
}

/** RFC 9112 §6.3; null when it is in doubt. */
function bodyLength(headers: readonly Header[]): ResponseHead['length'] | null {
  const [length, ...lengths] = valuesOf(headers, 'content-length');
  const codings = valuesOf(headers, 'transfer-encoding');
  if (codings.length > 0) {
    const names = codings
      .join(',')
      .toLowerCase()
      .split(',')
      .map((name) => name.trimStart());
    if (length !== undefined || names.some((name) => !TOKEN.test(name))) return null;
    const chunked = names.indexOf('chunked');
    if (chunked === -1) return 'until-close';
    return chunked === names.length - 1 ? 'chunked' : null;
  }
  if (length === undefined) return 'until-close';
  return lengths.length === 0 && /^\d{1,15}$/.test(length) ? Number(length) : null;
}

function keepAlive(version: string, headers: readonly Header[]): number {
  const options = valuesOf(headers, 'connection').join(',').toLowerCase().split(',');
  const has = (wanted: string) => options.some((option) => option.trim() === wanted);
  if (has('close') || (version === '0' && !has('keep-alive'))) return 0;
  const announced = /(?:^|,)[\t ]*timeout=(\d+)/i.exec(valuesOf(headers, 'keep-alive').join(','))?.[1];
  if (announced === undefined) return KEEP_ALIVE_MS;
  return Math.min(Math.max(Number(announced) * 1_000 - KEEP_ALIVE_MARGIN_MS, 0), KEEP_ALIVE_MS_MAX);
}

function hasNoBody(status: number): boolean {
  return status === 204 || status === 304;
}

function valuesOf(headers: readonly Header[], wanted: string): string[] {
  return headers.filter(([name]) => name === wanted).map(([, value]) => value);
}

const GARBAGE: EgressError = {
  kind: 'protocol',
  message: 'The response is not valid HTTP/1.1. Check the port and the scheme.',
};
const TOO_LONG: EgressError = { kind: 'protocol', message: 'The head of the response is larger than 16 KiB.' };

/** Of a head, of trailers, and of the extensions of all chunks. */
const HEAD_BYTES_MAX = 16 * 1024;
/** Sizes stay below 2^53. */
const SIZE_DIGITS_MAX = 13;
const KEEP_ALIVE_MS = 4_000;
const KEEP_ALIVE_MS_MAX = 60_000;
/** A connection is given up this long before the peer closes it. */
const KEEP_ALIVE_MARGIN_MS = 1_000;

const EMPTY = Buffer.alloc(0);
const EMPTY_LINE = Buffer.from('\r\n');
const [LF, CR, SEMICOLON] = [0x0a, 0x0d, 0x3b];
const SAMPLE = 'HTTP/1.1 200';
const STATUS_LINE = /^HTTP\/1\.([01]) (\d{3})(?: [\t -~\x80-\xff]*)?$/;
const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
const FIELD =
  /^([!#$%&'*+\-.^_`|~0-9A-Za-z]+):[\t ]*((?:[!-~\x80-\xff](?:[\t -~\x80-\xff]*[!-~\x80-\xff])?)?)([\t ]*)$/;
/** Of chunks: names, and perhaps a token or a quoted text each. */
const EXTENSION =
  /^(?:;[!#$%&'*+\-.^_`|~0-9A-Za-z]+(?:=(?:[!#$%&'*+\-.^_`|~0-9A-Za-z]+|"(?:[\t !#-[\]-~]|\\[\t -~])*"))?)+$/;
