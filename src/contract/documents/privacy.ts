import { z } from 'zod';
import { line } from '../text.ts';

/**
 * Selects fields by the dotted name of a parameter (`properties.email`), with everything nested in it; `*` matches any
 * characters (`*.email`). Case-insensitive. Lists add no name of their own.
 */
const fieldPattern = line(255, 1);

const fieldPatterns = z.array(fieldPattern).max(100).default([]);

/**
 * How the texts of a field are masked. `hash`: equal texts give the same code, which reveals nothing else about them.
 */
export const fieldMask = z.discriminatedUnion('by', [
  z.strictObject({ field: fieldPattern, by: z.literal('hash') }),
  z.strictObject({ field: fieldPattern, by: z.literal('last'), characters: z.int().min(1).max(16).default(4) }),
  z.strictObject({ field: fieldPattern, by: z.literal('replace'), text: line(100).default('[masked]') }),
]);
export type FieldMask = z.output<typeof fieldMask>;

/** Fields removed or masked in events before anything of them is stored or used. */
export const fieldPrivacy = z.strictObject({
  /** Fields to remove. */
  drop: fieldPatterns,
  /** Fields whose texts are masked; when several patterns match, the first applies. */
  mask: z.array(fieldMask).max(100).default([]),
  /** Cuts texts that are an IP address (or a list of them) to the network: 24 bits of IPv4, 48 of IPv6. */
  maskIp: z.boolean().default(false),
});
export type FieldPrivacy = z.output<typeof fieldPrivacy>;

/** Fields whose values are sent, but masked in the stored exchange. */
export const storedMasks = fieldPatterns;
