import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { quickjsSandbox } from '../../src/sandbox/quickjs/quickjs-sandbox.ts';
import type { RenderJob, RenderOutcome } from '../../src/sandbox/sandbox.ts';
import { type Attack, gives, isHeld, over, script } from './sandbox/attack.ts';
import { renderAttack } from './sandbox/render-attack.ts';
import { STAINS } from './sandbox/state.ts';

/** Templates next to the one that leaves state: one that must not see it, and one that crashes the engine. */
const OTHERS: Attack[] = [
  script(
    'tells what it got',
    'return it.data.map((x) => x.v).join() + Object.keys(globalThis).length',
    gives('a,b1'),
    '[{"v":"a"},{"v":"b"}]',
  ),
  script('takes its time', 'for (;;);', over('time')),
  script('takes all memory', 'const a = []; for (;;) a.push(new Float64Array(1e5))', over('memory', 'time')),
];

test('a template renders the same alone and among others, in any order', async () => {
  await using sandbox = await quickjsSandbox({ workers: 2, timeoutMs: 40 });
  const pool = [...STAINS, ...OTHERS];
  const picks = fc.array(fc.oneof({ weight: 20, arbitrary: fc.nat(STAINS.length) }, fc.nat(pool.length - 1)), {
    minLength: 20,
    maxLength: 80,
  });
  await fc.assert(
    fc.asyncProperty(picks, fc.integer({ min: 1, max: 20 }), async (order, together) => {
      const render = inGroups(together, (jobs) => sandbox.render(jobs));
      const attacks = order.flatMap((pick) => pool[pick] ?? []);
      const faults = await Promise.all(
        attacks.map(async (attack) => {
          const came = await renderAttack(attack, render);
          return isHeld(attack, came) ? [] : [`${attack.does}: ${JSON.stringify(came)}`];
        }),
      );
      assert.deepEqual(faults.flat(), []);
    }),
    { numRuns: 20, seed: 7, endOnFailure: true },
  );
});

/** Passes jobs on in groups of this size, so that a thread gets them in one batch; the last group has the rest. */
function inGroups(
  size: number,
  render: (jobs: RenderJob[]) => Promise<RenderOutcome[]>,
): (job: RenderJob) => Promise<RenderOutcome> {
  let jobs: RenderJob[] = [];
  let group = Promise.withResolvers<RenderOutcome[]>();
  const flush = () => {
    if (jobs.length > 0) group.resolve(render(jobs));
    jobs = [];
    group = Promise.withResolvers();
  };
  return async (job) => {
    const place = jobs.push(job) - 1;
    const { promise } = group;
    if (jobs.length >= size) flush();
    else if (place === 0) setImmediate(flush);
    const outcome = (await promise)[place];
    assert.ok(outcome);
    return outcome;
  };
}
