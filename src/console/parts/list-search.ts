import * as z from 'zod/mini';

const text = z.catch(z.optional(z.string().check(z.maxLength(512))), undefined);

/** What every list keeps in its address. Add a page's own filters with `z.extend`; values are texts. */
export const listSearch = z.object({ filter: text, cursor: text });

/** A filter with a closed list of values; anything else in the address counts as not set. */
export const choice = <const Values extends readonly [string, ...string[]]>(values: Values) =>
  z.catch(z.optional(z.enum(values)), undefined);

/** A text filter. */
export const textSearch = text;

const ranges = ['15m', '1h', '24h', '7d'] as const;

/** A length of time up to now, as `GET /stats` takes it. */
export type Range = (typeof ranges)[number];

/** The range in the address, for pages with a range picker. */
export const rangeSearch = choice(ranges);
