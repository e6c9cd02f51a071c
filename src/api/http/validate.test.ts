import assert from 'node:assert/strict';
import { test } from 'node:test';
import { z } from 'zod';
import { condition } from '../../contract/documents/condition.ts';
import { AppError } from '../../contract/errors.ts';
import { validate } from './validate.ts';

test('an unknown operator is refused with the operators that there are', () => {
  assert.throws(
    () => validate(condition, { all: [{ parameter: 'wt.ev', operator: 'is', value: 'b' }] }),
    (error) => {
      assert.ok(error instanceof AppError);
      assert.match(error.message, /^\/all\/0\/operator: Must be one of "exists", "notExists", /);
      return true;
    },
  );
});

test('what is wrong with a value is said in plain words', () => {
  const schema = z.strictObject({
    name: z.string().min(1).max(3),
    port: z.int().min(1).max(9),
    kind: z.enum(['a', 'b']),
    on: z.boolean(),
    list: z.array(z.string()).max(1),
    url: z.url(),
    pair: z.tuple([z.string(), z.string()]),
    none: z.array(z.never()),
  });
  const told = (value: object) => {
    try {
      return validate(schema, value);
    } catch (error) {
      assert.ok(error instanceof AppError);
      return error.errors?.map(({ pointer, detail }) => `${pointer} ${detail}`);
    }
  };
  assert.deepEqual(told({ name: '', port: 0, kind: 'c', on: 1, list: ['x', 'y'], url: 'z', pair: 'x', none: [1] }), [
    '/name Must not be empty.',
    '/port Must be at least 1.',
    '/kind Must be one of "a", "b".',
    '/on Must be true or false.',
    '/list Must have at most 1 items.',
    '/url Must be a URL.',
    '/pair Must be a list.',
    '/none/0 Must be left out.',
  ]);
  assert.deepEqual(told({ name: 'long', port: 1.5, on: null, list: {}, url: 7, pair: ['x', 'y'], none: [], more: 1 }), [
    '/name Must have at most 3 characters.',
    '/port Must be a whole number.',
    '/kind Must be one of "a", "b".',
    '/on Must be true or false.',
    '/list Must be a list.',
    '/url Must be text.',
    '/more Unknown field.',
  ]);
  assert.deepEqual(
    told({ port: 1, kind: 'a', on: true, list: [], url: 'https://a.example', pair: ['x', 'y'], none: [] }),
    ['/name Is required.'],
  );
});
