import { z } from 'zod';
import { timestamp } from '../text.ts';

/** A rejected intake request in a list. The last part of `address` is masked. */
export const rejectedRequest = z.strictObject({
  /** The request id of the response. */
  id: z.string(),
  at: timestamp,
  key: z.string(),
  /** The collector of the key; null: unknown key. */
  collectorId: z.string().nullable(),
  method: z.string(),
  /** The path without the query string. */
  path: z.string(),
  status: z.int(),
  code: z.string(),
  detail: z.string(),
  bytes: z.int(),
  origin: z.string().nullable(),
  address: z.string(),
  /** Whether the beginning of its body is stored, masked. */
  hasBody: z.boolean(),
});

/**
 * A rejected intake request. `body`: up to 4 KiB, with the names of fields and the shape of values alone; null: the request had none, it
 * is no text, there were too many at once, or an erasure has removed it.
 */
export const rejectedRequestWithBody = rejectedRequest.omit({ hasBody: true }).extend({ body: z.string().nullable() });
export type RejectedRequest = z.output<typeof rejectedRequestWithBody>;
export type ListedRejection = z.output<typeof rejectedRequest>;
