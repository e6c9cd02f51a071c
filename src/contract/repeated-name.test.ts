import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { repeatedName } from './repeated-name.ts';

test('a duplicate name in an object is found at any depth and with any escaping', () => {
  const cases: [json: string, name: string | null][] = [
    ['{"a":1,"a":2}', 'a'],
    ['{"a":1,"\\u0061":2}', 'a'],
    ['{"":1,"":2}', ''],
    ['{"__proto__":1,"__proto__":2}', '__proto__'],
    ['[[{"x":{"b":[],"b":{}}}]]', 'b'],
    ['{"a":{"b":1},"c":[1,2],"a":0}', 'a'],
    ['{"a":"\\\\","a":1}', 'a'],
    ['{"a":1,"b":{"a":1},"c":[{"a":1},{"a":1}]}', null],
    ['{"a":"a","b":"a"}', null],
    ['["a","a",{"a":"\\",\\"a"}]', null],
    ['{"a":",","b":"{","c":"[\\"a\\""}', null],
    ['"a"', null],
    ['{}', null],
  ];
  for (const [json, name] of cases) assert.equal(repeatedName(json), name, json);
});

test('output of JSON.stringify has no duplicate names', () => {
  fc.assert(
    fc.property(fc.json({ maxDepth: 4 }), fc.boolean(), (json, isWide) => {
      const text = isWide ? JSON.stringify(JSON.parse(json), null, 2) : JSON.stringify(JSON.parse(json));
      assert.equal(repeatedName(text), null);
    }),
    { numRuns: 300, seed: 4 },
  );
});
