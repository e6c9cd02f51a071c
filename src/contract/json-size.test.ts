import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { jsonSize } from './json-size.ts';

const unit = fc.oneof(
  fc.integer({ min: 0, max: 0xff_ff }),
  fc.integer({ min: 0xd8_00, max: 0xdf_ff }),
  fc.integer({ min: 0, max: 0x80 }),
);
const text = fc.array(unit, { maxLength: 40 }).map((codes) => String.fromCharCode(...codes));
const value = fc.letrec((tie) => ({
  any: fc.oneof(
    text,
    fc.double(),
    fc.integer(),
    fc.boolean(),
    fc.constant(null),
    fc.array(tie('any'), { maxLength: 4 }),
    fc.dictionary(text, tie('any'), { maxKeys: 4, noNullPrototype: true }),
  ),
})).any;

test('the bytes of JSON are never underestimated, and hardly overestimated', () => {
  fc.assert(
    fc.property(value, (one) => {
      const json = JSON.stringify(one);
      const measured = jsonSize(one);
      const parts = json.split(/[[{]/).length + (json.match(/true|null/g)?.length ?? 0);
      const bytes = Buffer.byteLength(json);
      assert.ok(measured >= bytes && measured <= bytes + parts, `${measured} for ${bytes}: ${json}`);
    }),
    { seed: 3, numRuns: 2_000 },
  );
});

test('the count of bytes stops soon after it has enough', () => {
  let read = 0;
  const items = Array.from({ length: 1_000 }, () => ({
    get text() {
      read += 1;
      return 'x'.repeat(100);
    },
  }));
  assert.ok(jsonSize(items, 1_000) > 1_000);
  assert.ok(read < 20, `${read} items were read`);
});
