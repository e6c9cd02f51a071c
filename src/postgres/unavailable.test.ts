import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isUnavailable } from './unavailable.ts';

test('a network that is down makes the database unavailable', () => {
  for (const code of ['ENETUNREACH', 'ENETDOWN', 'EHOSTDOWN', 'ECONNABORTED', 'EMFILE'])
    assert.ok(isUnavailable(Object.assign(new Error(`connect ${code}`), { code })), code);
});
