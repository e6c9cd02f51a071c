import { z } from 'zod';
import { attempt, delivery, deliveryStatus, errorKind, reason } from '../../records/delivery.ts';
import { pageOf, pageQuery } from '../../records/page.ts';
import { api, tagged } from '../../route.ts';
import { flag, idList, textFilter, timeFilter } from '../fields.ts';

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
