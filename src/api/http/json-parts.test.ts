import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { isShort, jsonParts } from './json-parts.ts';

const values: [what: string, value: unknown][] = [
  ['a short object', { a: 1, b: undefined, c: [undefined, null, 'x'] }],
  ['an empty object and an empty list', [{}, []]],
  ['a long text', 'ä"\\\n'.repeat(100_000)],
  ['pairs of surrogates at each place', `x${'\u{1f600}'.repeat(100_000)}`],
  ['lone surrogates', `${'\ud83d'.repeat(70_000)}${'\udc00'.repeat(70_000)}`],
  ['control characters', { text: '\u0001'.repeat(200_000) }],
  ['a long list', Array.from({ length: 20_000 }, (_, n) => ({ n, text: `item ${n}`, none: undefined }))],
  ['long lists in objects', { none: undefined, a: [['y'.repeat(80_000)], { b: 'z'.repeat(80_000) }], c: true }],
  ['a long name', { ['n'.repeat(100_000)]: 1, ['__proto__']: 2 }],
];

for (const [what, value] of values)
  test(`the parts of JSON are together the same text: ${what}`, async () => {
    const parts = await jsonParts(value);
    assert.equal(Buffer.concat(parts).toString(), JSON.stringify(value));
    for (const part of parts) assert.ok(part.length < 1_000_000);
  });

test('other work runs while long JSON is written', async () => {
  const value = Array.from({ length: 40 }, () => '\u0001'.repeat(100_000));
  assert.ok(!isShort(value));
  let turns = 0;
  let isWritten = false;
  const others = (async () => {
    for (; !isWritten; turns++) await setImmediate();
  })();
  await jsonParts(value);
  isWritten = true;
  await others;
  assert.ok(turns > 1, `${turns} turns`);
});
