import { z } from 'zod';
import { api, flag, idList, tagged, textFilter, timeFilter } from '../route.ts';
import { timestamp } from '../text.ts';
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
const timings = z.strictObject({
  queueMs: z.number().nullable(),
  tokenMs: z.number().nullable(),
  dnsMs: z.number().nullable(),
  connectMs: z.number().nullable(),
  tlsMs: z.number().nullable(),
  firstByteMs: z.number().nullable(),
  totalMs: z.number(),
});
export type Timings = z.output<typeof timings>;

const headers = z.array(z.tuple([z.string(), z.string()]));

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
  attemptLog: z.array(attempt).optional(),
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

const deliveryQuery = pageQuery({
  status: deliveryStatus.optional(),
  actionId: textFilter,
  destinationId: textFilter,
  connectionId: textFilter,
  eventId: textFilter,
  replayId: textFilter,
  replayOf: textFilter,
  errorKind: errorKind.optional(),
  reason: reason.optional(),
  test: flag.optional(),
  batchId: textFilter,
  createdAfter: timeFilter,
  createdBefore: timeFilter,
});

/** The newest attempt of a delivery, in short; null before the first. */
const lastAttempt = z.strictObject({
  deliveryId: z.string(),
  last: attempt
    .pick({ startedAt: true, durationMs: true, outcome: true })
    .extend({ status: z.int().nullable(), errorKind: errorKind.nullable() })
    .nullable(),
});
export type LastAttempt = z.output<typeof lastAttempt>;

export const deliveryRoutes = tagged('deliveries', {
  listDeliveries: api('GET /deliveries', 'deliveries:view', 'List deliveries, newest first', {
    query: deliveryQuery,
    output: pageOf(delivery),
  }),
  getLastAttempts: api(
    'GET /deliveries/last-attempts',
    'deliveries:view',
    'Get the result of the last attempt of up to 100 deliveries (`ids`, separated by commas)',
    { query: z.strictObject({ ids: idList }), output: z.strictObject({ data: z.array(lastAttempt) }) },
  ),
  getDelivery: api(
    'GET /deliveries/{id}',
    'deliveries:view',
    'Get a delivery with its attempts (without payloads:view, bodies are null and URLs have no query string)',
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
