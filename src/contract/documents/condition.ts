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

/** A condition on an event: comparisons and behaviors, combined by `all`, `any` and `not`. */
export type Condition =
  | { all: Condition[] }
  | { any: Condition[] }
  | { not: Condition }
  | { behavior: string }
  | Comparison;

const behaviorReference = z.strictObject({ behavior: z.string().min(1) });
const node: z.ZodType<Condition> = z.lazy(() =>
  z.union([
    z.strictObject({ all: z.array(node) }),
    z.strictObject({ any: z.array(node) }),
    z.strictObject({ not: node }),
    behaviorReference,
    comparison,
  ]),
);

/**
 * A condition within its limits. Errors point to the exact node (`/all/1/value`): each node is first matched to the one
 * shape that its keys indicate, where a union could only report that no shape fits. Depth is checked before any
 * recursion, so that hostile nesting can't exhaust the stack.
 */
export const condition = z.preprocess(checkNodes, node);

const branch = {
  all: z.strictObject({ all: z.array(z.unknown()) }),
  any: z.strictObject({ any: z.array(z.unknown()) }),
  not: z.strictObject({ not: z.unknown() }),
  behavior: behaviorReference,
  parameter: comparison,
};
const shapes = Object.keys(branch) as (keyof typeof branch)[]; // Object.keys widens the keys of a closed object to string

type Place = { value: unknown; path: PropertyKey[]; depth: number };

function checkNodes(root: unknown, ctx: z.RefinementCtx): unknown {
  const places: Place[] = [{ value: root, path: [], depth: 1 }];
  let leaves = 0;
  let listValues = 0;
  const problem = (path: Place['path'], message: string) =>
    ctx.addIssue({ code: 'custom', message, path, input: root, continue: false });

  for (let place = places.pop(); place !== undefined; place = places.pop()) {
    const { value, path, depth } = place;
    if (depth > conditionLimits.depth) {
      problem(path, `A condition may be ${conditionLimits.depth} levels deep.`);
      continue;
    }
    const shape =
      typeof value === 'object' && value !== null ? shapes.find((key) => Object.hasOwn(value, key)) : undefined;
    if (shape === undefined) {
      problem(path, 'Must be an object with all, any, not, behavior or parameter.');
      continue;
    }
    const parsed = branch[shape].safeParse(value);
    if (!parsed.success) {
      for (const issue of parsed.error.issues) {
        if (issue.code !== 'unrecognized_keys') problem([...path, ...issue.path], issue.message);
        else for (const key of issue.keys) problem([...path, key], 'Unknown field.');
      }
      continue;
    }
    const one = parsed.data;
    if ('not' in one) places.push({ value: one.not, path: [...path, 'not'], depth: depth + 1 });
    else if ('all' in one || 'any' in one) {
      const key = 'all' in one ? 'all' : 'any';
      const children = 'all' in one ? one.all : one.any;
      if (children.length > conditionLimits.leaves) problem([...path, key], tooMany);
      else {
        for (let i = children.length - 1; i >= 0; i--)
          places.push({ value: children[i], path: [...path, key, i], depth: depth + 1 });
      }
    } else {
      leaves += 1;
      if ('operator' in one && (one.operator === 'in' || one.operator === 'notIn')) listValues += one.value.length;
    }
    if (leaves > conditionLimits.leaves) {
      problem([], tooMany);
      break;
    }
    if (listValues > conditionLimits.listValues) {
      problem([], `The lists of a condition can hold ${conditionLimits.listValues} values together.`);
      break;
    }
  }
  return root;
}

const tooMany = `A condition may have ${conditionLimits.leaves} comparisons.`;
