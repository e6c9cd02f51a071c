import { z } from 'zod';
import { action, actionInput } from './action.ts';
import { behavior, behaviorInput } from './behavior.ts';
import { collector, collectorInput } from './collector.ts';
import { condition } from './condition.ts';
import { connection, connectionInput } from './connection.ts';
import { delivery, deliveryStatus, errorKind, renderResult } from './delivery.ts';
import { contentType, destination, destinationInput, escapeMode } from './destination.ts';
import { event } from './event.ts';
import { pageOf, pageQuery } from './page.ts';
import { parameter, parameterPatch } from './parameter.ts';
import type { Right } from './rights.ts';
import type { Method, Route } from './route.ts';

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

const eventQuery = z.strictObject({ ...pageQuery, name: textFilter, visitorId: textFilter, collectorId: textFilter });
const deliveryQuery = z.strictObject({
  ...pageQuery,
  status: deliveryStatus.optional(),
  actionId: textFilter,
  destinationId: textFilter,
  connectionId: textFilter,
  eventId: textFilter,
  errorKind: errorKind.optional(),
  test: flag.optional(),
  createdAfter: z.iso.datetime({ offset: true }).optional(),
  createdBefore: z.iso.datetime({ offset: true }).optional(),
});

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
      explanation: z.unknown(),
      deliveries: z.array(delivery),
    }),
  ),
});

export const inboxRequest = z.strictObject({
  id: z.string(),
  inbox: z.string(),
  receivedAt: z.string(),
  method: z.string(),
  path: z.string(),
  query: z.string(),
  headers: z.array(z.tuple([z.string(), z.string()])),
  body: z.string(),
  truncated: z.boolean(),
});
export type InboxRequest = z.output<typeof inboxRequest>;

const documents = {
  connections: {
    one: 'connection',
    area: 'connections',
    input: connectionInput,
    output: connection,
    at: '/connections',
  },
  destinations: {
    one: 'destination',
    area: 'connections',
    input: destinationInput,
    output: destination,
    at: '/connections/{id}/destinations',
  },
  actions: { one: 'action', area: 'actions', input: actionInput, output: action, at: '/actions' },
  behaviors: { one: 'behavior', area: 'behaviors', input: behaviorInput, output: behavior, at: '/behaviors' },
  collectors: { one: 'collector', area: 'collectors', input: collectorInput, output: collector, at: '/collectors' },
} as const;
export type Collection = keyof typeof documents;

/** The operations that every kind of document has alike. */
function documentRoutes(kind: Collection): Route[] {
  const { one, area, input, output, at } = documents[kind];
  const view: Right[] = [`${area}:view`];
  const manage: Right[] = [`${area}:manage`];
  const named = one.charAt(0).toUpperCase() + one.slice(1);
  const filters = { ...pageQuery, name: textFilter, status: textFilter };
  const byId = `/${kind}/{id}`;
  const part = (
    id: string,
    method: Method,
    path: string,
    rights: Right[],
    summary: string,
    more: Partial<Route> = {},
  ) => route({ id, method, path: `/api/v1${path}`, rights, summary, tag: kind, output, ...more });
  return [
    part(`list${named}s`, 'GET', at, view, `List ${kind}, newest first`, {
      query: z.strictObject(filters),
      output: pageOf(output),
    }),
    part(`create${named}`, 'POST', at, manage, `Create a ${one}`, { body: input, status: 201 }),
    part(`get${named}`, 'GET', byId, view, `Get a ${one}`),
    part(`replace${named}`, 'PUT', byId, manage, `Replace a ${one}`, { body: input }),
    part(`change${named}`, 'PATCH', byId, manage, `Change a ${one} (JSON Merge Patch)`, { body: anything }),
    part(`delete${named}`, 'DELETE', byId, manage, `Delete a ${one} that nothing uses`, { output: null, status: 204 }),
    part(`apply${named}`, 'PUT', `/${kind}/by-name/{name}`, manage, `Create or replace a ${one} by its name`, {
      body: input,
    }),
    part(`list${named}Versions`, 'GET', `${byId}/versions`, view, `List the versions of a ${one}, newest first`, {
      query: z.strictObject(pageQuery),
      output: pageOf(output),
    }),
    part(
      `rollback${named}`,
      'POST',
      `${byId}/rollback`,
      manage,
      `Make an earlier version of a ${one} the present one`,
      {
        body: z.strictObject({ version: z.int().min(1) }),
      },
    ),
  ];
}

/** Everything that the server answers below /api/v1, and the operating routes. Intake and the inbox stand beside it. */
export const routes: readonly Route[] = [
  ...(Object.keys(documents) as Collection[]).flatMap(documentRoutes), // the keys of a constant object
  api('testConnection', 'POST', '/connections/{id}/test', ['connections:manage'], 'Test a connection step by step', {
    tag: 'connections',
    output: testSteps,
  }),
  api(
    'testUnsavedConnection',
    'POST',
    '/connections/test',
    ['connections:manage'],
    'Test a connection before saving it',
    {
      tag: 'connections',
      body: connectionInput,
      output: testSteps,
    },
  ),
  api(
    'previewDestination',
    'POST',
    '/destinations/{id}/preview',
    ['connections:view', 'payloads:view'],
    'Show the request that an event would send',
    { tag: 'destinations', body: sampleInput, output: previewOutput },
  ),
  api('testDestination', 'POST', '/destinations/{id}/test', ['connections:manage'], 'Really send a sample, once', {
    tag: 'destinations',
    body: sampleInput,
    output: delivery,
  }),
  api('checkTemplate', 'POST', '/templates/check', ['connections:view'], 'Find the problems of a template', {
    tag: 'templates',
    body: z.strictObject({ template: z.string().max(262_144), contentType: contentType.default('application/json') }),
    output: z.strictObject({ ok: z.boolean(), problems: z.array(problem) }),
  }),
  api('renderTemplate', 'POST', '/templates/render', ['connections:view'], 'Render a template on given records', {
    tag: 'templates',
    body: z.strictObject({
      template: z.string().max(262_144),
      contentType: contentType.default('application/json'),
      escape: escapeMode.default('auto'),
      data: z.array(anything).max(1_000),
      events: z.array(anything).max(1_000).optional(),
      meta: anything.optional(),
    }),
    output: z.strictObject({ result: renderResult, durationMs: z.number() }),
  }),
  api('checkCondition', 'POST', '/behaviors/check', ['behaviors:view'], 'Explain a condition on one event', {
    tag: 'behaviors',
    body: z.strictObject({ condition, eventId: z.string().optional(), event: sample.event }),
    output: z.strictObject({ matched: z.boolean(), explanation: z.unknown() }),
  }),
  api('listParameters', 'GET', '/parameters', ['parameters:view'], 'List the parameters seen on events, by name', {
    tag: 'parameters',
    query: z.strictObject({ ...pageQuery, name: textFilter, offered: flag.optional() }),
    output: pageOf(parameter),
  }),
  api('changeParameter', 'PATCH', '/parameters/{name}', ['parameters:manage'], 'Describe or offer a parameter', {
    tag: 'parameters',
    body: parameterPatch,
    output: parameter,
  }),
  api(
    'rotateCollectorKey',
    'POST',
    '/collectors/{id}/rotate-key',
    ['collectors:manage'],
    'Give a collector a new key',
    {
      tag: 'collectors',
      output: collector,
    },
  ),
  api('listEvents', 'GET', '/events', ['events:view'], 'List events, newest first (data only with payloads:view)', {
    tag: 'events',
    query: eventQuery,
    output: pageOf(event),
  }),
  api('getEvent', 'GET', '/events/{id}', ['events:view'], 'Get an event (data only with payloads:view)', {
    tag: 'events',
    output: event,
  }),
  api('explainEvent', 'GET', '/events/{id}/explain', ['events:view'], 'Tell for every action why it matched or not', {
    tag: 'events',
    output: explanationOutput,
  }),
  api(
    'streamEvents',
    'GET',
    '/events/stream',
    ['events:view'],
    'Follow events as they are matched (server-sent events)',
    {
      tag: 'events',
      output: z.string(),
      produces: 'text/event-stream',
    },
  ),
  api('listDeliveries', 'GET', '/deliveries', ['deliveries:view'], 'List deliveries, newest first', {
    tag: 'deliveries',
    query: deliveryQuery,
    output: pageOf(delivery),
  }),
  api('getDelivery', 'GET', '/deliveries/{id}', ['deliveries:view'], 'Get a delivery with its attempts', {
    tag: 'deliveries',
    output: delivery,
  }),
  api('retryDelivery', 'POST', '/deliveries/{id}/retry', ['deliveries:manage'], 'Send a delivery again now', {
    tag: 'deliveries',
    body: z.strictObject({ render: z.boolean().default(false) }).prefault({}),
    output: delivery,
  }),
  api('cancelDelivery', 'POST', '/deliveries/{id}/cancel', ['deliveries:manage'], 'End an unfinished delivery', {
    tag: 'deliveries',
    output: delivery,
  }),
  api(
    'getDeliveryCurl',
    'GET',
    '/deliveries/{id}/curl',
    ['deliveries:view', 'payloads:view'],
    'The last attempt as a cURL command, secrets as $VARIABLES',
    { tag: 'deliveries', output: z.string(), produces: 'text/plain; charset=utf-8' },
  ),
  api('listInboxRequests', 'GET', '/inbox/requests', ['deliveries:view'], 'List what the built-in Inbox received', {
    tag: 'inbox',
    query: z.strictObject({ ...pageQuery, inbox: textFilter }),
    output: pageOf(inboxRequest),
  }),
  api('clearInbox', 'DELETE', '/inbox/requests', ['deliveries:manage'], 'Empty the Inbox', {
    tag: 'inbox',
    output: null,
    status: 204,
  }),
  operating('livez', 'Whether the process runs'),
  operating('readyz', 'Whether it takes in events and delivers', z.strictObject({ verbose: z.string().optional() })),
  operating('healthz', 'The same as readyz'),
  operating('version', 'The version of the program and of its parts'),
  route({
    id: 'metrics',
    method: 'GET',
    path: '/metrics',
    rights: ['settings:view'],
    summary: 'Metrics in the OpenMetrics format (open when the server listens on loopback only)',
    tag: 'operating',
    output: z.string(),
    produces: 'application/openmetrics-text; version=1.0.0; charset=utf-8',
  }),
  route({
    id: 'openapi',
    method: 'GET',
    path: '/openapi.json',
    rights: null,
    summary: 'This description as OpenAPI 3.1',
    tag: 'operating',
    output: anything,
  }),
];

function route(given: Partial<Route> & Pick<Route, 'id' | 'method' | 'path' | 'rights' | 'summary' | 'tag'>): Route {
  return { query: null, body: null, output: null, status: 200, ...given };
}

function api(
  id: string,
  method: Method,
  path: string,
  rights: Right[],
  summary: string,
  more: Partial<Route> & { tag: string },
) {
  return route({ id, method, path: `/api/v1${path}`, rights, summary, ...more });
}

function operating(name: string, summary: string, query: z.ZodType | null = null): Route {
  return route({
    id: name,
    method: 'GET',
    path: `/${name}`,
    rights: null,
    summary,
    tag: 'operating',
    query,
    output: anything,
  });
}
