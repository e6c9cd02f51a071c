import { isUtf8 } from 'node:buffer';
import type { IncomingHttpHeaders } from 'node:http';
import type { Event, IncomingEvent } from '../../contract/records/event.ts';
import { occurredAtOf } from './event-times.ts';
import {
  type Batch,
  type BatchRoute,
  decodedKey,
  type Format,
  type IntakeRequest,
  type Reception,
  type RefusedEvent,
  refusal,
} from './format.ts';
import { isObject, type JsonObject, noFindings, normalise, parseAnyJson, tooMuch, without } from './json-values.ts';
import { locatedEvents } from './located-events.ts';
import { eventBytesMax, openJson } from './opened-json.ts';
import { identityOf, sdkRefusal, success, textOf } from './sdk-requests.ts';

/**
 * CloudEvents 1.0 and 0.3 over HTTP: binary (attributes in headers `ce-…`), structured and batched, whatever the type of the
 * body says.
 */
const events: BatchRoute = {
  method: 'POST',
  segment: 'cloudevents',
  path: /^\/cloudevents\/([^/#]+)\/?$/,
  keyOf: ([, key = '']) => decodedKey(key),
  open: (body, request) =>
    request.headers['ce-specversion'] === undefined ? openStructured(body) : Promise.resolve(openBinary(body, request)),
  respond: (_taken, headers) => success(headers),
  refuse: sdkRefusal,
  /** The handshake of HTTP 1.1 Web Hooks for Event Delivery §4: a sender asks whether it may send here. */
  handshake({ headers }) {
    const origin = headers['webhook-request-origin'];
    if (typeof origin !== 'string') return null;
    return { allow: 'POST, OPTIONS', 'webhook-allowed-origin': origin, 'webhook-allowed-rate': '*' };
  },
};

export const cloudevents: Format = { name: 'cloudevents', routes: [events] };

const openStructured = async (body: Buffer): Promise<Batch> =>
  locatedEvents(await openJson(body, null), { format: 'cloudevents', keyOf: () => null, eventOf });

function openBinary(body: Buffer, { headers }: IntakeRequest): Batch {
  return {
    key: () => null,
    format: 'cloudevents',
    count: 1,
    bytesOf: () => body.length,
    eventAt(_index, reception) {
      if (body.length > eventBytesMax) return refusal('too_large', 'The event is over 1 MiB.');
      const content = contentOf(body, headers['content-type']);
      if ('ok' in content) return content;
      return eventOf({ ...attributesOf(headers), ...content }, () => body, reception);
    },
  };
}

/** What is elsewhere in the event than among its attributes. */
const ofOthers: readonly string[] = ['id', 'time', 'type', 'data', 'data_base64', 'datacontentencoding'];

/** The event of its attributes and its data. */
function eventOf(item: JsonObject, json: () => Uint8Array, reception: Reception): IncomingEvent | RefusedEvent {
  const { id, time, type, data, data_base64: base64, datacontentencoding: encoding } = item;
  const attributes = without(ofOthers, item);
  const name = textOf(type);
  const source = textOf(attributes['source']);
  const ids = textOf(id) === null ? {} : { id: String(id) };
  if (name === null || source === null)
    return { ...refusal('invalid_events', 'A CloudEvent needs a type and a source.'), ...ids };
  const findings = noFindings();
  const value = encoding === 'base64' ? { data_base64: data } : dataOf(data, base64);
  const normal = normalise(value, findings);
  const ofAttributes = noFindings();
  const ext = normalise(attributes, ofAttributes);
  if (findings.exceedsLimits || ofAttributes.exceedsLimits) return { ...refusal('events_too_deep', tooMuch), ...ids };
  return {
    name,
    visitorId: textOf(attributes['subject']),
    anonymousId: null,
    sessionId: null,
    occurredAt: occurredAtOf({ time, sentAt: null, isServer: true }, reception.receivedAt),
    data: normal,
    ext,
    session: {},
    source: { collectorId: reception.collectorId, format: 'cloudevents' },
    // An id is unique in its source.
    identity: identityOf(textOf(id) === null ? null : `${source} ${id}`, json),
  };
}

/** Data that is an object is the data of the event; other data is its member `data`, or `data_base64` when it is binary. */
function dataOf(data: unknown, base64: unknown): JsonObject {
  if (isObject(data)) return data;
  if (data !== undefined && data !== null) return { data };
  return base64 === undefined || base64 === null ? {} : { data_base64: base64 };
}

/** The data of a body: JSON unless its type says something else, which some SDKs leave out or take from HTTP forms. */
function contentOf(body: Buffer, type: string | undefined): { data?: unknown; data_base64?: string } | RefusedEvent {
  if (body.length === 0) return {};
  const isJson = type === undefined || type === '' || /[/+]json\b|\/x-www-form-urlencoded/i.test(type);
  if (isJson) {
    const json = parseAnyJson(body);
    if (!('ok' in json)) return { data: json.value };
    if (type !== undefined && /json/i.test(type)) return json;
  }
  const isText = isUtf8(body) && (isJson || /^text\/|\bxml\b/i.test(type ?? ''));
  return isText ? { data: body.toString() } : { data_base64: body.toString('base64') };
}

/** The attributes in headers, and the type of the body as that of the data. */
function attributesOf(headers: IncomingHttpHeaders): Event['data'] {
  const attributes: [string, string][] = [];
  for (const [name, value] of Object.entries(headers))
    if (name.startsWith('ce-') && typeof value === 'string') attributes.push([name.slice(3), headerText(value)]);
  const type = headers['content-type'];
  return Object.fromEntries(type === undefined ? attributes : [['datacontenttype', type], ...attributes]);
}

/** A header value: percent-encoded as CloudEvents says, or raw in UTF-8 or Latin-1, in which a `%` may be just that. */
function headerText(value: string): string {
  const bytes = Buffer.from(value, 'latin1');
  const text = isUtf8(bytes) ? bytes.toString() : value;
  return text.replace(/(?:%[\da-f]{2})+/gi, (escaped) => {
    const decoded = Buffer.from(escaped.replaceAll('%', ''), 'hex');
    return isUtf8(decoded) ? decoded.toString() : escaped;
  });
}
