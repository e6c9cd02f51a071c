import { z } from 'zod';
import { line } from '../text.ts';

/**
 * Which fields are meant: the dotted name of a parameter (`properties.email`), whatever is nested in it included; `*`
 * stands for any characters (`*.email`). Case makes no difference, and lists have no names of their own.
 */
const fieldPattern = line(255, 1);

const fieldPatterns = z.array(fieldPattern).max(100).default([]);

/** What becomes of the texts of a field. `hash`: the same text always becomes the same code, which tells nothing else. */
const fieldMask = z.discriminatedUnion('by', [
  z.strictObject({ field: fieldPattern, by: z.literal('hash') }),
  z.strictObject({ field: fieldPattern, by: z.literal('last'), characters: z.int().min(1).max(16).default(4) }),
  z.strictObject({ field: fieldPattern, by: z.literal('replace'), text: line(100).default('[masked]') }),
]);
export type FieldMask = z.output<typeof fieldMask>;

/** What is taken out of events before anything of them is kept or used. */
export const fieldPrivacy = z.strictObject({
  /** These fields go. */
  drop: fieldPatterns,
  /** These keep their place, but not their texts; of several that fit the first counts. */
  mask: z.array(fieldMask).max(100).default([]),
  /** Of texts that are an Internet address (or a list of them) only the network stays: 24 bits of IPv4, 48 of IPv6. */
  maskIp: z.boolean().default(false),
});
export type FieldPrivacy = z.output<typeof fieldPrivacy>;

/** Fields whose values are sent, but masked in what is kept of the exchange. */
export const storedMasks = fieldPatterns;
