import type { IncomingEvent } from '../../contract/records/event.ts';
import { maskedAddress } from '../masked-address.ts';
import { occurredAtOf } from './event-times.ts';
import { type Reception, type Refusal, type RefusedEvent, refusal } from './format.ts';
import { isEmpty, isObject, type JsonObject, noFindings, normalise, tooMuch } from './json-values.ts';
import { identityOf, textOf } from './sdk-requests.ts';
import { contextsOf, memberNames, putPresent, saidBy } from './snowplow-data.ts';

/** What is elsewhere in the event, and not in `ext` under its name in the tracker protocol. */
const placed = new Set([
  ...['e', 'eid', 'uid', 'duid', 'sid', 'dtm', 'stm', 'ttm', 'ue_pr', 'ue_px', 'co', 'cx'],
  ...['url', 'page', 'refr', 'tv', 'lang', 'tz', 'ua', 'ip'],
  ...memberNames,
]);

/** An event of a tracker; `address`: the network of a page. */
export function snowplowEvent(
  item: JsonObject,
  json: () => Uint8Array,
  address: string | null,
  reception: Reception,
): IncomingEvent | RefusedEvent {
  const id = textOf(item['eid']);
  const refused = ({ code, message }: Refusal): RefusedEvent => ({
    ...refusal(code, message),
    ...(id === null ? {} : { id }),
  });
  const said = saidBy(item);
  if ('ok' in said) return refused(said);
  const read = contextsOf(item);
  if ('ok' in read) return refused(read);
  const contexts = read.value;
  const ofData = noFindings();
  const ofExt = noFindings();
  const session = contexts['client_session'];
  const sessionId = textOf(item['sid']) ?? (isObject(session) ? textOf(session['sessionId']) : null);
  const data = normalise(said.data, ofData);
  const ext = normalise(extOf(item, said.schema, contexts, address), ofExt);
  if (ofData.exceedsLimits || ofExt.exceedsLimits) return refused(refusal('events_too_deep', tooMuch));
  const anonymousId = textOf(item['duid']) ?? textOf(item['nuid']) ?? textOf(item['tnuid']);
  // The time that a caller gives is no time of the tracker's clock.
  const trueTime = textOf(item['ttm']);
  return {
    name: said.name,
    visitorId: textOf(item['uid']) ?? anonymousId,
    anonymousId,
    sessionId,
    occurredAt: occurredAtOf(
      {
        time: trueTime ?? textOf(item['dtm']),
        sentAt: textOf(item['stm']),
        isServer: trueTime !== null || item['p'] === 'srv',
      },
      reception.receivedAt,
    ),
    data,
    ext,
    session: {},
    source: { collectorId: reception.collectorId, format: 'snowplow' },
    identity: identityOf(id, json),
  };
}

function extOf(item: JsonObject, schema: unknown, contexts: JsonObject, address: string | null): JsonObject {
  const ext: JsonObject = {};
  for (const name in item) if (!placed.has(name)) putPresent(ext, name, item[name]);
  const page: JsonObject = {};
  putPresent(page, 'url', item['url']);
  putPresent(page, 'title', item['page']);
  putPresent(page, 'referrer', item['refr']);
  if (!isEmpty(page)) ext['page'] = page;
  const library = libraryOf(textOf(item['tv']) ?? '');
  if (library !== null) ext['library'] = library;
  putPresent(ext, 'locale', item['lang']);
  putPresent(ext, 'timezone', item['tz']);
  putPresent(ext, 'userAgent', item['ua']);
  const ip = textOf(item['ip']);
  putPresent(ext, 'ip', ip === null ? address : maskedAddress(ip));
  putPresent(ext, 'schema', schema);
  if (!isEmpty(contexts)) ext['contexts'] = contexts;
  return ext;
}

/** The name and the version of a tracker, `js-4.10.1`; null: it has another form. */
function libraryOf(tracker: string): JsonObject | null {
  const dash = tracker.lastIndexOf('-');
  if (dash === -1 || tracker === '-') return null;
  const library = putPresent({}, 'name', tracker.slice(0, dash));
  return putPresent(library, 'version', tracker.slice(dash + 1));
}
