import { z } from 'zod';

const control = /[\p{Cc}\u2028\u2029]/u;

/** The same for readers of JSON Schema, of which not all know `\p{Cc}`. */
const controls = '\\x00-\\x1f\\x7f-\\x9f\u2028\u2029';
const patterns = { line: `^[^${controls}]*$`, value: `^[^\\s${controls}][^${controls}]*$` };

/** The refusal of control characters, which the pattern of a line says, too. */
export const lineMessage = 'Must be one line without control characters.';

/** One line of text: trimmed, no control characters. */
export function line(max: number, min = 0) {
  return z
    .string()
    .trim()
    .min(min, min > 0 ? 'A value is required.' : undefined)
    .max(max)
    .refine((text) => !control.test(text), lineMessage)
    .meta({ pattern: min > 0 ? patterns.value : patterns.line });
}

/** The name of a document: required, trimmed, 1–255 characters, one line. */
export const documentName = line(255, 1);

/** The description of a document: up to 1,000 characters, line breaks allowed. */
export const description = z.string().trim().max(1_000).default('');

/** A point in time, RFC 3339 in UTC. */
export const timestamp = z.string().meta({ format: 'date-time' });

/** A point in time in a request: RFC 3339 with any offset. */
export const instant = z.iso.datetime({ offset: true, error: 'Must be a time such as 2027-01-31T12:00:00Z.' });

/** A number of a query, in decimal digits: JavaScript reads `0x10`, `1e2` and `+5` as numbers, too. */
export const digits = <Schema extends z.ZodType>(number: Schema) =>
  z.preprocess((text) => (typeof text === 'string' && /^\d+$/.test(text) ? Number(text) : text), number);

/** A duration in milliseconds within bounds, inclusive. */
export const durationMs = (min: number, max: number) => z.int().min(min).max(max);
