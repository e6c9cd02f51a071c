import assert from 'node:assert/strict';
import { test } from 'node:test';
import { destinationInput } from './destination.ts';

test('an outcome rule that no response can match is refused', () => {
  const wrong = (when: object) => {
    const settings = { outcomes: [{ when, outcome: 'retry' }] };
    const parsed = destinationInput.safeParse({ connectionId: 'con_1', name: 'Orders', settings });
    return parsed.error?.issues.map(({ path }) => path.slice(4).join('/')) ?? [];
  };
  for (const status of [99, 199, 600, 422.5, '6xx', '1xx', '500-400', '600-700'])
    assert.deepEqual(wrong({ status }), ['status'], String(status));
  for (const name of ['', 'two words', 'X:'])
    assert.deepEqual(wrong({ header: { name, contains: 'x' } }), ['header/name'], name);
  for (const status of [undefined, 200, 599, '4xx', '400-499', '404-404'])
    assert.deepEqual(wrong({ status, header: { name: 'Retry-After', contains: '' } }), [], String(status));
});
