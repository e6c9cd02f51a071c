import type { Comparison, Condition } from '../../../contract/documents/condition.ts';
import type { ExplainedComparison } from '../../../contract/records/explanation.ts';
import { conditions } from '../../messages/en/conditions.ts';

const w = conditions.sentence;
const listed = 3;

/** What a behavior is called, by its id; undefined when there is none. */
export type BehaviorName = (id: string) => string | undefined;

/** A condition as a sentence: `Purchase and ext.geo.country is “GB”`. `opposite` says when it does not hold. */
export function conditionWords(
  condition: Condition,
  nameOf: BehaviorName,
  { opposite = false }: { opposite?: boolean } = {},
): string {
  return phrase(condition, nameOf, opposite);
}

/** A judged comparison in words, as it stands in the rules. */
export function explainedWords({ parameter, operator, value }: ExplainedComparison): string {
  return comparisonPhrase({ parameter, operator, ...(value === null ? {} : { value }) } as Comparison, false); // as it was judged
}

/** The value that a judged comparison found on the event, as it reads; null: the parameter is missing. */
export function foundWords({ isMissing, actual }: ExplainedComparison): string | null {
  if (isMissing) return null;
  return typeof actual === 'string' ? w.value(actual) : JSON.stringify(actual);
}

function phrase(condition: Condition, nameOf: BehaviorName, isNot: boolean): string {
  if ('not' in condition) return phrase(condition.not, nameOf, !isNot);
  if ('behavior' in condition) {
    const name = nameOf(condition.behavior) ?? w.unknownBehavior(condition.behavior);
    return isNot ? w.not(name) : name;
  }
  if ('operator' in condition) return comparisonPhrase(condition, isNot);
  const children = 'all' in condition ? condition.all : condition.any;
  // The opposite of “all” is “any of the opposites”, and the other way round (De Morgan).
  const isAll = 'all' in condition !== isNot;
  const [only] = children;
  if (only === undefined) return isAll ? w.every : w.none;
  if (children.length === 1) return phrase(only, nameOf, isNot);
  return children.map((one) => grouped(one, nameOf, isNot, isAll)).join(isAll ? w.and : w.or);
}

/** In brackets where “and” meets “or”. */
function grouped(condition: Condition, nameOf: BehaviorName, isNot: boolean, isInAll: boolean): string {
  const text = phrase(condition, nameOf, isNot);
  const join = joinOf(condition, isNot);
  return join === null || join === isInAll ? text : `(${text})`;
}

/** Whether a condition reads as a list with “and” (true) or “or” (false); null: it is no list of several. */
function joinOf(condition: Condition, isNot: boolean): boolean | null {
  if ('not' in condition) return joinOf(condition.not, !isNot);
  if (!('all' in condition) && !('any' in condition)) return null;
  const children = 'all' in condition ? condition.all : condition.any;
  const [only] = children;
  if (children.length === 1 && only !== undefined) return joinOf(only, isNot);
  return 'all' in condition !== isNot;
}

function comparisonPhrase(comparison: Comparison, isNot: boolean): string {
  const { parameter, operator } = comparison;
  const verb = isNot ? conditions.opposites[operator] : conditions.operators[operator];
  const text = [parameter, verb, valueWords(comparison)].filter((one) => one !== '').join(' ');
  // Around a comparison, `not` also holds for events without the parameter.
  return isNot && operator !== 'exists' && operator !== 'notExists' ? w.orMissing(text) : text;
}

function valueWords(comparison: Comparison): string {
  if (!('value' in comparison)) return '';
  if (comparison.operator === 'between') return w.range(...comparison.value);
  if (typeof comparison.value === 'string') return w.value(comparison.value);
  const { value } = comparison;
  const first = value.slice(0, value.length === listed + 1 ? listed + 1 : listed).map((one) => w.value(one));
  const rest = value.length - first.length;
  return [...first, ...(rest > 0 ? [w.more(rest)] : [])].join(', ');
}
