import type { ExplainedComparison, ExplainedCondition } from '../../../contract/records/explanation.ts';
import { conditions } from '../../messages/en/conditions.ts';
import { event as words } from '../../messages/en/events.ts';
import { terms } from '../../messages/en/terms.ts';

/** The comparison that a result rests on, whether it had to be false, and the behavior that it belongs to. */
export type Decision = { leaf: ExplainedComparison; isNegated: boolean; behavior: string | null };

/** The group whose parts decided together, at a pointer; null: a single comparison did, or none. */
export function decidingGroup(tree: ExplainedCondition, pointer: string | null): ExplainedCondition | null {
  if (tree.kind === 'comparison') return null;
  if (tree.pointer === pointer && 'conditions' in tree) return tree;
  const inner = 'conditions' in tree ? tree.conditions : [tree.condition];
  for (const one of inner) {
    const found = decidingGroup(one, pointer);
    if (found !== null) return found;
  }
  return null;
}

/** The comparisons of a part, in words. */
export function clausesOf(tree: ExplainedCondition): string[] {
  if (tree.kind === 'comparison') return [clauseWords(tree)];
  return ('conditions' in tree ? tree.conditions : [tree.condition]).flatMap(clausesOf);
}

/** Finds the comparison at a pointer. */
export function decisionAt(
  tree: ExplainedCondition,
  pointer: string | null,
  around: Omit<Decision, 'leaf'> = { isNegated: false, behavior: null },
): Decision | null {
  switch (tree.kind) {
    case 'comparison':
      return tree.pointer === pointer ? { leaf: tree, ...around } : null;
    case 'not':
      return decisionAt(tree.condition, pointer, { ...around, isNegated: !around.isNegated });
    case 'behavior':
      return decisionAt(tree.condition, pointer, { ...around, behavior: around.behavior ?? tree.name });
    default:
      for (const one of tree.conditions) {
        const found = decisionAt(one, pointer, around);
        if (found !== null) return found;
      }
      return null;
  }
}

/** A comparison in words: `wt.ev is “buy”`; negated: `wt.ev is not “buy”`. */
export function clauseWords({ parameter, operator, value }: ExplainedComparison, isNegated = false): string {
  const verb = (isNegated ? conditions.opposites : conditions.operators)[operator];
  if (value === null) return `${parameter} ${verb}`;
  if (!Array.isArray(value)) return `${parameter} ${verb} ${conditions.sentence.value(value)}`;
  const [low = '', high = ''] = value;
  const listed =
    operator === 'between'
      ? conditions.sentence.range(low, high)
      : value.map((one) => conditions.sentence.value(one)).join(', ');
  return `${parameter} ${verb} ${listed}`;
}

/** What the event has there: `found “look”`. */
export function foundWords({ isMissing, actual }: ExplainedComparison, maySee: boolean): string {
  if (isMissing) return terms.gotNothing;
  if (!maySee) return words.hiddenValue;
  return typeof actual === 'string' ? words.found(actual) : terms.got(JSON.stringify(actual));
}

/** The same as a sentence of its own. */
export function foundSentence({ parameter, isMissing, actual }: ExplainedComparison, maySee: boolean): string {
  if (isMissing) return words.thisEventLacks(parameter);
  if (!maySee) return words.hiddenSentence;
  return terms.got(typeof actual === 'string' ? conditions.sentence.value(actual) : JSON.stringify(actual));
}

/** How many comparisons there are, and how many of them are true. */
export function tally(tree: ExplainedCondition): { all: number; passed: number } {
  if (tree.kind === 'comparison') return { all: 1, passed: tree.result ? 1 : 0 };
  const inner = 'conditions' in tree ? tree.conditions : [tree.condition];
  return inner.map(tally).reduce((sum, one) => ({ all: sum.all + one.all, passed: sum.passed + one.passed }), {
    all: 0,
    passed: 0,
  });
}
