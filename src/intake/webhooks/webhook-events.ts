import type { IncomingHttpHeaders } from 'node:http';
import type { WebhookIntake } from '../../contract/documents/webhook-intake.ts';
import { valueAt } from '../../contract/json-path.ts';
import type { IncomingEvent } from '../../contract/records/event.ts';
import { occurredAtOf } from '../formats/event-times.ts';
import { type ParsedEvents, type Reception, refusal } from '../formats/format.ts';
import { type JsonObject, noFindings, normalise, tooMuch } from '../formats/json-values.ts';
import { openJson } from '../formats/opened-json.ts';
import { identityOf, textOf } from '../formats/sdk-requests.ts';
import { standardPrefix } from './signature.ts';
import { bodyAsJson } from './webhook-body.ts';

const eventsMax = 1_000;

/**
 * The events of a webhook: its object, or each object of its list. The places of the collector say where name, visitor, time
 * and id stand. Throws AppError when nothing of the body can be read.
 */
export async function webhookEvents(
  body: Buffer,
  headers: IncomingHttpHeaders,
  webhooks: WebhookIntake | null | undefined,
  reception: Reception,
): Promise<ParsedEvents> {
  const json = bodyAsJson(body, headers['content-type']);
  if (!Buffer.isBuffer(json)) return json;
  const { count, itemAt, jsonOf } = await openJson(json, null);
  if (count === 0) return refusal('invalid_events', 'The list of the body is empty.');
  if (count > eventsMax) return refusal('too_large', `A webhook can hold ${eventsMax} events.`);
  const scheme = webhooks?.scheme ?? 'none';
  const ext = extOf(scheme, headers);
  const findings = noFindings();
  const events: IncomingEvent[] = [];
  for (let index = 0; index < count; index++) {
    const pointer = count === 1 ? null : `/${index}`;
    const item = itemAt(index);
    if (!item.ok) return { ...item, pointer };
    const data = normalise(item.value, findings);
    if (findings.exceedsLimits) return refusal('events_too_deep', tooMuch, pointer);
    const textOfField = (field: Field) => textAt(placesOf(webhooks, field, headers), data, headers);
    const id = textOfField('id');
    const isOfRequest = count > 1 && isHeader(placesOf(webhooks, 'id', headers), data, headers);
    events.push({
      name: textOfField('name'),
      visitorId: textOfField('visitor'),
      anonymousId: null,
      sessionId: null,
      occurredAt: occurredAtOf({ time: textOfField('time'), sentAt: null, isServer: true }, reception.receivedAt),
      data,
      ext: { ...ext },
      session: {},
      source: { collectorId: reception.collectorId, format: 'webhooks' },
      identity: identityIn(id, isOfRequest ? index : null, () => jsonOf(index), scheme === 'none' ? headers : {}),
    });
  }
  return { ok: true, events };
}

type Field = 'name' | 'visitor' | 'time' | 'id';
type Places = Readonly<Record<Field, readonly string[]>>;

const unknownProvider: Places = { name: ['type', 'event'], visitor: [], time: [], id: [] };

/** Where the values stand unless the collector says otherwise; the first that is there counts. */
const standardPlaces: Readonly<Record<WebhookIntake['scheme'], Places>> = {
  none: unknownProvider,
  hmac: unknownProvider,
  'standard-webhooks': {
    name: ['type'],
    visitor: [],
    time: ['timestamp'],
    id: [], // the one that is signed (`placesOf`)
  },
  stripe: { name: ['type'], visitor: ['data.object.customer'], time: ['created'], id: ['id'] },
  github: { name: ['header:x-github-event'], visitor: ['sender.login'], time: [], id: ['header:x-github-delivery'] },
  shopify: {
    name: ['header:x-shopify-topic'],
    visitor: ['customer.id'],
    time: ['header:x-shopify-triggered-at'],
    id: ['header:x-shopify-webhook-id'],
  },
};

function placesOf(
  webhooks: WebhookIntake | null | undefined,
  field: Field,
  headers: IncomingHttpHeaders,
): readonly string[] {
  const own = webhooks?.[field] ?? null;
  // The id that is signed: a signed request could be sent again under another one.
  if (own === null && field === 'id' && webhooks?.scheme === 'standard-webhooks')
    return [`${ofHeader}${standardPrefix(headers)}-id`];
  return own === null ? standardPlaces[webhooks?.scheme ?? 'none'][field] : [own];
}

/** The value of the first place that has one. `data` has texts, lists and objects alone. */
function textAt(places: readonly string[], data: JsonObject, headers: IncomingHttpHeaders): string | null {
  for (const place of places) {
    const text = textOf(place.startsWith(ofHeader) ? headers[nameIn(place)] : valueAt(data, place));
    if (text !== null) return text;
  }
  return null;
}

const ofHeader = 'header:';
const nameIn = (place: string) => place.slice(ofHeader.length).toLowerCase();

const isHeader = (places: readonly string[], data: JsonObject, headers: IncomingHttpHeaders) =>
  places.some((place) => place.startsWith(ofHeader) && textAt([place], data, headers) !== null);

/**
 * The id of the provider. Without one the bytes identify the event, unless the sender gave an Idempotency-Key. `headers`: none where
 * a scheme signs, but not that key: a signed request could be sent again under another one.
 */
function identityIn(
  id: string | null,
  index: number | null,
  json: () => Uint8Array,
  headers: IncomingHttpHeaders,
): string | null {
  if (id === null && headers['idempotency-key'] !== undefined) return null;
  return identityOf(id === null || index === null ? id : `${id}:${index}`, json);
}

const prefixes: Partial<Record<WebhookIntake['scheme'], string>> = { github: 'x-github-', shopify: 'x-shopify-' };

/** What the provider says in headers of its own, but for signatures. They are not signed. */
function extOf(scheme: WebhookIntake['scheme'], headers: IncomingHttpHeaders): IncomingEvent['ext'] {
  const prefix = prefixes[scheme];
  if (prefix === undefined) return {};
  const own = Object.entries(headers).flatMap(([name, value]) =>
    name.startsWith(prefix) && !/hmac|signature/.test(name) && typeof value === 'string'
      ? [[name.slice(prefix.length), value] as const]
      : [],
  );
  return own.length === 0 ? {} : { [scheme]: Object.fromEntries(own) };
}
