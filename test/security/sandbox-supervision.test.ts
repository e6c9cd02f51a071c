import assert from 'node:assert/strict';
import { test } from 'node:test';
import { quickjsSandbox } from '../../src/sandbox/quickjs/quickjs-sandbox.ts';
import type { RenderJob, RenderOutcome } from '../../src/sandbox/sandbox.ts';

const HANGS = 6;

test('renders that hang affect themselves alone: a spare takes over, and all others are right', async () => {
  await using sandbox = await quickjsSandbox({ timeoutMs: 40 });
  const hanging = Array.from({ length: HANGS }, (_, i) => job(`[].indexOf.call({ length: 2 ** 53 - ${i + 1} }, 1)`));
  const work: RenderJob[] = [];
  for (const one of hanging) work.push(...Array.from({ length: 40 }, (_, i) => job('input + "!"', String(i))), one);
  const outcomes = await sandbox.render(work);
  for (const [i, outcome] of outcomes.entries()) {
    const isHanging = i % 41 === 40;
    if (isHanging) assert.equal(outcome.kind === 'exceeded' && outcome.limit, 'time');
    else assert.deepEqual(outcome, { kind: 'returned', output: `${i % 41}!` });
  }
  const { restarts, exceededTime } = sandbox.stats;
  assert.deepEqual({ restarts, exceededTime }, { restarts: 2 * HANGS, exceededTime: HANGS });
});

test('different programs of one group that hang, such as drafts, wait for all others after the first', async () => {
  await using sandbox = await quickjsSandbox({ timeoutMs: 20 });
  const loops = Array.from({ length: 8 }, (_, i) => ({ ...job(`(() => { for (;;); })(${i})`), group: 'drafts' }));
  const drafts = loops.map((one) => sandbox.render([one]));
  assert.deepEqual(await sandbox.render([job('input', 'x')]), [{ kind: 'returned', output: 'x' }]);
  const { exceededTime } = sandbox.stats;
  assert.ok(exceededTime < 4, `${exceededTime} of the loops ran before`);
  for (const [outcome] of await Promise.all(drafts)) assert.equal(outcome?.kind, 'exceeded');
});

test('engines that are crashed in every way are replaced, and nothing remains', async () => {
  await using sandbox = await quickjsSandbox({ timeoutMs: 40 });
  const ways: [source: string, ends: RenderOutcome['kind'][]][] = [
    ['(() => { for (;;); })()', ['exceeded']],
    ['(() => { const a = []; for (;;) a.push(new Float64Array(1e5)) })()', ['exceeded']],
    ['"x".repeat(5e6)', ['exceeded']],
    ['(0, eval)("[".repeat(1e5))', ['threw', 'exceeded']],
    ['JSON.parse("[".repeat(1e6))', ['threw', 'exceeded']],
    ['[].includes.call({ length: 2 ** 53 - 1 }, 1)', ['exceeded']],
    ['"x".repeat(1e9)', ['threw', 'exceeded']],
  ];
  for (let round = 0; round < 3; round++) {
    const outcomes = await sandbox.render(
      ways.flatMap(([source]) => [job(source), job('[typeof left, input].join()', 'x')]),
    );
    for (const [i, [source, ends]] of ways.entries()) {
      assert.ok(ends.includes(outcomes[2 * i]?.kind ?? 'returned'), `${source}: ${JSON.stringify(outcomes[2 * i])}`);
      assert.deepEqual(outcomes[2 * i + 1], { kind: 'returned', output: 'undefined,x' }, `after ${source}`);
    }
  }
  assert.equal(sandbox.stats.queued, 0);
});

test('data too large for a render never reach a thread', async () => {
  await using sandbox = await quickjsSandbox({ memoryBytes: 16 * 1024 * 1024 });
  const [large, small] = await sandbox.render([job('input', 'x'.repeat(17e6)), job('input', 'x')]);
  assert.equal(large?.kind === 'exceeded' && large.limit, 'memory');
  assert.deepEqual(small, { kind: 'returned', output: 'x' });
  assert.equal(sandbox.stats.restarts, 0);
});

function job(expression: string, input = ''): RenderJob {
  const source = `globalThis.__render = (input) => { globalThis.left = 1; delete globalThis.left; return String(${expression}) }`;
  return { program: { key: source, source }, input, seed: 'seed', nowMs: 0 };
}
