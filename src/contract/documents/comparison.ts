import { z } from 'zod';
import {
  conditionLimits,
  listOperators,
  orderOperators,
  presenceOperators,
  textOperators,
  wildcardLengthMax,
} from './operators.ts';

const text = z.string().max(10_000);
const parameter = z.string().min(1, 'A value is required.').max(255);
const ignoreCase = z.boolean().optional();

const isWildcard = (operator: string) => operator === 'matches' || operator === 'notMatches';

/** One comparison. The operator determines the type of `value`; a `regex` is checked when the condition is compiled. */
export const comparison = z.discriminatedUnion('operator', [
  z.strictObject({ parameter, operator: z.enum(presenceOperators), ignoreCase }),
  z
    .strictObject({ parameter, operator: z.enum([...textOperators, ...orderOperators]), value: text, ignoreCase })
    .refine(({ operator, value }) => !isWildcard(operator) || value.length <= wildcardLengthMax, {
      path: ['value'],
      message: `A wildcard pattern may have ${wildcardLengthMax} characters.`,
    }),
  z.strictObject({
    parameter,
    operator: z.enum(listOperators),
    value: z.array(text).min(1).max(conditionLimits.listValues),
    ignoreCase,
  }),
  z.strictObject({ parameter, operator: z.literal('between'), value: z.tuple([text, text]), ignoreCase }),
]);
export type Comparison = z.output<typeof comparison>;
