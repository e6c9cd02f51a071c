import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startRig, wire } from '../../../test/support/rig.ts';
import { inlineCompute } from '../../compute/inline.ts';
import { AppError } from '../../contract/errors.ts';
import type { RenderJob } from '../../sandbox/sandbox.ts';
import { createPlans } from './delivery-plan.ts';
import { keptProgram } from './kept-program.ts';
import { planRender } from './render.ts';

test('actions without expressions share the program of their destination; others have their own', async () => {
  await using rig = await startRig();
  const { destinationId } = await wire(rig, { destination: { template: '{{ it.data[0].n }}' } });
  const jobs: RenderJob[] = [];
  const render = async (job: RenderJob) => {
    jobs.push(job);
    return { kind: 'threw' as const, message: 'not here', line: null, column: null };
  };
  const { configuration } = rig.pipeline;
  const engine = { render, compose: inlineCompute().compose };
  const plans = createPlans({ configuration, catalog: rig.catalog, holds: { endedAt: new Map() }, engine });
  const lines = [
    { field: 'n', parameter: 'a' },
    { field: 'n', parameter: 'b' },
    { field: 'n', expression: '1 + 1' },
  ];
  for (const line of lines) {
    const destinations = [{ destinationId, mapping: [line] }];
    const id = await rig.put('action', { name: JSON.stringify(line), description: 'one', destinations });
    const { documents, planOf } = configuration.snapshot;
    const to = planOf(destinationId);
    assert.ok(to);
    const plan = plans.planFor(documents.action.get(id) ?? null, to);
    const meta = { deliveryId: 'd', idempotencyKey: 'd', action: null, destination: { id: 'd', name: 'd' }, time: 0 };
    await plan.render({ data: [{}], events: [], meta });
  }
  const [first, second, third] = jobs.map(({ program }) => program);
  assert.equal(first, second);
  assert.notEqual(first, third);
});

test('a template that takes too long to compile is an error of Millrace, and compiled again after a minute', async () => {
  await using rig = await startRig();
  const { destinationId } = await wire(rig, { destination: { template: '{{ it.data[0].n }}' } });
  const destination = rig.pipeline.configuration.snapshot.documents.destination.get(destinationId);
  assert.ok(destination);
  let isSlow = true;
  let compiled = 0;
  const engine = {
    render: async () => ({ kind: 'threw' as const, message: 'not here', line: null, column: null }),
    compose: (...given: Parameters<ReturnType<typeof inlineCompute>['compose']>) => {
      compiled += 1;
      return isSlow
        ? Promise.reject(new AppError('too_complex', 'This takes too long.'))
        : inlineCompute().compose(...given);
    },
  };
  let now = 0;
  const plan = planRender(
    engine,
    null,
    destination,
    keptProgram(() => now),
  );
  const meta = { deliveryId: 'd', idempotencyKey: 'd', action: null, destination: { id: 'd', name: 'd' }, time: 0 };
  const render = async () => plan.render({ data: [{}], events: [], meta });
  await assert.rejects(render(), { code: 'too_complex' });
  isSlow = false;
  now = 59_999;
  await assert.rejects(render(), { code: 'too_complex' });
  assert.equal(compiled, 1);
  now = 60_000;
  assert.deepEqual(await render(), { kind: 'failed', reason: 'not here', line: null, column: null });
  await render();
  assert.equal(compiled, 2);
});
