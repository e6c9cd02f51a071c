import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { cutValue } from './cut-value.ts';

test('a value is cut to about as many characters as are asked for, and a shorter one is kept', () => {
  assert.deepEqual(cutValue('abc', 3), { value: 'abc', isCut: false });
  assert.deepEqual(cutValue('abcd', 3), { value: 'abc', isCut: true });
  assert.deepEqual(cutValue('ab😀', 3), { value: 'ab', isCut: true });
  assert.deepEqual(cutValue(['ab', 'cd', 'ef'], 6), { value: ['ab', 'cd'], isCut: true });
  assert.deepEqual(cutValue({ ab: 'cd', ef: { g: 'h' } }, 7), { value: { ab: 'cd' }, isCut: true });
  assert.deepEqual(cutValue(null, 0), { value: null, isCut: false });
  assert.deepEqual(cutValue(JSON.parse('{"__proto__":["x"]}'), 99).value, JSON.parse('{"__proto__":["x"]}'));
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 5 }), fc.nat(200), (value, most) => {
      const cut = cutValue(value, most);
      // Quotes, colons and numbers are not counted: a number is as long as a double.
      assert.ok(JSON.stringify(cut.value).length <= 30 * most + 100);
      if (!cut.isCut) assert.deepEqual(JSON.parse(JSON.stringify(cut.value)), JSON.parse(JSON.stringify(value)));
    }),
    { seed: 2, numRuns: 500 },
  );
});
