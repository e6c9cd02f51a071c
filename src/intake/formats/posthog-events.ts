import { AppError } from '../../contract/errors.ts';
import type { Event, IncomingEvent } from '../../contract/records/event.ts';
import { maskedAddress } from '../masked-address.ts';
import { ageMsMax, occurredAtOf } from './event-times.ts';
import { type Batch, type IntakeRequest, type Reception, type RefusedEvent, refusal } from './format.ts';
import { isEmpty, isObject, type JsonObject, noFindings, normalise, tooMuch, without } from './json-values.ts';
import { locatedEvents } from './located-events.ts';
import { eventBytesMax, openJson } from './opened-json.ts';
import { identityOf, pageAddress, textOf } from './sdk-requests.ts';

/** Reads `{api_key, batch: […], sent_at}`, a list of events or one of them, as JSON or in a form as older SDKs send it. */
export async function openPosthog(body: Buffer, request: IntakeRequest): Promise<Batch> {
  const opened = await openJson(isForm(body) ? jsonOfForm(body) : body, 'batch');
  const around = opened.around ?? {};
  const sentAt = textOf(around['sent_at']) ?? textOf(around['sentAt']) ?? textOf(around['created_at']);
  const address = pageAddress(request);
  return locatedEvents(opened, {
    format: 'posthog',
    keyOf,
    eventOf: (item, json, reception) => eventOf(item, json, { sentAt, address }, reception),
  });
}

function keyOf(item: JsonObject): string | null {
  return textOf(item['api_key']) ?? textOf(item['token']) ?? textOf(partOf(item, 'properties')['token']);
}

const formStart = Buffer.from('data=');
const isForm = (body: Buffer): boolean => body.subarray(0, formStart.length).equals(formStart);

/** The JSON of a form, whose value `data` is JSON or its Base64. */
function jsonOfForm(body: Buffer): Buffer {
  if (body.length > eventBytesMax) throw new AppError('too_large', 'A form with events is over 1 MiB.');
  const data = new URLSearchParams(body.toString()).get('data') ?? '';
  return /^\s*[[{]/.test(data) ? Buffer.from(data) : Buffer.from(data.replaceAll(' ', '+'), 'base64');
}

/** Events whose data are traits. */
const ofTraits: readonly string[] = ['$identify', '$set', '$set_once'];

/** SDKs of back ends, which name themselves or say so. */
const server = /^posthog-(?:node|edge|python|go|java|server|ruby|php|dotnet|rs|rust|elixir)\b/;

function eventOf(
  item: JsonObject,
  json: () => Uint8Array,
  { sentAt, address }: { sentAt: string | null; address: string | null },
  reception: Reception,
): IncomingEvent | RefusedEvent {
  const name = textOf(item['event']);
  const properties = partOf(item, 'properties');
  const id = textOf(item['uuid']) ?? textOf(properties['$insert_id']);
  const refused = (code: RefusedEvent['code'], message: string): RefusedEvent => ({
    ...refusal(code, message),
    ...(id === null ? {} : { id }),
  });
  if (name === null) return refused('invalid_events', 'An event needs the name event.');
  const library = textOf(properties['$lib']) ?? textOf(item['library']);
  const isServer = properties['$is_server'] === true || server.test(library ?? '');
  const findings = noFindings();
  const ext = extOf(item, properties, library, address);
  // In place: from here on, the properties are texts.
  const data = normalise(dataOf(name, item, properties), findings);
  if (findings.exceedsLimits) return refused('events_too_deep', tooMuch);
  const { visitorId, anonymousId } = personOf(name, item, properties);
  return {
    name,
    visitorId,
    anonymousId,
    sessionId: textOf(properties['$session_id']),
    occurredAt: timeOfEvent(item, sentAt, isServer, reception),
    data,
    ext,
    session: {},
    source: { collectorId: reception.collectorId, format: 'posthog' },
    identity: identityOf(id, json),
  };
}

/** Older pages send the age of an event in milliseconds, `offset`, in place of its time. */
function timeOfEvent(item: JsonObject, sentAt: string | null, isServer: boolean, { receivedAt }: Reception): string {
  const time = textOf(item['timestamp']);
  const age = Number(textOf(item['offset']) ?? Number.NaN);
  if (time !== null || !(age >= 0 && age <= ageMsMax))
    return occurredAtOf({ time, sentAt: sentAt ?? textOf(item['sent_at']), isServer }, receivedAt);
  return new Date(receivedAt.getTime() - age).toISOString();
}

/** Pages have a device id, which is the id of a visitor until one is known. */
function personOf(name: string, item: JsonObject, properties: JsonObject) {
  const user = textOf(properties['$user_id']);
  const device = textOf(properties['$device_id']);
  const distinct = textOf(item['distinct_id']) ?? textOf(properties['distinct_id']);
  // The id of an event about a group is no visitor's, but for pages.
  const visitorId = name === '$groupidentify' && device === null ? user : distinct;
  const known = device === null || user !== null;
  return { visitorId, anonymousId: textOf(properties['$anon_distinct_id']) ?? (known ? device : visitorId) };
}

/** Properties that are elsewhere in the event. */
const ofOthers: readonly string[] = ['token', '$ip', '$set', '$set_once'];

/** The properties of an event with its traits; of an event about traits, these alone stand among them. */
function dataOf(name: string, item: JsonObject, properties: JsonObject): JsonObject {
  const own = without(ofOthers, properties);
  const set = { ...partOf(properties, '$set'), ...partOf(item, '$set') };
  const once = { ...partOf(properties, '$set_once'), ...partOf(item, '$set_once') };
  if (ofTraits.includes(name)) return { ...own, ...once, ...set };
  const data: JsonObject = own;
  if (!isEmpty(set)) data['$set'] = set;
  if (!isEmpty(once)) data['$set_once'] = once;
  return data;
}

function extOf(item: JsonObject, properties: JsonObject, library: string | null, address: string | null): Event['ext'] {
  const ext: Event['ext'] = {};
  const page: Event['ext'] = {};
  putText(page, 'url', properties['$current_url']);
  putText(page, 'path', properties['$pathname']);
  putText(page, 'title', properties['title']);
  putText(page, 'referrer', properties['$referrer']);
  if (!isEmpty(page)) ext['page'] = page;
  const used: Event['ext'] = {};
  putText(used, 'name', library);
  putText(used, 'version', properties['$lib_version'] ?? item['library_version']);
  if (!isEmpty(used)) ext['library'] = used;
  putText(ext, 'locale', properties['$browser_language']);
  putText(ext, 'timezone', properties['$timezone']);
  putText(ext, 'userAgent', properties['$raw_user_agent']);
  const ip = textOf(properties['$ip']) ?? textOf(item['ip']);
  putText(ext, 'ip', ip === null ? address : maskedAddress(ip));
  return ext;
}

function putText(object: Event['ext'], name: string, value: unknown): void {
  const text = textOf(value);
  if (text !== null) object[name] = text;
}

const partOf = (item: JsonObject, name: string): JsonObject => {
  const value = item[name];
  return isObject(value) ? value : {};
};
