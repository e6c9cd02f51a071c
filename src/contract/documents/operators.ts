/**
 * Limits of a condition: depth, comparisons, values in its `in` and `notIn` lists, and the size of its regular
 * expressions (`regexSize`). They apply again after its behaviors have been expanded.
 */
export const conditionLimits = { depth: 10, leaves: 200, listValues: 10_000, regexSize: 5_000 } as const;

/** The largest length of a pattern of `matches` and `notMatches`, in UTF-16 units. */
export const wildcardLengthMax = 256;

/** Operators that take one text. */
export const textOperators = [
  'equals',
  'notEquals',
  'contains',
  'notContains',
  'startsWith',
  'endsWith',
  'matches',
  'notMatches',
  'regex',
] as const;
/** Operators that compare size or time. */
export const orderOperators = ['greaterThan', 'greaterOrEqual', 'lessThan', 'lessOrEqual', 'before', 'after'] as const;
/** Operators that take a list. */
export const listOperators = ['in', 'notIn'] as const;
/** Operators that take no value. */
export const presenceOperators = ['exists', 'notExists'] as const;

/** Every operator of a condition, in display order. */
export const operators = [
  ...presenceOperators,
  ...textOperators,
  ...orderOperators,
  ...listOperators,
  'between',
] as const;
export type Operator = (typeof operators)[number];
