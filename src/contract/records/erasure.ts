import { z } from 'zod';
import { api, tagged } from '../route.ts';
import { timestamp } from '../text.ts';
import { pageOf, pageQuery } from './page.ts';

const text = z.string().min(1).max(8_192);

/** Selects the data to erase: of all events with this visitor id, or with this text in a parameter. */
const eraseInput = z
  .strictObject({
    visitorId: text.optional(),
    parameter: text.max(255).optional(),
    value: text.optional(),
    /** Only count. */
    dryRun: z.boolean().default(false),
  })
  .refine(
    ({ visitorId, parameter, value }) =>
      visitorId === undefined ? parameter !== undefined && value !== undefined : (parameter ?? value) === undefined,
    'Give visitorId, or parameter and value.',
  );

export type EraseInput = z.input<typeof eraseInput>;

/** The number of things erased, or to be erased. `unfinished` is the number of deliveries that the erasure cancels. */
const erasureCounts = z.strictObject({ events: z.int(), deliveries: z.int(), unfinished: z.int() });
export type ErasureCounts = z.output<typeof erasureCounts>;

/** An erasure. It does not identify the visitor except by `code`, a hash that is the same each time. */
export const erasure = z.strictObject({
  /** null: a dry run. */
  id: z.string().nullable(),
  state: z.enum(['planned', 'running', 'done']),
  code: z.string(),
  /** The criterion: `visitorId`, or the name of a parameter. */
  by: z.string(),
  counts: erasureCounts,
  /** What it waits for, or that its last step failed, as a sentence; null: it goes on, or is done. */
  waitsFor: z.string().nullable(),
  createdAt: timestamp,
  finishedAt: timestamp.nullable(),
});
export type Erasure = z.output<typeof erasure>;

export const privacyRoutes = tagged('privacy', {
  eraseVisitor: api(
    'POST /privacy/erase',
    'settings:manage',
    'Erase the stored data of a visitor in the background, or (`dryRun`) only count it',
    { body: eraseInput, output: erasure, status: 202, audit: 'erase erasure' },
  ),
  listErasures: api('GET /privacy/erasures', 'settings:view', 'List erasures, newest first', {
    query: pageQuery(),
    output: pageOf(erasure),
  }),
  getErasure: api('GET /privacy/erasures/{id}', 'settings:view', 'Get an erasure with its progress', {
    output: erasure,
  }),
});
