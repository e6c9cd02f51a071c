import { RE2JS, RE2JSException } from 're2js';
import type { Comparison } from '../contract/documents/condition.ts';
import type { orderOperators } from '../contract/documents/operators.ts';
import { compareOrdinals, ordinalOf } from './order.ts';
import { comparedMax, type Fold, foldCase, foldExact, someCandidate, somePart } from './text.ts';
import { compileWildcard } from './wildcard.ts';

/** Tests a value of an event; undefined is a missing parameter. */
export type Judge = (value: unknown) => boolean;

/**
 * Compiles one comparison to a function, or reports the problem of its regular expression. A missing parameter
 * satisfies only `notExists`; the other negative operators hold when no candidate of the value satisfies their
 * positive form.
 */
export function compileComparison(comparison: Comparison): { ok: true; judge: Judge } | { ok: false; message: string } {
  const judge = judgeOf(comparison);
  return typeof judge === 'string' ? { ok: false, message: judge } : { ok: true, judge };
}

/**
 * The folded texts of which a candidate of the parameter must be one, when the comparison is such a choice; else
 * null. An index relies on it: the comparison never holds without one of them.
 */
export function wantedTexts(comparison: Comparison): string[] | null {
  if (comparison.operator === 'equals') return [foldOf(comparison)(comparison.value)];
  if (comparison.operator === 'in') return [...new Set(comparison.value.map(foldOf(comparison)))];
  return null;
}

/** The judge, or the problem of its regular expression. */
function judgeOf(comparison: Comparison): Judge | string {
  const fold = foldOf(comparison);
  const some = (test: Test): Judge => {
    return (value) => someCandidate(value, (text) => test(fold(text)));
  };
  const none = (test: Test): Judge => {
    const judge = some(test);
    return (value) => value !== undefined && !judge(value);
  };
  const wanted = 'value' in comparison && typeof comparison.value === 'string' ? fold(comparison.value) : '';
  switch (comparison.operator) {
    case 'exists':
      return (value) => value !== undefined;
    case 'notExists':
      return (value) => value === undefined;
    case 'in':
    case 'notIn': {
      const choices = new Set(comparison.value.map(fold));
      return (comparison.operator === 'in' ? some : none)((text) => choices.has(text));
    }
    case 'between': {
      const atLeast = orderTest('greaterOrEqual', comparison.value[0]);
      const atMost = orderTest('lessOrEqual', comparison.value[1]);
      return (value) => somePart(value, (text) => atLeast(text) && atMost(text));
    }
    case 'equals':
      return some((text) => text === wanted);
    case 'notEquals':
      return none((text) => text === wanted);
    case 'contains':
      return some((text) => text.includes(wanted));
    case 'notContains':
      return none((text) => text.includes(wanted));
    case 'startsWith':
      return some((text) => text.startsWith(wanted));
    case 'endsWith':
      return some((text) => text.endsWith(wanted));
    case 'matches':
      return some(compileWildcard(wanted));
    case 'notMatches':
      return none(compileWildcard(wanted));
    case 'regex':
      return regexJudge(comparison.value, comparison.ignoreCase === true);
    default: {
      const test = orderTest(comparison.operator, comparison.value);
      return (value) => somePart(value, test);
    }
  }
}

function foldOf(comparison: Comparison): Fold {
  return comparison.ignoreCase === true ? foldCase : foldExact;
}

type Test = (text: string) => boolean;

/** Ordering never holds between values that can't be compared: every comparison with NaN is false. */
function orderTest(operator: (typeof orderOperators)[number], value: string): Test {
  const wanted = ordinalOf(value);
  const timesFirst = operator === 'before' || operator === 'after';
  const order = (text: string) => compareOrdinals(ordinalOf(text), wanted, timesFirst);
  switch (operator) {
    case 'greaterThan':
    case 'after':
      return (text) => order(text) > 0;
    case 'greaterOrEqual':
      return (text) => order(text) >= 0;
    case 'lessThan':
    case 'before':
      return (text) => order(text) < 0;
    case 'lessOrEqual':
      return (text) => order(text) <= 0;
  }
}

function regexJudge(source: string, ignoreCase: boolean): Judge | string {
  if (source.length > regexLengthMax) return `A regular expression may have ${regexLengthMax} characters.`;
  try {
    // The case flag instead of folding: folding the source would turn \D into \d.
    const regex = RE2JS.compile(foldExact(source), ignoreCase ? RE2JS.CASE_INSENSITIVE : 0);
    const charactersMax = Math.min(comparedMax.characters, Math.floor(regexStepsMax / regex.programSize()));
    return (value) => someCandidate(value, (text) => regex.test(foldExact(text)), charactersMax);
  } catch (error) {
    if (!(error instanceof RE2JSException)) throw error;
    return `Not a regular expression of RE2: ${error.message}`;
  }
}

const regexLengthMax = 1_000;

/**
 * RE2 takes at most one step for each character and instruction; a program has between two instructions and some
 * thousands.
 */
const regexStepsMax = 4_000_000;
