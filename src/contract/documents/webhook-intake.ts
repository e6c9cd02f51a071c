import { z } from 'zod';
import { type Stored, secretInput } from '../secret.ts';
import { durationMs, instant, line } from '../text.ts';
import { fieldName } from './connection.ts';

/** The place of a value in a webhook: a path into its body (`data.object.customer`), or `header:` and the name of a header. */
const place = line(512, 1)
  .refine(isPlace, 'Must be a path such as data.customer.id, or header: and the name of a header.')
  .nullable()
  .default(null);

/** Places that are null have the standard of the scheme; without one, the event has no such value. */
const places = { name: place, visitor: place, time: place, id: place };

const anySecret = secretInput.meta({ accepts: 'As the provider shows it.' });
const standardSecret = secretInput.meta({ accepts: 'In base64, with or without `whsec_` before it.' });

const secrets = {
  secret: anySecret,
  previousSecret: anySecret,
  previousUntil: instant.nullable().default(null),
};

/** How old the signed time of a webhook may be, or how far ahead. */
export const toleranceMs = 300_000;

/**
 * How a collector takes webhooks: how their signature is verified, and where the values of the event stand. During a rotation
 * the previous secret is good until `previousUntil` (null: while it is stored).
 */
export const webhookIntake = z.discriminatedUnion('scheme', [
  z.strictObject({ scheme: z.literal('none'), ...places }),
  z.strictObject({
    scheme: z.literal('standard-webhooks'),
    ...secrets,
    secret: standardSecret,
    previousSecret: standardSecret,
    ...places,
  }),
  z.strictObject({ scheme: z.literal('stripe'), ...secrets, ...places }),
  z.strictObject({ scheme: z.literal('github'), ...secrets, ...places }),
  z.strictObject({ scheme: z.literal('shopify'), ...secrets, ...places }),
  z
    .strictObject({
      scheme: z.literal('hmac'),
      /** The header that has the signature. */
      header: fieldName,
      algorithm: z.enum(['sha256', 'sha512', 'sha1']).default('sha256'),
      encoding: z.enum(['hex', 'base64']).default('hex'),
      /** The text before the signature in its header, such as `sha256=`. */
      prefix: line(100).default(''),
      /** What is signed: `{body}`, with `{timestamp}` where the time is signed, too. */
      signed: line(200, 1)
        .refine((text) => text.split('{body}').length === 2, 'Must have {body} once.')
        .default('{body}'),
      /** The header with the time, in Unix time or RFC 3339. */
      timeHeader: fieldName.nullable().default(null),
      toleranceMs: durationMs(1_000, 86_400_000).default(toleranceMs),
      ...secrets,
      ...places,
    })
    .refine(({ signed, timeHeader }) => signed.includes('{timestamp}') === (timeHeader !== null), {
      path: ['timeHeader'],
      message: 'A time is checked when it is signed: it needs its header, and {timestamp} in what is signed.',
    })
    .meta({ accepts: '`timeHeader` exactly when `signed` has `{timestamp}`.' }),
]);
export type WebhookIntake = Stored<z.output<typeof webhookIntake>>;

function isPlace(text: string): boolean {
  const [, header] = /^header:(.*)$/.exec(text) ?? [];
  return header === undefined ? /[^$.[\]\s]/.test(text) : fieldName.safeParse(header).success;
}
