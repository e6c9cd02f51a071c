import type { EgressError } from '../../egress.ts';
import { freeze, GARBAGE, mayBeHead, parseFields, parseHead, type ResponseHead } from './response-head.ts';

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
    const rest = bytes.subarray(at, at + LINES_BYTES_MAX + 1 - held);
    const lines = held === 0 ? rest : Buffer.concat([this.#held, rest]);
    const end = this.#step === 'size' ? endOfSize(lines) : endOfLines(lines, held);
    if (end === -1 || (this.#step === 'head' && !mayBeHead(lines))) return GARBAGE;
    if (end === 0) {
      this.#held = held === 0 ? Buffer.from(lines) : lines;
      return lines.length > LINES_BYTES_MAX ? TOO_LONG : bytes.length;
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
      const trailers = text.split('\r\n').slice(1, -2);
      return trailers.length > 0 && parseFields(trailers) === null ? GARBAGE : null;
    }
    const head = parseHead(text.split('\r\n').slice(0, -2));
    if ('kind' in head) return head;
    if (head.status < 200) return null;
    this.#latest.head = head;
    this.#latest.bytes = Buffer.from(lines);
    this.#begin(head, handler);
    return null;
  }

  #begin(head: ResponseHead, handler: ResponseHandler): void {
    const { length } = head;
    if (this.#isHeadRequest || length === 0) this.#step = 'done';
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
    if (size === undefined || this.#extensionBytes > LINES_BYTES_MAX) return GARBAGE;
    this.#left = Number.parseInt(size, 16);
    this.#step = this.#left > 0 ? 'chunk' : 'trailers';
    if (this.#left === 0) this.#held = LINE_END;
    return null;
  }
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

const TOO_LONG: EgressError = { kind: 'protocol', message: 'The head of the response is larger than 16 KiB.' };

/** Of a head, of trailers, and of the extensions of all chunks. */
const LINES_BYTES_MAX = 16 * 1024;
const EMPTY = Buffer.alloc(0);
const LINE_END = Buffer.from('\r\n');
const [LF, CR] = [0x0a, 0x0d];
/** A size below 2^53, and extensions: names, perhaps with a token or a quoted text each. */
const SIZE =
  /^\r\n([0-9a-fA-F]{1,13})((?:;[!#$%&'*+\-.^_`|~0-9A-Za-z]+(?:=(?:[!#$%&'*+\-.^_`|~0-9A-Za-z]+|"(?:[\t !#-[\]-~]|\\[\t -~])*"))?)*)\r\n$/;
