import { z } from 'zod';

/** How much of a list: at most 200 at once and about 4 MiB, newest first, from a cursor that an earlier page gave. */
export const pageQuery = {
  limit: z.coerce.number().int().min(1).max(200).default(50),
  cursor: z.string().max(512).optional(),
};

/** A page of a list; `next` leads to older things, `prev` to newer ones. */
export const pageOf = <T extends z.ZodType>(item: T) =>
  z.strictObject({
    data: z.array(item),
    page: z.strictObject({ next: z.string().nullable(), prev: z.string().nullable() }),
  });
export type Page<T> = { data: T[]; page: { next: string | null; prev: string | null } };
