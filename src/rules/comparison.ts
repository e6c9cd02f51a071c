import { RE2JS, RE2JSException } from 're2js';
import type { Comparison } from '../contract/documents/condition.ts';
import type { orderOperators } from '../contract/documents/operators.ts';
import { comparedMax, type Fold, foldCase, foldExact, someCandidate, somePart } from './lookup.ts';
import { compareOrdinals, ordinalOf } from './order.ts';
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

/**
 * Estimates the number of instructions that RE2 compiles a regular expression to, from its text alone: compile time
 * is proportional to it, and the `{1,1000}` of a short text can make a hundred thousand. A Unicode class counts as
 * two hundred, since its ranges are combined. For an invalid regular expression the number is meaningless.
 */
export function regexSize(source: string): number {
  const around: number[] = [];
  let classes = 0;
  let size = 0;
  let last = 0;
  for (let at = 0; at < source.length; at++) {
    const [sign, next] = [source[at], source[at + 1]];
    if (sign === '(') {
      around.push(size);
      [size, last] = [0, 0];
      continue;
    }
    if (sign === ')') {
      last = size + 2;
      size = (around.pop() ?? 0) + last;
      continue;
    }
    counted.lastIndex = at;
    const repeated = sign === '{' ? counted.exec(source) : null;
    if (repeated !== null) {
      const times = Math.max(1, Number(repeated[2] || repeated[1]) + (repeated[2] === '' ? 1 : 0));
      size += last * (times - 1);
      last *= times;
      at = counted.lastIndex - 1;
      continue;
    }
    last = 1;
    if (sign === '\\') {
      if (next === 'p' || next === 'P') classes += 1;
      at += 1;
    } else if (sign === '[') {
      const end = endOfClass(source, at);
      classes += source.slice(at, end).match(/\\[pP]/g)?.length ?? 0;
      at = end;
      last = 2;
    }
    size += last;
  }
  return around.reduce((sum, one) => sum + one, size) + 200 * classes;
}

/** `{2}`, `{2,}` or `{2,5}`. */
const counted = /\{(\d{1,4})(?:,(\d{0,4}))?\}/y;

/** The index of the bracket that closes the class; the last index of the text when none does. */
function endOfClass(source: string, start: number): number {
  const first = source[start + 1] === '^' ? start + 2 : start + 1;
  for (let at = source[first] === ']' ? first + 1 : first; at < source.length; at++) {
    if (source[at] === '\\') at += 1;
    else if (source.startsWith('[:', at)) at = Math.max(at, source.indexOf(':]', at) + 1);
    else if (source[at] === ']') return at;
  }
  return source.length - 1;
}
