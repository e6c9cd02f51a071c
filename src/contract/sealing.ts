import { z } from 'zod';
import { api, tagged } from './route.ts';
import { timestamp } from './text.ts';

/** Progress of a rotation: stored bodies processed, and their total. */
const rotation = z.strictObject({
  state: z.enum(['running', 'done', 'failed']),
  startedAt: timestamp,
  finishedAt: timestamp.nullable(),
  done: z.int(),
  total: z.int(),
  error: z.string().nullable(),
});

/** The keys that encrypt stored secrets, and the latest rotation since the start of the server; null: none. */
export const sealing = z.strictObject({
  /** The key that encrypts; the others only decrypt. */
  keyId: z.string(),
  /** The number of stored bodies (versions of documents) that can't be decrypted without each key. */
  keys: z.array(z.strictObject({ id: z.string(), bodies: z.int() })),
  rotation: rotation.nullable(),
});
export type SealingState = z.output<typeof sealing>;

/** `newKey`: create a new key first, if the keys are stored in the data folder. */
const rotateInput = z.strictObject({ newKey: z.boolean().default(false) });

export const secretRoutes = tagged('secrets', {
  getSealing: api(
    'GET /secrets',
    'settings:view',
    'Get the keys that encrypt stored secrets, and the progress of a rotation',
    { output: sealing },
  ),
  rotateSecrets: api(
    'POST /secrets/rotate',
    'settings:manage',
    'Encrypt every stored secret again with the first key, in the background; the same request returns the progress',
    { audit: 'reseal secrets', body: rotateInput, output: sealing, status: 202 },
  ),
});
