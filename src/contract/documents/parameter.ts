import { z } from 'zod';
import { timestamp } from '../text.ts';

/** The fields of a parameter that a person can set; the others are learned from traffic. */
export const parameterPatch = z.strictObject({
  description: z.string().trim().max(1_000).optional(),
  offered: z.boolean().optional(),
});

/** A named value on events, as listed in the catalog of parameters. */
export const parameter = z.strictObject({
  name: z.string(),
  description: z.string(),
  type: z.enum(['text', 'number', 'boolean', 'time', 'list', 'object']),
  share: z.number(),
  firstSeenAt: timestamp.nullable(),
  lastSeenAt: timestamp.nullable(),
  examples: z.array(z.string()).max(5),
  offered: z.boolean(),
  known: z.boolean(),
});
export type Parameter = z.output<typeof parameter>;
