import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { quickjsSandbox } from '../../src/sandbox/quickjs/quickjs-sandbox.ts';
import { renderAttack } from './sandbox/render-attack.ts';

/** The simplest templates, which render without the engine, next to equivalent ones that run. */
const PAIRS = [
  ['{{! return JSON.stringify(it.data[0]); }}', '{{! const record = it.data[0]; return JSON.stringify(record); }}'],
  ['{{* it.data | json }}', '{{! const all = it.data; return JSON.stringify(all); }}'],
] as const;

const key = fc.oneof(
  fc.constantFrom(
    '__proto__',
    'constructor',
    'prototype',
    'toJSON',
    'toString',
    'valueOf',
    'then',
    'length',
    '0',
    '-1',
  ),
  fc.constantFrom('', '01', '4294967295', '\\u0000', '\\ud800', '\\udc00x', '\\u2028', '\\"', '__defineGetter__', 'é'),
);
const leaf = fc.oneof(
  fc.constantFrom('1e999', '-1e999', '-0', '5e-324', '1e-400', '0.1', '12345678901234567890', '1E+2', '1e21', '-1e-7'),
  fc.constantFrom(
    '"\\ud800"',
    '"\\udc00\\ud800"',
    '"\\u0000"',
    '"\\u2028\\u2029"',
    '"\\u007f\\u0080"',
    '"\\/<script>"',
  ),
  fc.constantFrom('null', 'true', 'false', '""', '"x"', '[]', '{}'),
  fc.double().map((number) => JSON.stringify(number)),
);
const { value } = fc.letrec<{ value: string }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    leaf,
    fc.array(tie('value'), { maxLength: 4 }).map((items) => `[${items.join()}]`),
    // As text, so that a name may occur twice.
    fc.array(fc.tuple(key, tie('value')), { maxLength: 6 }).map(objectText),
  ),
}));
const record = fc.array(fc.tuple(key, value), { maxLength: 8 }).map(objectText);

const RECORDS = [
  '{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}},"toJSON":"x"}',
  '{"a":1,"a":2,"b":{"c":1,"c":[2]},"a":3}',
  `{"deep":${'['.repeat(31)}${']'.repeat(31)}}`,
  `{"long":"${'\\u0001'.repeat(5_000)}"}`,
  `{"digits":${'9'.repeat(400)},"small":0.${'0'.repeat(400)}1}`,
];

test("output rendered without the engine equals the engine's byte for byte, whatever the data", async () => {
  await using sandbox = await quickjsSandbox({ timeoutMs: 500 });
  const differences = async (data: string) => {
    const found: string[] = [];
    for (const [native, run] of PAIRS) {
      const refuse = () => Promise.reject(new Error('This template needs no engine.'));
      const one = await renderAttack({ template: native, data }, refuse);
      const other = await renderAttack({ template: run, data }, async (job) => {
        const [outcome] = await sandbox.render([job]);
        assert.ok(outcome);
        return outcome;
      });
      assert.ok(other.hasRun);
      if (one.kind !== other.kind || one.text !== other.text) found.push(`${data}: ${one.text} / ${other.text}`);
    }
    return found;
  };
  for (const text of RECORDS) assert.deepEqual(await differences(`[${text}]`), []);
  assert.deepEqual(await differences('[]'), []);
  await fc.assert(
    fc.asyncProperty(fc.array(record, { minLength: 1, maxLength: 3 }), async (records) => {
      assert.deepEqual(await differences(`[${records.join()}]`), []);
    }),
    { numRuns: 150, seed: 11 },
  );
  assert.equal('polluted' in {}, false);
});

function objectText(entries: [name: string, value: string][]): string {
  return `{${entries.map(([name, text]) => `"${name}":${text}`).join()}}`;
}
