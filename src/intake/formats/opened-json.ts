import { pacing } from '../../async/steps.ts';
import { AppError } from '../../contract/errors.ts';
import type { Event } from '../../contract/records/event.ts';
import { type Refusal, refusal } from './format.ts';
import { isObject, type JsonObject, parseAnyJson } from './json-values.ts';
import { wellFormed } from './rare-texts.ts';

/** Some SDKs merge all events of an outage into one request. */
const eventsMax = 20_000;

/** The JSON of one event. */
export const eventBytesMax = 1_048_576;

/** The JSON that stands around the events, which is parsed at once; an event has fewer members, too. */
const aroundMax = { bytes: 65_536, members: 1_000 };

/** Where a value stands in a body. */
type Place = readonly [start: number, end: number];

/**
 * A body of JSON whose events are not parsed yet. `around`: the other members of the object that has the list of events,
 * null when the body is one event.
 */
export type OpenedJson = {
  readonly body: Buffer;
  readonly around: JsonObject | null;
  readonly places: readonly Place[];
};

/**
 * Finds the events of a body: the elements of the list that its object has as `list`, if that is a name, the elements of its
 * list, or its object itself. Works in steps on the bytes, since to parse 8 MiB takes longer than other requests may wait. Throws
 * AppError when there is no such body.
 */
export async function openJson(body: Buffer, list: string | null): Promise<OpenedJson> {
  const start = skipSpace(body, body.length >= 3 && body.readUIntBE(0, 3) === 0xefbbbf ? 3 : 0);
  if (body[start] === bracket) {
    const { places, end } = await elementsAt(body, start);
    checkEnd(body, end);
    return { body, around: {}, places };
  }
  if (body[start] !== brace) throw malformed();
  const members: [name: string, place: Place][] = [];
  let places: readonly Place[] | null = null;
  let at = skipSpace(body, start + 1);
  while (body[at] !== braceEnd) {
    const nameEnd = endOfText(body, at);
    const name = nameEnd - at > nameBytesMax ? '' : body.toString('latin1', at + 1, nameEnd - 1);
    at = skipSpace(body, nameEnd);
    if (body[at] !== colon) throw malformed();
    at = skipSpace(body, at + 1);
    if (name === list && body[at] === bracket) {
      const found = await elementsAt(body, at);
      places = found.places;
      at = found.end;
    } else {
      const end = endOfValue(body, at);
      members.push([name, [at, end]]);
      if (members.length > aroundMax.members) throw tooMuchAround();
      at = end;
    }
    at = skipSpace(body, at);
    if (body[at] === comma) at = skipSpace(body, at + 1);
    else if (body[at] !== braceEnd) throw malformed();
  }
  checkEnd(body, at + 1);
  if (places === null) return { body, around: null, places: [[start, at + 1]] };
  if (members.reduce((sum, [, [from, to]]) => sum + to - from, 0) > aroundMax.bytes) throw tooMuchAround();
  return { body, around: Object.fromEntries(members.map(([name, place]) => [name, memberAt(body, place)])), places };
}

/** The object at a place; numbers whose spelling would change are texts. */
export function objectAt(body: Buffer, [start, end]: Place): { ok: true; value: JsonObject } | Refusal {
  if (end - start > eventBytesMax) return refusal('too_large', 'The event is over 1 MiB.');
  const json = parseAnyJson(body.subarray(start, end));
  if ('ok' in json) return json;
  const { text, value } = json;
  if (!isObject(value)) return refusal('invalid_events', 'An event must be an object.');
  if (!text.includes('\\ud') && !text.includes('\\uD')) return { ok: true, value };
  return { ok: true, value: wellFormed(value as Event['data']) }; // only the texts of a value are looked at
}

async function elementsAt(body: Buffer, start: number): Promise<{ places: Place[]; end: number }> {
  const places: Place[] = [];
  const pace = pacing();
  let at = skipSpace(body, start + 1);
  if (body[at] === bracketEnd) return { places, end: at + 1 };
  for (;;) {
    const end = endOfValue(body, at);
    places.push([at, end]);
    if (places.length > eventsMax) throw new AppError('too_large', `A request can hold ${eventsMax} events.`);
    at = skipSpace(body, end);
    if (body[at] === bracketEnd) return { places, end: at + 1 };
    if (body[at] !== comma) throw malformed();
    at = skipSpace(body, at + 1);
    if (places.length % 64 === 0 && pace.isDue()) await pace.rest();
  }
}

function memberAt(body: Buffer, [start, end]: Place): unknown {
  const json = parseAnyJson(body.subarray(start, end));
  if ('ok' in json) throw new AppError(json.code, json.message);
  return json.value;
}

/** The index after the value that begins at `at`. Its content is checked when it is parsed. */
function endOfValue(body: Buffer, at: number): number {
  const first = body[at];
  if (first === quote) return endOfText(body, at);
  let end = at;
  if (first !== brace && first !== bracket) {
    while (end < body.length && !isAfterValue(body[end])) end += 1;
    if (end === at) throw malformed();
    return end;
  }
  let depth = 0;
  while (end < body.length) {
    const byte = body[end];
    if (byte === quote) end = endOfText(body, end);
    else {
      end += 1;
      if (byte === brace || byte === bracket) depth += 1;
      else if ((byte === braceEnd || byte === bracketEnd) && --depth === 0) return end;
    }
  }
  throw malformed();
}

function endOfText(body: Buffer, start: number): number {
  if (body[start] !== quote) throw malformed();
  for (let at = start + 1; at < body.length; at++) {
    const byte = body[at];
    if (byte === quote) return at + 1;
    if (byte === backslash) at += 1;
  }
  throw malformed();
}

function skipSpace(body: Buffer, start: number): number {
  let at = start;
  while (isSpace(body[at])) at += 1;
  return at;
}

function checkEnd(body: Buffer, end: number): void {
  if (skipSpace(body, end) < body.length) throw malformed();
}

const nameBytesMax = 64;
const malformed = () => new AppError('malformed_json', 'The body is not valid JSON in UTF-8.');
const tooMuchAround = () =>
  new AppError('too_large', 'The members of the body beside its events are too many or too large.');

const isSpace = (byte: number | undefined) => byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
const isAfterValue = (byte: number | undefined) =>
  byte === comma || byte === braceEnd || byte === bracketEnd || isSpace(byte);
const quote = 0x22;
const comma = 0x2c;
const colon = 0x3a;
const backslash = 0x5c;
const bracket = 0x5b;
const bracketEnd = 0x5d;
const brace = 0x7b;
const braceEnd = 0x7d;
