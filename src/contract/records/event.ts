import { z } from 'zod';
import { timestamp } from '../text.ts';

/** A value of a parameter: text, or lists and objects of text. Numbers and booleans were turned into text at intake. */
export type DataValue = string | DataValue[] | { [key: string]: DataValue };

const dataValue: z.ZodType<DataValue> = z.lazy(() =>
  z.union([z.string(), z.array(dataValue), z.record(z.string(), dataValue)]),
);

/** One thing a visitor did, as it is stored, matched and shown. Times are RFC 3339 in UTC. */
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
 * An event as an intake format makes it, before the journal gives it an id. `identity` is what its sender calls it
 * (`messageId`, else `eventId`), by which a repetition is known; null when the event doesn't say.
 */
export const incomingEvent = event.omit({ id: true, receivedAt: true }).extend({ identity: z.string().nullable() });
export type IncomingEvent = z.output<typeof incomingEvent> & { sent?: SentText };

/** The JSON that some data came as. It is of this very object: of what is made of it, by masking say, it tells nothing. */
type SentText = { readonly data: Event['data']; readonly json: string };

/** The header that counts how often an event came back through our own deliveries, so that loops end. */
export const hopsHeader = 'Millrace-Hops';

/** An event that came through a delivery of ours remembers its count in `ext`. */
export const hopsKey = 'millraceHops';

/** What a delivery of this event says in the header. */
export function nextHop(event: Event | null): string {
  const hops = Number(event?.ext[hopsKey] ?? 0);
  return String(Number.isSafeInteger(hops) && hops >= 0 ? hops + 1 : 1);
}
