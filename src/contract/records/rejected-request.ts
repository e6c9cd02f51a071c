import { z } from 'zod';
import { timestamp } from '../text.ts';

/** A rejected intake request. Its content is not stored, and the last part of `address` is masked. */
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
});
export type RejectedRequest = z.output<typeof rejectedRequest>;
