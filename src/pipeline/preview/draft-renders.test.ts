import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RenderJob, RenderOutcome } from '../../sandbox/sandbox.ts';
import { draftRenders } from './draft-renders.ts';

test('drafts that wait to be rendered are bounded in characters, and belong to one group', async () => {
  const given: RenderJob[] = [];
  const done = Promise.withResolvers<void>();
  const render = draftRenders({
    async render(jobs) {
      given.push(...jobs);
      await done.promise;
      return jobs.map((): RenderOutcome => ({ kind: 'returned', output: '' }));
    },
  });
  const job = (characters: number): RenderJob => ({
    ...{ program: { key: 'p', source: '' }, seed: '', nowMs: 0 },
    input: 'x'.repeat(characters),
  });
  const first = render(job(60 * 2 ** 20));
  await assert.rejects(render(job(5 * 2 ** 20)), { code: 'unavailable' });
  done.resolve();
  await first;
  assert.equal((await render(job(5 * 2 ** 20))).kind, 'returned');
  assert.deepEqual(new Set(given.map(({ group }) => group)), new Set(['drafts']));
});
