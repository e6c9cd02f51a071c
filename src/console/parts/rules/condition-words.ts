import type { Comparison, Condition } from '../../../contract/documents/condition.ts';
import type { ExplainedComparison } from '../../../contract/records/explanation.ts';
import { conditions, terms } from '../../messages/en.ts';
import { clausesOf, lacksValue, split } from './condition-parts.ts';

const w = conditions.sentence;
const listed = 3;

/** The name of a behavior or a collector by its id; undefined when there is none. */
export type RuleName = (id: string) => string | undefined;

/** A condition as a sentence: `Purchase and ext.geo.country is “GB”`. `opposite` says when it does not hold. */
export function conditionWords(
  condition: Condition,
  nameOf: RuleName,
  { opposite = false }: { opposite?: boolean } = {},
): string {
  return phrase(condition, nameOf, opposite).text;
}

/** A judged comparison in words. */
export function explainedWords({ parameter, operator, value }: ExplainedComparison): string {
  const judged = { parameter, operator, ...(value === null ? {} : { value }) } as Comparison; // as it was judged
  return comparisonPhrase(judged, () => undefined, false);
}

/** The value of the event in a judged comparison, in words; null: the parameter is missing. */
export function foundWords({ isMissing, actual, isCut }: ExplainedComparison): string | null {
  if (isMissing) return null;
  const found = typeof actual === 'string' ? w.value(actual) : JSON.stringify(actual);
  return isCut ? terms.cut(found) : found;
}

/** `isAll`: the text is a list with “and” (true) or “or” (false); null: it is no list. */
type Phrase = { text: string; isAll: boolean | null };

function phrase(condition: Condition, nameOf: RuleName, isOpposite: boolean): Phrase {
  const { isNot: isNegated, inner } = split(condition);
  const isNot = isNegated !== isOpposite;
  if ('behavior' in inner) {
    const name = nameOf(inner.behavior) ?? w.unknownBehavior(inner.behavior);
    return { text: isNot ? w.not(name) : name, isAll: null };
  }
  if ('operator' in inner) return { text: comparisonPhrase(inner, nameOf, isNot), isAll: null };
  // The opposite of “all” is “any of the opposites”, and the other way round (De Morgan).
  const isAll = 'all' in inner !== isNot;
  const phrases = clausesOf(inner).map((one) => phrase(one, nameOf, isNot));
  const [only] = phrases;
  if (only === undefined) return { text: isAll ? w.every : w.none, isAll };
  if (phrases.length === 1) return only;
  // In brackets where “and” meets “or”.
  const texts = phrases.map((one) => (one.isAll === null || one.isAll === isAll ? one.text : `(${one.text})`));
  return { text: texts.join(isAll ? w.and : w.or), isAll };
}

function comparisonPhrase(comparison: Comparison, nameOf: RuleName, isNot: boolean): string {
  const { parameter, operator } = comparison;
  const verb = isNot ? conditions.opposites[operator] : conditions.operators[operator];
  const text = [parameter, verb, valueWords(comparison, nameOf)].filter((one) => one !== '').join(' ');
  // Around a comparison, `not` also holds for events without the parameter.
  return isNot && operator !== 'exists' && operator !== 'notExists' ? w.orMissing(text) : text;
}

function valueWords(comparison: Comparison, nameOf: RuleName): string {
  const told = (value: string) =>
    w.value((comparison.parameter === 'source.collectorId' ? nameOf(value) : undefined) ?? value);
  if (!('value' in comparison)) return '';
  if (comparison.operator === 'between') return w.range(...comparison.value);
  if (lacksValue(comparison)) return w.noValue;
  if (typeof comparison.value === 'string') return told(comparison.value);
  const { value } = comparison;
  const first = value.slice(0, value.length === listed + 1 ? listed + 1 : listed).map(told);
  const rest = value.length - first.length;
  return [...first, ...(rest > 0 ? [w.more(rest)] : [])].join(', ');
}
