import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { compileWildcard } from './wildcard.ts';

test('wildcards match like the regular expression of the same shape, code point by code point', () => {
  const pieces = ['a', 'b', '😀', '\ud83d'];
  const patterns = fc.array(fc.constantFrom('*', '?', ...pieces), { maxLength: 8 });
  const texts = fc.array(fc.constantFrom(...pieces), { maxLength: 8 });
  const meaning: Record<string, string> = { '*': '.*', '?': '.' };
  fc.assert(
    fc.property(patterns, texts, (pattern, text) => {
      // Joined first, since two pieces may form one code point.
      const source = [...pattern.join('')].map((piece) => meaning[piece] ?? piece).join('');
      const oracle = new RegExp(`^${source}$`, 'su');
      assert.equal(compileWildcard(pattern.join(''))(text.join('')), oracle.test(text.join('')));
    }),
    { seed: 5, numRuns: 5_000 },
  );
});

test('long patterns match the same in literal runs and in sets of states', () => {
  const pieces = fc.constantFrom('a', 'b', 'ab', '*', '**', '?', 'a'.repeat(40), '😀');
  const patterns = fc.array(pieces, { maxLength: 24 }).map((all) => all.join(''));
  const texts = fc.array(fc.constantFrom('a', 'b', 'a'.repeat(39), '😀'), { maxLength: 24 }).map((all) => all.join(''));
  let matches = 0;
  fc.assert(
    fc.property(patterns, texts, (pattern, text) => {
      const expected = fitsNaively([...pattern], [...text]);
      if (expected) matches += 1;
      assert.equal(compileWildcard(pattern)(text), expected);
    }),
    { seed: 7, numRuns: 3_000 },
  );
  assert.ok(matches > 100, `the generated patterns must fit often, not ${matches} times`);
});

/** The reference: compares all prefixes with all prefixes. */
function fitsNaively(pattern: string[], text: string[]): boolean {
  let row = text.map(() => false);
  let isEmptyFit = true;
  for (const token of pattern) {
    const before = row;
    const wasEmptyFit: boolean = isEmptyFit;
    isEmptyFit = wasEmptyFit && token === '*';
    row = [];
    for (const [at, point] of text.entries()) {
      const previous = at === 0 ? wasEmptyFit : before[at - 1] === true;
      const left = at === 0 ? isEmptyFit : row[at - 1] === true;
      row.push(token === '*' ? before[at] === true || left : previous && (token === '?' || token === point));
    }
  }
  return row.length === 0 ? isEmptyFit : row.at(-1) === true;
}
