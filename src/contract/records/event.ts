import { z } from 'zod';
import { anything, api, idList, tagged, textFilter, timeFilter } from '../route.ts';
import { timestamp } from '../text.ts';
import { eventRef } from './check.ts';
import { delivery, deliveryStatus } from './delivery.ts';
import { explainedCondition, mappedField } from './explanation.ts';
import { pageOf, pageQuery } from './page.ts';

/** A value of a parameter: text, or lists and objects of text. Intake converts numbers and booleans to text. */
export type DataValue = string | DataValue[] | { [key: string]: DataValue };

export const dataValue: z.ZodType<DataValue> = z.lazy(() =>
  z.union([z.string(), z.array(dataValue), z.record(z.string(), dataValue)]),
);

/**
 * One event of a visitor as it is stored, matched and shown. Times are RFC 3339 in UTC. `visitorId` is the id of the user where
 * the sender knows it, else the anonymous one.
 */
export const event = z.strictObject({
  id: z.string(),
  name: z.string().nullable(),
  visitorId: z.string().nullable(),
  /** The id that the sender gave the visitor before it knew the user; null: it gave none. */
  anonymousId: z.string().nullable(),
  sessionId: z.string().nullable(),
  occurredAt: timestamp,
  receivedAt: timestamp,
  data: z.record(z.string(), dataValue),
  ext: anything,
  session: anything,
  source: z.strictObject({ collectorId: z.string(), format: z.string() }),
});
export type Event = z.output<typeof event>;

/**
 * An event as an intake format produces it, before the journal assigns an id. `identity` is the sender's id
 * (`messageId`, else `eventId`) for deduplication; null when the event has none.
 */
export const incomingEvent = event.omit({ id: true, receivedAt: true }).extend({ identity: z.string().nullable() });
export type IncomingEvent = z.output<typeof incomingEvent> & {
  sent?: SentText;
  /** The identity is the request's Idempotency-Key with the position of the event. */
  isKeyed?: true;
};

/**
 * The original JSON of `data`. It describes this very object, not copies of it such as a masked one. `isExact`: it
 * equals JSON.stringify(data), and does not keep the text of the whole request in memory.
 */
type SentText = { readonly data: Event['data']; readonly json: string; readonly isExact: boolean };

/** The header that counts how often an event came back through our own deliveries, which ends loops. */
export const hopsHeader = 'Millrace-Hops';

/** The key in `ext` that keeps the hop count of an event that came through our own delivery. */
export const hopsKey = 'millraceHops';

const eventFilters = {
  name: textFilter,
  visitorId: textFilter,
  collectorId: textFilter,
  parameter: textFilter,
  value: z.string().max(10_000).optional(),
  actionId: textFilter,
  trace: textFilter,
};

type ParameterFilter = { parameter?: string | undefined; value?: string | undefined };
const namesParameter = ({ parameter, value }: ParameterFilter) => value === undefined || parameter !== undefined;
const namesNone = { path: ['value'], message: 'Name the parameter that has this value.' };

const eventQuery = pageQuery({
  ...eventFilters,
  /** Events with a delivery in this state, without tests; `none`: no delivery was created. */
  outcome: z.enum([...deliveryStatus.options, 'none']).optional(),
  receivedAfter: timeFilter,
  receivedBefore: timeFilter,
}).refine(namesParameter, namesNone);

/** The deliveries of an event in short, without tests. */
export const eventOutcome = z.strictObject({
  eventId: z.string(),
  deliveries: z.array(delivery.pick({ id: true, actionId: true, status: true })),
});
export type EventOutcome = z.output<typeof eventOutcome>;

/** The result of one action for one event: whether it matched, the deciding comparison, and the deliveries. */
export const explanationOutput = z.strictObject({
  event,
  actions: z.array(
    z.strictObject({
      actionId: z.string(),
      name: z.string(),
      status: z.enum(['enabled', 'disabled']),
      matched: z.boolean(),
      decidedBy: z.string().nullable(),
      explanation: explainedCondition,
      /** The source of each field of a destination's record, by the current mapping; empty: the whole event. */
      destinations: z.array(z.strictObject({ destinationId: z.string(), mapping: z.array(mappedField) })),
      deliveries: z.array(delivery),
      /**
       * Its rules can't be evaluated for this event, which counts as not matching: the error, of which only the class is shown
       * without payloads:view. The explanation is empty then. null: they can.
       */
      error: z.string().nullable(),
      /** There was no room for the whole explanation: it is its deciding part alone, and `destinations` is empty. */
      isShortened: z.boolean(),
    }),
  ),
  /** Actions that are not listed, since there was no room; actions that match or have deliveries come first. */
  leftOut: z.int(),
});

export const eventRoutes = tagged('events', {
  listEvents: api(
    'GET /events',
    'events:view',
    'List events, newest first (without payloads:view, `data`, `ext` and `session` are empty). `parameter` (needs payloads:view): without `value`, events that have it; `actionId`: events that its current rules match; `outcome`: events with a delivery in this state, `none`: events without deliveries. A page reads at most 5,000 events (1,000 with `outcome`), so it can be short or empty and still have a `next`',
    { query: eventQuery, output: pageOf(event) },
  ),
  getEventNames: api('GET /events/names', 'events:view', 'Name up to 100 events (`ids`, separated by commas)', {
    query: z.strictObject({ ids: idList }),
    output: z.strictObject({ data: z.array(eventRef) }),
  }),
  getEventOutcomes: api(
    'GET /events/outcomes',
    'events:view',
    'Get the states of the deliveries of up to 100 events (`ids`, separated by commas)',
    { query: z.strictObject({ ids: idList }), output: z.strictObject({ data: z.array(eventOutcome) }) },
  ),
  getEvent: api(
    'GET /events/{id}',
    'events:view',
    'Get an event (without payloads:view, `data`, `ext` and `session` are empty)',
    { output: event },
  ),
  explainEvent: api(
    'GET /events/{id}/explain',
    'events:view',
    'Explain for each action why it matched or not (without payloads:view, values are null). Values are cut at 1,000 characters; with thousands of actions, those that neither match nor have deliveries are shortened, then left out',
    { output: explanationOutput },
  ),
  streamEvents: api(
    'GET /events/stream',
    'events:view',
    'Stream events as they are matched (server-sent events), with the filters of the list; `parameter` needs payloads:view. A stream has at most 50 events a second and does not resume: its messages have no ids, and the list of events (`receivedAfter`) has what a client missed',
    {
      query: z.strictObject(eventFilters).refine(namesParameter, namesNone),
      output: z.string(),
      produces: 'text/event-stream',
    },
  ),
});
