import { z } from 'zod';
import { reason } from '../records/delivery.ts';
import { api, tagged } from '../route.ts';

/** The most documents that are named at once. */
export const namesMax = 200;

/** The kinds of documents that other things name by their ids. */
export const namedKinds = ['action', 'connection', 'destination', 'behavior', 'collector'] as const;

/** What lists and pages say of a document that they have the id of. Members that its kind does not have are null. */
export const namedDocument = z.strictObject({
  kind: z.enum(namedKinds),
  id: z.string(),
  name: z.string(),
  status: z.enum(['enabled', 'disabled', 'paused']).nullable(),
  /** Of a destination. */
  connectionId: z.string().nullable(),
  /** Why deliveries to a destination or connection are held by what happened to it, beside its status. */
  reason: reason.nullable(),
  /** Attempts of the retry schedule of a destination. */
  attemptsMax: z.int().nullable(),
});
export type NamedDocument = z.output<typeof namedDocument>;

const ids = z
  .string()
  .max(8_000)
  .transform((text) => text.split(',').filter((id) => id !== ''))
  .pipe(z.array(z.string()).min(1).max(namesMax))
  .meta({ accepts: 'One to 200 ids, separated by commas.' });

export const nameRoutes = tagged('transfer', {
  getNames: api(
    'GET /names',
    [],
    'Name up to 200 documents (`ids`, separated by commas), and the connections of the destinations among them. Documents that are deleted, or of a kind that the caller has no right to view, are left out',
    { query: z.strictObject({ ids }), output: z.strictObject({ data: z.array(namedDocument).max(2 * namesMax) }) },
  ),
});
