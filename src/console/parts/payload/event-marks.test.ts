import assert from 'node:assert/strict';
import { test } from 'node:test';
import { marksOf } from './event-marks.ts';

test('events of one name are told apart by e-mail address or visitor, and by the values that the rules compare', () => {
  const data = { user_email: 'ada@shop.example', total: '120.90', page: 'x'.repeat(60), other: 'o' };
  const rules = {
    all: [
      { parameter: 'total', operator: 'exists' as const },
      { any: [{ behavior: 'beh_1' }, { not: { parameter: 'page', operator: 'exists' as const } }] },
      { parameter: 'user_email', operator: 'exists' as const },
      { parameter: 'missing', operator: 'exists' as const },
    ],
  };
  assert.deepEqual(marksOf({ visitorId: 'v-1', data }, rules), [
    'ada@shop.example',
    'total 120.90',
    `page ${'x'.repeat(39)}…`,
  ]);
  assert.deepEqual(marksOf({ visitorId: 'v-1', data: { total: '1' } }), ['v-1']);
  assert.deepEqual(marksOf({ visitorId: null, data: {} }, rules), []);
  assert.deepEqual(marksOf(undefined, rules), []);
});
