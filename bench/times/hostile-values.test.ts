import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Comparison } from '../../src/contract/documents/condition.ts';
import { comparison } from '../../src/contract/documents/condition.ts';
import { operators } from '../../src/contract/documents/operators.ts';
import type { DataValue } from '../../src/contract/records/event.ts';
import { compileComparison } from '../../src/rules/comparison.ts';
import { leastUs } from '../../test/support/processor-time.ts';

const repeated = fc.tuple(
  fc.constantFrom('a', 'ä', ';', 'a;', '😀', '1', '\ud83d', 'ab', '\u0315\u0300'),
  fc.constantFrom(1, 60_000, 500_000),
);
const text = repeated.map(([one, size]) => one.repeat(size / one.length));
/** Values up to the size limit of an event and beyond: a text, many parts, many elements, deep and wide. */
const hostile: fc.Arbitrary<DataValue> = fc.oneof(
  text,
  text.map((one) => [one, one]),
  repeated.map(([one, size]) => Array<string>(Math.min(size, 100_000)).fill(one)),
  text.map((one) => ({ a: { b: [one] } })),
);
const patterns: Record<string, fc.Arbitrary<unknown>> = {
  regex: fc.constantFrom('(a|aa)+$', '(.*;){1,20}b', '(?:\\pL{0,40}\\pN){1,3}', '^(a?){50}a{50}$', 'b$', ''),
  matches: fc.constantFrom(`*${'a'.repeat(250)}b*`, `*${'a?'.repeat(120)}b`, `${'*a'.repeat(120)}*b`, '?', '*'),
  in: fc.constant(Array.from({ length: 1_000 }, (_, n) => `a${n}`)),
  between: fc.constant(['1', '2']),
};
patterns['notMatches'] = patterns['matches'] as fc.Arbitrary<unknown>; // set above
patterns['notIn'] = patterns['in'] as fc.Arbitrary<unknown>; // set above
const other = fc.constantFrom('a', 'a'.repeat(10_000), 'ä'.repeat(10_000), '1e9', '2026-01-01T00:00:00Z');

const comparisons = fc.constantFrom(...operators).chain((operator): fc.Arbitrary<Comparison> => {
  const hasNone = operator === 'exists' || operator === 'notExists';
  return fc
    .tuple(patterns[operator] ?? other, fc.boolean())
    .map(([value, ignoreCase]) =>
      comparison.parse({ parameter: 'p', operator, ignoreCase, ...(hasNone ? {} : { value }) }),
    );
});

test('no comparison takes much longer than reading the value, whatever its size and type', () => {
  const readUs = leastUs(() => JSON.parse(JSON.stringify('ä'.repeat(500_000))), { times: 10 });
  fc.assert(
    fc.property(comparisons, hostile, (given, value) => {
      const compiled = compileComparison(given);
      assert.ok(compiled.ok);
      const times = leastUs(() => compiled.judge(value), { runs: 2 }) / readUs;
      assert.ok(times < 500, `${given.operator} took ${Math.round(times)} times as long as reading a value`);
    }),
    { seed: 4, numRuns: 300 },
  );
});
