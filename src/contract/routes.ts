import { z } from 'zod';
import { action, actionInput } from './action.ts';
import { behavior, behaviorInput } from './behavior.ts';
import {
  actionCheck,
  actionCheckInput,
  conditionCount,
  conditionCountInput,
  destinationCheck,
  destinationCheckInput,
  unsavedActionCheckInput,
  unsavedDestinationCheckInput,
} from './check.ts';
import { collector, collectorInput } from './collector.ts';
import { condition } from './condition.ts';
import { connection, connectionInput } from './connection.ts';
import { attempt, delivery, deliveryStatus, errorKind, reason, renderResult } from './delivery.ts';
import { contentType, destination, destinationInput, escapeMode } from './destination.ts';
import { documentRoutes, listQuery } from './document-routes.ts';
import { event } from './event.ts';
import { explainedCondition } from './explanation.ts';
import { inboxRequest, inboxRule, inboxRuleInput } from './inbox.ts';
import { pageOf, pageQuery } from './page.ts';
import { parameter, parameterPatch } from './parameter.ts';
import { rejectedRequest } from './rejected-request.ts';
import { allRights } from './rights.ts';
import { api, type Route, route } from './route.ts';
import { stats, statsKind, statsRange } from './stats.ts';
import { trace, tracedStory, traceInput } from './trace.ts';

const anything = z.record(z.string(), z.unknown());
const textFilter = z.string().max(255).optional();
const flag = z.enum(['true', 'false']).transform((text) => text === 'true');

/** The event that a preview or a test runs on: a stored one, one made up here, or the records themselves. */
const sample = {
  eventId: z.string().optional(),
  event: z
    .strictObject({
      name: z.string().nullable().optional(),
      visitorId: z.string().nullable().optional(),
      occurredAt: z.string().optional(),
      data: anything,
      ext: anything.optional(),
      session: anything.optional(),
    })
    .optional(),
  data: z.array(anything).max(1_000).optional(),
  actionId: z.string().optional(),
  draft: anything.optional(),
};
export const sampleInput = z.strictObject(sample);
export type SampleInput = z.output<typeof sampleInput>;

const problem = z.strictObject({
  line: z.int(),
  column: z.int(),
  message: z.string(),
  severity: z.enum(['error', 'warning']),
});

export const testStep = z.strictObject({
  name: z.enum(['url', 'dns', 'connect', 'tls', 'token_request', 'token_answer', 'probe']),
  ok: z.boolean(),
  durationMs: z.number(),
  detail: z.string(),
  error: z.strictObject({ kind: errorKind, message: z.string() }).optional(),
});
const testSteps = z.strictObject({ ok: z.boolean(), steps: z.array(testStep) });

export const previewOutput = z.strictObject({
  request: z
    .strictObject({
      method: z.string(),
      url: z.string(),
      headers: z.array(z.tuple([z.string(), z.string()])),
      body: z.string().nullable(),
    })
    .nullable(),
  result: renderResult,
  warnings: z.array(z.string()),
});
export type Preview = z.output<typeof previewOutput>;

const timeFilter = z.iso.datetime({ offset: true }).optional();
const eventQuery = z
  .strictObject({
    ...pageQuery,
    name: textFilter,
    visitorId: textFilter,
    collectorId: textFilter,
    parameter: textFilter,
    value: z.string().max(10_000).optional(),
    actionId: textFilter,
    trace: textFilter,
    receivedAfter: timeFilter,
    receivedBefore: timeFilter,
  })
  .refine(({ parameter, value }) => value === undefined || parameter !== undefined, {
    path: ['value'],
    message: 'Name the parameter that has this value.',
  });
const deliveryQuery = z.strictObject({
  ...pageQuery,
  status: deliveryStatus.optional(),
  actionId: textFilter,
  destinationId: textFilter,
  connectionId: textFilter,
  eventId: textFilter,
  errorKind: errorKind.optional(),
  reason: reason.optional(),
  test: flag.optional(),
  createdAfter: timeFilter,
  createdBefore: timeFilter,
});

/** Ids in one query parameter, separated by commas. */
const idList = z
  .string()
  .max(4_000)
  .transform((text) => text.split(',').filter((id) => id !== ''))
  .pipe(z.array(z.string()).min(1).max(100));

/** What became of an event: its deliveries, tests aside, as far as a list shows them. */
const eventOutcome = z.strictObject({
  eventId: z.string(),
  deliveries: z.array(delivery.pick({ id: true, actionId: true, status: true })),
});
export type EventOutcome = z.output<typeof eventOutcome>;

/** An event as far as a list that names it needs it. */
const eventName = event.pick({ id: true, name: true, receivedAt: true });

/** The newest attempt of a delivery, as far as a list shows it; null before the first. */
const lastAttempt = z.strictObject({
  deliveryId: z.string(),
  last: attempt
    .pick({ startedAt: true, durationMs: true, outcome: true })
    .extend({ status: z.int().nullable(), errorKind: errorKind.nullable() })
    .nullable(),
});
export type LastAttempt = z.output<typeof lastAttempt>;

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
      deliveries: z.array(delivery),
    }),
  ),
});

const templateText = z.string().max(262_144);

/** Everything that the server answers below /api/v1, and the operating routes. Intake and the inbox stand beside it. */
export const routeTable = {
  ...documentRoutes({
    one: 'connection',
    many: 'connections',
    area: 'connections',
    at: '/connections',
    input: connectionInput,
    output: connection,
  }),
  ...documentRoutes({
    one: 'destination',
    many: 'destinations',
    area: 'connections',
    at: '/connections/{id}/destinations',
    input: destinationInput,
    output: destination,
    named: '`Connection/Destination`, URL-encoded',
  }),
  ...documentRoutes({
    one: 'action',
    many: 'actions',
    area: 'actions',
    at: '/actions',
    input: actionInput,
    output: action,
  }),
  listActions: api('GET', '/actions', ['actions:view'], 'List actions, newest first', {
    tag: 'actions',
    query: listQuery.extend({ connectionId: textFilter, destinationId: textFilter, behaviorId: textFilter }),
    output: pageOf(action),
  }),
  ...documentRoutes({
    one: 'behavior',
    many: 'behaviors',
    area: 'behaviors',
    at: '/behaviors',
    input: behaviorInput,
    output: behavior,
  }),
  ...documentRoutes({
    one: 'collector',
    many: 'collectors',
    area: 'collectors',
    at: '/collectors',
    input: collectorInput,
    output: collector,
  }),
  listAllDestinations: api(
    'GET',
    '/destinations',
    ['connections:view'],
    'List the destinations of all connections, newest first',
    { tag: 'destinations', query: listQuery, output: pageOf(destination) },
  ),
  testConnection: api('POST', '/connections/{id}/test', ['connections:manage'], 'Test a connection step by step', {
    tag: 'connections',
    output: testSteps,
  }),
  testUnsavedConnection: api(
    'POST',
    '/connections/test',
    ['connections:manage'],
    'Test a connection before saving it',
    { tag: 'connections', body: connectionInput, output: testSteps },
  ),
  previewDestination: api(
    'POST',
    '/destinations/{id}/preview',
    ['connections:view', 'payloads:view'],
    'Show the request that an event would send',
    { tag: 'destinations', body: sampleInput, output: previewOutput },
  ),
  previewUnsavedDestination: api(
    'POST',
    '/connections/{id}/destinations/preview',
    ['connections:view', 'payloads:view'],
    'Show the request that an event would send to a destination that is not saved yet',
    { tag: 'destinations', body: sampleInput, output: previewOutput },
  ),
  checkDestination: api(
    'POST',
    '/destinations/{id}/check',
    ['connections:view', 'payloads:view'],
    'Show how the newest events would be rendered, and what a draft changes',
    { tag: 'destinations', body: destinationCheckInput, output: destinationCheck },
  ),
  checkUnsavedDestination: api(
    'POST',
    '/connections/{id}/destinations/check',
    ['connections:view', 'payloads:view'],
    'Show how the newest events would be rendered by a destination that is not saved yet',
    { tag: 'destinations', body: unsavedDestinationCheckInput, output: destinationCheck },
  ),
  testDestination: api('POST', '/destinations/{id}/test', ['connections:manage'], 'Really send a sample, once', {
    tag: 'destinations',
    body: sampleInput,
    output: delivery,
  }),
  checkTemplate: api('POST', '/templates/check', ['connections:view'], 'Find the problems of a template', {
    tag: 'templates',
    body: z.strictObject({ template: templateText, contentType: contentType.default('application/json') }),
    output: z.strictObject({ ok: z.boolean(), problems: z.array(problem) }),
  }),
  renderTemplate: api('POST', '/templates/render', ['connections:view'], 'Render a template on given records', {
    tag: 'templates',
    body: z.strictObject({
      template: templateText,
      contentType: contentType.default('application/json'),
      escape: escapeMode.default('auto'),
      data: z.array(anything).max(1_000),
      events: z.array(anything).max(1_000).optional(),
      meta: anything.optional(),
    }),
    output: z.strictObject({ result: renderResult, durationMs: z.number() }),
  }),
  checkAction: api(
    'POST',
    '/actions/{id}/check',
    ['actions:view', 'payloads:view'],
    'Tell what a draft would change, on the newest events',
    { tag: 'actions', body: actionCheckInput, output: actionCheck },
  ),
  checkUnsavedAction: api(
    'POST',
    '/actions/check',
    ['actions:view', 'payloads:view'],
    'Tell what an action that is not saved yet would do, on the newest events',
    { tag: 'actions', body: unsavedActionCheckInput, output: actionCheck },
  ),
  countConditions: api(
    'POST',
    '/conditions/count',
    ['behaviors:view', 'events:view'],
    'Count how many of the newest events conditions hold for',
    { tag: 'behaviors', body: conditionCountInput, output: conditionCount },
  ),
  checkCondition: api('POST', '/behaviors/check', ['behaviors:view'], 'Explain a condition on one event', {
    tag: 'behaviors',
    body: z.strictObject({ condition, eventId: z.string().optional(), event: sample.event }),
    output: z.strictObject({ matched: z.boolean(), explanation: explainedCondition }),
  }),
  listParameters: api('GET', '/parameters', ['parameters:view'], 'List the parameters seen on events, by name', {
    tag: 'parameters',
    query: z.strictObject({ ...pageQuery, name: textFilter, offered: flag.optional(), seen: flag.optional() }),
    output: pageOf(parameter),
  }),
  changeParameter: api('PATCH', '/parameters/{name}', ['parameters:manage'], 'Describe or offer a parameter', {
    tag: 'parameters',
    body: parameterPatch,
    output: parameter,
  }),
  rotateCollectorKey: api('POST', '/collectors/{id}/rotate-key', ['collectors:manage'], 'Give a collector a new key', {
    tag: 'collectors',
    output: collector,
  }),
  listRejectedRequests: api(
    'GET',
    '/collectors/rejected',
    ['collectors:view'],
    'List the last intake requests that were refused, also those with a key that no collector has, newest first',
    {
      tag: 'collectors',
      query: z.strictObject({ ...pageQuery, key: textFilter, collectorId: textFilter }),
      output: pageOf(rejectedRequest),
    },
  ),
  listEvents: api(
    'GET',
    '/events',
    ['events:view'],
    'List events, newest first (`data`, `ext` and `session` are empty without payloads:view). `parameter` (needs payloads:view) alone: it is there; `actionId`: its present rules match. A page looks at 5,000 events at most, so that it may be short, even empty, and have a `next` all the same',
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
    'Follow events as they are matched (server-sent events)',
    { tag: 'events', output: z.string(), produces: 'text/event-stream' },
  ),
  startTrace: api('POST', '/traces', ['events:view'], 'Start to follow events that carry the id of the trace', {
    tag: 'traces',
    body: traceInput,
    output: trace,
    status: 201,
  }),
  getTrace: api(
    'GET',
    '/traces/{id}',
    ['events:view'],
    'Get a trace with its first 200 events and what became of them, oldest first',
    { tag: 'traces', output: tracedStory },
  ),
  stopTrace: api('POST', '/traces/{id}/stop', ['events:view'], 'End a trace; what it followed can still be read', {
    tag: 'traces',
    output: trace,
  }),
  listDeliveries: api('GET', '/deliveries', ['deliveries:view'], 'List deliveries, newest first', {
    tag: 'deliveries',
    query: deliveryQuery,
    output: pageOf(delivery),
  }),
  getLastAttempts: api(
    'GET',
    '/deliveries/last-attempts',
    ['deliveries:view'],
    'Tell how the last attempt of up to 100 deliveries went (`ids`, separated by commas)',
    {
      tag: 'deliveries',
      query: z.strictObject({ ids: idList }),
      output: z.strictObject({ data: z.array(lastAttempt) }),
    },
  ),
  getDelivery: api(
    'GET',
    '/deliveries/{id}',
    ['deliveries:view'],
    'Get a delivery with its attempts (bodies are null and queries cut off without payloads:view)',
    { tag: 'deliveries', output: delivery },
  ),
  retryDelivery: api('POST', '/deliveries/{id}/retry', ['deliveries:manage'], 'Send a delivery again now', {
    tag: 'deliveries',
    body: z.strictObject({ render: z.boolean().default(false) }).prefault({}),
    output: delivery,
  }),
  cancelDelivery: api('POST', '/deliveries/{id}/cancel', ['deliveries:manage'], 'End an unfinished delivery', {
    tag: 'deliveries',
    output: delivery,
  }),
  getDeliveryCurl: api(
    'GET',
    '/deliveries/{id}/curl',
    ['deliveries:view', 'payloads:view'],
    'The last attempt as a cURL command, secrets as $VARIABLES',
    { tag: 'deliveries', output: z.string(), produces: 'text/plain; charset=utf-8' },
  ),
  listInboxRequests: api(
    'GET',
    '/inbox/requests',
    ['deliveries:view'],
    'List what the built-in Inbox received; `text` stands in its method, path or body (`query` and `body` are empty without payloads:view)',
    {
      tag: 'inbox',
      query: z.strictObject({ ...pageQuery, inbox: textFilter, text: textFilter }),
      output: pageOf(inboxRequest),
    },
  ),
  listInboxRules: api('GET', '/inbox/rules', ['deliveries:view'], 'List how inboxes answer, by name', {
    tag: 'inbox',
    output: z.strictObject({ data: z.array(inboxRule) }),
  }),
  setInboxRule: api(
    'PUT',
    '/inbox/rules/{name}',
    ['deliveries:manage'],
    'Say how an inbox answers, from its next request on',
    { tag: 'inbox', body: inboxRuleInput, output: inboxRule },
  ),
  removeInboxRule: api('DELETE', '/inbox/rules/{name}', ['deliveries:manage'], 'Let an inbox answer 200 again', {
    tag: 'inbox',
    status: 204,
  }),
  clearInbox: api('DELETE', '/inbox/requests', ['deliveries:manage'], 'Empty the Inbox', {
    tag: 'inbox',
    status: 204,
  }),
  getStats: api(
    'GET',
    '/stats',
    ['settings:view'],
    'Counts, outcomes and latency over a range that ends now, of everything or of the things of a kind',
    {
      tag: 'stats',
      query: z.strictObject({
        kind: statsKind.default('all'),
        id: textFilter,
        range: statsRange.default('24h'),
      }),
      output: stats,
    },
  ),
  getMe: api('GET', '/me', [], 'Who is asking, and with which rights', {
    tag: 'identity',
    output: z.strictObject({ name: z.string(), rights: z.array(z.enum(allRights)) }),
  }),
  livez: route('GET', '/livez', null, 'Whether the process runs', { tag: 'operating', output: anything }),
  readyz: route('GET', '/readyz', null, 'Whether it takes in events and delivers', {
    tag: 'operating',
    query: z.object({ verbose: z.string().optional() }),
    output: anything,
  }),
  healthz: route('GET', '/healthz', null, 'The same as readyz', { tag: 'operating', output: anything }),
  version: route('GET', '/version', null, 'The version of the program and of its parts', {
    tag: 'operating',
    output: anything,
  }),
  metrics: route(
    'GET',
    '/metrics',
    ['settings:view'],
    'Metrics in the OpenMetrics format (open when the server listens on loopback only)',
    {
      tag: 'operating',
      output: z.string(),
      produces: 'application/openmetrics-text; version=1.0.0; charset=utf-8',
    },
  ),
  openapi: route('GET', '/openapi.json', null, 'This description as OpenAPI 3.1', {
    tag: 'operating',
    output: anything,
  }),
};

export type RouteTable = typeof routeTable;
export type RouteId = keyof RouteTable;

/** The same as a list, each with its id. */
export const routes: readonly (Route & { id: RouteId })[] = Object.entries(routeTable).map(([id, one]) => ({
  id: id as RouteId, // the keys of a constant object
  ...one,
}));
