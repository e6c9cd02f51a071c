import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Secret } from '../contract/secret.ts';
import { secretFields } from './secret-fields.ts';

test('every stored secret of a body is found with its JSON pointer', () => {
  const secret = (value: string) => new Secret(value, '');
  const body = {
    name: 'c',
    auth: { token: secret('a'), none: null, extraParams: { 'a/b~c': secret('b'), scope: 'plain' } },
    settings: { headers: [{ value: 'x' }, { value: secret('c') }] },
  };
  assert.deepEqual(
    Array.from(secretFields(body), ({ pointer, secret: one }) => [pointer, one.reveal()]),
    [
      ['/auth/token', 'a'],
      ['/auth/extraParams/a~1b~0c', 'b'],
      ['/settings/headers/1/value', 'c'],
    ],
  );
});
