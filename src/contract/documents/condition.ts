import { z } from 'zod';
import { comparison } from './comparison.ts';
import { type Condition, innerOf, isLeaf } from './condition-parts.ts';
import { conditionLimits } from './operators.ts';
import { refersTo } from './references.ts';

export { type Comparison, comparison } from './comparison.ts';
export type { Condition } from './condition-parts.ts';

/** The schema of each clause, by the member that tells it, with parts of a schema. */
const clauses = <Part extends z.ZodType>(part: Part) => ({
  all: z.strictObject({ all: z.array(part) }),
  any: z.strictObject({ any: z.array(part) }),
  not: z.strictObject({ not: part }),
  behavior: z.strictObject({ behavior: refersTo('behavior', z.string().min(1)) }),
  parameter: comparison,
});

const node: z.ZodType<Condition> = z.lazy(() => anyClause);
const anyClause = z.union(Object.values(clauses(node)));

/**
 * A condition within its limits. Errors point to the exact node (`/all/1/value`): each node is first matched to the one
 * shape that its keys indicate, where a union could only report that no shape fits. Depth is checked before any
 * recursion, so that hostile nesting can't exhaust the stack.
 */
export const condition = z.preprocess(checkNodes, node);

const clauseOfAny = clauses(z.unknown());
const members = Object.keys(clauseOfAny) as (keyof typeof clauseOfAny)[]; // the keys of a closed object

type Open = { value: unknown; path: PropertyKey[]; depth: number };

function checkNodes(root: unknown, ctx: z.RefinementCtx): unknown {
  const open: Open[] = [{ value: root, path: [], depth: 1 }];
  let leaves = 0;
  let listValues = 0;
  const problem = (path: Open['path'], message: string) =>
    ctx.addIssue({ code: 'custom', message, path, input: root, continue: false });

  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { value, path, depth } = next;
    if (depth > conditionLimits.depth) {
      problem(path, `A condition may be ${conditionLimits.depth} levels deep.`);
      continue;
    }
    const member =
      typeof value === 'object' && value !== null ? members.find((key) => Object.hasOwn(value, key)) : undefined;
    if (member === undefined) {
      problem(path, 'Must be an object with all, any, not, behavior or parameter.');
      continue;
    }
    const parsed = clauseOfAny[member].safeParse(value);
    if (!parsed.success) {
      for (const issue of parsed.error.issues) {
        if (issue.code !== 'unrecognized_keys') problem([...path, ...issue.path], issue.message);
        else for (const key of issue.keys) problem([...path, key], 'Unknown field.');
      }
      continue;
    }
    const one = parsed.data;
    const { parts, pathOf } = innerOf(one);
    if (parts.length > conditionLimits.leaves) problem([...path, member], tooMany);
    else
      for (let i = parts.length - 1; i >= 0; i--)
        open.push({ value: parts[i], path: [...path, ...pathOf(i)], depth: depth + 1 });
    if (isLeaf(one)) {
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
