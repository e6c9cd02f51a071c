import type { Event, IncomingEvent } from '../../contract/records/event.ts';
import { timeOf } from './event-times.ts';
import {
  decodedKey,
  type Format,
  openHeaders,
  type ParsedEvents,
  type Reception,
  type Refusal,
  type ResponseHeaders,
  refusal,
} from './format.ts';
import {
  bodyBounds,
  eventLimits,
  type Findings,
  isEmpty,
  isObject,
  type JsonObject,
  noFindings,
  normalise,
  parseJson,
  parseJsonWithNumberTexts,
  type Size,
  sizeOf,
  tooMuch,
} from './json-values.ts';
import { pixel } from './pixel.ts';
import { wellFormed } from './rare-texts.ts';

const jsonHeaders = { ...openHeaders, 'content-type': 'application/json; charset=utf-8' };

/** Oracle Infinity's data collection API: `POST /v3/{key}`, and `GET /{key}/dcs.gif`. */
export const infinity: Format = {
  name: 'infinity',
  routes: [
    {
      method: 'POST',
      segment: 'v3',
      path: /^\/v3\/([^/#]+)$/,
      keyOf: ([, key = '']) => decodedKey(key),
      read: (body) => ({ key: null, parse: (reception) => parseInfinity(body, reception) }),
      respond(ids: readonly string[], headers: ResponseHeaders) {
        // No escaping: ids consist of letters, digits and underscores.
        const body = `{"accepted":${ids.length},"ids":["${ids.join('","')}"]}`;
        return { status: 200, headers: { ...jsonHeaders, ...headers }, body };
      },
    },
    {
      method: 'GET',
      segment: null,
      // The Inbox and the console's files have paths like the pixel.
      path: /^\/(?!api\/|assets\/|inbox\/)([^/#]+)\/dcs\.gif$/,
      keyOf: ([, key = '']) => decodedKey(key),
      read: (query) => ({ key: null, parse: (reception) => parseDcsGif(query, reception) }),
      respond: (_ids: readonly string[], headers: ResponseHeaders) => pixel(headers),
    },
  ],
};

/**
 * Parses a body of the data collection API, `{static?: {…}, events: [{…}, …]}`, in UTF-8 with or without a byte order
 * mark. Other members of the body are ignored; of a key given twice the last counts. Numbers keep their spelling;
 * lone surrogates become U+FFFD.
 */
export function parseInfinity(body: Buffer, reception: Reception): ParsedEvents {
  const json = parseJson(body);
  if ('ok' in json) return json;
  const { text } = json;
  const findings = noFindings();
  const read = readBody(json.value, findings);
  if ('ok' in read) return read;
  const mayHaveLoneSurrogates = text.includes('\\u') && (text.includes('\\ud') || text.includes('\\uD'));
  const exact = findings.hasNumbers ? parseJsonWithNumberTexts(text) : null;
  if (exact !== null) {
    const again = readBody(exact.value, findings);
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

const eventsMax = 1_000;

/** Static values are stored with every event; without bounds, 1 MiB of them would become 1 GiB. */
const repeatedCharactersMax = 4 * 1024 * 1024;

const tooOften = 'The static values are too many or too large for this many events.';

/**
 * The parts of a body that may be taken: `own` has the values of each event, without the static ones, `sent` the same
 * with null where the sender said so; `lengths` is the length of the shortest JSON of each event.
 */
type ReadBody = { base: StaticValues | null; sent: JsonObject[]; own: Event['data'][]; lengths: number[] };

/** The static values, and of each one how many keys and elements it has. */
type StaticValues = { data: Event['data']; sizes: Map<string, Size>; total: Size };

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
      anonymousId: null,
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

function firstText(first: unknown, second: unknown): string | null {
  if (typeof first === 'string' && first !== '') return first;
  return typeof second === 'string' && second !== '' ? second : null;
}
