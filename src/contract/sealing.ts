import { z } from 'zod';
import { timestamp } from './text.ts';

/** The way of a rotation: how many stored bodies it has gone through, of how many. */
const rotation = z.strictObject({
  state: z.enum(['running', 'done', 'failed']),
  startedAt: timestamp,
  finishedAt: timestamp.nullable(),
  done: z.int(),
  total: z.int(),
  error: z.string().nullable(),
});

/** The keys that seal stored secrets, and the latest rotation since the start of the server; null: none. */
export const sealing = z.strictObject({
  /** The key that seals; the others only open. */
  keyId: z.string(),
  /** How many stored bodies (versions of documents) can't be opened without each key. */
  keys: z.array(z.strictObject({ id: z.string(), bodies: z.int() })),
  rotation: rotation.nullable(),
});
export type SealingState = z.output<typeof sealing>;

/** `newKey`: first make a new key, where the keys are kept in the data folder. */
export const rotateInput = z.strictObject({ newKey: z.boolean().default(false) });
