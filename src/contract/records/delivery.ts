import { z } from 'zod';
import { api, flag, idList, tagged, textFilter, timeFilter } from '../route.ts';
import { digits, timestamp } from '../text.ts';
import { pageOf, pageQuery } from './page.ts';

/** The state of a delivery. Held is derived from holds, except with reason `exhausted` or `unknown_outcome`. */
export const deliveryStatus = z.enum([
  'pending',
  'sending',
  'retrying',
  'held',
  'delivered',
  'failed',
  'skipped',
  'cancelled',
]);
export type DeliveryStatus = z.output<typeof deliveryStatus>;

/** The reason of a delivery's state; `detail` adds free text. */
export const reason = z.enum([
  'connection_disabled',
  'connection_paused',
  'destination_disabled',
  'destination_paused',
  'all_held',
  'auth_rejected',
  'credentials_missing',
  'breaker_open',
  'budget',
  'order',
  'exhausted',
  'expired',
  'unknown_outcome',
  'http_3xx',
  'http_4xx',
  'http_5xx',
  'protocol',
  'unreachable',
  'template_error',
  'template_skipped',
  'poison',
  'blocked',
  'cancelled',
  'interrupted',
  'internal_error',
]);
export type Reason = z.output<typeof reason>;

/** The kind of error of one attempt. */
export const errorKind = z.enum([
  'dns',
  'connect',
  'tls',
  'timeout',
  'reset',
  'http_3xx',
  'http_4xx',
  'http_429',
  'http_5xx',
  'too_large',
  'blocked',
  'auth',
  'template',
  'protocol',
  'internal_error',
]);
export type ErrorKind = z.output<typeof errorKind>;

/** Milliseconds of each phase of an attempt; null where it did not occur (a reused socket does not connect). */
export const timings = z.strictObject({
  queueMs: z.number().nullable(),
  tokenMs: z.number().nullable(),
  dnsMs: z.number().nullable(),
  connectMs: z.number().nullable(),
  tlsMs: z.number().nullable(),
  firstByteMs: z.number().nullable(),
  totalMs: z.number(),
});
export type Timings = z.output<typeof timings>;

export const headers = z.array(z.tuple([z.string(), z.string()]));

/** A request as previews and plans show it. */
export const shownRequest = z.strictObject({
  method: z.string(),
  url: z.string(),
  headers,
  body: z.string().nullable(),
});

/** Size of a body that is not stored. */
const bodyBytes = z.int().optional();

/** One HTTP exchange of a delivery. Secrets in headers are masked; bodies need payloads:view. */
export const attempt = z.strictObject({
  id: z.string(),
  number: z.int(),
  counted: z.boolean(),
  /** The batch that shares the exchange; null: the exchange was for this delivery only. */
  batchId: z.string().nullable(),
  /** Number of deliveries in the exchange. */
  records: z.int(),
  startedAt: timestamp,
  durationMs: z.number(),
  timings,
  request: shownRequest.extend({ bodyBytes }).nullable(),
  response: z
    .strictObject({ status: z.int(), headers, body: z.string().nullable(), bodyBytes, truncated: z.boolean() })
    .nullable(),
  error: z.strictObject({ kind: errorKind, message: z.string() }).nullable(),
  outcome: z.enum(['delivered', 'retry', 'failed', 'held', 'skipped', 'refreshed', 'split']),
  versions: z.strictObject({ action: z.int().nullable(), destination: z.int(), connection: z.int() }),
});
export type Attempt = z.output<typeof attempt>;

/** The newest attempt of a delivery, as lists have it. `message`: what the response says in words; needs payloads:view. */
const lastAttemptInList = z.strictObject({
  status: z.int().nullable(),
  durationMs: z.number(),
  errorKind: errorKind.nullable(),
  message: z.string().nullable(),
});
export type LastAttemptInList = z.output<typeof lastAttemptInList>;

/** One record to send to one destination. `attempts` counts the exchanges that use up the retry schedule. */
export const delivery = z.strictObject({
  id: z.string(),
  eventId: z.string().nullable(),
  actionId: z.string().nullable(),
  destinationId: z.string(),
  connectionId: z.string(),
  status: deliveryStatus,
  reason: reason.nullable(),
  detail: z.string().nullable(),
  errorKind: errorKind.nullable(),
  attempts: z.int(),
  nextAttemptAt: timestamp.nullable(),
  createdAt: timestamp,
  finishedAt: timestamp.nullable(),
  test: z.boolean(),
  /** The replay that created it, and the first delivery that it repeats. */
  replayId: z.string().nullable(),
  replayOf: z.string().nullable(),
  /**
   * The later delivery of a replay that repeats this one: one that was delivered, or else the newest. null: none, or this
   * one is delivered, pending or retrying itself. `status` is as stored: on hold, it can be pending.
   */
  replayedBy: z.strictObject({ deliveryId: z.string(), replayId: z.string(), status: deliveryStatus }).nullable(),
  attemptLog: z.array(attempt).optional(),
  /** Only in lists: its event (null: it has none, it was removed, or events:view is missing), and who caused it. */
  event: z.strictObject({ name: z.string().nullable() }).nullable().optional(),
  visitorId: z.string().nullable().optional(),
  /** Only in lists: null before the first, and while another one is in flight. */
  lastAttempt: lastAttemptInList.nullable().optional(),
});
export type Delivery = z.output<typeof delivery>;

/** The result of rendering a template with its records. */
export const renderResult = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('body'), body: z.string(), contentType: z.string() }),
  z.strictObject({ kind: z.literal('skipped'), reason: z.string() }),
  z.strictObject({
    kind: z.literal('failed'),
    reason: z.string(),
    line: z.int().optional(),
    column: z.int().optional(),
  }),
]);
export type RenderResult = z.output<typeof renderResult>;

/** Filters of deliveries; `createdAfter` is inclusive, `createdBefore` exclusive. */
const deliveryFilters = {
  status: deliveryStatus.optional(),
  actionId: textFilter,
  destinationId: textFilter,
  connectionId: textFilter,
  eventId: textFilter,
  /** That of the event. */
  visitorId: textFilter,
  replayId: textFilter,
  replayOf: textFilter,
  /** Whether a replay delivered later what this delivery did not, or it repeats one that had been delivered. */
  recovered: flag.optional(),
  /**
   * Whether it failed, is no test, and nothing came after it: no delivery that it repeats or that repeats it was delivered, and
   * none repeats it later. `failed` of `GET /state` counts these.
   */
  unresolved: flag.optional(),
  errorKind: errorKind.optional(),
  reason: reason.optional(),
  /** The status of the last attempt's response, or its class: `422` or `4xx`. */
  httpStatus: z
    .string()
    .regex(/^[1-5](\d\d|xx)$/, 'Must be an HTTP status such as 422, or a class such as 4xx.')
    .optional(),
  /** The least duration of the last attempt. */
  durationMsMin: digits(z.int().min(0).optional()),
  test: flag.optional(),
  batchId: textFilter,
  /**
   * Text in the values of the event, in the URL, headers or body of a request that was sent for this delivery alone, in a
   * response, or in an error; upper and lower case are equal.
   */
  q: z.string().min(2).max(200).optional(),
  createdAfter: timeFilter,
  createdBefore: timeFilter,
};

/** How far a bounded search read: `until` is the creation time of the last delivery examined; null: it examined all. */
export const searched = z.strictObject({ deliveries: z.int(), bytes: z.int(), until: timestamp.nullable() });

/** The most buckets of a histogram. */
export const bucketsMax = 200;

export const counts = z.record(deliveryStatus, z.int());

/**
 * The number of deliveries by creation time and status. Buckets are `bucketMs` long, oldest first, and start at multiples
 * of that; the first and the last count only what is in the requested range. Deliveries in flight count as pending,
 * retrying or held, except with a filter for `sending`. The count goes from the newest to the oldest for about two
 * seconds; `countedFrom` is where it ended: earlier deliveries are not counted. null: all are.
 */
const deliveryHistogram = z.strictObject({
  bucketMs: z.int(),
  buckets: z.array(z.strictObject({ at: timestamp, counts })),
  totals: counts,
  countedFrom: timestamp.nullable(),
  /** If asked for by `countUnresolved`: the failed ones in `totals` that a person still has to decide about. */
  unresolved: z.int().optional(),
});
export type DeliveryHistogram = z.output<typeof deliveryHistogram>;

/** The newest attempt of a delivery, in short; null before the first. */
export const lastAttempt = z.strictObject({
  deliveryId: z.string(),
  last: attempt
    .pick({ startedAt: true, durationMs: true, outcome: true })
    .extend({ status: z.int().nullable(), errorKind: errorKind.nullable() })
    .nullable(),
});
export type LastAttempt = z.output<typeof lastAttempt>;

export const deliveryRoutes = tagged('deliveries', {
  listDeliveries: api(
    'GET /deliveries',
    'deliveries:view',
    'List deliveries, newest first (`q` needs payloads:view; with filters that no index serves, `searched` says how far the search got)',
    { query: pageQuery(deliveryFilters), output: pageOf(delivery).extend({ searched: searched.optional() }) },
  ),
  getDeliveryHistogram: api(
    'GET /deliveries/histogram',
    'deliveries:view',
    'Count deliveries by creation time and status, with the filters of the list (default: the last 24 hours, at most from the oldest delivery on)',
    {
      query: z.strictObject({
        ...deliveryFilters,
        buckets: digits(z.int().min(1).max(bucketsMax).default(60)),
        countUnresolved: flag.optional(),
      }),
      output: deliveryHistogram,
    },
  ),
  getLastAttempts: api(
    'GET /deliveries/last-attempts',
    'deliveries:view',
    'Get the result of the last attempt of up to 100 deliveries (`ids`, separated by commas)',
    { query: z.strictObject({ ids: idList }), output: z.strictObject({ data: z.array(lastAttempt) }) },
  ),
  getDelivery: api(
    'GET /deliveries/{id}',
    'deliveries:view',
    'Get a delivery with its attempts (without payloads:view, bodies are null, URLs have no query string, and what a template says is hidden)',
    { output: delivery },
  ),
  retryDelivery: api('POST /deliveries/{id}/retry', 'deliveries:manage', 'Send a delivery again now', {
    audit: 'retry delivery',
    body: z.strictObject({ render: z.boolean().default(false) }).prefault({}),
    output: delivery,
  }),
  cancelDelivery: api('POST /deliveries/{id}/cancel', 'deliveries:manage', 'Cancel an unfinished delivery', {
    audit: 'cancel delivery',
    output: delivery,
  }),
  getDeliveryCurl: api(
    'GET /deliveries/{id}/curl',
    ['deliveries:view', 'payloads:view'],
    'Get the last attempt as a cURL command, secrets as $VARIABLES',
    { output: z.string(), produces: 'text/plain; charset=utf-8' },
  ),
});
