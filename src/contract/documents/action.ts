import { z } from 'zod';
import { actionCheck, actionCheckInput, unsavedActionCheckInput } from '../records/check.ts';
import { api, flag, tagged, textFilter } from '../route.ts';
import { documentName, line } from '../text.ts';
import { condition } from './condition.ts';
import { stamp, warnings } from './document.ts';
import { documentRoutes, listOf, listQuery } from './document-routes.ts';
import { refersTo } from './references.ts';

/** What a mapped value can be sent as. `text`, also when none is given, sends the value as the event has it. */
const mappedTypes = ['text', 'number', 'boolean', 'list', 'json'] as const;
export type MappedType = (typeof mappedTypes)[number];
const as = z.enum(mappedTypes).optional();

/** One line of a field mapping: the key in the record and the source of its value (exactly one of the three). */
export const fieldMapping = z.union([
  z.strictObject({ field: line(255, 1), parameter: line(255, 1), as }),
  z.strictObject({
    field: line(255, 1),
    value: z.union([z.string().max(65_536), z.number(), z.boolean(), z.null()]),
    as,
  }),
  z.strictObject({ field: line(255, 1), expression: z.string().min(1).max(65_536) }),
]);
export type FieldMapping = z.output<typeof fieldMapping>;

/** One destination of an action. Without a mapping the record is the data of the event, unchanged. */
export const actionDestination = z.strictObject({
  destinationId: refersTo('destination', z.string()),
  mapping: z
    .array(fieldMapping)
    .max(500)
    .default([])
    .refine(
      (lines) => new Set(lines.map((one) => one.field)).size === lines.length,
      'A field may be mapped only once.',
    ),
});

/** An action as a client writes it: the condition that fires it, and its destinations. */
export const actionInput = z.strictObject({
  name: documentName,
  description: z.string().trim().min(1, 'A value is required.').max(1_000),
  status: z.enum(['enabled', 'disabled']).default('disabled'),
  rules: condition.prefault({ all: [] }),
  sources: z.array(z.never()).default([]),
  destinations: z
    .array(actionDestination)
    .max(100)
    .default([])
    .refine(
      (rows) => new Set(rows.map((row) => row.destinationId)).size === rows.length,
      'A destination may be chosen only once.',
    ),
});
export type ActionBody = z.output<typeof actionInput>;

/** An action as GET returns it. */
export const action = actionInput.extend({ ...stamp, ...warnings });

export const actionRoutes = tagged('actions', {
  ...documentRoutes({ one: 'action', area: 'actions', input: actionInput, output: action }),
  listActions: api('GET /actions', 'actions:view', 'List actions, newest first', {
    query: listQuery.extend({
      connectionId: textFilter,
      destinationId: textFilter,
      behaviorId: textFilter,
      /** Actions that name this parameter in their rules or field mappings. */
      parameter: textFilter,
      /** Actions whose rules name this collector. */
      collectorId: textFilter,
      /** `true`: enabled, and a destination of it or its connection is not, so that deliveries are held. */
      holds: flag.optional(),
    }),
    output: listOf(action),
  }),
  checkAction: api(
    'POST /actions/{id}/check',
    'actions:view',
    'Show what a draft would change, on the newest events (without payloads:view, bodies are null)',
    { audit: null, body: actionCheckInput, output: actionCheck },
  ),
  checkUnsavedAction: api(
    'POST /actions/check',
    'actions:view',
    'Show what an unsaved action would do, on the newest events (without payloads:view, bodies are null)',
    { audit: null, body: unsavedActionCheckInput, output: actionCheck },
  ),
});
