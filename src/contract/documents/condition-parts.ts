import type { Comparison } from './comparison.ts';

// Every walk of a condition takes its steps here: a new clause is added to `Condition`, `ConditionOf` and `innerOf`, and
// in condition.ts to `clauses`. The compiler then names the functions that treat clauses one by one.

/** A condition that contains no other. */
export type Leaf = { behavior: string } | Comparison;

/** A condition on an event: comparisons and behaviors, combined by `all`, `any` and `not`. */
export type Condition = { all: Condition[] } | { any: Condition[] } | { not: Condition } | Leaf;

/** A condition whose parts have some type, such as parts that are not parsed yet. */
export type ConditionOf<Part> = { all: Part[] } | { any: Part[] } | { not: Part } | Leaf;

/** The conditions inside of a condition, in order, and the path to each. */
export function innerOf<Part>(condition: ConditionOf<Part>): Inner<Part> {
  if ('all' in condition) return { parts: condition.all, pathOf: (index) => ['all', index] };
  if ('any' in condition) return { parts: condition.any, pathOf: (index) => ['any', index] };
  if ('not' in condition) return { parts: [condition.not], pathOf: () => ['not'] };
  condition satisfies Leaf;
  return { parts: [], pathOf: () => [] };
}

type Inner<Part> = { parts: readonly Part[]; pathOf(index: number): readonly PropertyKey[] };

/** Whether a condition is a behavior or a comparison. */
export function isLeaf<Part>(condition: ConditionOf<Part>): condition is Leaf {
  if ('all' in condition || 'any' in condition || 'not' in condition) return false;
  condition satisfies Leaf;
  return true;
}

/** The behaviors and comparisons of a condition, in order. */
export function leavesOf(condition: Condition): Leaf[] {
  return isLeaf(condition) ? [condition] : innerOf<Condition>(condition).parts.flatMap(leavesOf);
}

/** The ids of the behaviors that a condition refers to, in order. */
export function behaviorsIn(condition: Condition): string[] {
  return leavesOf(condition).flatMap((one) => ('behavior' in one ? [one.behavior] : []));
}
