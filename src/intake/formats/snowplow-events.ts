import type { IncomingEvent } from '../../contract/records/event.ts';
import { maskedAddress } from '../masked-address.ts';
import { occurredAtOf } from './event-times.ts';
import { type Reception, type Refusal, type RefusedEvent, refusal } from './format.ts';
import { isObject, type JsonObject, noFindings, normalise, tooMuch } from './json-values.ts';
import { identityOf, textOf } from './sdk-requests.ts';
import { contextsOf, memberNames, objectOf, present, saidBy } from './snowplow-data.ts';

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
  const [, library, version] = /^(.*)-(.*)$/.exec(textOf(item['tv']) ?? '') ?? [];
  const ip = textOf(item['ip']);
  const others: [string, unknown][] = [];
  for (const name in item) if (!placed.has(name)) others.push([name, item[name]]);
  return present([
    ...others,
    [
      'page',
      objectOf([
        ['url', item['url']],
        ['title', item['page']],
        ['referrer', item['refr']],
      ]),
    ],
    [
      'library',
      objectOf([
        ['name', library],
        ['version', version],
      ]),
    ],
    ['locale', item['lang']],
    ['timezone', item['tz']],
    ['userAgent', item['ua']],
    ['ip', ip === null ? address : maskedAddress(ip)],
    ['schema', schema],
    ['contexts', objectOf(Object.entries(contexts))],
  ]);
}
