import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { compileWildcard } from './wildcard.ts';

test('wildcards mean what the regular expression of the same shape means, code point by code point', () => {
  const pieces = ['a', 'b', '😀', '\ud83d'];
  const patterns = fc.array(fc.constantFrom('*', '?', ...pieces), { maxLength: 8 });
  const texts = fc.array(fc.constantFrom(...pieces), { maxLength: 8 });
  const meaning: Record<string, string> = { '*': '.*', '?': '.' };
  fc.assert(
    fc.property(patterns, texts, (pattern, text) => {
      // Joined first: two pieces may make one code point.
      const source = [...pattern.join('')].map((piece) => meaning[piece] ?? piece).join('');
      const oracle = new RegExp(`^${source}$`, 'su');
      assert.equal(compileWildcard(pattern.join(''))(text.join('')), oracle.test(text.join('')));
    }),
    { seed: 5, numRuns: 5_000 },
  );
});
