import { z } from 'zod';
import { destination, destinationInput } from '../../documents/destination.ts';
import { documentRoutes, listQuery } from '../../documents/document-routes.ts';
import {
  destinationCheck,
  destinationCheckInput,
  outcomeCheck,
  outcomeCheckInput,
  unsavedDestinationCheckInput,
} from '../../records/check.ts';
import { delivery, renderResult, shownRequest } from '../../records/delivery.ts';
import { pageOf } from '../../records/page.ts';
import { sampleInput } from '../../records/sample.ts';
import { api, tagged } from '../../route.ts';

const previewOutput = z.strictObject({
  request: shownRequest.nullable(),
  result: renderResult,
  warnings: z.array(z.string()),
});
export type Preview = z.output<typeof previewOutput>;

export const destinationRoutes = tagged('destinations', {
  ...documentRoutes({
    one: 'destination',
    area: 'connections',
    at: '/connections/{id}/destinations',
    input: destinationInput,
    output: destination,
    named: '`Connection/Destination`, URL-encoded',
  }),
  listAllDestinations: api(
    'GET /destinations',
    'connections:view',
    'List the destinations of all connections, newest first',
    { query: listQuery, output: pageOf(destination) },
  ),
  previewDestination: api(
    'POST /destinations/{id}/preview',
    ['connections:view', 'payloads:view'],
    'Show the request for an event',
    { audit: null, body: sampleInput, output: previewOutput },
  ),
  previewUnsavedDestination: api(
    'POST /connections/{id}/destinations/preview',
    ['connections:view', 'payloads:view'],
    'Show the request of an unsaved destination for an event',
    { audit: null, body: sampleInput, output: previewOutput },
  ),
  checkDestination: api(
    'POST /destinations/{id}/check',
    ['connections:view', 'payloads:view'],
    'Show the renders of the newest events, and the changes by a draft',
    { audit: null, body: destinationCheckInput, output: destinationCheck },
  ),
  checkUnsavedDestination: api(
    'POST /connections/{id}/destinations/check',
    ['connections:view', 'payloads:view'],
    'Show the renders of the newest events by an unsaved destination',
    { audit: null, body: unsavedDestinationCheckInput, output: destinationCheck },
  ),
  checkOutcomes: api(
    'POST /destinations/{id}/outcomes/check',
    ['connections:view', 'deliveries:view', 'payloads:view'],
    'Show the outcomes of the newest stored responses by the outcome rules, and the changes by a draft',
    { audit: null, body: outcomeCheckInput, output: outcomeCheck },
  ),
  testDestination: api('POST /destinations/{id}/test', 'connections:manage', 'Send one real test request', {
    audit: 'test destination',
    body: sampleInput,
    output: delivery,
  }),
});
