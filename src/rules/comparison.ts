import { RE2JS, RE2JSException } from 're2js';
import type { Comparison } from '../contract/documents/condition.ts';
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
  if (comparison.operator !== 'regex') return { ok: true, judge: judgeOf(comparison) };
  const regex = compileRegex(comparison.value, comparison.ignoreCase === true);
  if (!regex.ok) return regex;
  return { ok: true, judge: (value) => someCandidate(value, regex.test, regex.charactersMax) };
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

function judgeOf(comparison: Comparison): Judge {
  const fold = foldOf(comparison);
  const some = (test: (text: string) => boolean): Judge => {
    return (value) => someCandidate(value, (text) => test(fold(text)));
  };
  const none = (test: (text: string) => boolean): Judge => {
    const judge = some(test);
    return (value) => value !== undefined && !judge(value);
  };

  switch (comparison.operator) {
    case 'exists':
      return (value) => value !== undefined;
    case 'notExists':
      return (value) => value === undefined;
    case 'in':
    case 'notIn': {
      const wanted = new Set(comparison.value.map(fold));
      return (comparison.operator === 'in' ? some : none)((text) => wanted.has(text));
    }
    case 'between': {
      const [atLeast, atMost] = [
        orderTest('greaterOrEqual', comparison.value[0]),
        orderTest('lessOrEqual', comparison.value[1]),
      ];
      return (value) => somePart(value, (text) => atLeast(text) && atMost(text));
    }
    case 'greaterThan':
    case 'greaterOrEqual':
    case 'lessThan':
    case 'lessOrEqual':
    case 'before':
    case 'after': {
      const test = orderTest(comparison.operator, comparison.value);
      return (value) => somePart(value, test);
    }
    default: {
      const wanted = fold(comparison.value);
      switch (comparison.operator) {
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
          throw new TypeError('A regular expression is compiled by compileRegex.');
      }
    }
  }
}

function foldOf(comparison: Comparison): Fold {
  return comparison.ignoreCase === true ? foldCase : foldExact;
}

/** Ordering never holds between values that can't be compared: every comparison with NaN is false. */
function orderTest(
  operator: 'greaterThan' | 'greaterOrEqual' | 'lessThan' | 'lessOrEqual' | 'before' | 'after',
  value: string,
): (text: string) => boolean {
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

function compileRegex(
  source: string,
  ignoreCase: boolean,
): { ok: true; test: (text: string) => boolean; charactersMax: number } | { ok: false; message: string } {
  if (source.length > regexLengthMax) {
    return { ok: false, message: `A regular expression may have ${regexLengthMax} characters.` };
  }
  try {
    // The case flag instead of folding: folding the source would turn \D into \d.
    const regex = RE2JS.compile(foldExact(source), ignoreCase ? RE2JS.CASE_INSENSITIVE : 0);
    const charactersMax = Math.min(comparedMax.characters, Math.floor(regexStepsMax / regex.programSize()));
    return { ok: true, test: (text) => regex.test(foldExact(text)), charactersMax };
  } catch (error) {
    if (!(error instanceof RE2JSException)) throw error;
    return { ok: false, message: `Not a regular expression of RE2: ${error.message}` };
  }
}

const regexLengthMax = 1_000;

/**
 * RE2 takes at most one step for each character and instruction; a program has between two instructions and some
 * thousands.
 */
const regexStepsMax = 4_000_000;
