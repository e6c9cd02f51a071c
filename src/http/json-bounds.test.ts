import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { exceedsJsonBounds } from './json-bounds.ts';

const bounds = { levels: 3, names: 2, values: 12 };

test('levels and names are counted as by a parser, whatever the texts contain', () => {
  const cases: [json: string, exceeds: boolean][] = [
    ['[[[]]]', false],
    ['[[[[]]]]', true],
    ['{"a":{"a":[]}}', false],
    ['{"a":{"a":[{}]}}', true],
    ['[[[],[],[]],[[]]]', false],
    ['{"a":1,"b":2}', false],
    ['{"a":1,"b":2,"c":3}', true],
    ['[{"a":1,"b":2},{"a":1,"b":2}]', false],
    ['{"a":{"a":1,"b":2},"b":{"a":1}}', false],
    ['{"a":{"a":1},"b":1,"c":1}', true],
    ['{"[[[[":":::","b":"\\"[[[["}', false],
    ['{"a\\\\":1,"b":1,"c":1}', true],
    ['[1,2,3,4,5,6,7,8,9,10,11,12]', false],
    ['[1,2,3,4,5,6,7,8,9,10,11,12,13]', true],
    ['[[],[],[],[],[],[]]', false],
    ['[[],[],[],[],[],[],[]]', true],
    ['[",,,,,,,,,,,,,,,"]', false],
  ];
  for (const [json, exceeds] of cases) assert.equal(exceedsJsonBounds(json, bounds), exceeds, json);
});

test('it agrees with a walk over the parsed value, and ends for text that is no JSON', () => {
  const depth = (value: unknown): number =>
    typeof value === 'object' && value !== null ? 1 + Math.max(0, ...Object.values(value).map(depth)) : 0;
  fc.assert(
    fc.property(fc.json({ maxDepth: 6 }), fc.nat(5), (json, levels) => {
      assert.equal(exceedsJsonBounds(json, { levels, names: 1_000, values: 10_000 }), depth(JSON.parse(json)) > levels);
    }),
    { numRuns: 300, seed: 5 },
  );
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom('"', '\\', '{', '}', '[', ']', ':', 'a') }), (text) => {
      exceedsJsonBounds(text, bounds);
    }),
    { numRuns: 300, seed: 6 },
  );
});
