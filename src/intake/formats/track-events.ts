import type { IntakeFormat } from '../../contract/documents/collector.ts';
import { AppError } from '../../contract/errors.ts';
import type { Event, IncomingEvent } from '../../contract/records/event.ts';
import { maskedAddress } from '../masked-address.ts';
import { occurredAtOf } from './event-times.ts';
import { type Batch, type IntakeRequest, type Reception, type RefusedEvent, refusal } from './format.ts';
import { type Findings, isObject, type JsonObject, noFindings, normalise, tooMuch } from './json-values.ts';
import { locatedEvents } from './located-events.ts';
import { openJson } from './opened-json.ts';
import { identityOf, pageAddress, textOf } from './sdk-requests.ts';

const types: readonly string[] = ['track', 'page', 'screen', 'identify', 'group', 'alias'];

/** The context of a batch is stored with each of its events; without a bound, 64 KiB of it would become 1 GiB. */
const repeatedCharactersMax = 4 * 1_048_576;

/** `formatOf`: the format of a request, by the members around its events (or of the only one) and its first event. */
type TrackAddress = {
  /** The type that the address gives to events that name none. */
  type: string | null;
  formatOf(around: JsonObject, first: JsonObject): IntakeFormat;
};

/** What the events of a request have in common. */
type Common = {
  format: IntakeFormat;
  type: string | null;
  context: Event['ext'] | null;
  sentAt: unknown;
  address: string | null;
};

/**
 * Reads a request of the family of SDKs with `track`, `page`, `screen`, `identify`, `group` and `alias`: one event, or
 * `{batch: […], sentAt, context, writeKey}`.
 */
export async function openTrack(body: Buffer, request: IntakeRequest, address: TrackAddress): Promise<Batch> {
  const opened = await openJson(body, 'batch');
  const first = opened.count === 0 ? null : opened.itemAt(0);
  if (opened.around === null && first?.ok === false) throw new AppError(first.code, first.message);
  const firstItem = first?.ok === true ? first.value : {};
  const around = opened.around ?? firstItem;
  const common: Common = {
    format: address.formatOf(around, firstItem),
    type: address.type,
    context: opened.around === null ? null : contextOf(around, opened.count),
    sentAt: around['sentAt'],
    address: pageAddress(request),
  };
  return locatedEvents(opened, {
    format: common.format,
    keyOf: ({ writeKey }) => textOf(writeKey),
    eventOf: (item, json, reception) => eventOf(item, json, common, reception),
  });
}

function contextOf({ context }: JsonObject, count: number): Event['ext'] | null {
  if (!isObject(context)) return null;
  const findings = noFindings();
  const normal = normalise(context, findings);
  if (findings.exceedsLimits) throw new AppError('events_too_deep', tooMuch);
  if (JSON.stringify(normal).length * count > repeatedCharactersMax)
    throw new AppError('too_large', 'The context of the batch is too large for this many events.');
  return normal;
}

function eventOf(
  item: JsonObject,
  json: () => Uint8Array,
  common: Common,
  reception: Reception,
): IncomingEvent | RefusedEvent {
  const type = textOf(item['type']) ?? common.type ?? '';
  const id = textOf(item['messageId']);
  const refused = (code: RefusedEvent['code'], message: string): RefusedEvent => ({
    ...refusal(code, message),
    ...(id === null ? {} : { id }),
  });
  if (!types.includes(type))
    return refused('invalid_events', `The type of an event must be one of ${types.join(', ')}.`);
  const name = type === 'track' ? textOf(item['event']) : type;
  if (name === null) return refused('invalid_events', 'A track needs the name of its event.');
  const ofContext = noFindings();
  const ofData = noFindings();
  const own: Event['ext'] = partOf(item['context'], ofContext);
  const context = common.context === null ? own : { ...common.context, ...own };
  const data = dataOf(type, item, context, ofData);
  if (ofContext.exceedsLimits || ofData.exceedsLimits) return refused('events_too_deep', tooMuch);
  const anonymousId = textOf(item['anonymousId']);
  const isServer = item['channel'] === 'server';
  return {
    name,
    visitorId: textOf(item['userId']) ?? anonymousId,
    anonymousId,
    sessionId: textOf(context['sessionId']),
    occurredAt: occurredAtOf(
      {
        // RudderStack sets the original time itself, and the other one only where the caller gives it.
        time: item['timestamp'] ?? item['originalTimestamp'],
        sentAt: item['sentAt'] ?? common.sentAt,
        isServer,
      },
      reception.receivedAt,
    ),
    data,
    ext: extOf(item, type, context, common.address),
    session: {},
    source: { collectorId: reception.collectorId, format: common.format },
    identity: identityOf(id, json),
  };
}

const partOf = (value: unknown, findings: Findings): Event['data'] =>
  isObject(value) ? normalise(value, findings) : {};

/** The properties or traits of an event, and what it says beside them and rules ask for. */
function dataOf(type: string, item: JsonObject, context: Event['ext'], findings: Findings): Event['data'] {
  switch (type) {
    case 'track':
      return partOf(item['properties'], findings);
    case 'page':
    case 'screen':
      return { ...membersOf(item, ['name', 'category']), ...partOf(item['properties'], findings) };
    case 'group':
      return { ...membersOf(item, ['groupId']), ...partOf(item['traits'], findings) };
    case 'alias':
      return membersOf(item, ['previousId']);
    default:
      return isObject(item['traits']) ? partOf(item['traits'], findings) : partOf(context['traits'], findings);
  }
}

/** The texts that an item has under these names. */
function membersOf(item: JsonObject, names: readonly string[]): Event['data'] {
  const members: Event['data'] = {};
  for (const name of names) {
    const text = textOf(item[name]);
    if (text !== null) members[name] = text;
  }
  return members;
}

/** The context of an event, **in place**: it is this event's own. */
function extOf(item: JsonObject, type: string, context: Event['ext'], address: string | null): Event['ext'] {
  const channel = textOf(item['channel']);
  if (channel !== null) context['channel'] = channel;
  const groupId = type === 'group' ? null : textOf(item['groupId']);
  if (groupId !== null) context['groupId'] = groupId;
  if (type === 'identify') delete context['traits'];
  const ip = textOf(context['ip']);
  if (ip !== null) context['ip'] = maskedAddress(ip);
  else if (address !== null) context['ip'] = address;
  return context;
}
