import { z } from 'zod';
import { delivery, deliveryStatus } from '../../records/delivery.ts';
import { event } from '../../records/event.ts';
import { explainedCondition, mappedField } from '../../records/explanation.ts';
import { pageOf, pageQuery } from '../../records/page.ts';
import { api } from '../../route.ts';
import { idList, textFilter, timeFilter } from '../fields.ts';

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

const eventQuery = z
  .strictObject({
    ...pageQuery,
    ...eventFilters,
    /** A state that a delivery of it has, tests aside; `none`: nothing was sent. */
    outcome: z.enum([...deliveryStatus.options, 'none']).optional(),
    receivedAfter: timeFilter,
    receivedBefore: timeFilter,
  })
  .refine(namesParameter, namesNone);

/** What became of an event: its deliveries, tests aside, as far as a list shows them. */
const eventOutcome = z.strictObject({
  eventId: z.string(),
  deliveries: z.array(delivery.pick({ id: true, actionId: true, status: true })),
});
export type EventOutcome = z.output<typeof eventOutcome>;

/** An event as far as a list that names it needs it. */
const eventName = event.pick({ id: true, name: true, receivedAt: true });

/** One action seen from one event: did it match, which leaf decided, what became of it. */
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
      /** Where the record of each destination gets its fields from, as the action maps now; no line: the whole event. */
      destinations: z.array(z.strictObject({ destinationId: z.string(), mapping: z.array(mappedField) })),
      deliveries: z.array(delivery),
    }),
  ),
});

export const eventRoutes = {
  listEvents: api(
    'GET',
    '/events',
    ['events:view'],
    'List events, newest first (`data`, `ext` and `session` are empty without payloads:view). `parameter` (needs payloads:view) alone: it is there; `actionId`: its present rules match; `outcome`: a delivery stands so, `none`: nothing was sent. A page looks at 5,000 events at most (1,000 with `outcome`), so that it may be short, even empty, and have a `next` all the same',
    { tag: 'events', query: eventQuery, output: pageOf(event) },
  ),
  getEventNames: api('GET', '/events/names', ['events:view'], 'Name up to 100 events (`ids`, separated by commas)', {
    tag: 'events',
    query: z.strictObject({ ids: idList }),
    output: z.strictObject({ data: z.array(eventName) }),
  }),
  getEventOutcomes: api(
    'GET',
    '/events/outcomes',
    ['events:view'],
    'Tell what became of up to 100 events (`ids`, separated by commas): the states of their deliveries',
    {
      tag: 'events',
      query: z.strictObject({ ids: idList }),
      output: z.strictObject({ data: z.array(eventOutcome) }),
    },
  ),
  getEvent: api(
    'GET',
    '/events/{id}',
    ['events:view'],
    'Get an event (`data`, `ext` and `session` are empty without payloads:view)',
    { tag: 'events', output: event },
  ),
  explainEvent: api(
    'GET',
    '/events/{id}/explain',
    ['events:view'],
    'Tell for every action why it matched or not (found values are null without payloads:view)',
    { tag: 'events', output: explanationOutput },
  ),
  streamEvents: api(
    'GET',
    '/events/stream',
    ['events:view'],
    'Follow events as they are matched (server-sent events), with the filters of the list; `parameter` needs payloads:view',
    {
      tag: 'events',
      query: z.strictObject(eventFilters).refine(namesParameter, namesNone),
      output: z.string(),
      produces: 'text/event-stream',
    },
  ),
};
