import { z } from 'zod';

// Fields that several resources share.

export const anything = z.record(z.string(), z.unknown());
export const textFilter = z.string().max(255).optional();
/** A time, parsed to ms since the epoch. */
export const timeFilter = z.iso.datetime({ offset: true }).transform(Date.parse).optional();
export const flag = z.enum(['true', 'false']).transform((text) => text === 'true');

/** Ids in one query parameter, separated by commas. */
export const idList = z
  .string()
  .max(4_000)
  .transform((text) => text.split(',').filter((id) => id !== ''))
  .pipe(z.array(z.string()).min(1).max(100));
