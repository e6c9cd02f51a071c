import { z } from 'zod';
import { timestamp } from '../text.ts';

/** An intake request that was refused. Nothing of what it held is kept; `address` has its last part masked. */
export const rejectedRequest = z.strictObject({
  /** The id that the answer named. */
  id: z.string(),
  at: timestamp,
  key: z.string(),
  /** The collector of the key; null: no collector has it. */
  collectorId: z.string().nullable(),
  method: z.string(),
  /** Without the query. */
  path: z.string(),
  status: z.int(),
  code: z.string(),
  detail: z.string(),
  bytes: z.int(),
  origin: z.string().nullable(),
  address: z.string(),
});
export type RejectedRequest = z.output<typeof rejectedRequest>;
