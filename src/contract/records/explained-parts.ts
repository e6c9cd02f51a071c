import type { ExplainedComparison, ExplainedCondition } from './explanation.ts';

/** An explained condition with others inside of it. */
export type ExplainedGroup = Exclude<ExplainedCondition, ExplainedComparison>;

/** The explained conditions inside of another one, in order. */
export function partsOf(tree: ExplainedCondition): readonly ExplainedCondition[] {
  if (tree.kind === 'comparison') return [];
  return 'conditions' in tree ? tree.conditions : [tree.condition];
}

/** A copy of an explained condition with each one inside of it mapped. */
export function mapParts(tree: ExplainedGroup, map: (part: ExplainedCondition) => ExplainedCondition): ExplainedGroup {
  if ('conditions' in tree) return { ...tree, conditions: tree.conditions.map(map) };
  return { ...tree, condition: map(tree.condition) };
}

/** All parts of an explained condition, itself first. */
export function allParts(tree: ExplainedCondition): ExplainedCondition[] {
  return [tree, ...partsOf(tree).flatMap(allParts)];
}
