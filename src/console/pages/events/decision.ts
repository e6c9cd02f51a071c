import { type Operator, orderOperators } from '../../../contract/documents/operators.ts';
import { allParts, partsOf } from '../../../contract/records/explained-parts.ts';
import type { ExplainedComparison, ExplainedCondition } from '../../../contract/records/explanation.ts';
import { isOrdered } from '../../../rules/order.ts';
import { conditions, terms, event as words } from '../../messages/en.ts';

type ExplainedBehavior = Extract<ExplainedCondition, { kind: 'behavior' }>;

/** A comparison, and whether it had to be false. */
type Decision = { leaf: ExplainedComparison; isNegated: boolean };

/** Finds the comparison at a pointer. */
export function decisionAt(tree: ExplainedCondition, pointer: string | null, isNegated = false): Decision | null {
  if (tree.kind === 'comparison') return tree.pointer === pointer ? { leaf: tree, isNegated } : null;
  return first(partsOf(tree), (one) => decisionAt(one, pointer, isNegated !== (tree.kind === 'not')));
}

/** The group whose parts decided together, at a pointer; null: a single comparison did, or none. */
export function decidingGroup(tree: ExplainedCondition, pointer: string | null): ExplainedCondition | null {
  if (tree.pointer === pointer && 'conditions' in tree) return tree;
  return first(partsOf(tree), (one) => decidingGroup(one, pointer));
}

/** The behavior that the deciding group at a pointer is of; null: of none. */
export function decidingBehavior(tree: ExplainedCondition, pointer: string | null): ExplainedBehavior | null {
  if (tree.kind === 'behavior') return decidingGroup(tree.condition, pointer) === null ? null : tree;
  return first(partsOf(tree), (one) => decidingBehavior(one, pointer));
}

function first<Item, Found>(items: readonly Item[], find: (item: Item) => Found | null): Found | null {
  for (const item of items) {
    const found = find(item);
    if (found !== null) return found;
  }
  return null;
}

/** The comparisons of a part, in words. */
export function clausesOf(tree: ExplainedCondition): string[] {
  return comparisonsIn(tree).map((one) => clauseWords(one));
}

const comparisonsIn = (tree: ExplainedCondition) => allParts(tree).filter((one) => one.kind === 'comparison');

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

/** What the event has there: `got “look”`. */
export function foundWords(comparison: ExplainedComparison, maySee: boolean): string {
  if (comparison.isMissing) return terms.gotNothing;
  return maySee ? got(comparison) : words.hiddenValue;
}

/** The same as a sentence of its own. */
export function foundSentence(comparison: ExplainedComparison, maySee: boolean): string {
  if (comparison.isMissing) return words.thisEventLacks(comparison.parameter);
  return maySee ? got(comparison) : words.hiddenSentence;
}

const ordering = new Set<Operator>([...orderOperators, 'between']);

/** The value of the event, and that it can't be greater or less than anything, such as `189,90`. */
function got({ actual, isCut, operator }: ExplainedComparison): string {
  if (typeof actual !== 'string') return terms.got(JSON.stringify(actual));
  if (isCut) return terms.cut(words.found(actual));
  return ordering.has(operator) && !isOrdered(actual) ? words.unordered(words.found(actual)) : words.found(actual);
}

/** What the event has for the first comparison of a part, as a sentence. */
export function foundFirst(tree: ExplainedCondition, maySee: boolean): string {
  const [leaf] = comparisonsIn(tree);
  return leaf === undefined ? '' : foundSentence(leaf, maySee);
}

/** How many comparisons there are, and how many of them are as the rules want them: true, or false below a `not`. */
export function tally(tree: ExplainedCondition, isNegated = false): { all: number; passed: number } {
  if (tree.kind === 'comparison') return { all: 1, passed: tree.result === isNegated ? 0 : 1 };
  const tallies = partsOf(tree).map((one) => tally(one, isNegated !== (tree.kind === 'not')));
  return {
    all: tallies.reduce((sum, { all }) => sum + all, 0),
    passed: tallies.reduce((sum, { passed }) => sum + passed, 0),
  };
}
