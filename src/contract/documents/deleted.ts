import { z } from 'zod';
import { pageOf, pageQuery } from '../records/page.ts';
import { api, tagged } from '../route.ts';
import { timestamp } from '../text.ts';
import { kindList } from './transfer.ts';
import { transferKinds } from './transfer-kinds.ts';

/** How long a deleted document can be restored. Then it is removed with its versions and secrets. */
export const deletedKeptMs = 30 * 86_400_000;

/** A deleted document. `connection`: of a destination, the name of its connection; null: it is deleted too. */
export const deletedDocument = z.strictObject({
  kind: z.enum(transferKinds),
  id: z.string(),
  name: z.string(),
  connection: z.string().nullable().optional(),
  version: z.int(),
  deletedAt: timestamp,
  deletedBy: z.string(),
  /** Until when it can be restored. */
  removedAt: timestamp,
});
export type DeletedDocument = z.output<typeof deletedDocument>;

export const deletedRoutes = tagged('transfer', {
  listDeleted: api(
    'GET /deleted',
    [],
    'List the documents deleted in the last 30 days, newest deletion first; needs View of each kind',
    {
      query: pageQuery({
        /** Kinds, separated by commas; left out: all that the caller can view. */
        kind: kindList.optional(),
      }),
      output: pageOf(deletedDocument),
    },
  ),
});
