import { z } from 'zod';
import { timestamp } from '../text.ts';

/** A value of a parameter: text, or lists and objects of text. Intake converts numbers and booleans to text. */
export type DataValue = string | DataValue[] | { [key: string]: DataValue };

const dataValue: z.ZodType<DataValue> = z.lazy(() =>
  z.union([z.string(), z.array(dataValue), z.record(z.string(), dataValue)]),
);

/** One event of a visitor as it is stored, matched and shown. Times are RFC 3339 in UTC. */
export const event = z.strictObject({
  id: z.string(),
  name: z.string().nullable(),
  visitorId: z.string().nullable(),
  sessionId: z.string().nullable(),
  occurredAt: timestamp,
  receivedAt: timestamp,
  data: z.record(z.string(), dataValue),
  ext: z.record(z.string(), z.unknown()),
  session: z.record(z.string(), z.unknown()),
  source: z.strictObject({ collectorId: z.string(), format: z.string() }),
});
export type Event = z.output<typeof event>;

/**
 * An event as an intake format produces it, before the journal assigns an id. `identity` is the sender's id
 * (`messageId`, else `eventId`) for deduplication; null when the event has none.
 */
export const incomingEvent = event.omit({ id: true, receivedAt: true }).extend({ identity: z.string().nullable() });
export type IncomingEvent = z.output<typeof incomingEvent> & { sent?: SentText };

/** The original JSON of `data`. It describes this very object, not copies of it such as a masked one. */
type SentText = { readonly data: Event['data']; readonly json: string };

/** The header that counts how often an event came back through our own deliveries, which ends loops. */
export const hopsHeader = 'Millrace-Hops';

/** The key in `ext` that keeps the hop count of an event that came through our own delivery. */
export const hopsKey = 'millraceHops';

/** The value of the hops header on a delivery of this event. */
export function nextHop(event: Event | null): string {
  const hops = Number(event?.ext[hopsKey] ?? 0);
  return String(Number.isSafeInteger(hops) && hops >= 0 ? hops + 1 : 1);
}
