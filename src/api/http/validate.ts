import { z } from 'zod';
import { AppError, type FieldError, invalid } from '../../contract/errors.ts';
import { pointerOf } from '../../contract/json.ts';
import { withoutAbsent } from './absent-members.ts';
import { issueText } from './issue-text.ts';

z.config({ customError: issueText });

/** The value parsed by the schema; AppError `invalid_value` with a pointer for each problem. */
export function validate<S extends z.ZodType>(schema: S, value: unknown): z.output<S> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw invalid(fieldErrors(parsed.error.issues));
}

/** The same for a body, in which a member can be left out by null (see `withoutAbsent`). A patch has other nulls. */
export function validateBody<S extends z.ZodType>(schema: S, value: unknown): z.output<S> {
  return validate(schema, withoutAbsent(schema, value));
}

/** The value; throws AppError `not_found` with this message when there is none. */
export function found<T>(value: T | null | undefined, message: string): T {
  if (value == null) throw new AppError('not_found', message);
  return value;
}

/**
 * Zod's issues as pointers and messages. Unknown fields are listed one by one; of a union, its best branch is reported.
 */
export function fieldErrors(issues: readonly z.core.$ZodIssue[], base: PropertyKey[] = []): FieldError[] {
  return issues.flatMap((issue): FieldError[] => {
    const path = [...base, ...issue.path];
    if (issue.code === 'unrecognized_keys')
      return issue.keys.map((key) => ({
        pointer: pointerOf([...path, key]),
        detail: 'Unknown field.',
        code: 'unknown_field',
      }));
    if (issue.code === 'invalid_union' && issue.errors.length > 0) {
      // The branch whose issues are deepest in the value is most likely the intended one.
      const depth = (branch: readonly z.core.$ZodIssue[]) => Math.max(...branch.map((one) => one.path.length));
      const best = issue.errors.reduce((a, b) => (depth(b) > depth(a) ? b : a));
      return fieldErrors(best, path);
    }
    return [
      { pointer: pointerOf(path), detail: issue.message, ...(issue.code === 'custom' ? {} : { code: issue.code }) },
    ];
  });
}
