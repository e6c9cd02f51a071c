import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { answers } from './testing/answers.testing.ts';
import { compare, readOverBoth } from './testing/differential.testing.ts';

// More of them: npm run fuzz answers.
test('generated responses are read as by undici and node:http, or more strictly', async () => {
  const seen = { complete: 0, cut: 0, error: 0 };
  await fc.assert(
    fc.asyncProperty(answers, async (answer) => {
      const { ours, difference } = await compare(answer);
      seen[ours]++;
      assert.equal(difference, null);
    }),
    { numRuns: 1_000, seed: 20_261_128 },
  );
  for (const [kind, count] of Object.entries(seen)) assert.ok(count >= 10, `${count} responses were ${kind}`);
});

test('generated responses are read over TLS as over plain connections', async () => {
  const seen = { complete: 0, cut: 0, error: 0 };
  await fc.assert(
    fc.asyncProperty(answers, async (answer) => {
      const { plain, secured } = await readOverBoth(answer);
      seen[secured === null ? 'error' : secured.isComplete ? 'complete' : 'cut']++;
      assert.deepEqual(secured, plain);
    }),
    { numRuns: 400, seed: 20_261_201 },
  );
  for (const [kind, count] of Object.entries(seen)) assert.ok(count >= 10, `${count} responses were ${kind}`);
});
