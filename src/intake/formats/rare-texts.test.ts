import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parseJsonWithNumberTexts } from './json-values.ts';
import { quoteNumbers } from './rare-texts.ts';

test('quoting numbers keeps the spelling of each, and all other values', () => {
  const number = fc.constantFrom('-0', '1.50', '1e400', '9007199254740993', '-1E+2', '0', '7', '0.0000001');
  const text = fc.constantFrom('""', '"-0"', '" 1.5,"', '"\\\\"', '"\\",1"', '"\\\\\\"[2"', '"é1"');
  const space = fc.constantFrom('', ' ', '\n');
  const { json } = fc.letrec<{ json: string }>((tie) => ({
    json: fc.oneof(
      { depthSize: 'small' },
      fc.tuple(space, fc.oneof(number, text, fc.constantFrom('null', 'true')), space).map((parts) => parts.join('')),
      fc.array(tie('json'), { maxLength: 4 }).map((values) => `[${values.join(',')}]`),
      fc.array(fc.tuple(text, tie('json')), { maxLength: 4 }).map((all) => `{${all.map((one) => one.join(':'))}}`),
    ),
  }));
  fc.assert(
    fc.property(json, (given) => {
      const expected: unknown = JSON.parse(given, (_name, value: unknown, context?: { source?: string }) =>
        typeof value === 'number' ? context?.source : value,
      );
      assert.deepEqual(JSON.parse(quoteNumbers(given)), expected, given);
    }),
    { seed: 3, numRuns: 2_000 },
  );
});

test('only numbers whose spelling would change are read again, and no times', () => {
  const again = (json: string) => parseJsonWithNumberTexts(json)?.value ?? null;
  assert.deepEqual(again('{"a":1.50,"b":[2.0]}'), { a: '1.50', b: ['2.0'] });
  assert.deepEqual(again('[1.10 ]'), ['1.10']);
  for (const json of ['{"at":"2026-01-02T03:04:05.120Z","n":1.5}', '["at 03:04:05.000+01:00",2]'])
    assert.equal(again(json), null, json);
});
