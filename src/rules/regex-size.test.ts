import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { RE2JS } from 're2js';
import type { Condition } from '../contract/documents/condition.ts';
import { regexSize } from './comparison.ts';
import { compileCondition } from './compile.ts';

test('the estimated size of a regular expression is not far below its real size', () => {
  const piece = fc.constantFrom(
    'a',
    'é',
    '.',
    '\\d',
    '\\pL',
    '[a-z]',
    '[^]x]',
    '[[:alpha:]_]',
    '\\]',
    '\\[',
    'a|b',
    '^',
  );
  const times = fc.constantFrom('', '', '*', '+', '?', '{3}', '{2,}', '{0,20}', '{100}');
  const { expression } = fc.letrec<{ expression: string; group: string }>((tie) => ({
    group: fc.oneof(
      { maxDepth: 3 },
      piece,
      tie('expression').map((one) => `(${one})`),
      tie('expression').map((one) => `(?:${one})`),
    ),
    expression: fc
      .array(
        fc.tuple(tie('group'), times).map((both) => both.join('')),
        { maxLength: 4 },
      )
      .map((all) => all.join('')),
  }));
  let compared = 0;
  fc.assert(
    fc.property(expression, (source) => {
      // RE2 refuses repetitions of more than 1,000 in all; finding that out takes long.
      if (regexSize(source) > 800) return;
      let size: number;
      try {
        size = RE2JS.compile(source).programSize();
      } catch {
        return;
      }
      compared += 1;
      assert.ok(size <= 3 * regexSize(source) + 10, `${source}: ${size}, estimated ${regexSize(source)}`);
    }),
    { seed: 11, numRuns: 300 },
  );
  assert.ok(compared > 150, `only ${compared} were compared`);
});

test('a short text with a large program is refused before it is compiled, in one expression and in many', () => {
  const regex = (value: string): Condition => ({ parameter: 'p', operator: 'regex', value });
  const problems = (condition: Condition) => {
    const compiled = compileCondition(condition, new Map());
    return compiled.ok ? [] : compiled.problems.map(({ pointer }) => pointer);
  };
  assert.deepEqual(problems(regex('^/products/[0-9]{1,20}/(?:red|green|blue)?$')), []);
  assert.deepEqual(problems(regex('[a-z]{1000}'.repeat(90))), ['/value']);
  assert.deepEqual(problems(regex('((a{10}){10}){10}'.repeat(58))), ['/value']);
  assert.deepEqual(problems({ all: Array.from({ length: 190 }, (_, n) => regex(`${n}[a-z]{1,10}`)) }), []);
  const many = Array.from({ length: 190 }, (_, n) => regex(`${n}${'[a-z]{1,20}'}`));
  assert.deepEqual(problems({ all: many }), ['/all/118/value']);
});
