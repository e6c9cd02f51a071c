import { z } from 'zod';
import { documentName, durationMs, line } from '../text.ts';
import { stamp } from './document.ts';
import { fieldPrivacy } from './privacy.ts';

const origin = line(512, 1).refine(
  (text) => text === '*' || (!text.includes('*') && URL.canParse(text) && new URL(text).origin === text),
  'Must be * or an origin such as https://shop.example.',
);

/** An intake as a person writes it. Its key is made by the server and is public. */
export const collectorInput = z.strictObject({
  name: documentName,
  formats: z
    .array(z.enum(['infinity']))
    .min(1)
    .default(['infinity']),
  allowedOrigins: z.array(origin).max(100).default(['*']),
  /** At most so many events in so long; null: as many as come. */
  rate: z
    .strictObject({ limit: z.int().min(1).max(1_000_000), perMs: durationMs(1, 86_400_000).default(1_000) })
    .nullable()
    .default(null),
  privacy: fieldPrivacy.prefault({}),
  status: z.enum(['enabled', 'disabled']).default('enabled'),
});
export type CollectorBody = z.output<typeof collectorInput> & { key: string };

/** A collector as GET shows it. */
export const collector = collectorInput.extend({ ...stamp, key: z.string() });
