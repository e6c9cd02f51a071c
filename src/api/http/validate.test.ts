import assert from 'node:assert/strict';
import { test } from 'node:test';
import { condition } from '../../contract/documents/condition.ts';
import { AppError } from '../../contract/errors.ts';
import { validate } from './validate.ts';

test('an unknown operator is refused with the operators that there are', () => {
  assert.throws(
    () => validate(condition, { all: [{ parameter: 'wt.ev', operator: 'is', value: 'b' }] }),
    (error) => {
      assert.ok(error instanceof AppError);
      assert.match(error.message, /^\/all\/0\/operator: Invalid option: expected one of "exists"\|"notExists"\|/);
      return true;
    },
  );
});
