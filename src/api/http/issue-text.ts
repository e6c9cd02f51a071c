import type { z } from 'zod';

/** What is wrong with a value, where its schema has no text for it: Zod's own texts speak of the types of a programmer. */
export function issueText(issue: z.core.$ZodRawIssue): string | undefined {
  switch (issue.code) {
    case 'invalid_type':
      if (issue.expected === 'never') return 'Must be left out.';
      return issue.input === undefined ? 'Is required.' : `Must be ${nouns[issue.expected] ?? issue.expected}.`;
    case 'invalid_value':
      return oneOf(issue.values);
    case 'invalid_union':
      // A value that selects none of the shapes is refused like one that is not in an enumeration.
      return Array.isArray(issue['options']) ? oneOf(issue['options']) : undefined;
    case 'too_small':
      if (issue.minimum === 1 && issue.origin !== 'number') return 'Must not be empty.';
      return bound('at least', issue.minimum, issue.origin);
    case 'too_big':
      return bound('at most', issue.maximum, issue.origin);
    case 'not_multiple_of':
      return `Must be a multiple of ${issue.divisor}.`;
    case 'invalid_format':
      return formats[issue.format] ?? 'Has an invalid form.';
    default:
      return undefined;
  }
}

const nouns: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  tuple: 'a list',
  object: 'an object',
  record: 'an object',
};

const formats: Readonly<Record<string, string>> = {
  url: 'Must be a URL.',
  email: 'Must be an e-mail address.',
  datetime: 'Must be a time such as 2026-01-31T12:00:00Z.',
};

function oneOf(values: readonly unknown[]): string {
  const listed = values.map((one) => JSON.stringify(one)).join(', ');
  return values.length === 1 ? `Must be ${listed}.` : `Must be one of ${listed}.`;
}

function bound(most: string, limit: number | bigint, origin: string): string {
  if (origin === 'string') return `Must have ${most} ${limit} characters.`;
  return origin === 'array' ? `Must have ${most} ${limit} items.` : `Must be ${most} ${limit}.`;
}
