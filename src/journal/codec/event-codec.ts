import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { placedId } from '../../contract/ids.ts';
import type { Event, IncomingEvent } from '../../contract/records/event.ts';
import type { EventSearch } from '../journal.ts';

/** The place of an event in the log. */
export type EventPlace = { timeMs: number; partition: number; number: number };

/** A stored event: its place, its collector and its line of JSON. */
export type EventLine = EventPlace & { collectorId: string; line: string };

type Head = [
  name: Event['name'],
  visitorId: Event['visitorId'],
  sessionId: Event['sessionId'],
  occurredAt: string,
  format: string,
];

/** The anonymous id stands last and only where there is one: most events have none. */
type Fields = [
  ...Head,
  data: Event['data'],
  ext: Event['ext'] | 0,
  session: Event['session'] | 0,
  anonymousId?: string | null,
];

/**
 * An event as one line of JSON, without the fields that its group has. The name comes first, so that a search can find
 * it.
 */
export function lineOfEvent(event: IncomingEvent): string {
  const { name, visitorId, anonymousId, sessionId, occurredAt, source, data, sent } = event;
  const ext = isEmpty(event.ext) ? 0 : event.ext;
  const session = isEmpty(event.session) ? 0 : event.session;
  const head: Head = [name, visitorId, sessionId, occurredAt, source.format];
  if (anonymousId !== null) return JSON.stringify([...head, data, ext, session, anonymousId] satisfies Fields);
  if (sent?.data !== data) return JSON.stringify([...head, data, ext, session] satisfies Fields);
  return `${JSON.stringify(head).slice(0, -1)},${sent.json},${JSON.stringify(ext)},${JSON.stringify(session)}]`;
}

/** The name and the visitor at the beginning of a line. */
const lineHead = /^\[(?:null|"(?:[^"\\]|\\.)*"),(null|"(?:[^"\\]|\\.)*"),/;

/** The visitor of a line and the anonymous id; null: none, or the event was erased. */
export function visitorOfLine(line: string): Pick<Event, 'visitorId' | 'anonymousId'> {
  const visitorId: string | null = JSON.parse(lineHead.exec(line)?.[1] ?? 'null');
  // A quote after a comma begins a text: inside of one, a backslash is before it.
  const anonymousId = line.endsWith('"]') ? line.slice(line.lastIndexOf(',"') + 1, -1) : 'null';
  return { visitorId, anonymousId: JSON.parse(anonymousId) };
}

/** Everything in a line before the data. */
const beforeData = /^\[(?:(?:null|"(?:[^"\\]|\\.)*"),){5}/;

/** Whether the events of two lines have the same data, whenever and on whatever way they were received. */
export function hasSameData(a: string, b: string): boolean {
  if (a === b || a.replace(beforeData, '') === b.replace(beforeData, '')) return true;
  const [dataOfA, dataOfB] = [a, b].map((line) => {
    const [, , , , , data]: Fields = JSON.parse(line);
    return JSON.stringify(data);
  });
  return dataOfA === dataOfB;
}

/** Consecutive events whose visitors are marked in one row. */
export const segmentEvents = 1_024;

/**
 * A hash of 16 bits (FNV-1a) of a visitor, so that few events of others are read; 0: no visitor, or the event was erased.
 */
export function visitorMark(visitorId: string | null): number {
  if (visitorId === null) return 0;
  let hash = 0x811c9dc5;
  for (let i = 0; i < visitorId.length; i++) hash = Math.imul(hash ^ visitorId.charCodeAt(i), 0x01000193);
  return ((hash >>> 16) ^ hash) & 0xffff || 1;
}

/** The beginning of each line of an event with this name. */
export const lineStart = (name: string) => `[${JSON.stringify(name)},`;

/** The conditions of a search; a missing one matches every event. */
export type Sought = { [K in 'visitorId' | 'parameter' | 'value' | 'trace']?: EventSearch[K] } & {
  /** The beginning of the lines of events with the name that is searched for. */
  lineStart: string | null;
};

/**
 * Whether a line is of an event that matches; of a visitor are also the events of the user who had it as anonymous id. Parsing is
 * slow: only lines that contain every text are parsed.
 */
export function lineMatcher(sought: Sought): (line: string) => boolean {
  const { lineStart, visitorId, parameter, value, trace } = sought;
  const texts = [visitorId, parameter, value, trace].flatMap((one) => (one === undefined ? [] : [JSON.stringify(one)]));
  return (line) => {
    if (lineStart !== null && !line.startsWith(lineStart)) return false;
    if (texts.length === 0) return true;
    if (line === '' || !texts.every((text) => line.includes(text))) return false;
    const [, visitor, , , , data, ext, , anonymousId]: Fields = JSON.parse(line);
    return (
      (visitorId === undefined || visitor === visitorId || anonymousId === visitorId) &&
      (parameter === undefined || Object.hasOwn(data, parameter)) &&
      (parameter === undefined || value === undefined || data[parameter] === value) &&
      (trace === undefined || (ext !== 0 && ext['trace'] === trace))
    );
  };
}

export function eventOfLine({ line, collectorId, ...place }: EventLine): Event {
  const [name, visitorId, sessionId, occurredAt, format, data, ext, session, anonymousId = null]: Fields =
    JSON.parse(line);
  return {
    id: placedId('event', place),
    name,
    visitorId,
    anonymousId,
    sessionId,
    occurredAt,
    receivedAt: new Date(place.timeMs).toISOString(),
    data,
    ext: ext === 0 ? {} : ext,
    session: session === 0 ? {} : session,
    source: { collectorId, format },
  };
}

function isEmpty(value: object): boolean {
  for (const _ in value) return false;
  return true;
}

/** Lines of JSON as a column stores them: text, or a Zstandard frame when compression saves more time than it costs. */
export type StoredLines = string | Uint8Array;

// A frame costs about 15 µs, and 1.5 µs per KB. It saves a third even of a single line. The fast levels below 1 take
// two thirds of the time and produce 50% more bytes; writing these to the log and to the database costs more time than
// was saved.
const charactersWorthPacking = 1_024;
const params = { [constants.ZSTD_c_compressionLevel]: 1 };
const chunkBytes = { least: 1_024, most: 65_536 };

/** Input of the compression is written here first: single-use buffers trigger a full garbage collection every 64 MB. */
const scratch = Buffer.allocUnsafeSlow(4 * 1024 * 1024);
/** Bytes in UTF-8 of one UTF-16 code unit, at most. */
const unitBytesMax = 3;

export function packLines(lines: string): StoredLines {
  if (lines.length < charactersWorthPacking) return lines;
  const bytes =
    lines.length * unitBytesMax > scratch.length ? Buffer.from(lines) : scratch.subarray(0, scratch.write(lines));
  return zstdCompressSync(bytes, { params, chunkSize: chunkOf(bytes.length / 2) });
}

export function unpackLines(stored: StoredLines): string[] {
  if (typeof stored === 'string') return stored.split('\n');
  return zstdDecompressSync(stored, { chunkSize: chunkOf(stored.length * 4) })
    .toString()
    .split('\n');
}

/** Large enough for most outputs to be one chunk, which need not be copied. */
const chunkOf = (bytes: number) => Math.min(chunkBytes.most, Math.max(chunkBytes.least, Math.ceil(bytes)));
