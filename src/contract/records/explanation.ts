import { z } from 'zod';
import { operators } from '../documents/operators.ts';

/** Characters of a value of an event or a rule in an explanation, and in a shortened one. */
export const shownValueMax = { whole: 1_000, shortened: 100 } as const;

/**
 * A condition with the result of each part for one event. `pointer` is the position of the part in the condition, with
 * behaviors expanded (`/all/0/behavior/any/1`). `actual` is the value on the event, null when the parameter is missing.
 * `isCut`: `value` or `actual` is only the beginning of a value of more than 1,000 characters (in a shortened
 * explanation 100).
 */
export type ExplainedCondition =
  | { kind: 'all' | 'any'; pointer: string; result: boolean; conditions: ExplainedCondition[] }
  | { kind: 'not'; pointer: string; result: boolean; condition: ExplainedCondition }
  | { kind: 'behavior'; pointer: string; result: boolean; id: string; name: string; condition: ExplainedCondition }
  | ExplainedComparison;

const judged = { pointer: z.string(), result: z.boolean() };

export const explainedComparison = z.strictObject({
  kind: z.literal('comparison'),
  ...judged,
  parameter: z.string(),
  operator: z.enum(operators),
  value: z.union([z.string(), z.array(z.string())]).nullable(),
  ignoreCase: z.boolean(),
  isMissing: z.boolean(),
  actual: z.unknown(),
  isCut: z.boolean(),
});
export type ExplainedComparison = z.output<typeof explainedComparison>;

export const explainedCondition: z.ZodType<ExplainedCondition> = z.lazy(() =>
  z.discriminatedUnion('kind', [
    z.strictObject({ kind: z.enum(['all', 'any']), ...judged, conditions: z.array(explainedCondition) }),
    z.strictObject({ kind: z.literal('not'), ...judged, condition: explainedCondition }),
    z.strictObject({
      kind: z.literal('behavior'),
      ...judged,
      id: z.string(),
      name: z.string(),
      condition: explainedCondition,
    }),
    explainedComparison,
  ]),
);

/**
 * Why a condition matched an event or did not. `decidedBy` points to the comparison that determined the result, the first
 * when each of several did; or to the group whose parts determined it together, such as an `any` of which none is true;
 * null when none did (`{all: []}`).
 */
export const explanation = z.strictObject({
  result: z.boolean(),
  decidedBy: z.string().nullable(),
  tree: explainedCondition,
});
export type Explanation = z.output<typeof explanation>;

/**
 * One line of a field mapping on an event. `source` is the parameter's name or the expression; null for a fixed value.
 * `found`: whether the event has the value; null for an expression, which only the render evaluates. `value` has the type
 * that the mapping asks for, of which `isCut` shows only the beginning, at 1,000 characters; `problem` says why it does
 * not fit, and the delivery fails.
 */
export const mappedField = z.strictObject({
  field: z.string(),
  from: z.enum(['parameter', 'value', 'expression']),
  source: z.string().nullable(),
  found: z.boolean().nullable(),
  value: z.unknown(),
  isCut: z.boolean(),
  problem: z.string().nullable(),
});
export type MappedField = z.output<typeof mappedField>;
