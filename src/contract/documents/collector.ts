import { z } from 'zod';
import { pageOf, pageQuery } from '../records/page.ts';
import { rejectedRequest, rejectedRequestWithBody } from '../records/rejected-request.ts';
import { api, tagged, textFilter } from '../route.ts';
import type { Stored } from '../secret.ts';
import { documentName, durationMs, instant, line, timestamp } from '../text.ts';
import { stamp, warnings } from './document.ts';
import { documentRoutes } from './document-routes.ts';
import { fieldPrivacy } from './privacy.ts';
import { webhookIntake } from './webhook-intake.ts';

const origin = line(512, 1).refine(
  (text) => text === '*' || (!text.includes('*') && URL.canParse(text) && new URL(text).origin === text),
  'Must be * or an origin such as https://shop.example.',
);

/** The formats that a new collector takes: all but webhooks, of which each provider needs a collector of its own. */
export const standardFormats = [
  'infinity',
  'segment',
  'rudderstack',
  'jitsu',
  'cloudevents',
  'snowplow',
  'posthog',
  'tag',
] as const;

/** All formats. */
export const intakeFormats = [...standardFormats, 'webhooks'] as const;

/** A way to send events. */
export type IntakeFormat = (typeof intakeFormats)[number];

/** A collector as a client writes it. The server makes its key, which is public. */
export const collectorInput = z.strictObject({
  name: documentName,
  /** The formats in which it takes events. */
  formats: z
    .array(z.enum(intakeFormats))
    .min(1)
    .default([...standardFormats]),
  /** How webhooks are verified and read; null: unsigned, by the usual names. */
  webhooks: webhookIntake.nullable().default(null),
  allowedOrigins: z.array(origin).max(100).default(['*']),
  /** Rate limit: at most `limit` events in `perMs`; null: no limit. */
  rate: z
    .strictObject({ limit: z.int().min(1).max(1_000_000), perMs: durationMs(1, 86_400_000).default(1_000) })
    .nullable()
    .default(null),
  privacy: fieldPrivacy.prefault({}),
  /**
   * What is added to `ext` of events: `browser`, `os`, `device` and `bot` by the user agent; `campaign` by URL and referrer;
   * `location` by the network of the visitor, when the operator has set a database of places (`geoDatabase`).
   */
  enrichment: z
    .strictObject({
      device: z.boolean().default(false),
      campaign: z.boolean().default(false),
      location: z.boolean().default(false),
    })
    .prefault({}),
  status: z.enum(['enabled', 'disabled']).default('enabled'),
});
export type CollectorBody = Stored<z.output<typeof collectorInput>> & {
  key: string;
  /** The key before the last rotation, if there was one; valid until `previousUntil`. */
  previousKey?: string;
  previousUntil?: string;
};

/** `previousUntil`: until when the present key stays valid; null: not at all. */
const rotateKeyInput = z
  .strictObject({ previousUntil: instant.nullable().optional().meta({ accepts: 'In the future.' }) })
  .prefault({});

/** How long a key stays valid after its rotation, unless the request says otherwise. */
export const previousKeyMs = 86_400_000;

/**
 * A collector as GET returns it. `previousKey` is the key before the last rotation, which is valid until `previousUntil`;
 * `previousUsedAt` is when it was last used, exact to a minute.
 */
export const collector = collectorInput.extend({
  ...stamp,
  ...warnings,
  key: z.string(),
  previousKey: z.string().nullable(),
  previousUntil: timestamp.nullable(),
  previousUsedAt: timestamp.nullable(),
});

export const collectorRoutes = tagged('collectors', {
  ...documentRoutes({ one: 'collector', area: 'collectors', input: collectorInput, output: collector }),
  rotateCollectorKey: api(
    'POST /collectors/{id}/rotate-key',
    'collectors:manage',
    'Give a collector a new key; the present one stays valid for a day, or until `previousUntil` (null: it ends at once). Refused while a previous key is valid, unless the present one ends at once',
    { audit: 'rotate_key collector', body: rotateKeyInput, output: collector },
  ),
  endPreviousKey: api(
    'DELETE /collectors/{id}/previous-key',
    'collectors:manage',
    'End the previous key of a collector at once',
    { audit: 'revoke collector', output: collector },
  ),
  listRejectedRequests: api(
    'GET /collectors/rejected',
    'collectors:view',
    'List the last rejected intake requests, including those with an unknown key, newest first',
    { query: pageQuery({ key: textFilter, collectorId: textFilter }), output: pageOf(rejectedRequest) },
  ),
  getRejectedRequest: api(
    'GET /collectors/rejected/{id}',
    'collectors:view',
    'Get a rejected intake request with the beginning of its body, in which letters and digits of values are masked',
    { output: rejectedRequestWithBody },
  ),
});
