import { z } from 'zod';
import {
  destinationCheck,
  destinationCheckInput,
  outcomeCheck,
  outcomeCheckInput,
  unsavedDestinationCheckInput,
} from '../records/check.ts';
import { delivery, renderResult, shownRequest } from '../records/delivery.ts';
import { previewInput, sampleInput } from '../records/sample.ts';
import { api, flag, tagged } from '../route.ts';
import type { Stored } from '../secret.ts';
import { description, documentName, durationMs, line } from '../text.ts';
import { fieldName, header, health, rate, retryPolicy } from './connection.ts';
import { stamp, warnings } from './document.ts';
import { documentRoutes, listOf, listQuery, usedByActions } from './document-routes.ts';
import { storedMasks } from './privacy.ts';
import { refersTo } from './references.ts';

/** The default template of a destination: the documented example. */
export const defaultTemplate = '{{! return JSON.stringify(it.data[0]); }}';

export const escapeMode = z.enum(['auto', 'json', 'html', 'url', 'none']);

export const method = z.enum(['POST', 'GET', 'PUT', 'PATCH']);

const mediaType =
  /^[!#$%&'*+.^_`|~0-9a-z-]+\/[!#$%&'*+.^_`|~0-9a-z-]+(\s*;\s*[!#$%&'*+.^_`|~0-9a-z-]+=([!#$%&'*+.^_`|~0-9a-z-]+|"[\x20-\x21\x23-\x5b\x5d-\x7e]*"))*$/i;

/** A media type with optional parameters (RFC 9110 §8.3.1). */
export const contentType = line(255, 1).refine(
  (text) => mediaType.test(text),
  'Must be a media type such as application/json.',
);

export const statusPattern = z.union([z.int(), z.string().regex(/^[1-5]xx$|^\d{3}-\d{3}$/)]);

/** The status of a response: `422`, `4xx` or `400-499`. */
export const responseStatus = z.union([
  z.int().min(200).max(599),
  z
    .string()
    .regex(/^[2-5]xx$|^[2-5]\d\d-[2-5]\d\d$/)
    .refine((range) => range.slice(0, 3) <= range.slice(-3)),
]);

/**
 * What a value of a response is compared with: any value. Generators make a class of a union, and can't name a property
 * `equals` without.
 */
export const expectedValue = z.union([z.string(), z.number(), z.boolean(), z.unknown()]);

/** A JSON path such as `errors[0].code`; empty: the whole body. */
const responsePath = z.string().max(255);

/**
 * Outcomes of single records, read from a list in the response. By default an item is about the record at the same
 * position; with `index`, about the record at the position (from 0) in that member of the item; with `id`, about the
 * records whose `field` equals that member, or is in it if it is a list. `when`: only items whose value at a path
 * exists, matches a status or equals a value.
 */
export const itemRule = z
  .strictObject({
    path: responsePath.default(''),
    index: responsePath.optional(),
    id: z.strictObject({ path: responsePath, field: line(255, 1) }).optional(),
    when: z
      .strictObject({
        path: responsePath.default(''),
        exists: z.boolean().optional(),
        status: statusPattern.optional(),
        equals: expectedValue.optional(),
      })
      .optional(),
  })
  .refine((rule) => rule.index === undefined || rule.id === undefined, 'Give index or id, not both.');

export const outcomeRule = z
  .strictObject({
    when: z.strictObject({
      status: responseStatus.optional(),
      header: z.strictObject({ name: fieldName, contains: z.string().max(8_192) }).optional(),
      json: z.strictObject({ path: z.string().max(8_192), equals: expectedValue }).optional(),
    }),
    outcome: z.enum(['success', 'warning', 'retry', 'throttle', 'refresh_auth', 'fail', 'pause']),
    afterMs: durationMs(0, 86_400_000).optional(),
    /** The rule applies to the records that these items name; the rules after it decide about the others. */
    items: itemRule.optional(),
  })
  .refine(({ items, outcome }) => items === undefined || (outcome !== 'refresh_auth' && outcome !== 'pause'), {
    path: ['outcome'],
    message: "A rule about single records can't refresh credentials or pause.",
  });

export const destinationSettings = z.strictObject({
  escape: escapeMode.default('auto'),
  headers: z.array(header).max(50).default([]),
  batch: z
    .strictObject({
      records: z.int().min(1).max(10_000).default(1),
      bytes: z.int().min(1_024).max(16_777_216).default(1_048_576),
      waitMs: durationMs(0, 3_600_000).default(1_000),
      key: line(255).nullable().default(null),
    })
    .prefault({}),
  order: z
    .strictObject({ key: line(255, 1).default('visitorId'), releaseAfter: z.int().min(1).nullable().default(null) })
    .nullable()
    .default(null),
  rate: rate.nullable().default(null),
  retry: retryPolicy.nullable().default(null),
  outcomes: z.array(outcomeRule).max(50).default([]),
  onTimeout: z.enum(['retry', 'hold']).default('retry'),
  getBody: z.boolean().default(false),
  /**
   * Retention of the bodies of finished deliveries (0: not stored; null: as long as the delivery), and masked fields.
   */
  bodies: z
    .strictObject({
      keepMs: durationMs(0, 3_650 * 86_400_000)
        .nullable()
        .default(null),
      mask: storedMasks,
    })
    .prefault({}),
});

/** A destination as a client writes it: one endpoint of the connection's system. */
export const destinationInput = z.strictObject({
  connectionId: refersTo('connection', z.string())
    .optional()
    .meta({ accepts: "That of its connection: a destination can't move." }),
  name: documentName,
  description,
  method: method.default('POST'),
  contentType: contentType.default('application/json'),
  path: line(8_192).default(''),
  template: z.string().max(262_144).default(defaultTemplate),
  status: z.enum(['enabled', 'disabled', 'paused']).default('disabled'),
  settings: destinationSettings.prefault({}),
});

export type DestinationBody = Stored<z.output<typeof destinationInput>> & { connectionId: string };

/**
 * The state of a destination as its traffic and that of its connection show it; read-only and not versioned. `held` also
 * counts the deliveries that people hold.
 */
export const destinationHealth = health.pick({
  state: true,
  reason: true,
  detail: true,
  since: true,
  nextProbeAt: true,
  held: true,
  requests: true,
});
export type DestinationHealth = z.output<typeof destinationHealth>;

/** A destination as GET returns it. */
export const destination = destinationInput.extend({
  ...stamp,
  ...warnings,
  connectionId: z.string(),
  health: destinationHealth,
});

/** `usage=true`: the page also says by which actions each destination is used. */
const destinationQuery = listQuery.extend({ usage: flag.optional() });
const destinationPage = listOf(destination).extend({
  usage: z
    .array(z.strictObject({ id: z.string(), usedBy: usedByActions }))
    .max(200)
    .optional(),
});

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
  listDestinations: api(
    'GET /connections/{id}/destinations',
    'connections:view',
    'List the destinations of a connection, newest first',
    { query: destinationQuery, output: destinationPage },
  ),
  listAllDestinations: api(
    'GET /destinations',
    'connections:view',
    'List the destinations of all connections, newest first',
    { query: destinationQuery, output: destinationPage },
  ),
  previewDestination: api(
    'POST /destinations/{id}/preview',
    ['connections:view', 'payloads:view'],
    'Show the request for an event; a stored event (`eventId`) needs events:view',
    { audit: null, body: previewInput, output: previewOutput },
  ),
  previewUnsavedDestination: api(
    'POST /connections/{id}/destinations/preview',
    ['connections:view', 'payloads:view'],
    'Show the request of an unsaved destination for an event; a stored event (`eventId`) needs events:view',
    { audit: null, body: previewInput, output: previewOutput },
  ),
  checkDestination: api(
    'POST /destinations/{id}/check',
    ['connections:view', 'events:view', 'payloads:view'],
    'Show the renders of the newest events, and the changes by a draft',
    { audit: null, body: destinationCheckInput, output: destinationCheck },
  ),
  checkUnsavedDestination: api(
    'POST /connections/{id}/destinations/check',
    ['connections:view', 'events:view', 'payloads:view'],
    'Show the renders of the newest events by an unsaved destination',
    { audit: null, body: unsavedDestinationCheckInput, output: destinationCheck },
  ),
  checkOutcomes: api(
    'POST /destinations/{id}/outcomes/check',
    ['connections:view', 'deliveries:view', 'payloads:view'],
    'Show the outcomes of the newest stored responses by the outcome rules, and the changes by a draft',
    { audit: null, body: outcomeCheckInput, output: outcomeCheck },
  ),
  testDestination: api(
    'POST /destinations/{id}/test',
    'connections:manage',
    'Send one real test request; a stored event (`eventId`) needs events:view and payloads:view',
    { audit: 'test destination', body: sampleInput, output: delivery },
  ),
});
