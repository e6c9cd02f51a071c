import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fuzzTemplates } from './sandbox/fuzz-templates.ts';

test('generated templates compile or report where not, and render in time to a repeatable outcome', async (t) => {
  const { faults, ...figures } = await fuzzTemplates({ count: 600, seed: 20_261 });
  t.diagnostic(JSON.stringify(figures));
  assert.deepEqual(faults, []);
  assert.ok(
    figures.compiled > figures.templates / 5 && (figures.outcomes['body'] ?? 0) > 30,
    'the grammar has gone stale',
  );
});
