import { pacing, shortStepMs } from '../../async/steps.ts';
import { AppError } from '../../contract/errors.ts';
import type { Event } from '../../contract/records/event.ts';
import { exceedsJsonBounds } from '../../http/json-bounds.ts';
import { type Refusal, refusal } from './format.ts';
import { bodyBounds, isObject, type JsonObject, parseAnyJson, parseAnyText, tooMuch } from './json-values.ts';
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
 * A body of JSON with its events. `around`: the other members of the object that has the list of events, null when the body is
 * one event.
 */
export type OpenedJson = {
  readonly around: JsonObject | null;
  readonly count: number;
  /** The size of the JSON of an event. */
  bytesOf(index: number): number;
  /** The event; numbers whose spelling would change are texts. Each time the same value, or a new one. */
  itemAt(index: number): Item;
  /** The JSON of an event, as it was sent. */
  jsonOf(index: number): Uint8Array;
};

export type Item = { ok: true; value: JsonObject } | Refusal;

/** A body of this size is parsed as a whole: that takes less time than to look for its events first. */
const wholeBytesMax = 65_536;

/**
 * Finds the events of a body: the elements of the list that its object has as `list`, if that is a name, the elements of its
 * list, or its object itself. Throws AppError when there is no such body.
 */
export async function openJson(body: Buffer, list: string | null): Promise<OpenedJson> {
  const whole = body.length > wholeBytesMax ? null : openWhole(body, list);
  return whole ?? inPlace(body, await locate(body, list));
}

/**
 * A small body, parsed at once; null: it has to be looked at in parts, because it is no JSON, which then one of its events may
 * be, or because it may have lone surrogates.
 */
function openWhole(body: Buffer, list: string | null): OpenedJson | null {
  const json = parseAnyJson(body);
  if ('ok' in json || mayHaveLoneSurrogates(json.text)) return null;
  const { value } = json;
  const object = isObject(value) ? value : null;
  const ofObject = object === null || list === null ? null : object[list];
  const items: readonly unknown[] | null = Array.isArray(value) ? value : Array.isArray(ofObject) ? ofObject : null;
  if (items === null && object === null) return null;
  const around: JsonObject = {};
  let members = 0;
  if (items !== null)
    for (const name in object) {
      members += 1;
      if (name !== list) around[name] = object[name];
    }
  if (members > aroundMax.members || (items?.length ?? 1) > eventsMax) return null;
  const all = items ?? [value];
  const bytes = all.length === 0 ? 0 : Math.ceil(body.length / all.length);
  let located: Located | null = null;
  return {
    around: items === null ? null : around,
    count: all.length,
    bytesOf: () => bytes,
    itemAt(index) {
      const item = all[index];
      return isObject(item) ? { ok: true, value: item } : notObject();
    },
    jsonOf(index) {
      located ??= finished(locating(body, list));
      return body.subarray(...(located.places[index] ?? [0, 0]));
    },
  };
}

/** A body whose events are parsed one by one. */
function inPlace(body: Buffer, { around, places }: Located): OpenedJson {
  const placeOf = (index: number): Place => places[index] ?? [0, 0];
  return {
    around,
    count: places.length,
    bytesOf: (index) => placeOf(index)[1] - placeOf(index)[0],
    itemAt: (index) => objectAt(body, placeOf(index)),
    jsonOf: (index) => body.subarray(...placeOf(index)),
  };
}

type Located = { around: JsonObject | null; places: readonly Place[] };

/** Works in steps, since to look at 8 MiB takes longer than other requests may wait. */
async function locate(body: Buffer, list: string | null): Promise<Located> {
  const steps = locating(body, list);
  const pace = pacing(shortStepMs);
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
    if (pace.isDue()) await pace.rest();
  }
}

function finished(steps: Generator<void, Located>): Located {
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
  }
}

/** Finds the events by their bytes, some in each step. */
function* locating(body: Buffer, list: string | null): Generator<void, Located> {
  const start = skipSpace(body, body.length >= 3 && body.readUIntBE(0, 3) === 0xefbbbf ? 3 : 0);
  if (body[start] === bracket) {
    const { places, end } = yield* elementsAt(body, start);
    checkEnd(body, end);
    return { around: {}, places };
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
      const found = yield* elementsAt(body, at);
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
  if (places === null) return { around: null, places: [[start, at + 1]] };
  if (members.reduce((sum, [, [from, to]]) => sum + to - from, 0) > aroundMax.bytes) throw tooMuchAround();
  return { around: Object.fromEntries(members.map(([name, place]) => [name, memberAt(body, place)])), places };
}

/** The object at a place; numbers whose spelling would change are texts. */
export function objectAt(body: Buffer, [start, end]: Place): Item {
  if (end - start > eventBytesMax) return refusal('too_large', 'The event is over 1 MiB.');
  return objectIn(parseAnyJson(body.subarray(start, end)));
}

/** The object of a text, likewise. */
export const objectOfText = (text: string): Item => objectIn(parseAnyText(text));

function objectIn(json: ReturnType<typeof parseAnyText>): Item {
  if ('ok' in json) return json;
  const { text, value } = json;
  if (!isObject(value)) return notObject();
  if (!mayHaveLoneSurrogates(text)) return { ok: true, value };
  // They are replaced in a recursion.
  if (exceedsJsonBounds(text, bodyBounds)) return refusal('events_too_deep', tooMuch);
  return { ok: true, value: wellFormed(value as Event['data']) }; // only the texts of a value are looked at
}

function* elementsAt(body: Buffer, start: number): Generator<void, { places: Place[]; end: number }> {
  const places: Place[] = [];
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
    if (places.length % 64 === 0) yield;
  }
}

const notObject = () => refusal('invalid_events', 'An event must be an object.');

const mayHaveLoneSurrogates = (text: string) =>
  text.includes('\\u') && (text.includes('\\ud') || text.includes('\\uD'));

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
