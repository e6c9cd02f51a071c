import { z } from 'zod';
import { digits } from '../text.ts';

const paging = {
  limit: digits(z.int().min(1).max(200).default(50)),
  cursor: z
    .string()
    .min(1)
    .max(512)
    .regex(/^[A-Za-z0-9_-]+$/, 'Must be a cursor from a page of this list.')
    .optional()
    .meta({ accepts: '`next` or `prev` of a page of this list.' }),
};

/** The query of a list: at most 200 items and about 4 MiB, newest first, from a cursor of an earlier page; and filters. */
export function pageQuery<Filters extends z.ZodRawShape = Record<never, never>>(filters: Filters = {} as Filters) {
  return z.strictObject({ ...paging, ...filters });
}

/** The cursors of the neighboring pages: `next` leads to older items, `prev` to newer ones. */
export const page = z.strictObject({ next: z.string().nullable(), prev: z.string().nullable() });

/** A page of a list. */
export const pageOf = <T extends z.ZodType>(item: T) => z.strictObject({ data: z.array(item), page });
export type Page<T> = { data: T[]; page: { next: string | null; prev: string | null } };
