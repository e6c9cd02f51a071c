/**
 * Depth of a condition, its leaves, the values in its `in` and `notIn` lists, and the size of its regular expressions
 * (rules/regex-size.ts); counted again with behaviors put in place.
 */
export const conditionLimits = { depth: 10, leaves: 200, listValues: 10_000, regexSize: 5_000 } as const;

/** The longest pattern of `matches` and `notMatches`, in UTF-16 units. */
export const wildcardLengthMax = 256;

/** Those that take one text. */
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
/** Those that compare by size or time. */
export const orderOperators = ['greaterThan', 'greaterOrEqual', 'lessThan', 'lessOrEqual', 'before', 'after'] as const;
/** Those that take a list. */
export const listOperators = ['in', 'notIn'] as const;
/** Those that take no value. */
export const presenceOperators = ['exists', 'notExists'] as const;

/** Every operator of a condition, in the order in which a person is shown them. */
export const operators = [
  ...presenceOperators,
  ...textOperators,
  ...orderOperators,
  ...listOperators,
  'between',
] as const;
export type Operator = (typeof operators)[number];
