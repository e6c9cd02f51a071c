import { type EgressError, type Header, isCompressed } from '../../egress.ts';

/** The head of a response. */
export interface ResponseHead {
  readonly status: number;
  readonly headers: readonly Header[];
  readonly isCompressed: boolean;
  /** Bytes of the body (0 for a status without one), or how its end is recognised. */
  readonly length: number | 'chunked' | 'until-close';
  /** How long the peer keeps the connection afterwards, in milliseconds; 0: not at all. */
  readonly keepAliveMs: number;
}

/** Whether these can be the first bytes of a status line: those of another protocol are an error at once. */
export function mayBeHead(bytes: Buffer): boolean {
  const start = bytes.toString('latin1', 0, Math.min(bytes.length, STATUS_LINE_SAMPLE.length));
  return STATUS_LINE.test(start + STATUS_LINE_SAMPLE.slice(start.length));
}

/** Parses the lines of a head. */
export function parseHead([statusLine = '', ...lines]: readonly string[]): ResponseHead | EgressError {
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
  const bodyBytes = hasNoBody(status) ? 0 : length;
  return { status, headers, isCompressed: isCompressed(headers), length: bodyBytes, keepAliveMs };
}

/** Parses the lines of a head or of trailers; null when one is invalid. */
export function parseFields(lines: readonly string[]): readonly Header[] | null {
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

function keepAlive(version: string | undefined, headers: readonly Header[]): number {
  const connection = listOf(headers, 'connection') ?? '';
  if (CLOSE.test(connection) || (version === '0' && !KEEP_ALIVE.test(connection))) return 0;
  const announced = /(?:^|,)[\t ]*timeout=(\d+)/i.exec(listOf(headers, 'keep-alive') ?? '')?.[1];
  if (announced === undefined) return KEEP_ALIVE_MS;
  return Math.min(Math.max(Number(announced) * 1_000 - KEEP_ALIVE_MARGIN_MS, 0), KEEP_ALIVE_MS_MAX);
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

export function freeze(head: ResponseHead): void {
  for (const part of [head, head.headers, ...head.headers]) Object.freeze(part);
}

export const GARBAGE: EgressError = {
  kind: 'protocol',
  message: 'The response is not valid HTTP/1.1. Check the port and the scheme.',
};

const KEEP_ALIVE_MS = 4_000;
const KEEP_ALIVE_MS_MAX = 60_000;
/** A connection is given up this long before the peer closes it. */
const KEEP_ALIVE_MARGIN_MS = 1_000;

const STATUS_LINE = /^HTTP\/1\.([01]) (\d{3})(?: [\t -~\x80-\xff]*)?$/;
const STATUS_LINE_SAMPLE = 'HTTP/1.1 200';
const CLOSE = /(?:^|,)[\t ]*close[\t ]*(?:,|$)/i;
const KEEP_ALIVE = /(?:^|,)[\t ]*keep-alive[\t ]*(?:,|$)/i;
const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
const FIELD =
  /^([!#$%&'*+\-.^_`|~0-9A-Za-z]+):[\t ]*((?:[!-~\x80-\xff](?:[\t -~\x80-\xff]*[!-~\x80-\xff])?)?)([\t ]*)$/;
