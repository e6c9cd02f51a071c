import type { DataValue, Event, IncomingEvent } from '../../contract/records/event.ts';
import { exceedsJsonBounds } from '../../http/json-bounds.ts';
import { quoteNumbers, wellFormed } from '../rare-texts.ts';

/** When and by which collector a request was received. */
export type Reception = { receivedAt: Date; collectorId: string };

/**
 * The result of parsing a request: all of its events in order, or the reason for refusing all of them. `pointer` is
 * the place of the error in the body (a JSON pointer), null when there is none.
 */
export type ParsedEvents = { ok: true; events: IncomingEvent[] } | Refusal;

type Refusal = {
  ok: false;
  code: 'malformed_json' | 'invalid_events' | 'too_large' | 'events_too_deep';
  message: string;
  pointer: string | null;
};

/**
 * Parses a body of the data collection API, `{static?: {…}, events: [{…}, …]}`, in UTF-8 with or without a byte order
 * mark. Other members of the body are ignored; of a key given twice the last counts. Numbers keep their spelling;
 * lone surrogates become U+FFFD.
 */
export function parseInfinity(body: Buffer, reception: Reception): ParsedEvents {
  let text: string;
  let parsed: unknown;
  try {
    text = utf8.decode(body);
    if (text.length > unlookedMax && exceedsJsonBounds(text, bodyBounds)) return refusal('events_too_deep', tooMuch);
    parsed = JSON.parse(text);
  } catch {
    return refusal('malformed_json', 'The body is not valid JSON in UTF-8.');
  }
  const findings = noFindings();
  const read = readBody(parsed, findings);
  if ('ok' in read) return read;
  const mayHaveLoneSurrogates = text.includes('\\u') && (text.includes('\\ud') || text.includes('\\uD'));
  // Parsing that keeps the text of numbers takes twice as long, so it runs only where it makes a difference.
  if (findings.hasNumbers && oddNumber.test(text)) {
    const again = readBody(JSON.parse(quoteNumbers(text)), findings);
    return 'ok' in again ? again : takeEvents(again, reception, mayHaveLoneSurrogates);
  }
  const result = takeEvents(read, reception, mayHaveLoneSurrogates);
  const bytes = body.length === text.length ? body : null;
  if (result.ok && read.base === null) keepTexts(result.events, read.lengths, text, bytes);
  return result;
}

/**
 * Parses the query of a pixel, `name=value&…`, as one event. Percent-encoding that is not UTF-8 becomes U+FFFD; of a
 * name given twice the last counts.
 */
export function parseDcsGif(query: string, reception: Reception): ParsedEvents {
  const pairs = [...new URLSearchParams(query)].filter(([name]) => name !== '');
  const read = readBody({ events: [Object.fromEntries(pairs)] }, noFindings());
  return 'ok' in read ? read : takeEvents(read, reception, false);
}

/** Levels of nesting (the event's own is the first), keys including nested ones, and elements of all its lists. */
const eventLimits = { levels: 32, keys: 500, elements: 10_000 } as const;

const eventsMax = 1_000;

/** Static values are stored with every event; without bounds, 1 MiB of them would become 1 GiB. */
const repeatedCharactersMax = 4 * 1024 * 1024;

/** Up to this size any body parses quickly, and checking its bounds first would slow down the usual ones. */
const unlookedMax = 65_536;

/**
 * `levels` and `names` are well above the limits of an event, so that those limits report the place. `values`: parsing
 * takes time for each value rather than for each byte, and a few KiB of gzip can hold half a million.
 */
const bodyBounds = { levels: 2 * eventLimits.levels, names: 2 * eventLimits.keys, values: 80_000 };

const tooMuch =
  `An event may be ${eventLimits.levels} levels deep and have ${eventLimits.keys} keys and ` +
  `${eventLimits.elements} list elements; the events of a request may have ${bodyBounds.values} values in all.`;

const tooOften = 'The static values are too many or too large for this many events.';

/**
 * Matches numbers whose JSON text may differ from JavaScript's output: `1.50`, `1e3`, `-0`, 16 digits. May match too
 * much.
 */
const oddNumber = /[:,[\s]-?(?:\d+(?:\.\d*)?[eE]|\d+\.\d*0(?!\d)|[\d.]{16}|0\.0{6})|[:,[\s]-0/;

const utf8 = new TextDecoder('utf-8', { fatal: true });

/**
 * The parts of a body that may be taken: `own` has the values of each event, without the static ones, `sent` the same
 * with null where the sender said so; `lengths` is the length of the shortest JSON of each event.
 */
type ReadBody = { base: StaticValues | null; sent: JsonObject[]; own: Event['data'][]; lengths: number[] };

/** The static values, and of each one how many keys and elements it has. */
type StaticValues = { data: Event['data']; sizes: Map<string, Size>; total: Size };
type Size = { keys: number; elements: number };

/** Checks a parsed body and normalises its values in place; the refusal when it can't be taken. */
function readBody(body: unknown, findings: Findings): ReadBody | Refusal {
  if (!isObject(body)) return refusal('invalid_events', 'The body must be a JSON object.', '');
  const { static: shared, events } = body;
  if (!Array.isArray(events) || events.length === 0) {
    return refusal('invalid_events', 'The body must have a non-empty list of events.', '/events');
  }
  if (events.length > eventsMax) return refusal('too_large', `A request can hold ${eventsMax} events.`, '/events');
  if (shared !== undefined && shared !== null && !isObject(shared)) {
    return refusal('invalid_events', 'Static values must be an object.', '/static');
  }
  const normal = shared ? normalise(shared, findings) : null;
  if (findings.exceedsLimits) return refusal('events_too_deep', tooMuch, '/static');
  const base = normal === null ? null : staticValues(normal);
  if (base !== null && JSON.stringify(base.data).length * events.length > repeatedCharactersMax) {
    return refusal('too_large', tooOften, '/static');
  }
  let values = base === null ? 0 : (base.total.keys + base.total.elements) * events.length;
  const read: ReadBody = { base, sent: events, own: [], lengths: [] };
  for (const [i, event] of events.entries()) {
    if (!isObject(event) || isEmpty(event)) {
      return refusal('invalid_events', 'An event must be a non-empty object.', `/events/${i}`);
    }
    const own = normalise(event, findings);
    if (findings.exceedsLimits || (base !== null && exceedsTogether(base, event, findings))) {
      return refusal('events_too_deep', tooMuch, `/events/${i}`);
    }
    values += findings.keys + findings.elements;
    if (base !== null && values > bodyBounds.values) return refusal('too_large', tooOften, '/static');
    read.own.push(own);
    read.lengths.push(findings.textLength);
  }
  return read;
}

function takeEvents(
  { base: shared, sent, own }: ReadBody,
  reception: Reception,
  mayHaveLoneSurrogates: boolean,
): ParsedEvents {
  const base = shared === null ? null : mayHaveLoneSurrogates ? wellFormed(shared.data) : shared.data;
  const receivedAt = reception.receivedAt.toISOString();
  const source = { collectorId: reception.collectorId, format: 'infinity' };
  const taken: IncomingEvent[] = [];
  for (const [i, values] of own.entries()) {
    const normal = mayHaveLoneSurrogates ? wellFormed(values) : values;
    const original = sent[i] ?? {};
    const data = base === null ? normal : merged(base, normal, values === original ? null : original);
    if (isEmpty(data)) return refusal('invalid_events', 'An event must have a value.', `/events/${i}`);
    taken.push({
      name: firstText(data['wt.ev'], data['wt.ti']),
      visitorId: firstText(data['wt.dcsvid'], data['wt.co_f']),
      sessionId: null,
      occurredAt: occurredAtOf(data, receivedAt),
      data,
      ext: {},
      session: {},
      source,
      identity: firstText(data['messageId'], data['eventId']),
    });
  }
  return { ok: true, events: taken };
}

function staticValues(data: Event['data']): StaticValues {
  const sizes = new Map(Object.entries(data).map(([key, value]) => [key, sizeOf(value)]));
  const total = { keys: 0, elements: 0 };
  for (const { keys, elements } of sizes.values()) {
    total.keys += keys;
    total.elements += elements;
  }
  return { data, sizes, total };
}

/** The keys of a member of an object, its own included, and the elements of its lists. */
function sizeOf(member: DataValue): Size {
  const size = { keys: 1, elements: 0 };
  const add = (value: DataValue): void => {
    if (typeof value === 'string') return;
    const inner = Object.values(value);
    if (Array.isArray(value)) size.elements += inner.length;
    else size.keys += inner.length;
    inner.forEach(add);
  };
  add(member);
  return size;
}

/** Whether an event exceeds its limits with the static values that it does not replace. */
function exceedsTogether({ sizes, total }: StaticValues, event: JsonObject, { keys, elements }: Findings): boolean {
  const size = { keys: total.keys + keys, elements: total.elements + elements };
  if (size.keys <= eventLimits.keys && size.elements <= eventLimits.elements) return false;
  for (const key in event) {
    const replaced = sizes.get(key);
    if (replaced === undefined) continue;
    size.keys -= replaced.keys;
    size.elements -= replaced.elements;
  }
  return size.keys > eventLimits.keys || size.elements > eventLimits.elements;
}

/**
 * The values of an event before the static ones. `sent`: what the sender gave, when it has nulls, which remove a static
 * value.
 */
function merged(base: Event['data'], own: Event['data'], sent: JsonObject | null): Event['data'] {
  const data = { ...base, ...own };
  for (const key in sent) {
    if (sent[key] !== null) continue;
    const name = key.toWellFormed();
    if (!Object.hasOwn(own, name)) delete data[name];
  }
  return data;
}

/**
 * Gives each event its part of the request text, if the text is as short as JSON of these events can be. It then
 * contains nothing else (no space, no escape, no duplicate key), so the position of each event is known, and
 * serialising would give the same text except for the order of keys. Serialising again would cost a sixth of
 * accepting an event. Does not apply to events merged with static values, which are longer than their text. `bytes`:
 * those of a text in ASCII, from which each part gets memory of its own; else it is a view of the whole text.
 */
function keepTexts(events: readonly IncomingEvent[], lengths: readonly number[], text: string, bytes: Buffer | null) {
  const commas = events.length - 1;
  if (text.length !== textStart.length + lengths.reduce((sum, length) => sum + length, commas) + textEnd.length) return;
  let at = textStart.length;
  for (const [i, event] of events.entries()) {
    const end = at + (lengths[i] ?? 0);
    const json = bytes === null ? text.slice(at, end) : bytes.toString('latin1', at, end);
    event.sent = { data: event.data, json, isExact: bytes !== null && !isReordered(event.data) };
    at = end + 1;
  }
}

/** JavaScript puts names that are whole numbers before all others. */
function isReordered(data: Event['data']): boolean {
  for (const first in data) return isWhole.test(first);
  return false;
}

const isWhole = /^\d+$/;
const textStart = '{"events":[';
const textEnd = ']}';

/**
 * When an event occurred, RFC 3339 in UTC: `wt.ets`, else `dcsdat`, else the time of receipt. Both may be Unix time
 * (10 digits are seconds, 13 milliseconds) or RFC 3339; without an offset it is UTC. Unreadable values are ignored.
 */
function occurredAtOf(data: Event['data'], receivedAt: string): string {
  return timeOf(data['wt.ets']) ?? timeOf(data['dcsdat']) ?? receivedAt;
}

const unixTime = /^(?:\d{10}|\d{13})$/;
const dateAndTime = /^\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?<zone>[Zz]|[+-]\d\d:\d\d)?$/;

function timeOf(value: unknown): string | null {
  if (typeof value !== 'string') return null;
  if (unixTime.test(value)) {
    return new Date(value.length === 10 ? Number(value) * 1000 : Number(value)).toISOString();
  }
  const match = dateAndTime.exec(value);
  if (match === null) return null;
  const time = new Date(match.groups?.['zone'] === undefined ? `${value}Z` : value);
  return Number.isNaN(time.getTime()) ? null : time.toISOString();
}

/** An object from JSON.parse; names like `__proto__` are its own properties. */
type JsonObject = Record<string, unknown>;

/**
 * Facts about an event from one walk through it. `textLength`: length of its shortest JSON in UTF-16 units; NaN when
 * it has values other than texts.
 */
type Findings = { exceedsLimits: boolean; hasNumbers: boolean; keys: number; elements: number; textLength: number };

const noFindings = (): Findings => ({ exceedsLimits: false, hasNumbers: false, keys: 0, elements: 0, textLength: 0 });

/**
 * Turns parsed JSON into event data **in place**: numbers and booleans become their JSON text, null is removed, lists
 * and objects stay. An event of texts alone, the usual case, is not changed. If `findings.exceedsLimits` is set
 * afterwards, the result must not be used.
 */
function normalise(event: JsonObject, findings: Findings): Event['data'] {
  findings.keys = 0;
  findings.elements = 0;
  findings.textLength = bracesLength;
  const data = normaliseObject(event, 1, findings);
  return data as Event['data']; // every value was just checked or replaced; the type can't follow a change in place
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const bracesLength = '{}'.length;
const memberLength = '"":"",'.length;

// Assigning to `__proto__` is harmless here: it is an own property, which takes precedence over the setter. `in`
// finds only own properties, since Object.prototype is never extended, and takes half the time of a list of keys.
function normaliseObject(object: JsonObject, level: number, findings: Findings): JsonObject {
  if (level > eventLimits.levels) {
    findings.exceedsLimits = true;
    return object;
  }
  let hasNull = false;
  let length = 0;
  for (const key in object) {
    findings.keys += 1;
    const value = object[key];
    if (typeof value === 'string') {
      length += key.length + value.length + memberLength;
      continue;
    }
    length = Number.NaN;
    if (value === null) hasNull = true;
    else object[key] = normaliseValue(value, level, findings);
  }
  if (findings.keys > eventLimits.keys) findings.exceedsLimits = true;
  if (length > 0) length -= ','.length;
  findings.textLength += length;
  return hasNull ? Object.fromEntries(Object.entries(object).filter(([, value]) => value !== null)) : object;
}

function normaliseValue(value: unknown, level: number, findings: Findings): unknown {
  if (typeof value === 'string') return value;
  if (typeof value === 'number') {
    findings.hasNumbers = true;
    return String(value);
  }
  if (Array.isArray(value)) return normaliseList(value, level + 1, findings);
  return isObject(value) ? normaliseObject(value, level + 1, findings) : String(value);
}

function normaliseList(list: unknown[], level: number, findings: Findings): unknown[] {
  findings.elements += list.length;
  if (level > eventLimits.levels || findings.elements > eventLimits.elements) {
    findings.exceedsLimits = true;
    return list;
  }
  return list.filter((value) => value !== null).map((value) => normaliseValue(value, level, findings));
}

function firstText(first: unknown, second: unknown): string | null {
  if (typeof first === 'string' && first !== '') return first;
  return typeof second === 'string' && second !== '' ? second : null;
}

function isEmpty(object: object): boolean {
  for (const key in object) if (Object.hasOwn(object, key)) return false;
  return true;
}

function refusal(code: Refusal['code'], message: string, pointer: string | null = null): Refusal {
  return { ok: false, code, message, pointer };
}
