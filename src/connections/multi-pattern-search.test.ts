import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { textFinder } from './multi-pattern-search.ts';

test('the finder replaces the same text as a plain search would; overlapping hits become one', () => {
  const letters = fc.string({ unit: fc.constantFrom('a', 'b'), minLength: 4, maxLength: 9 });
  const text = fc.string({ unit: fc.constantFrom('a', 'b'), maxLength: 60 });
  fc.assert(
    fc.property(fc.array(letters, { maxLength: 6 }), text, (wanted, hay) => {
      const finder = textFinder(4);
      for (const one of wanted) finder.add(one);
      assert.equal(replaced(finder, hay), replacedPlainly(hay, wanted));
    }),
    { numRuns: 500, seed: 7 },
  );
});

test('the finder finds texts of any length in any order, also when many are added', () => {
  const wanted = Array.from({ length: 3_000 }, (_, i) => `${i}:${'x'.repeat((i * 37) % 90)}:${i * 7_919}`);
  const finder = textFinder(4);
  for (const one of wanted) finder.add(one);
  finder.add('tail');
  for (const one of [...wanted, 'tail'])
    assert.equal(replaced(finder, `before ${one.slice(0, -1)}${one} after`)?.endsWith('* after'), true, one);
  assert.equal(replaced(finder, `before ${'y'.repeat(500)} after`), `before ${'y'.repeat(500)} after`);
});

test('a search among many similar texts ends at its bound', () => {
  const finder = textFinder(4);
  for (let length = 4; length < 400; length++) finder.add(`${'a'.repeat(length)}b`);
  assert.equal(finder.replaceWithin('a'.repeat(100_000), '*', 1_000_000), null);
  assert.equal(finder.replaceWithin('aaaab', '*', 1_000_000), '*');
});

const replaced = (finder: ReturnType<typeof textFinder>, text: string) =>
  finder.replaceWithin(text, '*', Number.POSITIVE_INFINITY);

function replacedPlainly(hay: string, wanted: readonly string[]): string {
  const hits = [...hay].flatMap((_, start) =>
    wanted.filter((one) => hay.startsWith(one, start)).map((one) => ({ start, end: start + one.length })),
  );
  let done = '';
  let at = 0;
  for (let hit = hits[0]; hit !== undefined; ) {
    let { start, end } = hit;
    for (const other of hits) if (other.start >= start && other.start < end) end = Math.max(end, other.end);
    done += `${hay.slice(at, start)}*`;
    at = end;
    hit = hits.find((other) => other.start >= at);
  }
  return done + hay.slice(at);
}
