import { z } from 'zod';
import { digits } from '../text.ts';

const paging = {
  limit: digits(z.int().min(1).max(200).default(50)),
  cursor: z.string().max(512).optional(),
};

/** The query of a list: at most 200 items and about 4 MiB, newest first, from a cursor of an earlier page; and filters. */
export function pageQuery<Filters extends z.ZodRawShape = Record<never, never>>(filters: Filters = {} as Filters) {
  return z.strictObject({ ...paging, ...filters });
}

/** A page of a list; `next` leads to older items, `prev` to newer ones. */
export const pageOf = <T extends z.ZodType>(item: T) =>
  z.strictObject({
    data: z.array(item),
    page: z.strictObject({ next: z.string().nullable(), prev: z.string().nullable() }),
  });
export type Page<T> = { data: T[]; page: { next: string | null; prev: string | null } };
